//! The shell of a server: it steps the core with events, and carries out the effects.
//!
//! Events that are ready at one instant are stepped together, so that many commands share one
//! sync of the disk. Effects before the first record run at once (a new leader's first
//! heartbeats); then records are persisted; then the remaining effects run in order. While the
//! disk writes, the server takes no messages: what it has promised is always on its disk.

use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;

use netsplit_sim::{Host, Inbox, NodeId, Task};
use rand::Rng;
use tokio::sync::{mpsc, oneshot};

use crate::cluster::Cluster;
use crate::event::{Change, Effect, Effects, Event, Role, Ticket};
use crate::kv::{Command, Datum, Kv, Operation};
use crate::log::{Entry, Index, Payload, Term};
use crate::messages::{Obeyed, Order, Request, Response, Wire};
use crate::raft::Core;
use crate::record::{Observer, Recorder};
use crate::state::State;
use crate::storage;

/// The maximum number of events that are stepped before their effects are carried out.
const BATCH: usize = 64;

/// A server between its start and its crash.
struct Node {
    host: Host,
    cluster: Rc<Cluster>,
    hosts: Rc<[NodeId]>,
    core: Box<dyn Core>,
    kv: Kv,
    recorder: Recorder,
    tickets: u64,
    /// Requests that wait for their answer.
    waiting: BTreeMap<Ticket, (Request, oneshot::Sender<Response>)>,
    /// The requests whose commands are in the log, by index.
    placed: BTreeMap<Index, (Term, Ticket)>,
}

/// A request or order, with the way to answer it.
enum Ask {
    Client(Request, oneshot::Sender<Response>),
    Operator(Order, oneshot::Sender<Obeyed>),
}

/// Runs a server from its start to its crash. One that cannot read its disk does nothing.
pub(crate) fn run(host: Host, cluster: Rc<Cluster>, observer: Observer) -> Task {
    Box::pin(async move {
        let hosts = Cluster::hosts(&host);
        let Some(me) = Cluster::server_of(&hosts, host.id()) else {
            return;
        };
        let journal = storage::read(&host.disk());
        let recover = |bytes: Vec<u8>| cluster.persistence.recover(&bytes, cluster.initial(me));
        let Ok(saved) = journal.and_then(recover) else {
            return;
        };
        let recorder = Recorder::start(host.clone(), &observer, &saved);
        let kv = Kv::restore(&saved.log.snapshot.state);
        let (now, seed) = (host.monotonic(), host.rng().next_u64());
        let state = State::new(me, cluster.config.clone(), saved, now);
        let core = (cluster.core)(state, cluster.seats, seed);
        let asks = listen(&host, &cluster);
        let node = Node {
            host,
            cluster,
            hosts,
            core,
            kv,
            recorder,
            tickets: 0,
            waiting: BTreeMap::new(),
            placed: BTreeMap::new(),
        };
        node.serve(asks).await;
    })
}

/// Receives requests and orders, and passes them to the server.
fn listen(host: &Host, cluster: &Rc<Cluster>) -> mpsc::UnboundedReceiver<Ask> {
    let (sender, asks) = mpsc::unbounded_channel();
    let (here, work, to_server) = (host.clone(), *cluster.params.service, sender.clone());
    host.spawn(async move {
        let busy = here.clone();
        here.serve(move |_, request: Request| {
            let (host, to_server) = (busy.clone(), to_server.clone());
            async move {
                if !work.is_zero() {
                    host.work(work).await;
                }
                let (answer, answered) = oneshot::channel();
                let _ = to_server.send(Ask::Client(request, answer));
                answered.await.unwrap_or(Response::AskAgain(None))
            }
        })
        .await;
    });
    let here = host.clone();
    host.spawn(async move {
        here.serve(move |_, order: Order| {
            let (answer, answered) = oneshot::channel();
            let _ = sender.send(Ask::Operator(order, answer));
            async move { answered.await.unwrap_or(Obeyed(false)) }
        })
        .await;
    });
    asks
}

impl Node {
    async fn serve(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) {
        let mut inbox = self.host.inbox::<Wire>();
        loop {
            let until_due = self.core.due().saturating_sub(self.host.monotonic());
            let leads = self.core.state().leads();
            let name = if leads { "heartbeat" } else { "election timeout" };
            let timer = self.host.sleep(until_due).named(name);
            let mut event = self.next(&mut inbox, &mut asks, timer).await;
            let mut effects = Effects::new();
            for _ in 1..BATCH {
                let Some(next) = event else { break };
                effects.extend(self.core.step(self.host.monotonic(), next));
                event = self.next(&mut inbox, &mut asks, ready(())).await;
            }
            if let Some(last) = event {
                effects.extend(self.core.step(self.host.monotonic(), last));
            }
            // Only after what had arrived already: a heartbeat may be just in time.
            effects.extend(self.core.step(self.host.monotonic(), Event::Tick));
            if self.carry_out(effects).await.is_err() {
                return;
            }
            if self.compact().await.is_err() {
                return;
            }
        }
    }

    /// The next event, unless `timer` is first.
    async fn next(
        &mut self,
        inbox: &mut Inbox<Wire>,
        asks: &mut mpsc::UnboundedReceiver<Ask>,
        timer: impl Future<Output = ()>,
    ) -> Option<Event> {
        tokio::select! {
            biased;
            (from, Wire(message)) = inbox.recv() => {
                let from = Cluster::server_of(&self.hosts, from)?;
                Some(Event::Receive(from, message))
            }
            Some(ask) = asks.recv() => Some(self.event_of(ask)),
            () = timer => None,
        }
    }

    fn event_of(&mut self, ask: Ask) -> Event {
        let (request, answer) = match ask {
            Ask::Client(request, answer) => (request, answer),
            Ask::Operator(order, answer) => {
                let _ = answer.send(Obeyed(self.has_obeyed(order)));
                return match order {
                    Order::Change(change) => Event::ChangeMembers(change),
                    Order::Transfer(to) => Event::Transfer(to),
                };
            }
        };
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.waiting.insert(ticket, (request, answer));
        let reads = matches!(request.operation, Operation::Get(_));
        if reads && !self.cluster.seats.reads.through_log() {
            return Event::Read(ticket);
        }
        let remembered = self.cluster.params.sessions && !reads;
        let command = Command {
            operation: request.operation,
            attempt: remembered.then_some(request.attempt),
        };
        let bytes = postcard::to_stdvec(&command).expect("commands can be written");
        Event::Propose(ticket, bytes.into())
    }

    fn has_obeyed(&self, order: Order) -> bool {
        match order {
            Order::Change(change) => self.core.state().leads() && self.has_changed(change),
            Order::Transfer(_) => self.core.state().leads(),
        }
    }

    fn has_changed(&self, change: Change) -> bool {
        let state = self.core.state();
        let members = state.log.members_at(state.commit_index);
        match change {
            Change::Add(server) => members.contains(&server),
            Change::Remove(server) => !members.contains(&server),
        }
    }

    /// Carries effects out. After an error of the disk the server must stop, since it could not
    /// keep what it promises.
    async fn carry_out(&mut self, effects: Effects) -> std::io::Result<()> {
        let is_record = |effect: &Effect| matches!(effect, Effect::Persist(_));
        let first = effects.iter().position(is_record).unwrap_or(effects.len());
        let mut effects = effects.into_iter();
        for effect in effects.by_ref().take(first) {
            self.run_now(effect);
        }
        let (records, rest): (Vec<_>, Vec<_>) = effects.partition(is_record);
        let records = records.into_iter().map(|effect| match effect {
            Effect::Persist(record) => record,
            _ => unreachable!("only records were selected"),
        });
        let records: Vec<_> = records.collect();
        if !records.is_empty() {
            let steps = self.cluster.persistence.save(&records, self.core.state());
            storage::write(&self.host.disk(), steps).await?;
            self.recorder.persisted(&records);
        }
        rest.into_iter().for_each(|effect| self.run_now(effect));
        self.recorder.flush(self.core.state().current_term);
        Ok(())
    }

    fn run_now(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(_) => unreachable!("records are persisted together"),
            Effect::Send(to, message) => {
                self.recorder.sends(&message.body);
                let to = self.hosts[to.0 as usize];
                // A message that is too large is as good as dropped.
                let _ = self.host.send(to, &Wire(message));
            }
            Effect::Became(role, term) => {
                self.recorder.became(role, term, self.core.state().heard_at);
                if role != Role::Leader {
                    for (_, ticket) in std::mem::take(&mut self.placed).into_values() {
                        self.answer(ticket, Response::AskAgain(None));
                    }
                }
            }
            Effect::Accepted(ticket, index, term) => {
                self.placed.insert(index, (term, ticket));
            }
            Effect::Apply(index, entry) => self.apply(index, &entry),
            Effect::Restore(snapshot) => self.kv = Kv::restore(&snapshot.state),
            Effect::Serve(ticket) => {
                let key = self.waiting.get(&ticket).map(|(request, _)| request.operation);
                if let Some(Operation::Get(key)) = key {
                    self.answer(ticket, Response::Done(self.kv.get(key)));
                }
            }
            Effect::Refuse(ticket, leader) => self.answer(ticket, Response::AskAgain(leader)),
        }
    }

    fn apply(&mut self, index: Index, entry: &Entry) {
        let output = match &entry.payload {
            Payload::Command(command) => self.kv.apply(command),
            Payload::Noop | Payload::Members(_) => Datum::Absent,
        };
        self.recorder.applied(index, entry);
        if let Some((term, ticket)) = self.placed.remove(&index) {
            let response =
                if entry.term == term { Response::Done(output) } else { Response::AskAgain(None) };
            self.answer(ticket, response);
        }
    }

    fn answer(&mut self, ticket: Ticket, response: Response) {
        if let Some((_, answer)) = self.waiting.remove(&ticket) {
            // A client that has given up has dropped its end.
            let _ = answer.send(response);
        }
    }

    async fn compact(&mut self) -> std::io::Result<()> {
        if !self.cluster.seats.snapshots.is_due(self.core.state()) {
            return Ok(());
        }
        let state = self.kv.snapshot();
        let effects = self.core.step(self.host.monotonic(), Event::Compact(state));
        self.carry_out(effects).await
    }
}
