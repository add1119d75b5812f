//! What faults in force do to hosts, and the scenario's own rules to links.

use std::rc::Rc;

use netsplit_scenario::{Ends, Selector};

use crate::NodeId;
use crate::engine::event_loop::Sim;
use crate::engine::executor::Tasks;
use crate::engine::world::World;
use crate::machine::state::HostEffect;
use crate::network::link_effects::{EndSets, LinkEffect, changes};
use crate::random::stream;

impl Sim {
    /// Brings a host into the state that the effects in force on it demand.
    pub fn apply_effects(self: &Rc<Sim>, id: NodeId) {
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
            host.cpu.set_factor(factor, now, &mut world.jobs, &mut world.events);
            let down = host.crashed_by_fault();
            if drifted {
                world.reschedule_timers(id);
            }
            let host = &mut world.hosts[id.index()];
            let unpark = if resumed { std::mem::take(&mut host.parked) } else { Vec::new() };
            (host.up && down, !host.up && !down && !host.panicked, unpark)
        };
        for task in unpark {
            Tasks::requeue(task);
        }
        if crash {
            let why = self.world.borrow().cause_of_crash(id);
            self.crash(id, &why);
        } else if restart {
            self.start(id);
        }
    }
}

impl World {
    /// The fault that crashes a host.
    fn cause_of_crash(&self, id: NodeId) -> String {
        let effects = self.hosts[id.index()].effects.iter().rev();
        let mut crashes = effects.filter(|(_, effect)| matches!(effect, HostEffect::Crash));
        let name = crashes.next().map(|((fault, _), _)| self.faults[*fault].spec.name.as_str());
        format!("fault {}", name.unwrap_or_default())
    }

    /// Turns the scenario's own link rules into effects, in place of earlier ones: a node that
    /// joins a group is covered by the group's rules. Selectors that are random or about roles
    /// mean nobody here; the parser says so.
    pub fn apply_link_rules(&mut self) {
        let mut rng = stream(self.seed, "network");
        let mut effects = Vec::new();
        for rule in &self.scenario.network.links {
            let mut pick =
                |selector: &Selector| self.select(selector, &mut rng).unwrap_or_default();
            let ends = match &rule.ends {
                Ends::All => EndSets::All,
                Ends::Between(a, b) => EndSets::Between(pick(a), pick(b)),
                Ends::OneWay(a, b) => EndSets::OneWay(pick(a), pick(b)),
                Ends::Of(nodes) => EndSets::Of(pick(nodes)),
            };
            effects.extend(changes(&rule.settings).into_iter().map(|change| LinkEffect {
                by: None,
                ends: ends.clone(),
                message: rule.message,
                change,
            }));
        }
        self.links.set_rules(effects);
    }
}
