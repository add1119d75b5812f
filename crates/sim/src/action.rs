//! Actions: what a scenario asks of the lab itself, and whether the lab has obeyed.
//!
//! When an action is due, its selectors are resolved as those of faults are, and the lab is asked
//! from the operator's host. The lab's answer is a future: when it is ready, the action was obeyed
//! or refused; as long as it is not, the action is neither. Nothing here enters the fingerprint but
//! the question, as the answer follows from what the hosts did.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{ActionRecord, Cause, TraceKind};
use netsplit_scenario::{Action, Argument, Scenario, Selector};
use rand::rngs::ChaCha8Rng;

use crate::NodeId;
use crate::engine::core::Core;
use crate::engine::event_loop::Sim;
use crate::engine::events::Event;
use crate::engine::tracer::tag;
use crate::engine::world::World;
use crate::fault::Faults;
use crate::fault::schedule::{ROLE_POLL_INTERVAL, ROLE_TIMEOUT};
use crate::fault::selectors::{RoleVacant, select, select_among};
use crate::machine::Machines;
use crate::random::stream;

/// The lab's answer to an action: ready with `Ok` when it is obeyed, and with `Err` and the reason
/// when the lab refuses. An action whose answer never comes was never obeyed.
pub type Answer = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// An action that the scenario asks for, with its arguments resolved.
#[derive(Clone, Debug)]
pub struct Order {
    /// The verb, one of those in the lab's description.
    pub verb: &'static str,
    given: BTreeMap<&'static str, Given>,
}

#[derive(Clone, Debug)]
enum Given {
    Nodes(Vec<NodeId>),
    Count(u32),
    Duration(Duration),
}

impl Order {
    /// The node that an argument names; `None` when the scenario does not give it.
    pub fn node(&self, argument: &str) -> Option<NodeId> {
        self.nodes(argument).first().copied()
    }

    /// The nodes that an argument names, in order; empty when the scenario does not give it.
    pub fn nodes(&self, argument: &str) -> &[NodeId] {
        match self.given.get(argument) {
            Some(Given::Nodes(nodes)) => nodes,
            _ => &[],
        }
    }

    /// An argument that is a count.
    pub fn count(&self, argument: &str) -> Option<u32> {
        match self.given.get(argument) {
            Some(Given::Count(count)) => Some(*count),
            _ => None,
        }
    }

    /// An argument that is a duration.
    pub fn duration(&self, argument: &str) -> Option<Duration> {
        match self.given.get(argument) {
            Some(Given::Duration(duration)) => Some(*duration),
            _ => None,
        }
    }

    /// The order in words, such as `leave n3`.
    fn describe(&self, machines: &Machines) -> String {
        let mut words = vec![self.verb.to_owned()];
        for given in self.given.values() {
            match given {
                Given::Nodes(nodes) => {
                    words.extend(nodes.iter().map(|node| machines[*node].name.to_string()));
                }
                Given::Count(count) => words.push(count.to_string()),
                Given::Duration(duration) => words.push(format!("{duration:?}")),
            }
        }
        words.join(" ")
    }
}

/// The actions of a scenario. Their records are those of the run.
pub(crate) struct Actions {
    list: Vec<Action>,
    rngs: Vec<ChaCha8Rng>,
}

impl Actions {
    pub fn new(scenario: &Scenario, core: &mut Core) -> Actions {
        let list = scenario.actions.clone();
        let record = |action: &Action| ActionRecord {
            name: action.name.clone(),
            what: action.verb.to_owned(),
            ..ActionRecord::default()
        };
        core.run.actions = list.iter().map(record).collect();
        let rng = |action: &Action| stream(core.seed, &format!("action/{}", action.name));
        Actions { rngs: list.iter().map(rng).collect(), list }
    }

    /// Schedules each action.
    pub fn schedule(&self, core: &mut Core, faults: &mut Faults) {
        for (action, index) in self.list.iter().zip(0..) {
            let stream = format!("trigger/action/{}", action.name);
            faults.schedule_at(
                core,
                &action.trigger,
                Event::Act { action: index, tries: 0 },
                &stream,
            );
        }
    }

    /// Resolves the arguments of an action.
    ///
    /// # Errors
    /// When a selector finds no node at the moment.
    fn resolve(&mut self, index: usize, machines: &Machines) -> Result<Order, RoleVacant> {
        let (action, rng) = (&self.list[index], &mut self.rngs[index]);
        let mut given = BTreeMap::new();
        for (name, argument) in &action.args {
            let value = match argument {
                Argument::Node { group, node } => one_of(machines, group, node, rng)?,
                Argument::Nodes(nodes) => {
                    Given::Nodes(select(machines, nodes, rng)?.into_iter().collect())
                }
                Argument::Count(count) => Given::Count(*count),
                Argument::Duration(duration) => Given::Duration(*duration),
            };
            given.insert(*name, value);
        }
        Ok(Order { verb: action.verb, given })
    }
}

/// The node of `group` that a selector finds.
fn one_of(
    machines: &Machines,
    group: &str,
    node: &Selector,
    rng: &mut ChaCha8Rng,
) -> Result<Given, RoleVacant> {
    let group = machines.nodes_of(group);
    let found = select_among(machines, node, group, rng)?;
    let found: Vec<_> = found.into_iter().filter(|id| group.contains(id)).collect();
    if found.is_empty() {
        let name = if let Selector::Name(name) = node { name } else { "any" };
        return Err(RoleVacant(name.to_owned()));
    }
    Ok(Given::Nodes(found))
}

impl Sim {
    /// An action is due: asks the lab.
    #[cold]
    pub fn act(self: &Rc<Sim>, index: usize, tries: u32) {
        let Some(order) = self.world.borrow_mut().ask(index, tries) else { return };
        let operator = self.world.borrow().machines.operator();
        if !self.world.borrow().machines[operator].up {
            return self.answered(index, Err("the operator has crashed".to_owned()));
        }
        let (system, handle) = (self.system(), self.host(operator));
        if let Some(answer) = self.run_on(operator, || system.act(handle, order)) {
            let sim = self.clone();
            let task = Box::pin(async move { sim.answered(index, answer.await) });
            self.tasks.borrow_mut().spawn(operator, task);
        }
    }

    fn answered(&self, index: usize, answer: Result<(), String>) {
        let core = &mut self.world.borrow_mut().core;
        let now = core.now;
        let record = &mut core.run.actions[index];
        let how = match answer {
            Ok(()) => {
                record.obeyed = Some(now);
                "obeyed".into()
            }
            Err(why) => {
                record.why.clone_from(&why);
                why.into()
            }
        };
        let action = record.name.as_str().into();
        core.keep(&"".into(), || TraceKind::ActionEnded { action, how });
    }
}

impl World {
    /// Records that an action is asked, and resolves its arguments; `None` when nobody is asked:
    /// after the load has stopped, and as long as a selector finds no node.
    fn ask(&mut self, index: usize, tries: u32) -> Option<Order> {
        let World { core, machines, actions, .. } = self;
        if core.now >= core.run.duration {
            let why = &mut core.run.actions[index].why;
            if why.is_empty() {
                "it was due only after the load had stopped".clone_into(why);
            }
            return None;
        }
        let order = match actions.resolve(index, machines) {
            Ok(order) => order,
            Err(RoleVacant(name)) => {
                if ROLE_POLL_INTERVAL * tries < ROLE_TIMEOUT {
                    let again = Event::Act { action: index as u32, tries: tries + 1 };
                    core.schedule(core.now + ROLE_POLL_INTERVAL, again);
                }
                core.run.actions[index].why = format!("there was no `{name}`");
                return None;
            }
        };
        core.note(tag::ACTION, &[index as u64], order.verb.as_bytes());
        let what = order.describe(machines);
        let name = &machines[machines.operator()].name;
        core.wake_now(name, Cause::Action);
        core.keep(name, || TraceKind::Action(what.as_str().into()));
        let record = &mut core.run.actions[index];
        *record = ActionRecord {
            name: std::mem::take(&mut record.name),
            what,
            asked: Some(core.now),
            ..ActionRecord::default()
        };
        Some(order)
    }
}
