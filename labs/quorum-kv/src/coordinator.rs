//! The coordinator of one request: it asks the nodes that hold the key and waits for enough.
//!
//! A [`Coordinator`] runs on the node that a client contacted, or on the client itself. What is
//! enough, and what the answers mean, [`Reading`] decides; here is only the sending and waiting.
//! The requests of a round leave at once, and an answer that is not waited for any more still
//! has its effect where it was sent.
//!
//! Left out: retries. A coordinator asks each node once, and a client that gets an error may
//! ask another coordinator.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

use netsplit_sim::{Host, NodeId, Rpc, Sleep};
use rand::Rng;

use crate::clock::HybridClock;
use crate::cluster::Cluster;
use crate::messages::{Read, ReadError, ReadPurpose, Write, WriteError, WritePurpose, Writer};
use crate::params::{Fanout, ReadRepair};
use crate::quorum::Reading;
use crate::ring::{Key, Replica, Slot};
use crate::round::Round;
use crate::siblings::{Datum, Siblings, Versioned};
use crate::versions::{Version, VersionVector};

/// Gathers quorums.
#[derive(Clone)]
pub struct Coordinator {
    host: Host,
    cluster: Rc<Cluster>,
    members: Rc<[NodeId]>,
    clock: Rc<RefCell<HybridClock>>,
}

impl Coordinator {
    /// A coordinator on `host`, with the clock of whoever it runs in.
    pub fn new(host: Host, cluster: Rc<Cluster>, clock: Rc<RefCell<HybridClock>>) -> Coordinator {
        let members = Cluster::members(&host);
        Coordinator { host, cluster, members, clock }
    }

    /// Reads a key from R nodes.
    ///
    /// # Errors
    /// When too few answer, or store what others must not miss.
    pub async fn get(&self, key: Key) -> Result<Siblings, ReadError> {
        let (mut reading, muster) = self.gather(key, ReadPurpose::Get).await?;
        let answer = reading.merged(&*self.cluster.versions);
        let repair = self.cluster.params.read_repair;
        if repair == ReadRepair::Blocking {
            self.write_back(&mut reading, key, &answer).await?;
        }
        if repair != ReadRepair::Off {
            let late = self.clone().repair_the_rest(reading, muster, key);
            self.host.spawn(late);
        }
        Ok(answer)
    }

    /// Writes a key to W nodes.
    ///
    /// # Errors
    /// When too few confirm; see there for what it means.
    pub async fn put(
        &self,
        key: Key,
        datum: Datum,
        writer: Writer,
    ) -> Result<Versioned, WriteError> {
        let mut vector = VersionVector::default();
        if self.cluster.params.ask_first && self.cluster.versions.asks_first() {
            let asked = self.gather(key, ReadPurpose::Ask).await;
            let (reading, _) = asked.map_err(|ReadError| WriteError::NotBegun)?;
            vector = reading.merged(&*self.cluster.versions).context();
        }
        vector.learn(writer.actor, writer.count);
        let stamp = self.cluster.versions.stamp(
            &mut self.clock.borrow_mut(),
            self.host.now(),
            writer.actor,
        );
        let version = Version { vector, stamp };
        let versioned = Versioned { version, datum };
        self.store(key, versioned.clone().into()).await?;
        Ok(versioned)
    }

    /// Asks the holders of a key until enough have answered.
    async fn gather(
        &self,
        key: Key,
        purpose: ReadPurpose,
    ) -> Result<(Reading, Muster<Read>), ReadError> {
        let request = Read { key, purpose };
        let mut muster = self.muster(key, self.cluster.r, &request);
        let mut reading = Reading::new(self.cluster.quorum.enough(self.cluster.r));
        while !reading.is_complete() {
            let same = |_| request.clone();
            let (from, reply) = muster.next(self, &same).await.ok_or(ReadError)?;
            self.hear(&reply.known);
            reading.on_answer(from, reply.known);
        }
        Ok((reading, muster))
    }

    /// Has the holders of a key store something, until enough have confirmed.
    async fn store(&self, key: Key, what: Siblings) -> Result<(), WriteError> {
        let request = Write { key, what, purpose: WritePurpose::Put, hint_for: None };
        let mut muster = self.muster(key, self.cluster.w, &request);
        let need = self.cluster.quorum.enough(self.cluster.w);
        let hinted = move |owner| Write { hint_for: Some(owner), ..request.clone() };
        let mut confirmed = 0;
        while confirmed < need {
            let answer = muster.next(self, &hinted).await;
            let (_, reply) = answer.ok_or(WriteError::Unconfirmed)?;
            confirmed += usize::from(reply.stored);
        }
        if !muster.spare.is_empty() {
            let coordinator = self.clone();
            self.host
                .spawn(async move { while muster.next(&coordinator, &hinted).await.is_some() {} });
        }
        Ok(())
    }

    /// Makes sure that no later read misses `answer`.
    async fn write_back(
        &self,
        reading: &mut Reading,
        key: Key,
        answer: &Siblings,
    ) -> Result<(), ReadError> {
        let Cluster { ring, r, w, versions, quorum, .. } = &*self.cluster;
        let holders: Vec<_> = ring.holders(ring.slot(key)).collect();
        let must_hold = quorum.must_hold(ring.n as usize, *r, *w);
        let Some((lacking, missing)) = reading.to_repair(&**versions, answer, &holders, must_hold)
        else {
            return Ok(());
        };
        let mut round = self.repair(&lacking, key, answer);
        let mut confirmed = 0;
        while confirmed < missing {
            let (who, reply) = round.next().await.ok_or(ReadError)?;
            if reply.stored {
                confirmed += 1;
                reading.on_repaired(who, answer);
            }
        }
        Ok(())
    }

    /// Waits for the answers that a read did not need, and repairs whoever is behind.
    async fn repair_the_rest(self, mut reading: Reading, mut muster: Muster<Read>, key: Key) {
        while let Some((from, reply)) = muster.round.next().await {
            reading.on_answer(from, reply.known);
        }
        let rule = &*self.cluster.versions;
        let answer = reading.merged(rule);
        let slot = self.cluster.ring.slot(key);
        let mut behind = reading.behind(rule, &answer);
        behind.retain(|replica| self.cluster.ring.holds(*replica, slot));
        let mut round = self.repair(&behind, key, &answer);
        while round.next().await.is_some() {}
    }

    fn repair(&self, whom: &[Replica], key: Key, answer: &Siblings) -> Round<Write> {
        let request =
            Write { key, what: answer.clone(), purpose: WritePurpose::Repair, hint_for: None };
        let mut round = Round::default();
        for replica in whom {
            self.ask(&mut round, *replica, &request);
        }
        round
    }

    /// Learns the time from what others know.
    fn hear(&self, known: &Siblings) {
        let mut clock = self.clock.borrow_mut();
        known.iter().for_each(|sibling| clock.observe(&sibling.version.stamp));
    }

    fn ask<R: Rpc>(&self, round: &mut Round<R>, whom: Replica, request: &R) {
        let address = self.members[whom.0 as usize];
        round.ask(&self.host, (whom, address), request, *self.cluster.params.timeout);
    }

    /// Sends a request to the holders of a key, or to `enough` of them.
    fn muster<R: Rpc>(&self, key: Key, enough: usize, request: &R) -> Muster<R> {
        let Cluster { ring, params, quorum, .. } = &*self.cluster;
        let slot = ring.slot(key);
        let mut round = Round::default();
        for replica in self.choose(slot, enough) {
            self.ask(&mut round, replica, request);
        }
        let mut spare: Vec<_> = ring.stand_ins(slot).collect();
        if !quorum.stand_ins() {
            spare.clear();
        }
        let patience = (!spare.is_empty()).then(|| self.host.sleep(*params.stand_in_after));
        Muster { round, spare, patience }
    }

    /// Whom to ask of a slot's holders.
    fn choose(&self, slot: Slot, enough: usize) -> Vec<Replica> {
        let mut holders: Vec<_> = self.cluster.ring.holders(slot).collect();
        if self.cluster.params.fanout == Fanout::Quorum {
            for place in 0..enough {
                let left = (holders.len() - place) as u64;
                let pick = place + (self.host.rng().next_u64() % left) as usize;
                holders.swap(place, pick);
            }
            holders.truncate(enough);
        }
        holders
    }
}

/// A round in which others may stand in for those who do not answer.
struct Muster<R: Rpc> {
    round: Round<R>,
    spare: Vec<Replica>,
    patience: Option<Sleep>,
}

impl<R: Rpc> Muster<R> {
    /// The next answer; `None` when there are no more to come. When patience ends, each silent
    /// node is stood in for, with the request that `stand_in` makes for it.
    async fn next(
        &mut self,
        coordinator: &Coordinator,
        stand_in: &impl Fn(Replica) -> R,
    ) -> Option<(Replica, R::Response)> {
        loop {
            tokio::select! {
                biased;
                answer = self.round.next() => return answer,
                () = elapsed(&mut self.patience) => {}
            }
            self.patience = None;
            let silent: Vec<_> = self.round.silent().collect();
            for (missing, spare) in silent.into_iter().zip(std::mem::take(&mut self.spare)) {
                coordinator.ask(&mut self.round, spare, &stand_in(missing));
            }
        }
    }
}

async fn elapsed(patience: &mut Option<Sleep>) {
    match patience {
        Some(sleep) => sleep.await,
        None => pending().await,
    }
}
