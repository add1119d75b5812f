//! The schedule of faults: at a time or an event, repeated, or as churn.

use std::time::Duration;

use netsplit_history::TraceKind;
use netsplit_scenario::{FaultKind, Repeat, Trigger};

use super::selectors::RoleVacant;
use super::targets::FaultEffect;
use super::{EventTrigger, Faults};
use crate::engine::core::Core;
use crate::engine::events::{Event, FaultId, Firing};
use crate::engine::tracer::tag;
use crate::machine::Machines;
use crate::machine::id::NodeId;
use crate::random::{Sampler, stream};

/// How long a fault or action waits for a node to take the role that it targets ...
pub(crate) const ROLE_TIMEOUT: Duration = Duration::from_secs(5);
/// ... and how often it looks.
pub(crate) const ROLE_POLL_INTERVAL: Duration = Duration::from_millis(10);

impl Faults {
    /// Schedules the first firing of each fault.
    pub fn schedule(&mut self, core: &mut Core) {
        for id in self.ids() {
            let spec = &self[id].spec;
            let (trigger, stream) = (spec.trigger.clone(), format!("trigger/fault/{}", spec.name));
            self.schedule_at(core, &trigger, Event::Inject(id, None), &stream);
        }
    }

    /// Schedules an event at a trigger; `name` is that of its random stream.
    pub fn schedule_at(&mut self, core: &mut Core, trigger: &Trigger, then: Event, name: &str) {
        match trigger {
            Trigger::At(at) => core.schedule(*at, then),
            Trigger::Event { event, nth, plus } => {
                let plus = Sampler::new(plus).draw(&mut stream(core.seed, name));
                self.waiting.push(EventTrigger { event: event.clone(), left: *nth, then, plus });
            }
        }
    }

    /// An event of the lab: schedules the faults and actions that waited for it.
    pub fn trigger(&mut self, core: &mut Core, name: &str) {
        for trigger in self.waiting.iter_mut().filter(|trigger| trigger.event == name) {
            trigger.left = trigger.left.saturating_sub(1);
            if trigger.left == 0 {
                core.schedule(core.now + trigger.plus, trigger.then);
            }
        }
        self.waiting.retain(|trigger| trigger.left > 0);
    }

    /// A fault fires: resolves its targets, and opens a firing. `None` when it waits for a role,
    /// when it starts to churn, and after the load has stopped.
    pub fn fire(
        &mut self,
        core: &mut Core,
        machines: &Machines,
        id: FaultId,
        target: Option<NodeId>,
    ) -> Option<(Firing, FaultEffect)> {
        if core.now >= core.run.duration {
            return None;
        }
        let fault = &mut self[id];
        if matches!(fault.spec.repeat, Repeat::Churn { .. }) && target.is_none() {
            self.start_churn(core, machines, id);
            return None;
        }
        let firing = Firing { fault: id, number: fault.record.spans.len() as u32 };
        match fault.resolve(firing, target, machines) {
            Ok(effect) => {
                self.open_firing(core, firing, target, effect.describe(machines));
                Some((firing, effect))
            }
            Err(RoleVacant(role)) => {
                self.wait_for_role(core, id, target, &role);
                None
            }
        }
    }

    /// Records a firing, and schedules its end and the fault's next firing.
    fn open_firing(
        &mut self,
        core: &mut Core,
        firing: Firing,
        target: Option<NodeId>,
        targets: String,
    ) {
        let (now, id) = (core.now, firing.fault);
        let fault = &mut self[id];
        fault.waiting_since = None;
        fault.record.spans.push((now, core.run.duration));
        let hold = match (&fault.spec.repeat, &fault.spec.hold) {
            (Repeat::Churn { down, .. }, _) => Some(down.clone()),
            (_, hold) => hold.clone(),
        };
        if let Some(hold) = hold {
            core.schedule(now + fault.draw(&hold), Event::Heal(firing));
        }
        if let Repeat::Every { every, times } = fault.spec.repeat.clone()
            && times.is_none_or(|times| firing.number + 1 < times)
        {
            let next = now + fault.draw(&every).max(Duration::from_nanos(1));
            core.schedule(next, Event::Inject(id, target));
        }
        core.note(tag::INJECT, &[u64::from(id.0)], targets.as_bytes());
        let fault = fault.spec.name.as_str().into();
        core.keep(&"".into(), || TraceKind::Strike { fault, targets: targets.into() });
    }

    /// Records that a firing heals.
    pub fn close_firing(&mut self, core: &mut Core, firing: Firing) {
        let fault = &mut self[firing.fault];
        fault.record.spans[firing.number as usize].1 = core.now;
        core.note(tag::HEAL, &[u64::from(firing.fault.0), u64::from(firing.number)], &[]);
        let fault = fault.spec.name.as_str().into();
        core.keep(&"".into(), || TraceKind::Heal { fault });
    }

    /// Starts churn: each target goes down and up on its own.
    fn start_churn(&mut self, core: &mut Core, machines: &Machines, id: FaultId) {
        let fault = &mut self[id];
        let FaultKind::Nodes { nodes, .. } = fault.spec.kind.clone() else {
            return;
        };
        let targets = match fault.select(machines, &nodes) {
            Ok(targets) => targets,
            Err(RoleVacant(role)) => return self.wait_for_role(core, id, None, &role),
        };
        if let Some(hold) = fault.spec.hold.clone() {
            fault.churn_until = core.now + fault.draw(&hold);
        }
        for target in targets {
            self.churn_again(core, id, target);
        }
    }

    /// Schedules the next firing of a churning fault at one target.
    pub fn churn_again(&mut self, core: &mut Core, id: FaultId, target: NodeId) {
        let fault = &mut self[id];
        let Repeat::Churn { up, .. } = fault.spec.repeat.clone() else {
            return;
        };
        let next = core.now + fault.draw(&up).max(Duration::from_nanos(1));
        if next < fault.churn_until.min(core.run.duration) {
            core.schedule(next, Event::Inject(id, Some(target)));
        }
    }

    /// Tries again later, until a node has the role or the timeout has passed.
    fn wait_for_role(&mut self, core: &mut Core, id: FaultId, target: Option<NodeId>, role: &str) {
        let fault = &mut self[id];
        let since = *fault.waiting_since.get_or_insert(core.now);
        if core.now.since(since) < ROLE_TIMEOUT {
            core.schedule(core.now + ROLE_POLL_INTERVAL, Event::Inject(id, target));
            return;
        }
        fault.waiting_since = None;
        let why = format!(
            "fault {} targets the role {role}, which no node took within {}s of {}s",
            fault.spec.name,
            ROLE_TIMEOUT.as_secs(),
            since.as_secs_f64()
        );
        core.inconclusive(why);
    }
}
