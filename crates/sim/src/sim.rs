//! The loop: run every ready task, then jump to the next event.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use netsplit_history::{Problem, Time, TraceKind};
use turmoil_net::EnterGuard;
use turmoil_net::shim::tokio::net::UdpSocket;

use crate::events::{Event, FlightKey, TimerKey};
use crate::executor::{Task, TaskKey, Tasks};
use crate::host::bind_udp;
use crate::hosts::{HostKind, address};
use crate::messages::{MAX_MESSAGE, REPLY_PORT, call_of};
use crate::panics::{Panic, guarded};
use crate::random::stream;
use crate::tracer::{number, tag};
use crate::world::{CallKey, Timer, World};
use crate::{Host, NodeId, System};

/// Polls and events that may happen at one instant before the run counts as a livelock.
const INSTANT_BUDGET: u64 = 1_000_000;

/// One simulation. It lives on one thread, and a thread runs one at a time.
pub(crate) struct Sim {
    pub world: RefCell<World>,
    pub tasks: RefCell<Tasks>,
    /// Where messages are received before they are decoded.
    pub scratch: RefCell<Vec<u8>>,
    net: EnterGuard,
    system: RefCell<Option<Rc<dyn System>>>,
    /// Polls and events since time last advanced.
    instant: Cell<u64>,
    steps: Cell<u64>,
    /// The host whose code runs, or ran last.
    current: Cell<NodeId>,
}

/// Polls a future that is ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("this future is ready at once"),
    }
}

impl Sim {
    pub fn new(world: World, net: EnterGuard) -> Rc<Sim> {
        Rc::new(Sim {
            world: RefCell::new(world),
            tasks: RefCell::new(Tasks::new()),
            scratch: RefCell::new(vec![0; MAX_MESSAGE]),
            net,
            system: RefCell::new(None),
            instant: Cell::new(0),
            steps: Cell::new(0),
            current: Cell::new(NodeId(0)),
        })
    }

    pub fn install(&self, system: Rc<dyn System>) {
        self.system.replace(Some(system));
    }

    pub fn system(&self) -> Rc<dyn System> {
        self.system.borrow().clone().expect("the system is installed before anything runs")
    }

    /// Runs until nothing is left, the end has come, or a budget is spent. `progress` hears of
    /// the time now and then.
    pub fn run(self: &Rc<Sim>, max_steps: u64, progress: &mut dyn FnMut(Time)) {
        let end = self.world.borrow().end;
        loop {
            if !self.run_ready() {
                break;
            }
            let next = self.world.borrow_mut().events.pop_until(end);
            let Some((at, event)) = next else { break };
            let now = std::mem::replace(&mut self.world.borrow_mut().now, at);
            if at > now {
                self.instant.set(0);
            }
            self.handle(event);
            if !self.spend(None) {
                break;
            }
            let steps = self.steps.get();
            if steps.is_multiple_of(1 << 16) {
                progress(at);
            }
            if steps > max_steps {
                let why = format!("more than {max_steps} events by {at}: a shorter scenario?");
                self.world
                    .borrow_mut()
                    .run
                    .problems
                    .push(Problem::Inconclusive(why));
                break;
            }
        }
        let world = &mut *self.world.borrow_mut();
        world.now = end;
        world.run.steps = self.steps.get();
    }

    /// Counts a step; false when too much has happened at one instant.
    fn spend(&self, at: Option<NodeId>) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.instant.set(self.instant.get() + 1);
        if self.instant.get() <= INSTANT_BUDGET {
            return true;
        }
        let world = &mut *self.world.borrow_mut();
        let place = at.map_or("the network".into(), |id| {
            world.hosts[id.index()].name.clone()
        });
        let now = world.now;
        let why = format!("livelock: a million steps at {now} without time advancing, at {place}");
        world.run.problems.push(Problem::Failure(why));
        false
    }

    /// Polls tasks until none is ready; false when that does not end.
    fn run_ready(self: &Rc<Sim>) -> bool {
        loop {
            let Some(key) = self.tasks.borrow().next_ready() else {
                return true;
            };
            let Some(host) = self.tasks.borrow().host_of(key) else {
                continue;
            };
            {
                let state = &mut self.world.borrow_mut().hosts[host.index()];
                if state.paused {
                    state.parked.push(key);
                    continue;
                }
            }
            self.poll(key);
            if !self.spend(Some(host)) {
                return false;
            }
        }
    }

    fn poll(self: &Rc<Sim>, key: TaskKey) {
        let Some(taken) = self.tasks.borrow_mut().take(key) else {
            return;
        };
        let (host, mut future) = (taken.host, taken.future);
        self.make_current(host);
        let mut context = Context::from_waker(&taken.waker);
        match guarded(|| future.as_mut().poll(&mut context)) {
            Ok(Poll::Pending) => {
                let orphan = self.tasks.borrow_mut().put_back(key, future).err();
                self.drop_on(host, orphan);
            }
            Ok(Poll::Ready(())) => {
                let _ = self.tasks.borrow_mut().remove(key);
                self.drop_on(host, Some(future));
            }
            Err(panic) => {
                let _ = self.tasks.borrow_mut().remove(key);
                self.drop_on(host, Some(future));
                self.node_panicked(host, &panic);
            }
        }
    }

    /// Makes socket calls on this thread mean `host`.
    pub fn make_current(&self, host: NodeId) {
        let net = self.world.borrow().hosts[host.index()].net;
        self.current.set(host);
        self.net.set_current(net);
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.world.borrow().ids()
    }

    /// When and where node code is running.
    pub fn whereabouts(&self) -> (Time, Arc<str>) {
        let world = self.world.borrow();
        (
            world.now,
            world.hosts[self.current.get().index()].name.clone(),
        )
    }

    /// Drops node code where it belongs: its sockets are numbered per host.
    pub fn drop_on<T>(self: &Rc<Sim>, host: NodeId, code: T) {
        self.make_current(host);
        if let Err(panic) = guarded(|| drop(code)) {
            self.node_panicked(host, &panic);
        }
    }

    fn node_panicked(self: &Rc<Sim>, host: NodeId, panic: &Panic) {
        let first = {
            let world = &mut *self.world.borrow_mut();
            world.note_panic(host, panic);
            !std::mem::replace(&mut world.hosts[host.index()].panicked, true)
        };
        if first {
            self.crash(host, &panic.message);
        }
    }

    fn handle(self: &Rc<Sim>, event: Event) {
        match event {
            Event::Deliver(flight) => self.deliver(flight),
            Event::Timer(key, schedule) => self.world.borrow_mut().finish_timer(key, schedule),
            Event::Job(key, schedule) => self.world.borrow_mut().finish_job(key, schedule),
            Event::Arrival(load) => self.arrival(load as usize),
            Event::Think(load) => self.request(load as usize),
            Event::GiveUp(request) => self.give_up(request),
            Event::Strike(fault, target) => self.strike(fault as usize, target),
            Event::Heal(fault, firing) => self.heal(fault as usize, firing as usize),
            Event::Act(action) => self.act(action as usize),
        }
    }

    /// A message arrives: turmoil-net finds its socket and wakes who waits there.
    fn deliver(&self, key: FlightKey) {
        let mut world = self.world.borrow_mut();
        let world = &mut *world;
        let Some(flight) = world.flights.remove(key) else {
            return;
        };
        let (from, to, kind, id) = (flight.from, flight.to, flight.kind, flight.id);
        let host = &world.hosts[to.index()];
        let missed = if !host.up {
            Some("receiver down")
        } else if host.incarnation != flight.incarnation {
            Some("receiver restarted")
        } else if flight.port != REPLY_PORT && !host.ports.contains(&flight.port) {
            Some("no listener")
        } else {
            None
        };
        if let Some(why) = missed {
            return world.lose(from, to, kind, id, why);
        }
        world.run.network.delivered += 1;
        world
            .tracer
            .note(world.now, tag::DELIVER, &[number(to), id], &[]);
        let arrives = |message, from| TraceKind::Deliver { from, message, id };
        world.keep_message(to, kind, arrives, from);
        self.net.deliver(flight.packet);
        if flight.port == REPLY_PORT {
            self.answer_call(world, to);
        }
    }

    /// Hands an answer over to the call that waits for it; late and doubled ones are dropped.
    fn answer_call(&self, world: &mut World, host: NodeId) {
        let state = &world.hosts[host.index()];
        self.net.set_current(state.net);
        let Some(socket) = &state.replies else { return };
        let scratch = &mut *self.scratch.borrow_mut();
        let Ok((length, _)) = socket.try_recv_from(scratch) else {
            return;
        };
        let wire = &scratch[..length];
        if let Some(slot) = world.calls.get_mut(CallKey::from_number(call_of(wire))) {
            slot.answer = Some(wire.to_vec());
            slot.waker.take().into_iter().for_each(Waker::wake);
        }
    }

    /// Starts a timer on a host's clock; `None` when that life of the host is over.
    pub fn add_timer(&self, host: NodeId, life: u32, duration: Duration) -> Option<TimerKey> {
        let world = &mut *self.world.borrow_mut();
        let state = &world.hosts[host.index()];
        if !state.up || state.incarnation != life {
            return None;
        }
        let now = world.now;
        let local = state
            .clock
            .monotonic(now)
            .saturating_add(Time::from(duration).as_nanos());
        let at = state.clock.when(local, now);
        let timer = Timer {
            host,
            local,
            schedule: 0,
            fired: false,
            waker: None,
        };
        let key = world.timers.insert(timer);
        world.events.push(at, Event::Timer(key, 0));
        Some(key)
    }

    /// Listens on a port of the current host.
    pub fn bind(&self, host: NodeId, port: u16) -> UdpSocket {
        let socket = bind_udp(SocketAddr::new(address(host), port));
        self.world.borrow_mut().hosts[host.index()].ports.push(port);
        socket
    }

    /// Starts a host, or starts it again.
    pub fn start(self: &Rc<Sim>, id: NodeId) {
        self.make_current(id);
        let replies = bind_udp(SocketAddr::new(address(id), REPLY_PORT));
        let (incarnation, kind) = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            world.tracer.note(now, tag::START, &[number(id)], &[]);
            let host = &mut world.hosts[id.index()];
            world.tracer.keep(now, &host.name, || TraceKind::Start);
            host.up = true;
            host.replies = Some(replies);
            let life = format!("host/{}/{}", host.name, host.incarnation);
            host.rng = stream(world.seed, &life);
            (host.incarnation, host.kind)
        };
        if kind == HostKind::Node {
            let handle = Host::new(self.clone(), id, incarnation);
            match guarded(|| self.system().node(handle)) {
                Ok(main) => drop(self.tasks.borrow_mut().spawn(id, main)),
                Err(panic) => self.node_panicked(id, &panic),
            }
        }
    }

    /// Adds a node to a group and starts it; `None` when the simulation is full.
    pub fn start_node(self: &Rc<Sim>, group: &str) -> Option<NodeId> {
        let id = self.world.borrow_mut().add_node(group)?;
        let running = self.current.get();
        self.start(id);
        self.make_current(running);
        Some(id)
    }

    /// A host stops: its memory, its unsynced writes and its sessions are gone.
    pub fn crash(self: &Rc<Sim>, id: NodeId, why: &str) {
        let replies = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            world
                .tracer
                .note(now, tag::CRASH, &[number(id)], why.as_bytes());
            world.drop_role(id);
            let host = &mut world.hosts[id.index()];
            world
                .tracer
                .keep(now, &host.name, || TraceKind::Crash { why: why.into() });
            host.up = false;
            host.incarnation += 1;
            host.parked.clear();
            host.ports.clear();
            host.cpu.clear();
            host.disk.crash();
            let replies = host.replies.take();
            for load in &mut world.loads {
                load.idle.retain(|session| session.host != id);
            }
            replies
        };
        self.fail_requests_of(id);
        let tasks: Vec<Task> = self.tasks.borrow_mut().remove_host(id);
        self.drop_on(id, (tasks, replies));
    }

    /// The scenario asks for an action.
    fn act(self: &Rc<Sim>, index: usize) {
        let (operator, verb, args) = {
            let world = &mut *self.world.borrow_mut();
            let action = &world.scenario.actions[index];
            let (verb, args) = (action.verb.clone(), action.args.clone());
            let operator = world.operator();
            let now = world.now;
            world
                .tracer
                .note(now, tag::ACTION, &[index as u64], verb.as_bytes());
            let name = &world.hosts[operator.index()].name;
            world
                .tracer
                .keep(now, name, || TraceKind::Action(verb.as_str().into()));
            (
                operator,
                verb,
                serde_json::to_value(args).unwrap_or_default(),
            )
        };
        let handle = Host::new(self.clone(), operator, 0);
        let task = self.system().act(handle, &verb, args);
        self.tasks.borrow_mut().spawn(operator, task);
    }

    /// Ends all tasks and sessions, each on its host: a simulation must not outlive its network.
    pub fn tear_down(self: &Rc<Sim>) {
        for id in self.ids() {
            let tasks = self.tasks.borrow_mut().remove_host(id);
            let replies = {
                let host = &mut self.world.borrow_mut().hosts[id.index()];
                host.up = false;
                host.incarnation += 1;
                host.replies.take()
            };
            self.make_current(id);
            let _ = guarded(|| drop((tasks, replies)));
        }
        let (loads, requests) = {
            let world = &mut *self.world.borrow_mut();
            (std::mem::take(&mut world.loads), std::mem::take(&mut world.requests))
        };
        let _ = guarded(|| drop((loads, requests)));
        self.system.take();
    }
}
