//! Faults: when they strike, whom, and what they change until they heal.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{FaultRecord, Problem, Time, TraceKind};
use netsplit_scenario::{
    Direction, Dist, Ends, Fault, FaultKind, Partition, Repeat, Selector, Trigger,
};
use rand::rngs::ChaCha8Rng;

use crate::NodeId;
use crate::events::Event;
use crate::hosts::HostEffect;
use crate::links::{EndSets, LinkChange, LinkEffect};
use crate::random::{Sampler, stream};
use crate::selectors::NobodyIs;
use crate::sim::Sim;
use crate::tracer::{number, tag};
use crate::world::{EventTrigger, World};

/// How long a fault waits for somebody to take the role that it is aimed at ...
const WAIT_FOR_ROLE: Duration = Duration::from_secs(5);
/// ... and how often it looks.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A fault while the simulation runs.
pub(crate) struct FaultState {
    pub spec: Fault,
    pub record: FaultRecord,
    pub rng: ChaCha8Rng,
    strikes: u32,
    /// Since when it waits for a role.
    waiting_since: Option<Time>,
    /// When churn stops.
    churn_until: Time,
}

impl FaultState {
    pub fn new(spec: &Fault, seed: u64) -> FaultState {
        FaultState {
            spec: spec.clone(),
            record: FaultRecord {
                name: spec.name.clone(),
                kind: spec.kind.name().to_owned(),
                may_miss: spec.may_miss,
                ..FaultRecord::default()
            },
            rng: stream(seed, &format!("fault/{}", spec.name)),
            strikes: 0,
            waiting_since: None,
            churn_until: Time::MAX,
        }
    }

    /// The fault had a part in a message's fate.
    pub fn touch_link(&mut self, ends: (&str, &str)) {
        self.record.affected_messages += 1;
        for name in [ends.0, ends.1] {
            if !self.record.affected_nodes.contains(name) {
                self.record.affected_nodes.insert(name.to_owned());
            }
        }
    }

    fn draw(&mut self, dist: &Dist) -> Duration {
        Sampler::new(dist).draw(&mut self.rng)
    }
}

/// What one firing changes.
enum Blow {
    Links(Vec<LinkEffect>),
    Hosts(BTreeSet<NodeId>, HostEffect),
}

impl World {
    /// Schedules the first strike of each fault, and each action.
    pub fn schedule_faults(&mut self) {
        for index in 0..self.faults.len() {
            let trigger = self.faults[index].spec.trigger.clone();
            self.schedule(
                &trigger,
                Event::Strike(index as u32, None),
                &format!("fault/{index}"),
            );
        }
        for index in 0..self.scenario.actions.len() {
            let trigger = self.scenario.actions[index].trigger.clone();
            self.schedule(
                &trigger,
                Event::Act(index as u32),
                &format!("action/{index}"),
            );
        }
    }

    fn schedule(&mut self, trigger: &Trigger, then: Event, name: &str) {
        match trigger {
            Trigger::At(at) => self.events.push(*at, then),
            Trigger::Event { event, nth, plus } => {
                let plus = Sampler::new(plus).draw(&mut stream(self.seed, name));
                self.triggers.push(EventTrigger {
                    event: event.clone(),
                    left: *nth,
                    then,
                    plus,
                });
            }
        }
    }

    /// The hosts that a fault of the scenario selects now.
    fn pick(&mut self, fault: usize, selector: &Selector) -> Result<BTreeSet<NodeId>, NobodyIs> {
        let mut faults = std::mem::take(&mut self.faults);
        let picked = self.select(selector, &mut faults[fault].rng);
        self.faults = faults;
        picked
    }

    fn pick_ends(&mut self, fault: usize, ends: &Ends) -> Result<EndSets, NobodyIs> {
        Ok(match ends {
            Ends::All => EndSets::All,
            Ends::Between(a, b) => EndSets::Between(self.pick(fault, a)?, self.pick(fault, b)?),
            Ends::OneWay(a, b) => EndSets::OneWay(self.pick(fault, a)?, self.pick(fault, b)?),
            Ends::Of(nodes) => EndSets::Of(self.pick(fault, nodes)?),
        })
    }

    fn pick_partition(&mut self, fault: usize, cut: &Partition) -> Result<EndSets, NobodyIs> {
        match cut {
            Partition::Isolate { nodes, direction } => {
                let inside = self.pick(fault, nodes)?;
                let outside = self
                    .servers()
                    .into_iter()
                    .filter(|node| !inside.contains(node))
                    .collect();
                Ok(match direction {
                    Direction::Both => EndSets::Between(inside, outside),
                    Direction::In => EndSets::OneWay(outside, inside),
                    Direction::Out => EndSets::OneWay(inside, outside),
                })
            }
            Partition::Groups { groups, one_way } => {
                let mut picked = Vec::new();
                for group in groups {
                    picked.push(self.pick(fault, group)?);
                }
                Ok(EndSets::Groups {
                    groups: picked,
                    one_way: *one_way,
                })
            }
        }
    }

    /// What a firing of a fault changes, aimed at `target` if it churns.
    fn aim(&mut self, fault: usize, target: Option<NodeId>) -> Result<Blow, NobodyIs> {
        let kind = self.faults[fault].spec.kind.clone();
        let (nodes, effect) = match &kind {
            FaultKind::Crash(nodes) => (nodes, HostEffect::Crash),
            FaultKind::Pause(nodes) => (nodes, HostEffect::Pause),
            FaultKind::Slow { nodes, factor } => (nodes, HostEffect::Slow(*factor)),
            FaultKind::Clock {
                nodes,
                skew_ns,
                drift,
            } => (
                nodes,
                HostEffect::Clock {
                    skew_ns: *skew_ns,
                    drift: *drift,
                },
            ),
            FaultKind::Disk { nodes, sync, fail } => {
                let sync = sync.as_ref().map(|dist| Rc::new(Sampler::new(dist)));
                (nodes, HostEffect::Disk { sync, fail: *fail })
            }
            link_fault => return self.aim_links(fault, link_fault).map(Blow::Links),
        };
        let hosts = match target {
            Some(target) => [target].into(),
            None => self.pick(fault, nodes)?,
        };
        Ok(Blow::Hosts(hosts, effect))
    }

    fn aim_links(&mut self, fault: usize, kind: &FaultKind) -> Result<Vec<LinkEffect>, NobodyIs> {
        let sampler = |dist: &Dist| Rc::new(Sampler::new(dist));
        let (ends, message, change) = match kind {
            FaultKind::Partition(cut) => (self.pick_partition(fault, cut)?, None, LinkChange::Cut),
            FaultKind::Latency {
                ends,
                message,
                latency,
                add,
            } => {
                let change = if *add {
                    LinkChange::AddLatency
                } else {
                    LinkChange::Latency
                };
                (
                    self.pick_ends(fault, ends)?,
                    message.as_deref(),
                    change(sampler(latency)),
                )
            }
            FaultKind::Loss {
                ends,
                message,
                probability,
            } => (
                self.pick_ends(fault, ends)?,
                message.as_deref(),
                LinkChange::Loss(*probability),
            ),
            FaultKind::Duplicate {
                ends,
                message,
                probability,
            } => {
                let change = LinkChange::Duplicate(*probability);
                (self.pick_ends(fault, ends)?, message.as_deref(), change)
            }
            FaultKind::Bandwidth { ends, bytes_per_s } => (
                self.pick_ends(fault, ends)?,
                None,
                LinkChange::Bandwidth(*bytes_per_s),
            ),
            FaultKind::Crash(_)
            | FaultKind::Pause(_)
            | FaultKind::Slow { .. }
            | FaultKind::Clock { .. }
            | FaultKind::Disk { .. } => unreachable!("host faults are aimed at hosts"),
        };
        let firing = self.faults[fault].record.spans.len();
        let message = message.map(|name| self.kind_number(name));
        Ok(vec![LinkEffect {
            by: Some((fault, firing)),
            ends,
            message,
            change,
        }])
    }

    /// The number of a message kind that the scenario names.
    pub fn kind_number(&self, name: &str) -> u8 {
        self.kinds
            .iter()
            .position(|kind| *kind == name)
            .unwrap_or(usize::from(u8::MAX)) as u8
    }

    fn targets(&self, blow: &Blow) -> String {
        match blow {
            Blow::Links(effects) => {
                format!("{:?}", effects.first().map(|effect| &effect.ends))
            }
            Blow::Hosts(hosts, _) => {
                let names: Vec<_> = hosts
                    .iter()
                    .map(|id| &*self.hosts[id.index()].name)
                    .collect();
                names.join(", ")
            }
        }
    }
}

impl Sim {
    /// A fault strikes.
    pub fn strike(self: &Rc<Sim>, fault: usize, target: Option<NodeId>) {
        let churn = matches!(
            self.world.borrow().faults[fault].spec.repeat,
            Repeat::Churn { .. }
        );
        if churn && target.is_none() {
            self.world.borrow_mut().start_churn(fault);
            return;
        }
        let aimed = self.world.borrow_mut().aim(fault, target);
        match aimed {
            Ok(blow) => self.hit(fault, target, blow),
            Err(NobodyIs(role)) => self.world.borrow_mut().wait_for_role(fault, target, &role),
        }
    }

    fn hit(self: &Rc<Sim>, fault: usize, target: Option<NodeId>, blow: Blow) {
        let touched = {
            let world = &mut *self.world.borrow_mut();
            let firing = world.open_firing(fault, target, &blow);
            match blow {
                Blow::Links(effects) => {
                    effects
                        .into_iter()
                        .for_each(|effect| world.links.strike(effect));
                    BTreeSet::new()
                }
                Blow::Hosts(hosts, effect) => {
                    for id in &hosts {
                        let host = &mut world.hosts[id.index()];
                        host.effects.push(((fault, firing), effect.clone()));
                        world.faults[fault]
                            .record
                            .affected_nodes
                            .insert(host.name.to_string());
                    }
                    hosts
                }
            }
        };
        touched
            .into_iter()
            .for_each(|host| self.apply_effects(host));
    }

    /// A firing of a fault heals.
    pub fn heal(self: &Rc<Sim>, fault: usize, firing: usize) {
        let healed = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            world.faults[fault].record.spans[firing].1 = now;
            world.links.heal((fault, firing));
            world
                .tracer
                .note(now, tag::HEAL, &[fault as u64, firing as u64], &[]);
            let name = world.faults[fault].spec.name.as_str().into();
            world
                .tracer
                .keep(now, &"".into(), || TraceKind::Heal { fault: name });
            let mut healed = Vec::new();
            for id in world.ids() {
                let effects = &mut world.hosts[id.index()].effects;
                let before = effects.len();
                effects.retain(|(by, _)| *by != (fault, firing));
                if effects.len() != before {
                    healed.push(id);
                }
            }
            for id in &healed {
                world.churn_again(fault, *id);
            }
            healed
        };
        healed.into_iter().for_each(|host| self.apply_effects(host));
    }
}

impl World {
    /// Notes a strike and schedules its heal and the next strike. Returns its number.
    fn open_firing(&mut self, fault: usize, target: Option<NodeId>, blow: &Blow) -> usize {
        let (now, targets) = (self.now, self.targets(blow));
        let state = &mut self.faults[fault];
        state.waiting_since = None;
        state.strikes += 1;
        let firing = state.record.spans.len();
        state.record.spans.push((now, self.run.duration));
        let hold = match (&state.spec.repeat, &state.spec.hold) {
            (Repeat::Churn { down, .. }, _) => Some(down.clone()),
            (_, hold) => hold.clone(),
        };
        if let Some(hold) = hold {
            let heal = now + state.draw(&hold);
            self.events
                .push(heal, Event::Heal(fault as u32, firing as u32));
        }
        if let Repeat::Every { every, times } = state.spec.repeat.clone()
            && times.is_none_or(|times| state.strikes < times)
        {
            let next = now + state.draw(&every).max(Duration::from_nanos(1));
            self.events.push(next, Event::Strike(fault as u32, target));
        }
        self.tracer
            .note(now, tag::STRIKE, &[fault as u64], targets.as_bytes());
        let name = self.faults[fault].spec.name.as_str().into();
        self.tracer.keep(now, &"".into(), || TraceKind::Strike {
            fault: name,
            targets: targets.into(),
        });
        firing
    }

    /// Churn begins: each target gets a life of ups and downs of its own.
    fn start_churn(&mut self, fault: usize) {
        let now = self.now;
        let hold = self.faults[fault].spec.hold.clone();
        if let Some(hold) = hold {
            self.faults[fault].churn_until = now + self.faults[fault].draw(&hold);
        }
        let selector = match self.faults[fault].spec.kind.clone() {
            FaultKind::Crash(nodes) | FaultKind::Pause(nodes) => nodes,
            FaultKind::Slow { nodes, .. }
            | FaultKind::Clock { nodes, .. }
            | FaultKind::Disk { nodes, .. } => nodes,
            _ => return,
        };
        match self.pick(fault, &selector) {
            Ok(targets) => targets
                .into_iter()
                .for_each(|target| self.churn_again(fault, target)),
            Err(NobodyIs(role)) => self.wait_for_role(fault, None, &role),
        }
    }

    /// Schedules the next strike of a churning fault at one target.
    fn churn_again(&mut self, fault: usize, target: NodeId) {
        let Repeat::Churn { up, .. } = self.faults[fault].spec.repeat.clone() else {
            return;
        };
        let state = &mut self.faults[fault];
        let next = self.now + state.draw(&up).max(Duration::from_nanos(1));
        if next < state.churn_until.min(self.run.duration) {
            self.events
                .push(next, Event::Strike(fault as u32, Some(target)));
        }
    }

    fn wait_for_role(&mut self, fault: usize, target: Option<NodeId>, role: &str) {
        let now = self.now;
        let state = &mut self.faults[fault];
        let since = *state.waiting_since.get_or_insert(now);
        if now.since(since) < WAIT_FOR_ROLE {
            self.events
                .push(now + LOOK_AGAIN, Event::Strike(fault as u32, target));
            return;
        }
        state.waiting_since = None;
        let why = format!(
            "fault {} found nobody who is {role} within {}s of {}s",
            state.spec.name,
            WAIT_FOR_ROLE.as_secs(),
            since.as_secs_f64()
        );
        self.run.problems.push(Problem::Inconclusive(why));
    }
}

impl Sim {
    /// Brings a host into the state that the effects in force on it demand.
    fn apply_effects(self: &Rc<Sim>, id: NodeId) {
        let (crash, restart, unpark) = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            let host = &mut world.hosts[id.index()];
            let (skew_ns, drift) = host.clock_error();
            let drifted = host.clock.set(now, skew_ns, drift);
            let (sync, fail) = host.disk_trouble();
            host.disk.sync = sync.unwrap_or_else(|| host.disk.healthy.clone());
            host.disk.failing = fail;
            let paused = host.paused_by_fault();
            let resumed = host.paused && !paused;
            host.paused = paused;
            let factor = (!paused).then(|| host.slowness());
            host.cpu
                .set_factor(factor, now, &mut world.jobs, &mut world.events);
            let down = host.crashed_by_fault();
            if drifted {
                world.reschedule_timers(id);
            }
            let host = &mut world.hosts[id.index()];
            let unpark = if resumed {
                std::mem::take(&mut host.parked)
            } else {
                Vec::new()
            };
            (host.up && down, !host.up && !down && !host.panicked, unpark)
        };
        for task in unpark {
            crate::executor::Tasks::requeue(task);
        }
        if crash {
            self.crash(id, "fault");
        } else if restart {
            self.start(id);
        }
    }
}

impl World {
    /// The rate of a host's clock has changed: its timers run out at other times.
    fn reschedule_timers(&mut self, id: NodeId) {
        let clock = &self.hosts[id.index()].clock;
        for (key, timer) in self.timers.iter_mut().filter(|(_, timer)| timer.host == id) {
            if !timer.fired {
                timer.schedule += 1;
                let at = clock.when(timer.local, self.now);
                self.events.push(at, Event::Timer(key, timer.schedule));
            }
        }
    }

    /// Turns the scenario's own link rules into effects. Selectors that are random or about
    /// roles mean nobody here; the parser says so.
    pub fn apply_link_rules(&mut self) {
        let rules = self.scenario.network.links.clone();
        let mut rng = stream(self.seed, "network");
        for rule in rules {
            let mut pick =
                |selector: &Selector| self.select(selector, &mut rng).unwrap_or_default();
            let ends = match &rule.ends {
                Ends::All => EndSets::All,
                Ends::Between(a, b) => EndSets::Between(pick(a), pick(b)),
                Ends::OneWay(a, b) => EndSets::OneWay(pick(a), pick(b)),
                Ends::Of(nodes) => EndSets::Of(pick(nodes)),
            };
            let message = rule.message.as_deref().map(|name| self.kind_number(name));
            for change in crate::links::changes(&rule.settings) {
                self.links.strike(LinkEffect {
                    by: None,
                    ends: ends.clone(),
                    message,
                    change,
                });
            }
        }
    }

    /// The crash of a node that no fault had ordered.
    pub fn note_panic(&mut self, id: NodeId, panic: &crate::panics::Panic) {
        let node = self.hosts[id.index()].name.to_string();
        self.run.crashes.push(netsplit_history::Crash {
            at: self.now,
            node,
            message: panic.message.clone(),
            place: panic.place.clone(),
        });
        self.tracer.note(
            self.now,
            tag::CRASH,
            &[number(id)],
            panic.message.as_bytes(),
        );
    }
}
