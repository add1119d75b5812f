//! Application of faults: effects are put in force on links and hosts, and ended.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::targets::FaultEffect;
use crate::engine::event_loop::Sim;
use crate::engine::events::{FaultId, Firing};
use crate::engine::executor::Tasks;
use crate::engine::world::World;
use crate::machine::id::NodeId;
use crate::machine::state::MachineEffect;

impl Sim {
    /// A fault fires, with churn at one target: its effect is put in force.
    #[cold]
    pub fn inject(self: &Rc<Sim>, fault: FaultId, target: Option<NodeId>) {
        let affected = self.world.borrow_mut().inject(fault, target);
        for host in affected {
            self.apply_effects(host);
        }
    }

    /// A firing heals: its effect ends.
    #[cold]
    pub fn heal(self: &Rc<Sim>, firing: Firing) {
        let healed = self.world.borrow_mut().heal(firing);
        for host in healed {
            self.apply_effects(host);
        }
    }

    /// Brings a host into the state that the effects in force require.
    fn apply_effects(self: &Rc<Sim>, id: NodeId) {
        let transition = {
            let world = &mut *self.world.borrow_mut();
            world.machines.apply_effects(&mut world.core, id)
        };
        for task in transition.unparked {
            Tasks::requeue(task);
        }
        if transition.crash {
            let (tasks, requests) = (self.tasks.borrow().count_of(id), self.requests_of(id).len());
            let why = {
                let world = &mut *self.world.borrow_mut();
                world.count_losses(id, tasks, requests as u64);
                world.cause_of_crash(id)
            };
            self.crash(id, &why);
        } else if transition.restart {
            self.start(id);
        }
    }
}

impl World {
    /// Puts a fault's effect in force; returns the hosts that must apply it.
    fn inject(&mut self, fault: FaultId, target: Option<NodeId>) -> BTreeSet<NodeId> {
        let World { core, network, machines, faults, .. } = self;
        let Some((firing, effect)) = faults.fire(core, machines, fault, target) else {
            return BTreeSet::new();
        };
        match effect {
            FaultEffect::Links(effect) => {
                let touched = network.inject(core, effect);
                faults.credit(fault, &touched);
                BTreeSet::new()
            }
            FaultEffect::Nodes(hosts, effect) => {
                for id in &hosts {
                    self.credit_faults_on(*id);
                    let machine = &mut self.machines[*id];
                    machine.effects.push((firing, effect.clone()));
                    let name = machine.name.to_string();
                    self.faults[fault].record.affected_nodes.insert(name);
                }
                hosts
            }
        }
    }

    /// Ends the effects of a firing; returns the hosts that had any.
    fn heal(&mut self, firing: Firing) -> Vec<NodeId> {
        self.faults.close_firing(&mut self.core, firing);
        self.network.heal(&mut self.core, firing);
        let healed = self.machines.struck_by(firing);
        for id in &healed {
            self.credit_faults_on(*id);
            let pending = self.machines.in_progress(self.core.now, *id);
            self.faults.credit(firing.fault, &pending);
            self.machines[*id].heal(firing);
            self.faults.churn_again(&mut self.core, firing.fault, *id);
        }
        healed
    }

    /// The fault that crashes a host.
    fn cause_of_crash(&self, id: NodeId) -> String {
        let effects = self.machines[id].effects.iter().rev();
        let mut crashes = effects.filter(|(_, effect)| matches!(effect, MachineEffect::Crash));
        let name = crashes.next().map(|(firing, _)| self.faults[firing.fault].spec.name.as_str());
        format!("fault {}", name.unwrap_or_default())
    }
}
