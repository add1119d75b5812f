//! The link model: what happens to a message between two hosts.
//!
//! A [`Channel`] is one direction of one link for one kind of message. It has a random stream
//! of its own, from which every message takes the same number of draws, so that the k-th
//! message of a kind meets the same fate in every variant that sends a k-th message at all.
//!
//! Channels are compiled from the scenario's rules and the link faults in force when a message
//! first needs them, and again when a fault has struck or healed since.

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Time;
use netsplit_scenario::{Dist, LinkSettings};
use rand::rngs::Xoshiro256PlusPlus;

use crate::NodeId;
use crate::network::link_effects::{EndSets, FaultIndex, LinkChange, LinkEffect, changes};
use crate::random::{Sampler, small_stream, unit};

/// What becomes of one message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Cut,
    Lost,
    Arrives { at: Time, copy: Option<Time> },
}

/// A value and the fault that set it.
type Set<T> = (T, Option<FaultIndex>);

/// A limit of bandwidth: bytes per second, and the firing of a fault that set it.
type Narrow = (u64, Option<(FaultIndex, usize)>);

struct Channel {
    version: u64,
    cuts: Vec<FaultIndex>,
    latency: Set<Rc<Sampler>>,
    added: Vec<(Rc<Sampler>, FaultIndex)>,
    loss: Set<f64>,
    duplicate: Set<f64>,
    bandwidth: Option<Narrow>,
    rng: Xoshiro256PlusPlus,
    /// For what faults add, so that a fault does not shift the draws of `rng`.
    fault_rng: Xoshiro256PlusPlus,
}

#[derive(Default)]
struct Link {
    channels: Vec<Option<Box<Channel>>>,
    queue: Queue,
}

/// What waits for a narrow link.
#[derive(Default)]
struct Queue {
    /// When a narrow link has sent all that it was given, and what made it narrow: a link whose
    /// bandwidth changes starts with an empty queue.
    busy_until: Time,
    narrow: Option<Narrow>,
}

/// All links.
pub(crate) struct Links {
    seed: u64,
    kinds: Vec<&'static str>,
    default_latency: Rc<Sampler>,
    defaults: Vec<LinkEffect>,
    /// The scenario's rules; they hold over the defaults.
    rules: Vec<LinkEffect>,
    /// Faults in the order in which they struck; they hold over the rules.
    faults: Vec<LinkEffect>,
    version: u64,
    /// By sender, then receiver.
    table: Vec<Vec<Link>>,
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
            |change| LinkEffect { by: None, ends: EndSets::All, message: None, change };
        Links {
            seed,
            kinds: kinds.to_vec(),
            default_latency: Rc::new(Sampler::new(&latency)),
            defaults: changes(default).into_iter().map(everywhere).collect(),
            rules: Vec::new(),
            faults: Vec::new(),
            version: 0,
            table: Vec::new(),
        }
    }

    /// Replaces the scenario's rules.
    pub fn set_rules(&mut self, rules: Vec<LinkEffect>) {
        self.rules = rules;
        self.version += 1;
    }

    /// Puts a fault's effect in force.
    pub fn strike(&mut self, effect: LinkEffect) {
        self.faults.push(effect);
        self.version += 1;
    }

    /// Ends the effects of one firing of a fault.
    pub fn heal(&mut self, by: (FaultIndex, usize)) {
        self.faults.retain(|effect| effect.by != Some(by));
        self.version += 1;
    }

    /// Draws the fate of a message sent now; `touched` hears of each fault that had a part.
    pub fn fate(
        &mut self,
        now: Time,
        parcel: &Parcel,
        mut touched: impl FnMut(FaultIndex),
    ) -> Fate {
        if parcel.from == parcel.to {
            return Fate::Arrives { at: now, copy: None };
        }
        self.prepare(parcel);
        let Link { channels, queue: link_queue } =
            &mut self.table[parcel.from.index()][parcel.to.index()];
        let channel = channels[parcel.kind as usize].as_mut().expect("just prepared");
        let draws = Draws::take(&mut channel.rng);
        if !channel.cuts.is_empty() {
            channel.cuts.iter().for_each(|fault| touched(*fault));
            return Fate::Cut;
        }
        if draws.lost < channel.loss.0 {
            channel.loss.1.into_iter().for_each(&mut touched);
            return Fate::Lost;
        }
        let left = transmit(now, link_queue, channel, parcel.bytes, &mut touched);
        channel.latency.1.into_iter().for_each(&mut touched);
        let mut latency = channel.latency.0.at(draws.latency);
        let mut copy_latency = None;
        if draws.doubled < channel.duplicate.0 {
            channel.duplicate.1.into_iter().for_each(&mut touched);
            copy_latency = Some(channel.latency.0.at(draws.copy_latency));
        }
        for (sampler, fault) in &channel.added {
            touched(*fault);
            latency += sampler.draw(&mut channel.fault_rng);
            let for_copy = sampler.draw(&mut channel.fault_rng);
            copy_latency = copy_latency.map(|latency| latency + for_copy);
        }
        Fate::Arrives { at: left + latency, copy: copy_latency.map(|latency| left + latency) }
    }

    /// Makes sure that the parcel's channel exists and is up to date.
    fn prepare(&mut self, parcel: &Parcel) {
        let (from, to, kind) = (parcel.from.index(), parcel.to.index(), parcel.kind as usize);
        if self.table.len() <= from {
            self.table.resize_with(from + 1, Vec::new);
        }
        if self.table[from].len() <= to {
            self.table[from].resize_with(to + 1, Link::default);
        }
        let slots = &mut self.table[from][to].channels;
        if slots.len() <= kind {
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
                    cuts: Vec::new(),
                    latency: (self.default_latency.clone(), None),
                    added: Vec::new(),
                    loss: (0.0, None),
                    duplicate: (0.0, None),
                    bandwidth: None,
                    rng: small_stream(self.seed, &name),
                    fault_rng: small_stream(self.seed, &format!("{name}/faults")),
                });
                compile(&mut channel, &self.default_latency, effects, parcel);
                *empty = Some(channel);
            }
        }
    }
}

/// The draws that every message takes, needed or not.
struct Draws {
    lost: f64,
    doubled: f64,
    latency: (f64, f64),
    copy_latency: (f64, f64),
}

impl Draws {
    fn take(rng: &mut Xoshiro256PlusPlus) -> Draws {
        Draws {
            lost: unit(rng),
            doubled: unit(rng),
            latency: (unit(rng), unit(rng)),
            copy_latency: (unit(rng), unit(rng)),
        }
    }
}

/// When the last byte has left, on a link that may be narrow.
fn transmit(
    now: Time,
    queue: &mut Queue,
    channel: &Channel,
    bytes: usize,
    touched: &mut impl FnMut(FaultIndex),
) -> Time {
    let Some((bytes_per_s, by)) = channel.bandwidth else {
        return now;
    };
    if let Some((fault, _)) = by {
        touched(fault);
    }
    if queue.narrow != channel.bandwidth {
        *queue = Queue { busy_until: now, narrow: channel.bandwidth };
    }
    let nanos = bytes as u128 * 1_000_000_000 / u128::from(bytes_per_s.max(1));
    queue.busy_until = now.max(queue.busy_until) + Duration::from_nanos(nanos as u64);
    queue.busy_until
}

/// Works out what holds on a channel: cuts and additions add up, else the latest holds.
fn compile<'a>(
    channel: &mut Channel,
    default_latency: &Rc<Sampler>,
    effects: impl Iterator<Item = &'a LinkEffect>,
    parcel: &Parcel,
) {
    channel.cuts.clear();
    channel.added.clear();
    channel.latency = (default_latency.clone(), None);
    channel.loss = (0.0, None);
    channel.duplicate = (0.0, None);
    channel.bandwidth = None;
    for effect in effects {
        let other_kind = effect.message.is_some_and(|kind| kind != parcel.kind);
        if other_kind || !effect.ends.covers(parcel.from, parcel.to) {
            continue;
        }
        let fault = effect.by.map(|by| by.0);
        match &effect.change {
            LinkChange::Cut => channel.cuts.extend(fault),
            LinkChange::Latency(sampler) => channel.latency = (sampler.clone(), fault),
            LinkChange::AddLatency(sampler) => {
                channel.added.extend(fault.map(|fault| (sampler.clone(), fault)));
            }
            LinkChange::Loss(p) => channel.loss = (*p, fault),
            LinkChange::Duplicate(p) => channel.duplicate = (*p, fault),
            LinkChange::Bandwidth(rate) => channel.bandwidth = Some((*rate, effect.by)),
        }
    }
}
