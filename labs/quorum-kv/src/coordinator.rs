//! The coordinator of one request: it asks the nodes that hold the key and waits for a quorum.
//!
//! A [`Coordinator`] runs on the node that a client contacted, or on the client itself. When a
//! request is complete, what the answers mean, and which nodes to repair, the seats decide
//! ([`Quorum`](crate::quorum::Quorum), [`Versions`](crate::versions::Versions),
//! [`Repair`](crate::read_repair::Repair)); here is only the sending and waiting. A [`Round`]
//! sends its requests at once, and a request whose answer is not awaited any more still has its
//! effect where it arrives.
//!
//! Left out: retries. A coordinator asks each node once, and a client that gets an error may
//! ask another coordinator.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use netsplit_sim::{Call, Host, NodeId, Rpc, Sleep};
use rand::Rng;

use crate::clock::HybridClock;
use crate::cluster::Cluster;
use crate::messages::{Read, ReadError, ReadPurpose, Write, WriteError, WritePurpose};
use crate::params::{Fanout, ReadRepair};
use crate::quorum::{StandIn, Tally};
use crate::read_repair::Reading;
use crate::ring::{Key, Replica, Slot};
use crate::siblings::{Datum, Siblings, Versioned};
use crate::versions::{NewWrite, Writer};

/// Gathers quorums.
#[derive(Clone)]
pub struct Coordinator {
    host: Host,
    cluster: Rc<Cluster>,
    members: Rc<[NodeId]>,
    clock: Rc<RefCell<HybridClock>>,
}

/// What each node that answered a read knows of the key.
type Answers = BTreeMap<Replica, Siblings>;

impl Coordinator {
    /// A coordinator on `host`, with the hybrid clock of the node or client that it runs in.
    pub fn new(host: Host, cluster: Rc<Cluster>, clock: Rc<RefCell<HybridClock>>) -> Coordinator {
        let members = Cluster::members(&host);
        Coordinator { host, cluster, members, clock }
    }

    /// Reads a key from R nodes.
    ///
    /// # Errors
    /// When too few nodes answer, or too few confirm a write-back.
    pub async fn get(&self, key: Key) -> Result<Siblings, ReadError> {
        let Cluster { ring, sizes, params, quorum, .. } = &*self.cluster;
        let (answers, round) = self.gather(key, ReadPurpose::Get).await?;
        let mut reading = Reading {
            holders: ring.holders(ring.slot(key)).collect(),
            merged: self.merged(&answers),
            answers,
            must_hold: quorum.must_hold(*sizes),
        };
        let answer = reading.merged.clone();
        if params.read_repair == ReadRepair::Blocking {
            self.write_back(key, &mut reading).await?;
        }
        if params.read_repair != ReadRepair::Off {
            // After the answer: the client need not wait for nodes that it did not need.
            let late = self.clone().repair_the_rest(key, reading, round);
            self.host.spawn(late);
        }
        Ok(answer)
    }

    /// Writes a key to W nodes.
    ///
    /// # Errors
    /// When too few nodes answer or confirm; each error says whether the write may have happened.
    pub async fn put(
        &self,
        key: Key,
        datum: Datum,
        writer: Writer,
    ) -> Result<Versioned, WriteError> {
        let versions = self.cluster.versions;
        let mut seen = Siblings::default();
        if self.cluster.params.ask_first && versions.asks_first() {
            // From R nodes: fewer may miss an acknowledged write, which this one would then not
            // replace but stand beside.
            let asked = self.gather(key, ReadPurpose::Ask).await;
            let (answers, _) = asked.map_err(|ReadError| WriteError::NotBegun)?;
            seen = self.merged(&answers);
        }
        let write = NewWrite { seen, writer, wall: self.host.now() };
        let version = versions.version(&write, &mut self.clock.borrow_mut());
        let versioned = Versioned { version, datum };
        self.store(key, versioned.clone().into()).await?;
        Ok(versioned)
    }

    /// Asks the holders of a key until enough have answered; the other calls stay in flight.
    async fn gather(
        &self,
        key: Key,
        purpose: ReadPurpose,
    ) -> Result<(Answers, Round<Read>), ReadError> {
        let request = Read { key, purpose };
        let mut round = self.begin(key, self.cluster.sizes.r, &request);
        let mut answers = Answers::new();
        loop {
            let same = |_| request.clone();
            let (from, reply) = round.next(self, &same).await.ok_or(ReadError)?;
            self.observe(&reply.known);
            answers.insert(from, reply.known);
            if self.cluster.quorum.on_answer(&mut round.tally, from) {
                return Ok((answers, round));
            }
        }
    }

    /// Sends a write to the holders of a key, until enough have stored it.
    async fn store(&self, key: Key, what: Siblings) -> Result<(), WriteError> {
        let request = Write { key, what, purpose: WritePurpose::Put, hint_for: None };
        let mut round = self.begin(key, self.cluster.sizes.w, &request);
        let hinted = move |owner| Write { hint_for: Some(owner), ..request.clone() };
        loop {
            let answer = round.next(self, &hinted).await;
            let (from, reply) = answer.ok_or(WriteError::Unconfirmed)?;
            if reply.stored && self.cluster.quorum.on_answer(&mut round.tally, from) {
                break;
            }
        }
        if !round.tally.spare.is_empty() {
            // W nodes have it, but a holder that is still silent needs a hint to get it as well.
            let coordinator = self.clone();
            self.host
                .spawn(async move { while round.next(&coordinator, &hinted).await.is_some() {} });
        }
        Ok(())
    }

    /// Waits until enough holders have stored the answer that no later read misses it.
    async fn write_back(&self, key: Key, reading: &mut Reading) -> Result<(), ReadError> {
        let plan = self.cluster.repair.before_answer(self.cluster.versions, reading);
        let mut calls = self.send_repairs(&plan.to, key, &reading.merged);
        let mut confirmed = 0;
        while confirmed < plan.confirmations {
            let (node, reply) = calls.next().await.ok_or(ReadError)?;
            if reply.stored {
                confirmed += 1;
                reading.answers.insert(node, reading.merged.clone());
            }
        }
        Ok(())
    }

    /// Waits for the answers that a read did not need, and repairs the nodes that are behind.
    async fn repair_the_rest(self, key: Key, mut reading: Reading, mut round: Round<Read>) {
        while let Some((from, reply)) = round.calls.next().await {
            // An answer that left a node before the write-back reached it is out of date.
            reading.answers.entry(from).or_insert(reply.known);
        }
        reading.merged = self.merged(&reading.answers);
        let behind = self.cluster.repair.after_answer(self.cluster.versions, &reading);
        let mut calls = self.send_repairs(&behind, key, &reading.merged);
        while calls.next().await.is_some() {}
    }

    fn send_repairs(&self, to: &[Replica], key: Key, what: &Siblings) -> Calls<Write> {
        let (what, purpose) = (what.clone(), WritePurpose::Repair);
        let request = Write { key, what, purpose, hint_for: None };
        let mut calls = Calls::default();
        to.iter().for_each(|node| self.send(&mut calls, *node, &request));
        calls
    }

    fn merged(&self, answers: &Answers) -> Siblings {
        let merge = |all: Siblings, known| self.cluster.versions.merge(&all, known);
        answers.values().fold(Siblings::default(), merge)
    }

    /// Moves the clock past the stamps of an answer, so that a write that has seen them is later.
    fn observe(&self, known: &Siblings) {
        let mut clock = self.clock.borrow_mut();
        known.iter().for_each(|sibling| clock.observe(&sibling.version.stamp));
    }

    fn send<R: Rpc>(&self, calls: &mut Calls<R>, to: Replica, request: &R) {
        let timeout = *self.cluster.params.timeout;
        calls.push(to, self.host.call(self.members[to.0 as usize], request, timeout));
    }

    /// Sends a request to the holders of a key, or to `configured` of them.
    fn begin<R: Rpc>(&self, key: Key, configured: usize, request: &R) -> Round<R> {
        let Cluster { ring, params, quorum, .. } = &*self.cluster;
        let slot = ring.slot(key);
        let mut calls = Calls::default();
        for replica in self.choose(slot, configured) {
            self.send(&mut calls, replica, request);
        }
        let others: Vec<_> = ring.stand_ins(slot).collect();
        let tally = quorum.begin(configured, &others);
        let silence = || self.host.sleep(*params.stand_in_after).named("stand-in delay");
        let silence = (!tally.spare.is_empty()).then(silence);
        Round { calls, tally, silence }
    }

    /// The holders of a slot to ask.
    fn choose(&self, slot: Slot, configured: usize) -> Vec<Replica> {
        let mut holders: Vec<_> = self.cluster.ring.holders(slot).collect();
        if self.cluster.params.fanout == Fanout::Quorum {
            // The first steps of a Fisher-Yates shuffle: each set of this size is as likely.
            for place in 0..configured {
                let left = (holders.len() - place) as u64;
                let pick = place + (self.host.rng().next_u64() % left) as usize;
                holders.swap(place, pick);
            }
            holders.truncate(configured);
        }
        holders
    }
}

/// The requests of one quorum, and its state.
struct Round<R: Rpc> {
    calls: Calls<R>,
    tally: Tally,
    /// When to look for nodes that have not answered; `None` when they are not replaced.
    silence: Option<Sleep>,
}

impl<R: Rpc> Round<R> {
    /// The next answer; `None` when there are no more to come. When the time is up, stand-ins are
    /// asked for silent nodes, with the request that `for_missing` makes.
    async fn next(
        &mut self,
        coordinator: &Coordinator,
        for_missing: &impl Fn(Replica) -> R,
    ) -> Option<(Replica, R::Response)> {
        loop {
            tokio::select! {
                biased;
                answer = self.calls.next() => return answer,
                () = elapsed(&mut self.silence) => {}
            }
            self.silence = None;
            let silent = self.calls.silent();
            let stand_ins = coordinator.cluster.quorum.on_silence(&mut self.tally, &silent);
            for StandIn { missing, substitute } in stand_ins {
                coordinator.send(&mut self.calls, substitute, &for_missing(missing));
            }
        }
    }
}

async fn elapsed(timer: &mut Option<Sleep>) {
    match timer {
        Some(sleep) => sleep.await,
        None => pending().await,
    }
}

/// Calls in flight to several nodes; answers are taken in the order in which they arrive.
pub struct Calls<R: Rpc>(Vec<(Replica, Call<R>)>);

impl<R: Rpc> Default for Calls<R> {
    fn default() -> Self {
        Calls(Vec::new())
    }
}

impl<R: Rpc> Calls<R> {
    /// Adds a call to a node.
    pub fn push(&mut self, to: Replica, call: Call<R>) {
        self.0.push((to, call));
    }

    /// The next answer; `None` when no calls are left. Calls that time out are skipped.
    pub async fn next(&mut self) -> Option<(Replica, R::Response)> {
        poll_fn(|cx| {
            let mut place = 0;
            while let Some((replica, call)) = self.0.get_mut(place) {
                let Poll::Ready(answer) = Pin::new(call).poll(cx) else {
                    place += 1;
                    continue;
                };
                let replica = *replica;
                drop(self.0.remove(place));
                if let Ok(answer) = answer {
                    return Poll::Ready(Some((replica, answer)));
                }
            }
            if self.0.is_empty() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }

    /// The nodes that have neither answered nor timed out, in the order in which they were asked.
    fn silent(&self) -> Vec<Replica> {
        self.0.iter().map(|(replica, _)| *replica).collect()
    }
}
