//! When faults strike and heal: at a time or an event, again and again, or by churn.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Problem, TraceKind};
use netsplit_scenario::{FaultKind, Repeat, Trigger};

use crate::NodeId;
use crate::engine::event_loop::Sim;
use crate::engine::events::Event;
use crate::engine::tracer::tag;
use crate::engine::world::{EventTrigger, World};
use crate::fault::selectors::NobodyIs;
use crate::fault::targets::Blow;
use crate::random::{Sampler, stream};

/// How long a fault waits for somebody to take the role that it is aimed at ...
const WAIT_FOR_ROLE: Duration = Duration::from_secs(5);
/// ... and how often it looks.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

impl World {
    /// Schedules the first strike of each fault, and each action.
    pub fn schedule_faults(&mut self) {
        for index in 0..self.faults.len() {
            let trigger = self.faults[index].spec.trigger.clone();
            let stream = format!("trigger/fault/{}", self.faults[index].spec.name);
            self.schedule(&trigger, Event::Strike(index as u32, None), &stream);
        }
        for index in 0..self.scenario.actions.len() {
            let trigger = self.scenario.actions[index].trigger.clone();
            let stream = format!("trigger/action/{}", self.scenario.actions[index].name);
            self.schedule(&trigger, Event::Act(index as u32), &stream);
        }
    }

    fn schedule(&mut self, trigger: &Trigger, then: Event, name: &str) {
        match trigger {
            Trigger::At(at) => self.events.push(*at, then),
            Trigger::Event { event, nth, plus } => {
                let plus = Sampler::new(plus).draw(&mut stream(self.seed, name));
                self.triggers.push(EventTrigger { event: event.clone(), left: *nth, then, plus });
            }
        }
    }
}

impl Sim {
    /// A fault strikes, unless the load has stopped already.
    pub fn strike(self: &Rc<Sim>, fault: usize, target: Option<NodeId>) {
        let aimed = {
            let world = &mut *self.world.borrow_mut();
            if world.now >= world.run.duration {
                return;
            }
            let churns = matches!(world.faults[fault].spec.repeat, Repeat::Churn { .. });
            if churns && target.is_none() {
                return world.start_churn(fault);
            }
            world.aim(fault, target)
        };
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
                    for effect in effects {
                        world.links.strike(effect);
                    }
                    BTreeSet::new()
                }
                Blow::Hosts(hosts, effect) => {
                    for id in &hosts {
                        let host = &mut world.hosts[id.index()];
                        host.effects.push(((fault, firing), effect.clone()));
                        world.faults[fault].record.affected_nodes.insert(host.name.to_string());
                    }
                    hosts
                }
            }
        };
        for host in touched {
            self.apply_effects(host);
        }
    }

    /// A firing of a fault heals.
    pub fn heal(self: &Rc<Sim>, fault: usize, firing: usize) {
        let healed = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            world.faults[fault].record.spans[firing].1 = now;
            world.links.heal((fault, firing));
            world.tracer.note(now, tag::HEAL, &[fault as u64, firing as u64], &[]);
            let name = world.faults[fault].spec.name.as_str().into();
            world.tracer.keep(now, &"".into(), || TraceKind::Heal { fault: name });
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
        for host in healed {
            self.apply_effects(host);
        }
    }
}

impl World {
    /// Notes a strike and schedules its heal and the next strike. Returns its number.
    fn open_firing(&mut self, fault: usize, target: Option<NodeId>, blow: &Blow) -> usize {
        let (now, targets) = (self.now, self.describe(blow));
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
            self.events.push(heal, Event::Heal(fault as u32, firing as u32));
        }
        if let Repeat::Every { every, times } = state.spec.repeat.clone()
            && times.is_none_or(|times| state.strikes < times)
        {
            let next = now + state.draw(&every).max(Duration::from_nanos(1));
            self.events.push(next, Event::Strike(fault as u32, target));
        }
        self.tracer.note(now, tag::STRIKE, &[fault as u64], targets.as_bytes());
        let name = self.faults[fault].spec.name.as_str().into();
        self.tracer
            .keep(now, &"".into(), || TraceKind::Strike { fault: name, targets: targets.into() });
        firing
    }

    /// Churn begins: each target gets a life of ups and downs of its own.
    fn start_churn(&mut self, fault: usize) {
        let FaultKind::Nodes { nodes, .. } = self.faults[fault].spec.kind.clone() else {
            return;
        };
        let targets = match self.pick(fault, &nodes) {
            Ok(targets) => targets,
            Err(NobodyIs(role)) => return self.wait_for_role(fault, None, &role),
        };
        if let Some(hold) = self.faults[fault].spec.hold.clone() {
            self.faults[fault].churn_until = self.now + self.faults[fault].draw(&hold);
        }
        for target in targets {
            self.churn_again(fault, target);
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
            self.events.push(next, Event::Strike(fault as u32, Some(target)));
        }
    }

    fn wait_for_role(&mut self, fault: usize, target: Option<NodeId>, role: &str) {
        let now = self.now;
        let state = &mut self.faults[fault];
        let since = *state.waiting_since.get_or_insert(now);
        if now.since(since) < WAIT_FOR_ROLE {
            self.events.push(now + LOOK_AGAIN, Event::Strike(fault as u32, target));
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
