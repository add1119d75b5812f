//! Counts of what faults change, credited to the faults that caused them.
//!
//! A fault of links is credited with a message when it changes its fate. What goes differently on a
//! host is counted there ([`Machine::touched`]), and credited when the effects on the host change:
//! to each fault that was in force until then, as far as it is of a kind that causes such. Work in
//! progress is credited to the fault that heals meanwhile. So the count of one message or job costs
//! an addition.
//!
//! [`Machine::touched`]: crate::machine::state::Machine::touched

use std::time::Duration;

use netsplit_history::{Touch, Touched};
use netsplit_scenario::{FaultKind, LinkFault, NodeFault};

use super::Faults;
use crate::engine::events::FaultId;
use crate::engine::world::World;
use crate::machine::id::NodeId;
use crate::machine::state::{Machine, MachineEffect};

/// The reciprocal of the share of a duration from which a change of it counts: reports have three
/// significant digits.
const NOTICEABLE: u32 = 1000;

/// Whether a change of something that takes `whole` counts.
pub(crate) fn is_noticeable(change: Duration, whole: Duration) -> bool {
    !change.is_zero() && change.saturating_mul(NOTICEABLE) >= whole
}

/// What a kind of fault is meant to change.
pub(crate) fn aims(kind: &FaultKind) -> &'static [Touch] {
    match kind {
        FaultKind::Links(LinkFault::Partition(_)) => &[Touch::MessagesCut],
        FaultKind::Links(LinkFault::Latency { add: false, .. } | LinkFault::Bandwidth { .. }) => {
            &[Touch::MessagesDelayed, Touch::MessagesHastened]
        }
        FaultKind::Links(LinkFault::Latency { add: true, .. }) => &[Touch::MessagesDelayed],
        FaultKind::Links(LinkFault::Loss { .. }) => &[Touch::MessagesLost],
        FaultKind::Links(LinkFault::Duplicate { .. }) => &[Touch::MessagesDuplicated],
        FaultKind::Nodes { fault, .. } => match fault {
            NodeFault::Crash => &[
                Touch::MessagesDropped,
                Touch::RequestsLost,
                Touch::TasksKilled,
                Touch::JobsKilled,
                Touch::WritesLost,
                Touch::MemoriesLost,
            ],
            NodeFault::Pause => &[Touch::TasksPaused, Touch::JobsDelayed],
            NodeFault::Slow { .. } => &[Touch::JobsDelayed],
            NodeFault::Clock { drift: 0.0, .. } => &[Touch::ClockReadings],
            NodeFault::Clock { .. } => &[Touch::ClockReadings, Touch::TimersMoved],
            NodeFault::Disk { sync: None, .. } => &[Touch::WritesRefused, Touch::SyncsRefused],
            NodeFault::Disk { fail: false, .. } => &[Touch::SyncsDelayed, Touch::SyncsHastened],
            NodeFault::Disk { .. } => &[
                Touch::WritesRefused,
                Touch::SyncsDelayed,
                Touch::SyncsHastened,
                Touch::SyncsRefused,
            ],
        },
    }
}

impl Faults {
    /// Credits a fault with what it has changed.
    pub fn credit(&mut self, fault: FaultId, touched: &Touched) {
        let record = &mut self[fault].record;
        let touched = touched.only(&record.aims);
        record.touched.add(&touched);
    }

    /// Credits the faults in force on a host, or those that have left something behind.
    fn credit_all(&mut self, machine: &Machine, touched: &Touched) {
        let mut touched = *touched;
        for (firing, effect) in machine.effects.iter().rev() {
            match effect {
                MachineEffect::Clock { skew_ns: 0, drift: 0.0 } => {}
                _ => self.credit(firing.fault, &touched),
            }
            if let MachineEffect::Disk { sync: Some(_), .. } = effect {
                // Only the latest sync time is in force.
                touched[Touch::SyncsDelayed] = 0;
                touched[Touch::SyncsHastened] = 0;
            }
        }
        let in_force = |wanted: fn(&MachineEffect) -> bool| {
            machine.effects.iter().any(|(_, effect)| wanted(effect))
        };
        if let Some(fault) = machine.crashed_by
            && !in_force(|effect| matches!(effect, MachineEffect::Crash))
        {
            self.credit(fault, &touched.only(&[Touch::MessagesDropped]));
        }
        if let Some(fault) = machine.drifted_by
            && !in_force(|effect| matches!(effect, MachineEffect::Clock { .. }))
        {
            self.credit(fault, &touched);
        }
    }
}

impl World {
    /// Credits what has gone differently on a host since the effects there last changed.
    pub fn credit_faults_on(&mut self, id: NodeId) {
        let touched = self.machines.take_touched(self.core.now, id);
        if !touched.is_empty() {
            self.faults.credit_all(&self.machines[id], &touched);
        }
    }

    /// Counts what a host loses in a crash that a fault causes: it has `tasks` and `requests`. A life
    /// that has done nothing since its start has nothing to lose.
    pub fn count_losses(&mut self, id: NodeId, tasks: u64, requests: u64) {
        let pending = self.machines.in_progress(self.core.now, id);
        let machine = &mut self.machines[id];
        let lives = u64::from(machine.fresh_since.is_none());
        let jobs = machine.cpu.running() + machine.cpu.queued();
        let losses = [
            (Touch::RequestsLost, requests),
            (Touch::TasksKilled, lives * tasks),
            (Touch::JobsKilled, jobs as u64),
            (Touch::WritesLost, machine.disk.unsynced()),
            (Touch::MemoriesLost, lives),
        ];
        machine.touched.add(&pending);
        losses.into_iter().for_each(|(touch, count)| machine.touched[touch] += count);
    }

    /// Credits everything that is left at the end of the run; not what was in progress when it ended
    /// early.
    pub fn credit_all_faults(&mut self) {
        let (now, early) = (self.core.now, self.core.run.ended_early);
        if !early {
            self.machines.count_timers_held_up(now);
        }
        for id in self.machines.ids() {
            if !early {
                let pending = self.machines.in_progress(now, id);
                self.machines[id].touched.add(&pending);
            }
            self.credit_faults_on(id);
        }
    }
}
