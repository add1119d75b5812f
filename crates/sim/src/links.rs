//! The link model: what happens to a message between two hosts.
//!
//! A [`Channel`] is one direction of one link for one kind of message. It has a random stream
//! of its own, from which every message takes the same number of draws, so that the k-th
//! message of a kind meets the same fate in every variant that sends a k-th message at all.
//!
//! Channels are compiled from the scenario's rules and the link faults in force when a message
//! first needs them, and again when a fault has struck or healed since.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Time;
use netsplit_scenario::{Dist, LinkSettings};
use rand::rngs::ChaCha8Rng;

use crate::NodeId;
use crate::random::{Sampler, stream, unit};

/// A fault by its place in the scenario.
pub(crate) type FaultIndex = usize;

/// A set of links, by their ends.
#[derive(Clone, Debug)]
pub(crate) enum EndSets {
    All,
    Between(BTreeSet<NodeId>, BTreeSet<NodeId>),
    OneWay(BTreeSet<NodeId>, BTreeSet<NodeId>),
    Of(BTreeSet<NodeId>),
    /// Between different groups; one way, only from an earlier group to a later one.
    Groups {
        groups: Vec<BTreeSet<NodeId>>,
        one_way: bool,
    },
}

impl EndSets {
    fn covers(&self, from: NodeId, to: NodeId) -> bool {
        match self {
            EndSets::All => true,
            EndSets::Between(a, b) => {
                a.contains(&from) && b.contains(&to) || b.contains(&from) && a.contains(&to)
            }
            EndSets::OneWay(a, b) => a.contains(&from) && b.contains(&to),
            EndSets::Of(nodes) => nodes.contains(&from) || nodes.contains(&to),
            EndSets::Groups { groups, one_way } => {
                let side = |node| groups.iter().position(|group| group.contains(node));
                match (side(&from), side(&to)) {
                    (Some(a), Some(b)) => a < b || a > b && !one_way,
                    _ => false,
                }
            }
        }
    }
}

/// What a rule or a fault does to the links it covers.
#[derive(Clone, Debug)]
pub(crate) enum LinkChange {
    Cut,
    Latency(Rc<Sampler>),
    AddLatency(Rc<Sampler>),
    Loss(f64),
    Duplicate(f64),
    Bandwidth(u64),
}

/// A change of some links, from the scenario's network or from a fault.
#[derive(Clone, Debug)]
pub(crate) struct LinkEffect {
    /// The fault and its firing; `None` for a rule of the scenario.
    pub by: Option<(FaultIndex, usize)>,
    pub ends: EndSets,
    /// Only messages of this kind.
    pub message: Option<u8>,
    pub change: LinkChange,
}

/// What becomes of one message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Cut,
    Lost,
    Arrives { at: Time, copy: Option<Time> },
}

/// A value and the fault that set it.
type Set<T> = (T, Option<FaultIndex>);

struct Channel {
    version: u64,
    cuts: Vec<FaultIndex>,
    latency: Set<Rc<Sampler>>,
    added: Vec<(Rc<Sampler>, FaultIndex)>,
    loss: Set<f64>,
    duplicate: Set<f64>,
    bandwidth: Option<Set<u64>>,
    rng: ChaCha8Rng,
    /// For what faults add, so that a fault does not shift the draws of `rng`.
    fault_rng: ChaCha8Rng,
}

#[derive(Default)]
struct Link {
    channels: Vec<Option<Box<Channel>>>,
    /// When a narrow link has sent all that it was given.
    busy_until: Time,
}

/// All links.
pub(crate) struct Links {
    seed: u64,
    kinds: Vec<&'static str>,
    default_latency: Rc<Sampler>,
    /// Rules first, then faults in the order in which they struck.
    effects: Vec<LinkEffect>,
    version: u64,
    /// By sender, then receiver.
    links: Vec<Vec<Link>>,
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
        let mut links = Links {
            seed,
            kinds: kinds.to_vec(),
            default_latency: Rc::new(Sampler::new(&latency)),
            effects: Vec::new(),
            version: 0,
            links: Vec::new(),
        };
        for change in changes(default) {
            links.strike(LinkEffect {
                by: None,
                ends: EndSets::All,
                message: None,
                change,
            });
        }
        links
    }

    /// Puts an effect in force.
    pub fn strike(&mut self, effect: LinkEffect) {
        self.effects.push(effect);
        self.version += 1;
    }

    /// Ends the effects of one firing of a fault.
    pub fn heal(&mut self, by: (FaultIndex, usize)) {
        self.effects.retain(|effect| effect.by != Some(by));
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
            return Fate::Arrives {
                at: now,
                copy: None,
            };
        }
        self.prepare(parcel);
        let link = &mut self.links[parcel.from.index()][parcel.to.index()];
        let channel = link.channels[parcel.kind as usize]
            .as_mut()
            .expect("just prepared");
        let draws = Draws::take(channel);
        if !channel.cuts.is_empty() {
            channel.cuts.iter().for_each(|fault| touched(*fault));
            return Fate::Cut;
        }
        if draws.lost < channel.loss.0 {
            channel.loss.1.into_iter().for_each(&mut touched);
            return Fate::Lost;
        }
        let left = transmit(
            now,
            &mut link.busy_until,
            channel,
            parcel.bytes,
            &mut touched,
        );
        channel.latency.1.into_iter().for_each(&mut touched);
        let mut latency = draws.latency;
        for (sampler, fault) in &channel.added {
            latency += sampler.draw(&mut channel.fault_rng);
            touched(*fault);
        }
        let copy = (draws.doubled < channel.duplicate.0).then(|| {
            channel.duplicate.1.into_iter().for_each(&mut touched);
            left + draws.copy_latency
        });
        Fate::Arrives {
            at: left + latency,
            copy,
        }
    }

    /// Makes sure that the parcel's channel exists and is up to date.
    fn prepare(&mut self, parcel: &Parcel) {
        let (from, to, kind) = (parcel.from.index(), parcel.to.index(), parcel.kind as usize);
        if self.links.len() <= from {
            self.links.resize_with(from + 1, Vec::new);
        }
        if self.links[from].len() <= to {
            self.links[from].resize_with(to + 1, Link::default);
        }
        let slots = &mut self.links[from][to].channels;
        if slots.len() <= kind {
            slots.resize_with(self.kinds.len(), || None);
        }
        match &mut slots[kind] {
            Some(channel) if channel.version == self.version => {}
            Some(channel) => {
                compile(channel, &self.default_latency, &self.effects, parcel);
                channel.version = self.version;
            }
            empty => {
                let name = format!(
                    "link/{}/{}/{}",
                    parcel.names.0, parcel.names.1, self.kinds[kind]
                );
                let mut channel = Box::new(Channel {
                    version: self.version,
                    cuts: Vec::new(),
                    latency: (self.default_latency.clone(), None),
                    added: Vec::new(),
                    loss: (0.0, None),
                    duplicate: (0.0, None),
                    bandwidth: None,
                    rng: stream(self.seed, &name),
                    fault_rng: stream(self.seed, &format!("{name}/faults")),
                });
                compile(&mut channel, &self.default_latency, &self.effects, parcel);
                *empty = Some(channel);
            }
        }
    }
}

/// The draws that every message takes, needed or not.
struct Draws {
    lost: f64,
    doubled: f64,
    latency: Duration,
    copy_latency: Duration,
}

impl Draws {
    fn take(channel: &mut Channel) -> Draws {
        Draws {
            lost: unit(&mut channel.rng),
            doubled: unit(&mut channel.rng),
            latency: channel.latency.0.draw(&mut channel.rng),
            copy_latency: channel.latency.0.draw(&mut channel.rng),
        }
    }
}

/// When the last byte has left, on a link that may be narrow.
fn transmit(
    now: Time,
    busy_until: &mut Time,
    channel: &Channel,
    bytes: usize,
    touched: &mut impl FnMut(FaultIndex),
) -> Time {
    let Some((bytes_per_s, fault)) = channel.bandwidth else {
        return now;
    };
    fault.into_iter().for_each(touched);
    let nanos = bytes as u128 * 1_000_000_000 / u128::from(bytes_per_s.max(1));
    *busy_until = now.max(*busy_until) + Duration::from_nanos(nanos as u64);
    *busy_until
}

/// Works out what holds on a channel: cuts and additions add up, else the latest holds.
fn compile(
    channel: &mut Channel,
    default_latency: &Rc<Sampler>,
    effects: &[LinkEffect],
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
                channel
                    .added
                    .extend(fault.map(|fault| (sampler.clone(), fault)));
            }
            LinkChange::Loss(p) => channel.loss = (*p, fault),
            LinkChange::Duplicate(p) => channel.duplicate = (*p, fault),
            LinkChange::Bandwidth(rate) => channel.bandwidth = Some((*rate, fault)),
        }
    }
}

/// A scenario's link settings as changes.
pub(crate) fn changes(settings: &LinkSettings) -> Vec<LinkChange> {
    let latency = settings
        .latency
        .as_ref()
        .map(|dist| LinkChange::Latency(Rc::new(Sampler::new(dist))));
    let others = [
        settings.loss.map(LinkChange::Loss),
        settings.duplicate.map(LinkChange::Duplicate),
        settings.bandwidth.map(LinkChange::Bandwidth),
    ];
    latency
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}
