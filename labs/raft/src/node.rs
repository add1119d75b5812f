//! A server: it feeds the core what happens, and carries out what the core wants.
//!
//! Whatever is ready at one instant is fed together, so that many commands share one sync of
//! the disk. Of what the core then wants, messages that come before anything to persist leave at
//! once (a new leader's first heartbeats); then the disk has its say; then everything else, in
//! order. While the disk writes, the server hears nothing: what it has promised to remember is
//! always on its disk.

use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;

use netsplit_sim::{Host, Inbox, NodeId, Task};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use tokio::sync::{mpsc, oneshot};

use crate::cluster::Cluster;
use crate::kv::{Command, Datum, Kv, Operation};
use crate::log::{Entry, Index, Payload, Term};
use crate::membership::Change;
use crate::messages::{Obeyed, Order, Request, Response, Wire};
use crate::observer::Observer;
use crate::raft::{Effect, Event, Raft, Record, Role, Ticket};
use crate::record::Recorder;
use crate::storage::Journal;

/// The most events that are fed before their effects are carried out.
const TOGETHER: usize = 64;

/// One life of a server.
struct Node {
    host: Host,
    cluster: Rc<Cluster>,
    hosts: Rc<[NodeId]>,
    raft: Raft,
    kv: Kv,
    journal: Journal,
    recorder: Recorder,
    tickets: u64,
    /// Clients that wait.
    waiting: BTreeMap<Ticket, (Request, oneshot::Sender<Response>)>,
    /// Where in the log their commands are.
    placed: BTreeMap<Index, (Term, Ticket)>,
}

/// What others on this host ask the server.
enum Ask {
    Client(Request, oneshot::Sender<Response>),
    Operator(Order, oneshot::Sender<Obeyed>),
}

/// What a server does from its start to its crash. One that cannot read its disk does nothing.
pub fn run(host: Host, cluster: Rc<Cluster>, observer: Observer) -> Task {
    Box::pin(async move {
        let hosts = Cluster::hosts(&host);
        let Some(me) = Cluster::server_of(&hosts, host.id()) else {
            return;
        };
        let journal = Journal::new(host.disk(), cluster.persistence.clone());
        let Ok(saved) = journal.read(cluster.initial(me)) else {
            return;
        };
        let recorder = Recorder::start(host.clone(), observer, &saved);
        let rng = ChaCha8Rng::seed_from_u64(host.rng().next_u64());
        let kv = Kv::restore(&saved.2.snapshot.state);
        let raft = Raft::new(me, cluster.config.clone(), saved, host.monotonic(), rng);
        let asks = listen(&host, &cluster);
        let node = Node {
            host,
            cluster,
            hosts,
            raft,
            kv,
            journal,
            recorder,
            tickets: 0,
            waiting: BTreeMap::new(),
            placed: BTreeMap::new(),
        };
        node.serve(asks).await;
    })
}

/// Takes requests and orders, and leads them to the server.
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
            let until_due = self.raft.due().saturating_sub(self.host.monotonic());
            let timer = self.host.sleep(until_due);
            let mut event = self.next(&mut inbox, &mut asks, timer).await;
            let mut effects = Vec::new();
            for _ in 1..TOGETHER {
                let Some(happened) = event else { break };
                effects.extend(self.raft.step(self.host.monotonic(), happened));
                event = self.next(&mut inbox, &mut asks, ready(())).await;
            }
            if let Some(last) = event {
                effects.extend(self.raft.step(self.host.monotonic(), last));
            }
            // Only after what had come already: a leader may have been heard just in time.
            effects.extend(self.raft.step(self.host.monotonic(), Event::Tick));
            if self.carry_out(effects).await.is_err() {
                return;
            }
            if self.compact().await.is_err() {
                return;
            }
        }
    }

    /// What happens next, unless `timer` is first.
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
        if reads && !self.cluster.config.seats.reads.go_through_log() {
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
            Order::Change(change) => self.raft.leads() && self.has_changed(change),
            Order::Transfer(_) => self.raft.leads(),
        }
    }

    fn has_changed(&self, change: Change) -> bool {
        let members = self.raft.log.members_at(self.raft.commit_index);
        match change {
            Change::Add(server) => members.contains(&server),
            Change::Remove(server) => !members.contains(&server),
        }
    }

    /// Carries effects out. An error is the disk's, and the server stops: it could not keep
    /// what it promises.
    async fn carry_out(&mut self, effects: Vec<Effect>) -> std::io::Result<()> {
        let is_record = |effect: &Effect| matches!(effect, Effect::Persist(_));
        let first = effects.iter().position(is_record).unwrap_or(effects.len());
        let mut effects = effects.into_iter();
        for effect in effects.by_ref().take(first) {
            self.do_now(effect);
        }
        let (records, rest): (Vec<_>, Vec<_>) = effects.partition(is_record);
        let records = records.into_iter().map(|effect| match effect {
            Effect::Persist(record) => record,
            _ => unreachable!("they were picked"),
        });
        let records: Vec<_> = records.collect();
        if !records.is_empty() {
            self.journal.write(&records, || whole(&self.raft)).await?;
            self.recorder.persisted(&records);
        }
        rest.into_iter().for_each(|effect| self.do_now(effect));
        self.recorder.flush(self.raft.current_term);
        Ok(())
    }

    fn do_now(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(_) => unreachable!("the journal has it"),
            Effect::Send(to, message) => {
                self.recorder.sends(&message.body);
                let to = self.hosts[to.0 as usize];
                // Too large to be sent is as good as lost.
                let _ = self.host.send(to, &Wire(message));
            }
            Effect::Became(role, term) => {
                self.recorder.became(role, term, self.raft.heard_at);
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
            // A client that has given up does not listen.
            let _ = answer.send(response);
        }
    }

    async fn compact(&mut self) -> std::io::Result<()> {
        let params = &self.cluster.params;
        if !params.snapshots || self.raft.log.entries().len() <= params.snapshot_every as usize {
            return Ok(());
        }
        let state = self.kv.snapshot();
        let effects = self.raft.step(self.host.monotonic(), Event::Compact(state));
        self.carry_out(effects).await
    }
}

/// All that a server must remember.
fn whole(raft: &Raft) -> Vec<Record> {
    let snapshot = &raft.log.snapshot;
    vec![
        Record::Snapshot(snapshot.clone()),
        Record::Vote(raft.current_term, raft.voted_for),
        Record::Entries(snapshot.index, raft.log.entries().to_vec()),
    ]
}
