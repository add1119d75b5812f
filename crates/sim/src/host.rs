//! [`Host`]: what lab code sees of the machine that it runs on.

use std::cell::RefMut;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use netsplit_history::{Aggregate, LabEvent, Time, TraceKind};
use rand::TryRng;
use serde_json::Value;
use turmoil_net::shim::tokio::net::UdpSocket;

use crate::disk::{Disk, DiskState};
use crate::events::{JobKey, TimerKey};
use crate::messages::{Form, REPLY_PORT, Rpc, decode, encode};
use crate::sim::{Sim, ready};
use crate::tracer::{number, tag};
use crate::world::{CallKey, CallSlot, World};
use crate::{CallError, Message, NodeId};

/// A handle to one life of one host. After a crash it is inert: what it sends goes nowhere, and
/// what it waits for never comes.
#[derive(Clone)]
pub struct Host {
    sim: Rc<Sim>,
    id: NodeId,
    incarnation: u32,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.name())
    }
}

/// The time was up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Who and where.
impl Host {
    pub(crate) fn new(sim: Rc<Sim>, id: NodeId, incarnation: u32) -> Host {
        Host {
            sim,
            id,
            incarnation,
        }
    }

    /// This host's number.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// This host's name: `n1`, `c1`, ...
    pub fn name(&self) -> Arc<str> {
        self.name_of(self.id)
    }

    /// The name of any host.
    pub fn name_of(&self, node: NodeId) -> Arc<str> {
        self.world().hosts[node.index()].name.clone()
    }

    /// The group of this host; for a client host, its load.
    pub fn group(&self) -> Arc<str> {
        self.world().hosts[self.id.index()].group.clone()
    }

    /// The region of a host, where the scenario gives it one.
    pub fn region_of(&self, node: NodeId) -> Option<Arc<str>> {
        self.world().hosts[node.index()].region.clone()
    }

    /// The nodes of a group, in order, whether they are up or not.
    pub fn nodes(&self, group: &str) -> Vec<NodeId> {
        self.world().nodes_of(group)
    }

    /// Starts one more node of a group; `None` when no more fit into the simulation.
    pub fn start_node(&self, group: &str) -> Option<NodeId> {
        self.sim.start_node(group)
    }

    fn world(&self) -> RefMut<'_, World> {
        self.sim.world.borrow_mut()
    }

    fn alive(&self, world: &World) -> bool {
        let host = &world.hosts[self.id.index()];
        host.up && host.incarnation == self.incarnation
    }
}

/// Time and chance.
impl Host {
    /// What this host's wall clock shows. Clocks of hosts agree until a scenario skews them.
    pub fn now(&self) -> Duration {
        let world = self.world();
        world.hosts[self.id.index()].clock.wall(world.now)
    }

    /// This host's monotonic clock, from the start of the run. A skew does not move it; a
    /// drift changes its rate.
    pub fn monotonic(&self) -> Duration {
        let world = self.world();
        Duration::from_nanos(world.hosts[self.id.index()].clock.monotonic(world.now))
    }

    /// Simulated time, which no node of a real system can know: for measuring only.
    pub fn true_time(&self) -> Time {
        self.world().now
    }

    /// Waits for `duration` on this host's monotonic clock.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        let key = self.sim.add_timer(self.id, self.incarnation, duration);
        Sleep {
            host: self.clone(),
            key,
        }
    }

    /// Waits for `duration` of simulated time: a device that the node's clock does not drive.
    pub(crate) fn sleep_true(&self, duration: Duration) -> Sleep {
        let local = {
            let world = self.world();
            let clock = &world.hosts[self.id.index()].clock;
            clock.monotonic(world.now + duration) - clock.monotonic(world.now)
        };
        self.sleep(Duration::from_nanos(local))
    }

    /// Waits for `future`, but no longer than `duration`.
    ///
    /// # Errors
    /// [`Elapsed`] when the time is up first; the future is dropped then.
    pub async fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let (mut sleep, mut future) = (self.sleep(duration), pin!(future));
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed)),
        })
        .await
    }

    /// This host's random numbers.
    pub fn rng(&self) -> HostRng<'_> {
        HostRng { host: self }
    }
}

/// Messages.
impl Host {
    /// Sends one datagram. It may be lost, late, doubled, and out of order.
    ///
    /// # Errors
    /// [`CallError::TooLarge`]; the message is not sent then.
    pub fn send<M: Message>(&self, to: NodeId, message: &M) -> Result<(), CallError> {
        let kind = self.world().kind(message.kind());
        let wire = encode(Form::OneWay, kind, 0, message)?;
        self.transmit(to, M::PORT, kind, wire);
        Ok(())
    }

    /// Receives messages of type `M` from now on.
    ///
    /// # Panics
    /// When this host listens on `M`'s port already.
    pub fn inbox<M: Message>(&self) -> Inbox<M> {
        Inbox {
            host: self.clone(),
            socket: self.sim.bind(self.id, M::PORT),
            messages: PhantomData,
        }
    }

    /// Sends a request; the returned future waits for the answer. The request leaves at once,
    /// so several can be under way before any is awaited. Dropping the future stops waiting,
    /// not the request.
    pub fn call<R: Rpc>(&self, to: NodeId, request: &R, timeout: Duration) -> Call<R> {
        let (call, sent) = {
            let mut world = self.world();
            let kind = world.kind(request.kind());
            let call = world.calls.insert(CallSlot::default());
            (
                call,
                encode(Form::Request, kind, call.number(), request).map(|wire| (kind, wire)),
            )
        };
        let failed = sent
            .map(|(kind, wire)| self.transmit(to, R::PORT, kind, wire))
            .err();
        Call {
            host: self.clone(),
            call,
            sleep: self.sleep(timeout),
            failed,
            answer: PhantomData,
        }
    }

    /// Answers requests of type `R`, each in a task of its own, until the host crashes.
    ///
    /// # Panics
    /// When this host listens on `R`'s port already.
    pub async fn serve<R, F, Fut>(&self, handler: F)
    where
        R: Rpc,
        F: Fn(NodeId, R) -> Fut,
        Fut: Future<Output = R::Response> + 'static,
    {
        let inbox = self.inbox::<R>();
        loop {
            let (from, call, request) = inbox.receive().await;
            let (host, response) = (self.clone(), handler(from, request));
            self.spawn(async move {
                let response = response.await;
                let kind = host.world().kind(response.kind());
                if let Ok(wire) = encode(Form::Response, kind, call, &response) {
                    host.transmit(from, REPLY_PORT, kind, wire);
                }
            });
        }
    }

    fn transmit(&self, to: NodeId, port: u16, kind: u8, wire: Vec<u8>) {
        let mut world = self.world();
        if self.alive(&world) {
            world.transmit(self.id, to, port, kind, wire);
        }
    }
}

/// Tasks, work and disk.
impl Host {
    /// Runs a task on this host, beside the others.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        if self.alive(&self.world()) {
            self.sim.tasks.borrow_mut().spawn(self.id, Box::pin(future));
        }
    }

    /// Occupies one of this host's workers for `amount`, after the work that came before.
    /// Dropping the future gives the work up.
    pub fn work(&self, amount: Duration) -> Work {
        let mut world = self.world();
        let key = self.alive(&world).then(|| world.add_job(self.id, amount));
        drop(world);
        Work {
            host: self.clone(),
            key,
        }
    }

    /// Pieces of work that wait for a worker here.
    pub fn queued_work(&self) -> usize {
        self.world().hosts[self.id.index()].cpu.queued()
    }

    /// Pieces of work that a worker here is at.
    pub fn running_work(&self) -> usize {
        self.world().hosts[self.id.index()].cpu.running()
    }

    /// This host's disk.
    pub fn disk(&self) -> Disk {
        Disk::new(self.clone())
    }

    pub(crate) fn with_disk<T>(&self, act: impl FnOnce(&mut DiskState) -> T) -> T {
        self.with_disk_at(|disk, _| act(disk))
    }

    pub(crate) fn with_disk_at<T>(&self, act: impl FnOnce(&mut DiskState, Time) -> T) -> T {
        let mut world = self.world();
        let now = world.now;
        act(&mut world.hosts[self.id.index()].disk, now)
    }
}

/// What the run records.
impl Host {
    /// Takes a role, such as `leader`; scenario files select nodes by it.
    pub fn set_role(&self, role: &'static str) {
        let mut world = self.world();
        if self.alive(&world) {
            world.set_role(self.id, role);
        }
    }

    /// Announces an event: invariants judge it, and scenario files may wait for it.
    pub fn record(&self, name: &'static str, detail: impl Into<Value>) {
        let mut world = self.world();
        if !self.alive(&world) {
            return;
        }
        let (at, detail) = (world.now, detail.into());
        let id = number(self.id);
        let text = format!("{name} {detail}");
        world.tracer.note(at, tag::RECORD, &[id], text.as_bytes());
        let node = world.hosts[self.id.index()].name.clone();
        let event = LabEvent {
            at,
            node: node.clone(),
            name: name.into(),
            detail,
        };
        world.tracer.keep(at, &node, || TraceKind::Record {
            name: event.name.clone(),
            detail: event.detail.clone(),
        });
        world.run.events.push(event);
        world.trigger(name);
    }

    /// Adds a duration to the distribution called `name`.
    pub fn observe(&self, name: &'static str, duration: Duration) {
        let mut world = self.world();
        let at = world.now;
        let nanos = Time::from(duration).as_nanos();
        world
            .tracer
            .note(at, tag::OBSERVE, &[nanos], name.as_bytes());
        match world.run.observed.get_mut(name) {
            Some(samples) => samples.push((at, duration)),
            None => drop(world.run.observed.insert(name.into(), vec![(at, duration)])),
        }
    }

    /// Adds to the counter called `name`.
    pub fn count(&self, name: &'static str, by: u64) {
        self.world().point(name, Aggregate::Sum, by as f64);
    }

    /// Sets the gauge called `name`.
    pub fn gauge(&self, name: &'static str, value: f64) {
        self.world().point(name, Aggregate::Last, value);
    }

    pub(crate) fn trace(
        &self,
        tag: u8,
        numbers: &[u64],
        bytes: &[u8],
        kind: impl FnOnce() -> TraceKind,
    ) {
        let mut world = self.world();
        let (at, name) = (world.now, world.hosts[self.id.index()].name.clone());
        world.tracer.note(at, tag, numbers, bytes);
        world.tracer.keep(at, &name, kind);
    }
}

/// The random numbers of one host. Every draw enters the fingerprint.
#[derive(Debug)]
pub struct HostRng<'a> {
    host: &'a Host,
}

impl TryRng for HostRng<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut world = self.host.world();
        let drawn = rand::Rng::next_u64(&mut world.hosts[self.host.id.index()].rng);
        let at = world.now;
        world
            .tracer
            .note(at, tag::DRAW, &[number(self.host.id), drawn], &[]);
        Ok(drawn)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Messages of one type that arrive at a host.
#[derive(Debug)]
pub struct Inbox<M> {
    host: Host,
    socket: UdpSocket,
    messages: PhantomData<M>,
}

impl<M: Message> Inbox<M> {
    /// The next message and its sender.
    pub async fn recv(&mut self) -> (NodeId, M) {
        let (from, _, message) = self.receive().await;
        (from, message)
    }

    /// The next message, its sender, and the number of the call that it asks or answers.
    async fn receive(&self) -> (NodeId, u64, M) {
        poll_fn(|cx| {
            let buffer = &mut *self.host.sim.scratch.borrow_mut();
            let received = pin!(self.socket.recv_from(buffer)).poll(cx);
            received.map(|result| {
                let (length, from) = result.expect("a bound socket receives");
                let (call, message) = decode(&buffer[..length]);
                (self.host.world().node_at(from.ip()), call, message)
            })
        })
        .await
    }
}

impl<M> Drop for Inbox<M> {
    fn drop(&mut self) {
        let mut world = self.host.world();
        if self.host.alive(&world) {
            let port = self.socket.local_addr().map_or(0, |address| address.port());
            world.hosts[self.host.id.index()]
                .ports
                .retain(|bound| *bound != port);
        }
    }
}

/// Waits on a host's clock.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    host: Host,
    key: Option<TimerKey>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        match self.key.and_then(|key| world.timers.get_mut(key)) {
            Some(timer) if timer.fired => Poll::Ready(()),
            Some(timer) => {
                timer.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.host.world().timers.remove(key);
        }
    }
}

/// Waits for the answer to a request.
#[derive(Debug)]
#[must_use = "dropping a call stops waiting for its answer"]
pub struct Call<R> {
    host: Host,
    call: CallKey,
    sleep: Sleep,
    failed: Option<CallError>,
    answer: PhantomData<fn() -> R>,
}

impl<R: Rpc> Future for Call<R> {
    type Output = Result<R::Response, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(error) = self.failed {
            return Poll::Ready(Err(error));
        }
        {
            let mut world = self.host.world();
            if let Some(slot) = world.calls.get_mut(self.call) {
                if let Some(wire) = slot.answer.take() {
                    drop(world);
                    return Poll::Ready(Ok(decode(&wire).1));
                }
                slot.waker = Some(cx.waker().clone());
            }
        }
        Pin::new(&mut self.sleep)
            .poll(cx)
            .map(|()| Err(CallError::Timeout))
    }
}

impl<R> Drop for Call<R> {
    fn drop(&mut self) {
        self.host.world().calls.remove(self.call);
    }
}

/// Waits for a piece of work to be done.
#[derive(Debug)]
#[must_use = "dropping work gives it up"]
pub struct Work {
    host: Host,
    key: Option<JobKey>,
}

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        match self.key.and_then(|key| world.jobs.get_mut(key)) {
            Some(job) if job.done => Poll::Ready(()),
            Some(job) => {
                job.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.host.world().give_up_job(key);
        }
    }
}

/// Binds a UDP socket on the current host.
pub(crate) fn bind_udp(address: std::net::SocketAddr) -> UdpSocket {
    ready(UdpSocket::bind(address))
        .unwrap_or_else(|error| panic!("port {} is taken on this host: {error}", address.port()))
}
