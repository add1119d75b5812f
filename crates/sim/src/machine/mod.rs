//! The simulated machines: lifecycle, workers, clocks, timers and roles.
//!
//! A [`Machine`] is a host as the engine sees it; lab code holds a [`Host`](crate::Host), a handle
//! to one life of it. [`Machines`] owns all of them.

pub(crate) mod clock;
pub(crate) mod cpu;
pub(crate) mod disk;
pub(crate) mod id;
pub(crate) mod lifecycle;
pub(crate) mod state;
pub(crate) mod timers;

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Index, IndexMut};
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use netsplit_history::{Cause, Slices, Time, Touch, Touched, TraceKind};
use netsplit_scenario::{NodeGroup, Scenario};
use turmoil_net::Net;

use self::cpu::{Job, Jobs};
use self::disk::DiskState;
use self::id::{NodeId, address};
use self::state::{Machine, MachineKind, Port, SLICES, build_machines, held};
use self::timers::{Expired, Timer, Timers};
use crate::engine::core::Core;
use crate::engine::events::{Firing, JobKey, TimerKey};
use crate::engine::executor::TaskKey;
use crate::engine::tracer::{number, tag};
use crate::random::stream;

/// Hosts reserved for nodes that a lab starts while it runs.
const SPARE_HOSTS: u32 = 64;

/// All machines of a simulation, with their timers and jobs.
pub(crate) struct Machines {
    list: Vec<Machine>,
    /// The scenario's groups; a lab may start more nodes of them.
    specs: Vec<NodeGroup>,
    /// The nodes of each group, in order.
    groups: BTreeMap<Arc<str>, Vec<NodeId>>,
    spares: VecDeque<turmoil_net::HostId>,
    /// The node that last took each role.
    roles: BTreeMap<&'static str, NodeId>,
    timers: Timers,
    jobs: Jobs,
    /// The slices of time in which queues are recorded.
    slices: Slices,
    /// Bytes on all disks.
    pub disk_bytes: usize,
    /// Bytes of delivered messages that no task has received yet.
    pub unread_bytes: usize,
}

/// The steps that a change of effects requires of the event loop.
pub(crate) struct Transition {
    pub crash: bool,
    pub restart: bool,
    /// Tasks woken during a pause that is now over, in order.
    pub unparked: Vec<TaskKey>,
}

impl Machines {
    pub fn new(scenario: &Scenario, seed: u64, net: &mut Net) -> Machines {
        let list = build_machines(scenario, seed, net);
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (machine, id) in list.iter().zip((0..).map(NodeId)) {
            if machine.kind == MachineKind::Node {
                groups.entry(machine.group.clone()).or_default().push(id);
            }
        }
        let first = list.len() as u32;
        let spares = (first..first + SPARE_HOSTS).map(|n| net.add_host(address(NodeId(n))));
        Machines {
            spares: spares.collect(),
            list,
            specs: scenario.nodes.clone(),
            groups,
            roles: BTreeMap::new(),
            timers: Timers::default(),
            jobs: Jobs::default(),
            slices: Slices::of(scenario.duration.into(), SLICES),
            disk_bytes: 0,
            unread_bytes: 0,
        }
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.list.len() as u32).map(NodeId)
    }

    pub fn contains(&self, id: NodeId) -> bool {
        id.index() < self.list.len()
    }

    /// The nodes of a group, in order.
    pub fn nodes_of(&self, group: &str) -> &[NodeId] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// All nodes; client hosts are not among them.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.of_kind(MachineKind::Node).collect()
    }

    /// The client hosts of a load.
    pub fn clients_of(&self, load: &str) -> Vec<NodeId> {
        self.of_kind(MachineKind::Client).filter(|id| &*self[*id].group == load).collect()
    }

    /// The host that performs the scenario's actions.
    pub fn operator(&self) -> NodeId {
        self.of_kind(MachineKind::Operator).next().expect("every simulation has an operator")
    }

    fn of_kind(&self, kind: MachineKind) -> impl Iterator<Item = NodeId> {
        self.ids().filter(move |id| self[*id].kind == kind)
    }

    /// The names of two hosts.
    pub fn names(&self, from: NodeId, to: NodeId) -> (&str, &str) {
        (&self[from].name, &self[to].name)
    }

    /// Adds a node to a group; `None` when no spare host is left.
    pub fn add_node(&mut self, group: &str, seed: u64) -> Option<NodeId> {
        let spec = self.specs.iter().find(|spec| spec.name == group)?;
        let net = self.spares.pop_front()?;
        let id = NodeId(self.list.len() as u32);
        let number = self.nodes_of(group).len() as u32;
        self.list.push(state::node(spec, number, id, seed, self.slices, net));
        self.groups.entry(spec.name.as_str().into()).or_default().push(id);
        Some(id)
    }

    /// A host starts.
    pub fn start(&mut self, core: &mut Core, id: NodeId) {
        core.note(tag::START, &[number(id)], &[]);
        let machine = &mut self[id];
        core.keep(&machine.name, || TraceKind::Start);
        machine.up = true;
        machine.fresh_since = Some(core.now);
        let life = format!("host/{}/{}", machine.name, machine.incarnation);
        machine.rng = stream(core.seed, &life);
    }

    /// A host crashes: its jobs and unsynced writes are lost. The caller drops its tasks on the host.
    pub fn crash(&mut self, core: &mut Core, id: NodeId, why: &str) {
        core.note(tag::CRASH, &[number(id)], why.as_bytes());
        self.drop_role(id);
        let machine = &mut self.list[id.index()];
        core.keep(&machine.name, || TraceKind::Crash { why: why.into() });
        machine.up = false;
        machine.incarnation += 1;
        machine.sent_before_crash = core.run.network.sent;
        machine.parked.clear();
        let unread = std::mem::take(&mut machine.ports);
        self.unread_bytes -= unread.iter().map(Port::bytes).sum::<usize>();
        machine.cpu.clear(core.now, &mut self.jobs);
        let before = machine.disk.bytes();
        machine.disk.crash();
        self.disk_bytes = self.disk_bytes + machine.disk.bytes() - before;
    }

    /// The run is over: every handle goes inert.
    pub fn retire_all(&mut self) {
        for machine in &mut self.list {
            machine.up = false;
            machine.panicked = true;
            machine.incarnation += 1;
        }
    }

    /// The hosts on which a firing has an effect.
    pub fn struck_by(&self, firing: Firing) -> Vec<NodeId> {
        let struck = |id: &NodeId| self[*id].effects.iter().any(|(by, _)| *by == firing);
        self.ids().filter(struck).collect()
    }

    /// Takes the counts of what went differently on a host.
    pub fn take_touched(&mut self, now: Time, id: NodeId) -> Touched {
        let machine = &mut self[id];
        let mut touched = std::mem::take(&mut machine.touched);
        touched.add(&machine.disk.take_touched(now));
        touched[Touch::JobsDelayed] += std::mem::take(&mut machine.cpu.delayed);
        touched
    }

    /// What has gone differently on a host so far with the jobs and syncs in progress.
    pub fn in_progress(&self, now: Time, id: NodeId) -> Touched {
        let machine = &self[id];
        let mut touched = machine.disk.syncs_touched(now);
        touched[Touch::JobsDelayed] += machine.cpu.running_late(now, &self.jobs);
        touched
    }

    /// Counts the timers that their hosts' clocks have held up.
    pub fn count_timers_held_up(&mut self, now: Time) {
        for host in self.timers.all_held_up(now) {
            self.list[host.index()].touched[Touch::TimersMoved] += 1;
        }
    }

    /// Brings a host's clock, disk and workers into the state that the effects in force require.
    pub fn apply_effects(&mut self, core: &mut Core, id: NodeId) -> Transition {
        let machine = &mut self.list[id.index()];
        let (skew_ns, drift) = machine.clock_error();
        let drifted = machine.clock.set(core.now, skew_ns, drift);
        let (sync, fail) = machine.disk_trouble();
        for (timer, at) in machine.disk.set_trouble(sync, fail, core.now) {
            self.timers.reschedule_true(core, timer, at);
        }
        let paused = machine.paused_by_fault();
        let resumed = machine.paused && !paused;
        machine.paused = paused;
        let factor = (!paused).then(|| machine.slowness());
        machine.cpu.set_factor(factor, core.now, &mut self.jobs, core.events());
        if drifted {
            self.timers.reschedule(core, id, &machine.clock);
        }
        let down = machine.crashed_by_fault();
        Transition {
            crash: machine.up && down,
            restart: !machine.up && !down && !machine.panicked,
            unparked: if resumed { std::mem::take(&mut machine.parked) } else { Vec::new() },
        }
    }

    /// A node takes a role, such as `leader`, in place of the one that it had.
    pub fn set_role(&mut self, core: &mut Core, node: NodeId, role: &'static str) {
        self.drop_role(node);
        self.roles.insert(role, node);
        core.note(tag::ROLE, &[number(node)], role.as_bytes());
        core.keep(&self[node].name, || TraceKind::Role(role.into()));
    }

    fn drop_role(&mut self, node: NodeId) {
        self.roles.retain(|_, holder| *holder != node);
    }

    /// The node that last took a role, unless it has crashed or taken another one since.
    pub fn holder_of(&self, role: &str) -> Option<NodeId> {
        self.roles.get(role).copied()
    }

    /// Bytes of timers and jobs.
    pub fn waiting_bytes(&self) -> usize {
        self.timers.bytes() + self.jobs.len() * size_of::<Job>()
    }

    /// A port has a listener from now on.
    pub fn open_port(&mut self, id: NodeId, number: u16) {
        self[id].ports.push(Port { number, unread: VecDeque::new() });
    }

    /// A delivered message waits at a port.
    pub fn queue(&mut self, id: NodeId, port: u16, from: NodeId, wire: Vec<u8>) {
        if let Some(port) = self.list[id.index()].port(port) {
            self.unread_bytes += held(&wire);
            port.unread.push_back((from, wire));
        }
    }

    /// A task receives the first message that waits at a port.
    pub fn receive(&mut self, id: NodeId, port: u16) -> Option<(NodeId, Vec<u8>)> {
        let unread = &mut self.list[id.index()].port(port)?.unread;
        let message = unread.pop_front()?;
        if unread.is_empty() {
            // Begins anew at the front of its buffer, which is in the caches.
            unread.clear();
        }
        self.unread_bytes -= held(&message.1);
        Some(message)
    }

    /// A port has no listener any more.
    pub fn close_port(&mut self, id: NodeId, port: u16) {
        let closed = self.list[id.index()].ports.extract_if(.., |it| it.number == port);
        self.unread_bytes -= closed.map(|port| port.bytes()).sum::<usize>();
    }

    /// Acts on a host's disk.
    pub fn with_disk<T>(&mut self, id: NodeId, act: impl FnOnce(&mut DiskState) -> T) -> T {
        let disk = &mut self.list[id.index()].disk;
        let before = disk.bytes();
        let result = act(disk);
        self.disk_bytes = self.disk_bytes + disk.bytes() - before;
        result
    }

    pub fn timers(&mut self) -> &mut Timers {
        &mut self.timers
    }

    /// A timer expires, unless it was rescheduled; returns the task to wake.
    pub fn finish_timer(&mut self, core: &mut Core, key: TimerKey, schedule: u32) -> Option<Waker> {
        let expired = self.timers.finish(core, key, schedule)?;
        let Expired { host, begun, name, device, moved, waker } = expired;
        let machine = &mut self.list[host.index()];
        if moved {
            machine.touched[Touch::TimersMoved] += 1;
        }
        let (cause, started) = if device {
            (Cause::Sync, machine.disk.began(key).unwrap_or(begun.since))
        } else {
            (Cause::Timer(name), begun.since)
        };
        core.wake(&machine.name, cause, begun, started);
        Some(waker)
    }

    /// Starts a timer on a host's clock.
    pub fn add_timer(
        &mut self,
        core: &mut Core,
        host: NodeId,
        duration: Duration,
        name: &'static str,
    ) -> TimerKey {
        self.timers.add(core, host, &self.list[host.index()].clock, duration, name)
    }

    /// Removes a timer that nothing waits for any more.
    pub fn remove_timer(&mut self, now: Time, key: TimerKey) -> Option<Timer> {
        let timer = self.timers.remove(key)?;
        if let Some(host) = timer.held_up(now) {
            self[host].touched[Touch::TimersMoved] += 1;
        }
        Some(timer)
    }

    /// Begins a sync of a host's disk; returns the timer that ends it, if it takes any time.
    pub fn begin_sync(&mut self, core: &mut Core, host: NodeId) -> Option<TimerKey> {
        let disk = &mut self.list[host.index()].disk;
        disk.begin_sync(core.now, |at| self.timers.add_true(core, host, at))
    }

    /// Gives a host's workers a job.
    pub fn add_job(&mut self, core: &mut Core, host: NodeId, amount: Duration) -> JobKey {
        let cpu = &mut self.list[host.index()].cpu;
        cpu.add(host, amount, core.now, &mut self.jobs, core.events())
    }

    /// The job of a future that waits for it.
    pub fn job(&mut self, key: JobKey) -> Option<&mut Job> {
        self.jobs.get_mut(key)
    }

    /// A worker finishes a job, unless it was rescheduled; returns the task to wake.
    pub fn finish_job(&mut self, core: &mut Core, key: JobKey, schedule: u32) -> Option<Waker> {
        let host = self.jobs.get(key)?.host;
        let cpu = &mut self.list[host.index()].cpu;
        if !cpu.finish(key, schedule, core.now, &mut self.jobs, core.events()) {
            return None;
        }
        core.note(tag::JOB, &[number(host)], &[]);
        let job = self.jobs.get_mut(key)?;
        let waker = job.waker.take()?;
        core.wake(&self.list[host.index()].name, Cause::Job, job.begun, job.started);
        Some(waker)
    }

    /// Removes a job that nothing waits for any more, done or not.
    pub fn abandon_job(&mut self, core: &mut Core, key: JobKey) -> Option<Job> {
        let job = self.jobs.remove(key)?;
        let cpu = &mut self.list[job.host.index()].cpu;
        cpu.abandon(&job, core.now, &mut self.jobs, core.events());
        Some(job)
    }

    /// Takes all wakers out: a waker may own what it wakes.
    pub fn take_wakers(&mut self) -> impl Iterator<Item = Waker> {
        let jobs = self.jobs.values_mut().filter_map(|job| job.waker.take());
        self.timers.take_wakers().chain(jobs)
    }
}

impl Index<NodeId> for Machines {
    type Output = Machine;

    fn index(&self, id: NodeId) -> &Machine {
        &self.list[id.index()]
    }
}

impl IndexMut<NodeId> for Machines {
    fn index_mut(&mut self, id: NodeId) -> &mut Machine {
        &mut self.list[id.index()]
    }
}
