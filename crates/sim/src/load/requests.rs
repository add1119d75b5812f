//! The course of a request: from its arrival to the history.

use std::rc::Rc;

use netsplit_history::Cause;

use super::arrivals::Session;
use super::client::Reply;
use crate::engine::event_loop::Sim;
use crate::engine::events::RequestKey;
use crate::engine::executor::TaskKey;
use crate::engine::world::World;
use crate::machine::id::NodeId;

impl Sim {
    /// An open-loop load sends its next request, and schedules the one after it.
    pub fn arrival(self: &Rc<Sim>, load: usize) {
        {
            let world = &mut *self.world.borrow_mut();
            world.loads.schedule_arrival(&mut world.core, load);
        }
        self.request(load);
    }

    /// Sends a load's next request now, from an idle session or else a new one.
    pub fn request(self: &Rc<Sim>, load: usize) {
        let idle = self.world.borrow_mut().loads.take_idle(load);
        let session = idle.unwrap_or_else(|| self.open_session(load));
        let (host, client) = (session.host, session.client.clone());
        let request = {
            let world = &mut *self.world.borrow_mut();
            let request = world.loads.next_request(load);
            world.core.wake_now(&world.machines[host].name, Cause::Request(request.id));
            request
        };
        let input = client.as_ref().and_then(|client| self.run_on(host, || client.input(&request)));
        let input = input.unwrap_or_default();
        let (key, up) = {
            let world = &mut *self.world.borrow_mut();
            let (core, machines, loads) = (&mut world.core, &world.machines, &mut world.loads);
            (loads.begin(core, machines, load, session, request.clone(), input), machines[host].up)
        };
        let Some(client) = client.filter(|_| up) else {
            self.world.borrow_mut().machines[host].refuse_request();
            let retired = self.finish(key, Reply::failed("the client is down"));
            return self.drop_on(host, retired);
        };
        let Some(performing) = self.run_on(host, || client.perform(request)) else {
            return;
        };
        let sim = self.clone();
        let task = Box::pin(async move {
            let reply = performing.await;
            drop(sim.finish(key, reply));
        });
        let task = self.tasks.borrow_mut().spawn(host, task);
        self.world.borrow_mut().loads.set_task(key, task);
    }

    /// Opens a session on the load's next host.
    fn open_session(self: &Rc<Sim>, load: usize) -> Session {
        let (id, host, up) = {
            let world = &mut *self.world.borrow_mut();
            let (id, host) = world.loads.next_session(load);
            (id, host, world.machines[host].up)
        };
        let (system, handle) = (self.system(), self.host(host));
        let client = up.then(|| self.run_on(host, || system.client(handle))).flatten();
        Session { id, host, client }
    }

    /// A request's client times out: the task that performs the request is dropped.
    pub fn time_out(self: &Rc<Sim>, key: RequestKey) {
        let Some((host, task)) = self.world.borrow_mut().give_up(key) else {
            return;
        };
        let retired = self.finish(key, Reply::timed_out("no answer in time"));
        if let Some(task) = task {
            let future = self.tasks.borrow_mut().remove(task);
            self.drop_on(host, future);
        }
        self.drop_on(host, retired);
    }

    /// A request ends. Returns its session if that retires, to be dropped on its host.
    #[must_use]
    pub fn finish(&self, key: RequestKey, reply: Reply) -> Option<Session> {
        let world = &mut *self.world.borrow_mut();
        world.loads.end(&mut world.core, &world.machines, key, reply)
    }

    /// The requests in flight of a client host.
    pub fn requests_of(&self, host: NodeId) -> Vec<RequestKey> {
        self.world.borrow().loads.requests_of(host)
    }

    /// Ends the requests that are still in flight: the run was cut short.
    pub fn end_all_requests(self: &Rc<Sim>) {
        for host in self.ids() {
            for key in self.requests_of(host) {
                let retired = self.finish(key, Reply::timed_out("the run was cut short"));
                self.drop_on(host, retired);
            }
        }
    }
}

impl World {
    /// The client of a request gives up: its host, and the task that performs the request.
    fn give_up(&mut self, key: RequestKey) -> Option<(NodeId, Option<TaskKey>)> {
        let (id, begun, host, task) = self.loads.performer(key)?;
        self.core.wake(&self.machines[host].name, Cause::GaveUp(id), begun, begun.since);
        Some((host, task))
    }
}
