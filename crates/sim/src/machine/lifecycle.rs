//! The lifecycle of hosts: start, crash, restart, and the end of the run.

use std::net::SocketAddr;
use std::rc::Rc;
use std::task::Waker;

use netsplit_history::{Cause, Crash};
use turmoil_net::shim::tokio::net::UdpSocket;

use super::id::{NodeId, address};
use super::state::MachineKind;

use crate::engine::event_loop::{Sim, ready};
use crate::engine::executor::{cause, set_cause};
use crate::engine::panics::{Panic, guarded};
use crate::engine::tracer::{number, tag};
use crate::engine::world::World;
use crate::{Host, Reply};

impl Sim {
    /// Starts or restarts a host.
    pub fn start(self: &Rc<Sim>, id: NodeId) {
        let before = cause();
        let (incarnation, kind) = {
            let world = &mut *self.world.borrow_mut();
            world.core.wake_now(&world.machines[id].name, Cause::Start);
            world.machines.start(&mut world.core, id);
            let machine = &world.machines[id];
            (machine.incarnation, machine.kind)
        };
        if kind == MachineKind::Node {
            let (system, handle) = (self.system(), Host::new(self.clone(), id, incarnation));
            if let Some(main) = self.run_on(id, || system.node(handle)) {
                self.tasks.borrow_mut().spawn(id, main);
            }
        }
        set_cause(before);
    }

    /// Listens on a port of a host.
    pub fn bind(&self, host: NodeId, port: u16) -> UdpSocket {
        let address = SocketAddr::new(address(host), port);
        self.as_host(host, || ready(UdpSocket::bind(address))).unwrap_or_else(|error| {
            panic!("port {port} already has a listener on this host: {error}")
        })
    }

    /// Closes a socket of a host. After the end of the run the network is gone, and nothing is left
    /// to close.
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

    /// A host crashes: its memory, its unsynced writes and its sessions are lost.
    #[cold]
    pub fn crash(self: &Rc<Sim>, id: NodeId, why: &str) {
        let sessions = {
            let world = &mut *self.world.borrow_mut();
            world.machines.crash(&mut world.core, id, why);
            world.loads.take_sessions_of(id)
        };
        for key in self.requests_of(id) {
            let lost = self.finish(key, Reply::unknown("the client crashed"));
            self.drop_on(id, lost);
        }
        let tasks = self.tasks.borrow_mut().remove_host(id);
        for task in tasks {
            self.drop_on(id, task);
        }
        for session in sessions {
            self.drop_on(id, session);
        }
    }

    /// A node crashes by its own panic. It does not restart when a fault heals. Once a budget is
    /// exceeded, lab code is unwound and its panics mean nothing.
    #[cold]
    pub fn node_panicked(self: &Rc<Sim>, host: NodeId, panic: &Panic) {
        let first = {
            let world = &mut *self.world.borrow_mut();
            if world.core.budget.exceeded {
                return;
            }
            world.note_panic(host, panic);
            !std::mem::replace(&mut world.machines[host].panicked, true)
        };
        if first {
            self.crash(host, &panic.message);
        }
    }

    /// A handle to the current life of a host.
    pub fn host(self: &Rc<Sim>, id: NodeId) -> Host {
        let incarnation = self.world.borrow().machines[id].incarnation;
        Host::new(self.clone(), id, incarnation)
    }

    /// Ends all tasks and sessions, each on its host: a simulation must not outlive its network.
    /// Code that panics while it is dropped is not reported any more.
    pub fn tear_down(self: &Rc<Sim>) {
        let sessions = {
            let world = &mut *self.world.borrow_mut();
            world.machines.retire_all();
            world.loads.take_sessions()
        };
        let crashes = self.world.borrow().core.run.crashes.len();
        let tasks = self.tasks.borrow_mut().remove_all();
        for (host, task) in tasks {
            self.drop_on(host, task);
        }
        for session in sessions {
            self.drop_on(session.host, session);
        }
        let wakers = self.world.borrow_mut().take_wakers();
        for waker in wakers {
            let _ = guarded(|| drop(waker));
        }
        self.world.borrow_mut().core.run.crashes.truncate(crashes);
        self.uninstall();
        drop(self.net.take());
    }
}

impl World {
    /// Records a crash that no fault has caused. The operator is no part of the system under test:
    /// what fails there are the actions.
    fn note_panic(&mut self, id: NodeId, panic: &Panic) {
        let World { core, machines, .. } = self;
        core.note(tag::CRASH, &[number(id)], panic.message.as_bytes());
        if machines[id].kind == MachineKind::Operator {
            let Panic { message, place } = panic;
            let at = core.now.as_secs_f64();
            let why = format!("the lab panicked at {at}s in an action: {message} ({place})");
            return core.inconclusive(why);
        }
        core.run.crashes.push(Crash {
            at: core.now,
            node: machines[id].name.to_string(),
            message: panic.message.clone(),
            place: panic.place.clone(),
        });
    }

    /// Takes all wakers out: a waker may own what it wakes.
    fn take_wakers(&mut self) -> Vec<Waker> {
        self.machines.take_wakers().chain(self.network.take_wakers()).collect()
    }
}
