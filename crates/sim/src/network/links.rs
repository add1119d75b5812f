//! The link model: the fate of a message between two hosts.
//!
//! A [`Channel`] is one direction of one link for one kind of message. It has a random stream of
//! its own, from which every message takes the same number of draws, so that the k-th message of
//! a kind meets the same fate in every variant that sends a k-th message.
//!
//! Channels are compiled from the scenario's rules and the link faults in force when a message
//! first needs them, and again after a fault was injected or healed.

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Time, Touch};
use netsplit_scenario::{Dist, LinkSettings};
use rand::rngs::Xoshiro256PlusPlus;

use super::bandwidth::{Moved, Queue, time_of};
use super::link_effects::{LinkEffect, LinkSet, ScopedEffect, effects_of};
use crate::engine::events::{FaultId, Firing, FlightKey};
use crate::fault::touches::is_noticeable;
use crate::machine::id::NodeId;
use crate::random::{Sampler, small_stream, unit};

/// The fate of one message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Dropped by a partition.
    Partitioned,
    /// Dropped at random.
    Lost,
    /// It leaves its link's queue at `left`, and is under way for `latency`; its copy for `copy`.
    Arrives { left: Time, latency: Duration, copy: Option<Duration> },
}

/// A setting of a channel.
struct Setting<T> {
    value: T,
    /// The fault that has set it last, and the value without any fault.
    fault: Option<(FaultId, T)>,
}

impl<T> Setting<T> {
    fn new(value: T) -> Setting<T> {
        Setting { value, fault: None }
    }

    fn set(&mut self, value: T, fault: Option<FaultId>) {
        let before = std::mem::replace(&mut self.value, value);
        let healthy = self.fault.take().map_or(before, |(_, healthy)| healthy);
        self.fault = fault.map(|fault| (fault, healthy));
    }

    /// The value without any fault.
    fn healthy(&self) -> &T {
        self.fault.as_ref().map_or(&self.value, |(_, healthy)| healthy)
    }
}

impl Setting<f64> {
    /// Whether `draw` makes an event of this probability happen. Calls `touched` when a fault
    /// makes it happen, or prevents it.
    fn happens(
        &self,
        draw: f64,
        [made, prevented]: [Touch; 2],
        mut touched: impl FnMut(FaultId, Touch),
    ) -> bool {
        let happens = draw < self.value;
        if let Some((fault, healthy)) = self.fault
            && happens != (draw < healthy)
        {
            touched(fault, if happens { made } else { prevented });
        }
        happens
    }
}

struct Channel {
    version: u64,
    partitions: Vec<FaultId>,
    latency: Setting<Rc<Sampler>>,
    added: Vec<(Rc<Sampler>, FaultId)>,
    loss: Setting<f64>,
    duplicate: Setting<f64>,
    bandwidth: Setting<Option<u64>>,
    rng: Xoshiro256PlusPlus,
    /// The stream of added latencies, so that a fault does not shift the draws of `rng`.
    fault_rng: Xoshiro256PlusPlus,
}

impl Channel {
    /// The latency of a message, and of its copy if it gets one.
    fn latencies(
        &mut self,
        draws: &Draws,
        mut touched: impl FnMut(FaultId, Touch),
    ) -> (Duration, Option<Duration>) {
        let mut latency = self.latency.value.at(draws.latency);
        if let Some((fault, healthy)) = &self.latency.fault {
            match latency.cmp(&healthy.at(draws.latency)) {
                Ordering::Less => touched(*fault, Touch::MessagesHastened),
                Ordering::Equal => {}
                Ordering::Greater => touched(*fault, Touch::MessagesDelayed),
            }
        }
        let duplication = [Touch::MessagesDuplicated, Touch::MessagesNotDuplicated];
        let copied = self.duplicate.happens(draws.duplicated, duplication, &mut touched);
        let mut copy = copied.then(|| self.latency.value.at(draws.copy_latency));
        for (sampler, fault) in &self.added {
            let added = sampler.draw(&mut self.fault_rng);
            let for_copy = sampler.draw(&mut self.fault_rng);
            if !added.is_zero() {
                touched(*fault, Touch::MessagesDelayed);
            }
            latency += added;
            copy = copy.map(|latency| latency + for_copy);
        }
        (latency, copy)
    }

    /// Judges the time that a message needs to leave: every bandwidth takes some, so it must be
    /// noticeable beside the latency.
    fn judge_sending(
        &self,
        bytes: usize,
        sending: Duration,
        latency: Duration,
        mut touched: impl FnMut(FaultId, Touch),
    ) {
        let Some((fault, healthy)) = self.bandwidth.fault else { return };
        let alone = |rate: Option<u64>| rate.map_or(Duration::ZERO, |rate| time_of(bytes, rate));
        let (now, before) = (alone(self.bandwidth.value), alone(healthy));
        let (touch, change) = match now.cmp(&before) {
            Ordering::Less => (Touch::MessagesHastened, before.saturating_sub(now)),
            Ordering::Equal => return,
            Ordering::Greater => (Touch::MessagesDelayed, sending.saturating_sub(before)),
        };
        if is_noticeable(change, latency) {
            touched(fault, touch);
        }
    }
}

#[derive(Default)]
struct Link {
    channels: Vec<Option<Box<Channel>>>,
    queue: Queue,
}

/// All links.
pub(crate) struct Links {
    seed: u64,
    kinds: Vec<&'static str>,
    default_latency: Rc<Sampler>,
    defaults: Vec<ScopedEffect>,
    /// Effects of the scenario's rules; they override the defaults.
    rules: Vec<ScopedEffect>,
    /// Effects of faults in the order of their injection; they override the rules.
    faults: Vec<ScopedEffect>,
    version: u64,
    /// By sender, then receiver; a link is made for its first message.
    table: Vec<Vec<Option<Box<Link>>>>,
    /// Bytes of the table and its channels.
    bytes: usize,
}

/// A message as the link model sees it.
pub(crate) struct Parcel<'a> {
    pub from: NodeId,
    pub to: NodeId,
    pub names: (&'a str, &'a str),
    pub kind: u8,
    pub bytes: usize,
}

impl Links {
    pub fn new(seed: u64, kinds: &[&'static str], default: &LinkSettings) -> Links {
        let latency = default.latency.clone().unwrap_or(Dist::Constant(0));
        let everywhere =
            |effect| ScopedEffect { source: None, links: LinkSet::All, message: None, effect };
        Links {
            seed,
            kinds: kinds.to_vec(),
            default_latency: Rc::new(Sampler::new(&latency)),
            defaults: effects_of(default).into_iter().map(everywhere).collect(),
            rules: Vec::new(),
            faults: Vec::new(),
            version: 0,
            table: Vec::new(),
            bytes: 0,
        }
    }

    /// Bytes of all links.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Replaces the effects of the scenario's rules.
    pub fn set_rules(&mut self, rules: Vec<ScopedEffect>) {
        self.rules = rules;
        self.version += 1;
    }

    /// Puts a fault's effect in force; returns the queued messages that it moves.
    pub fn inject(&mut self, effect: ScopedEffect, now: Time) -> Vec<Moved> {
        let limits = matches!(effect.effect, LinkEffect::Bandwidth(_));
        self.faults.push(effect);
        self.version += 1;
        if limits { self.change_bandwidths(now) } else { Vec::new() }
    }

    /// Ends the effects of a firing; returns the queued messages that this moves.
    pub fn heal(&mut self, firing: Firing, now: Time) -> Vec<Moved> {
        let ended = self.faults.extract_if(.., |effect| effect.source == Some(firing));
        let limited =
            ended.fold(false, |any, it| any | matches!(it.effect, LinkEffect::Bandwidth(_)));
        self.version += 1;
        if limited { self.change_bandwidths(now) } else { Vec::new() }
    }

    /// Gives the queue of every link the bandwidth in force now.
    fn change_bandwidths(&mut self, now: Time) -> Vec<Moved> {
        let effects = || self.defaults.iter().chain(&self.rules).chain(&self.faults);
        let mut moved = Vec::new();
        for (from, row) in (0..).map(NodeId).zip(&mut self.table) {
            let links = (0..).map(NodeId).zip(row);
            for (to, link) in links.filter_map(|(to, link)| Some((to, link.as_mut()?))) {
                let mut bandwidths = effects()
                    .filter(|effect| effect.links.contains(from, to))
                    .filter_map(|it| match it.effect {
                        LinkEffect::Bandwidth(rate) => Some(rate),
                        _ => None,
                    });
                let bandwidth = bandwidths.next_back();
                moved.extend(link.queue.set_bandwidth(bandwidth, now));
            }
        }
        moved
    }

    /// Notes the copies in flight of the message that was sent last from one host to another.
    pub fn carry(&mut self, from: NodeId, to: NodeId, copies: impl IntoIterator<Item = FlightKey>) {
        let row = self.table.get_mut(from.index());
        let link = row.and_then(|row| row.get_mut(to.index())?.as_mut());
        if let Some(link) = link.filter(|_| from != to) {
            link.queue.carry(copies);
        }
    }

    /// Draws the fate of a message sent now. `touched` is called with each fault that changed it,
    /// and how.
    pub fn fate(
        &mut self,
        now: Time,
        parcel: &Parcel,
        mut touched: impl FnMut(FaultId, Touch),
    ) -> Fate {
        if parcel.from == parcel.to {
            return Fate::Arrives { left: now, latency: Duration::ZERO, copy: None };
        }
        self.prepare(parcel);
        let link = self.table[parcel.from.index()][parcel.to.index()].as_mut();
        let Link { channels, queue } = &mut **link.expect("just prepared");
        let channel = channels[parcel.kind as usize].as_mut().expect("just prepared");
        let draws = Draws::take(&mut channel.rng);
        let lost_anyway = draws.lost < *channel.loss.healthy();
        if !channel.partitions.is_empty() {
            if !lost_anyway {
                channel.partitions.iter().for_each(|fault| touched(*fault, Touch::MessagesCut));
            }
            return Fate::Partitioned;
        }
        let loss = [Touch::MessagesLost, Touch::MessagesSpared];
        if channel.loss.happens(draws.lost, loss, &mut touched) {
            return Fate::Lost;
        }
        let moved = queue.set_bandwidth(channel.bandwidth.value, now);
        debug_assert!(moved.is_empty(), "a fault that strikes or heals changes the bandwidth");
        let left = queue.send(parcel.bytes, now);
        let (latency, copy) = channel.latencies(&draws, &mut touched);
        channel.judge_sending(parcel.bytes, left.since(now), latency, &mut touched);
        Fate::Arrives { left, latency, copy }
    }

    /// Ensures that the parcel's channel exists and is up to date.
    fn prepare(&mut self, parcel: &Parcel) {
        let (from, to, kind) = (parcel.from.index(), parcel.to.index(), parcel.kind as usize);
        if self.table.len() <= from {
            self.table.resize_with(from + 1, Vec::new);
        }
        if self.table[from].len() <= to {
            self.bytes += (to + 1 - self.table[from].len()) * size_of::<Option<Box<Link>>>();
            self.table[from].resize_with(to + 1, || None);
        }
        let slots = &mut self.table[from][to].get_or_insert_default().channels;
        if slots.len() <= kind {
            let slot = size_of::<Option<Box<Channel>>>();
            self.bytes += size_of::<Link>() + self.kinds.len() * slot;
            slots.resize_with(self.kinds.len(), || None);
        }
        let effects = self.defaults.iter().chain(&self.rules).chain(&self.faults);
        match &mut slots[kind] {
            Some(channel) if channel.version == self.version => {}
            Some(channel) => {
                compile(channel, &self.default_latency, effects, parcel);
                channel.version = self.version;
            }
            empty => {
                let name =
                    format!("link/{}/{}/{}", parcel.names.0, parcel.names.1, self.kinds[kind]);
                let mut channel = Box::new(Channel {
                    version: self.version,
                    partitions: Vec::new(),
                    latency: Setting::new(self.default_latency.clone()),
                    added: Vec::new(),
                    loss: Setting::new(0.0),
                    duplicate: Setting::new(0.0),
                    bandwidth: Setting::new(None),
                    rng: small_stream(self.seed, &name),
                    fault_rng: small_stream(self.seed, &format!("{name}/faults")),
                });
                compile(&mut channel, &self.default_latency, effects, parcel);
                self.bytes += size_of::<Channel>();
                *empty = Some(channel);
            }
        }
    }
}

/// The draws that every message takes, whether they are needed or not.
struct Draws {
    lost: f64,
    duplicated: f64,
    latency: (f64, f64),
    copy_latency: (f64, f64),
}

impl Draws {
    fn take(rng: &mut Xoshiro256PlusPlus) -> Draws {
        Draws {
            lost: unit(rng),
            duplicated: unit(rng),
            latency: (unit(rng), unit(rng)),
            copy_latency: (unit(rng), unit(rng)),
        }
    }
}

/// Compiles the effects on a channel: partitions and added latencies accumulate; of every other
/// setting the latest holds.
fn compile<'a>(
    channel: &mut Channel,
    default_latency: &Rc<Sampler>,
    effects: impl Iterator<Item = &'a ScopedEffect>,
    parcel: &Parcel,
) {
    channel.partitions.clear();
    channel.added.clear();
    channel.latency = Setting::new(default_latency.clone());
    channel.loss = Setting::new(0.0);
    channel.duplicate = Setting::new(0.0);
    channel.bandwidth = Setting::new(None);
    for effect in effects {
        let other_kind = effect.message.is_some_and(|kind| kind != parcel.kind);
        if other_kind || !effect.links.contains(parcel.from, parcel.to) {
            continue;
        }
        let fault = effect.source.map(|firing| firing.fault);
        match &effect.effect {
            LinkEffect::Partition => channel.partitions.extend(fault),
            LinkEffect::Latency(sampler) => channel.latency.set(sampler.clone(), fault),
            LinkEffect::AddLatency(sampler) => {
                channel.added.extend(fault.map(|fault| (sampler.clone(), fault)));
            }
            LinkEffect::Loss(p) => channel.loss.set(*p, fault),
            LinkEffect::Duplicate(p) => channel.duplicate.set(*p, fault),
            LinkEffect::Bandwidth(rate) => channel.bandwidth.set(Some(*rate), fault),
        }
    }
}
