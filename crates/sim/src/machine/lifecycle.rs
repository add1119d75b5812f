//! The life of a host: it starts, crashes, starts again, and ends with the run.

use std::net::SocketAddr;
use std::rc::Rc;

use netsplit_history::{Crash, TraceKind};
use turmoil_net::shim::tokio::net::UdpSocket;

use crate::engine::event_loop::{Sim, ready};
use crate::engine::panics::{Panic, guarded};
use crate::engine::tracer::{number, tag};
use crate::engine::world::World;
use crate::machine::state::{HostKind, address};
use crate::network::wire::REPLY_PORT;
use crate::random::stream;
use crate::{Host, NodeId, Reply};

impl Sim {
    /// Starts a host, or starts it again.
    pub fn start(self: &Rc<Sim>, id: NodeId) {
        let replies = self.bind(id, REPLY_PORT);
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
            let (system, handle) = (self.system(), Host::new(self.clone(), id, incarnation));
            if let Some(main) = self.run_on(id, || system.node(handle)) {
                self.tasks.borrow_mut().spawn(id, main);
            }
        }
    }

    /// Listens on a port of a host.
    pub fn bind(&self, host: NodeId, port: u16) -> UdpSocket {
        let address = SocketAddr::new(address(host), port);
        self.as_host(host, || ready(UdpSocket::bind(address)))
            .unwrap_or_else(|error| panic!("port {port} is taken on this host: {error}"))
    }

    /// Closes a socket of a host. After the end of the run there is nothing to close.
    pub fn close(&self, host: NodeId, socket: UdpSocket) {
        if self.net.borrow().is_some() {
            self.as_host(host, || drop(socket));
        } else {
            std::mem::forget(socket);
        }
    }

    /// Adds a node to a group and starts it; `None` when the simulation is full.
    pub fn start_node(self: &Rc<Sim>, group: &str) -> Option<NodeId> {
        let id = self.world.borrow_mut().add_node(group)?;
        self.start(id);
        Some(id)
    }

    /// A host stops: its memory, its unsynced writes and its sessions are gone.
    pub fn crash(self: &Rc<Sim>, id: NodeId, why: &str) {
        let (sessions, replies) = {
            let world = &mut *self.world.borrow_mut();
            let now = world.now;
            world.tracer.note(now, tag::CRASH, &[number(id)], why.as_bytes());
            world.drop_role(id);
            let host = &mut world.hosts[id.index()];
            world.tracer.keep(now, &host.name, || TraceKind::Crash { why: why.into() });
            host.up = false;
            host.incarnation += 1;
            host.parked.clear();
            host.ports.clear();
            host.cpu.clear(&mut world.jobs);
            host.disk.crash();
            let replies = host.replies.take();
            let mut sessions = Vec::new();
            for load in &mut world.loads {
                sessions.extend(load.idle.extract_if(.., |session| session.host == id));
            }
            (sessions, replies)
        };
        for key in self.requests_of(id) {
            let lost = self.finish(key, Reply::unknown("the client crashed"));
            self.drop_on(id, lost);
        }
        self.drop_tasks(id);
        for session in sessions {
            self.drop_on(id, session);
        }
        self.drop_on(id, replies);
    }

    fn drop_tasks(self: &Rc<Sim>, id: NodeId) {
        let tasks = self.tasks.borrow_mut().remove_host(id);
        for task in tasks {
            self.drop_on(id, task);
        }
    }

    /// A node's own code stops it. No fault's healing brings it back.
    pub fn node_panicked(self: &Rc<Sim>, host: NodeId, panic: &Panic) {
        let first = {
            let world = &mut *self.world.borrow_mut();
            world.note_panic(host, panic);
            !std::mem::replace(&mut world.hosts[host.index()].panicked, true)
        };
        if first {
            self.crash(host, &panic.message);
        }
    }

    /// The scenario asks for an action.
    pub fn act(self: &Rc<Sim>, index: usize) {
        let (operator, verb, args) = {
            let world = &mut *self.world.borrow_mut();
            let action = &world.scenario.actions[index];
            let (verb, args) = (action.verb.clone(), action.args.clone());
            let operator = world.operator();
            let now = world.now;
            world.tracer.note(now, tag::ACTION, &[index as u64], verb.as_bytes());
            let name = &world.hosts[operator.index()].name;
            world.tracer.keep(now, name, || TraceKind::Action(verb.as_str().into()));
            (operator, verb, serde_json::to_value(args).unwrap_or_default())
        };
        let (system, handle) = (self.system(), self.host(operator));
        let up = self.world.borrow().hosts[operator.index()].up;
        if let Some(task) = self.run_on(operator, || system.act(handle, &verb, args)) {
            if up {
                self.tasks.borrow_mut().spawn(operator, task);
            } else {
                self.drop_on(operator, task);
            }
        }
    }

    /// A handle to the present life of a host.
    pub fn host(self: &Rc<Sim>, id: NodeId) -> Host {
        let incarnation = self.world.borrow().hosts[id.index()].incarnation;
        Host::new(self.clone(), id, incarnation)
    }

    /// Ends all tasks and sessions, each on its host: a simulation must not outlive its network.
    /// Code that panics while it is dropped is not reported any more.
    pub fn tear_down(self: &Rc<Sim>) {
        let sessions = {
            let world = &mut *self.world.borrow_mut();
            for host in &mut world.hosts {
                host.up = false;
                host.panicked = true;
                host.incarnation += 1;
            }
            let idle = world.loads.iter_mut().flat_map(|load| std::mem::take(&mut load.idle));
            idle.collect::<Vec<_>>()
        };
        let crashes = self.world.borrow().run.crashes.len();
        for id in self.ids() {
            self.drop_tasks(id);
            let replies = self.world.borrow_mut().hosts[id.index()].replies.take();
            self.drop_on(id, replies);
        }
        for session in sessions {
            self.drop_on(session.host, session);
        }
        let wakers = self.world.borrow_mut().take_wakers();
        for waker in wakers {
            let _ = guarded(|| drop(waker));
        }
        self.world.borrow_mut().run.crashes.truncate(crashes);
        self.uninstall();
        drop(self.net.take());
    }
}

impl World {
    /// The crash of a node that no fault had ordered.
    fn note_panic(&mut self, id: NodeId, panic: &Panic) {
        let node = self.hosts[id.index()].name.to_string();
        self.tracer.note(self.now, tag::CRASH, &[number(id)], panic.message.as_bytes());
        self.run.crashes.push(Crash {
            at: self.now,
            node,
            message: panic.message.clone(),
            place: panic.place.clone(),
        });
    }

    /// Takes all wakers out, since a waker may own what it wakes.
    fn take_wakers(&mut self) -> Vec<std::task::Waker> {
        let timers = self.timers.values_mut().filter_map(|timer| timer.waker.take());
        let calls = self.calls.values_mut().filter_map(|call| call.waker.take());
        let jobs = self.jobs.values_mut().filter_map(|job| job.waker.take());
        timers.chain(calls).chain(jobs).collect()
    }
}
