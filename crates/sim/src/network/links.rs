//! The link model: the fate of a message between two hosts.
//!
//! A [`Channel`] is one direction of one link for one kind of message. It has a random stream of
//! its own, from which every message takes the same number of draws, so that the k-th message of
//! a kind meets the same fate in every variant that sends a k-th message.
//!
//! A large cluster has millions of channels, so a channel is its stream and the place of its
//! [`Settings`], which channels under the same rules and faults share. They are compiled when a
//! message first needs them, and again after a fault was injected or healed. What few channels have
//! lies in maps beside them: the queue of a limited bandwidth, the stream of added latencies.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Time, Touch};
use netsplit_scenario::{Dist, LinkSettings};
use rand::rngs::Xoshiro256PlusPlus;

use super::bandwidth::{Moved, Queue, time_of};
use super::link_effects::{LinkEffect, LinkSet, ScopedEffect, effects_of};
use crate::engine::events::{FaultId, Firing, FlightKey};
use crate::fault::touches::is_noticeable;
use crate::machine::Machines;
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

/// What the rules and faults in force require of a channel.
struct Settings {
    partitions: Vec<FaultId>,
    latency: Setting<Rc<Sampler>>,
    added: Vec<(Rc<Sampler>, FaultId)>,
    loss: Setting<f64>,
    duplicate: Setting<f64>,
    bandwidth: Setting<Option<u64>>,
}

impl Settings {
    /// The latency of a message, and of its copy if it gets one. `added` is the stream of added
    /// latencies, so that a fault does not shift the other draws.
    fn latencies<'a>(
        &self,
        draws: &Draws,
        added: impl FnOnce() -> &'a mut Xoshiro256PlusPlus,
        mut touched: impl FnMut(FaultId, Touch),
    ) -> (Duration, Option<Duration>) {
        let latency = self.latency.value.at(draws.latency);
        if let Some((fault, healthy)) = &self.latency.fault {
            match latency.cmp(&healthy.at(draws.latency)) {
                Ordering::Less => touched(*fault, Touch::MessagesHastened),
                Ordering::Equal => {}
                Ordering::Greater => touched(*fault, Touch::MessagesDelayed),
            }
        }
        let duplication = [Touch::MessagesDuplicated, Touch::MessagesNotDuplicated];
        let copied = self.duplicate.happens(draws.duplicated, duplication, &mut touched);
        let copy = copied.then(|| self.latency.value.at(draws.copy_latency));
        if self.added.is_empty() {
            return (latency, copy);
        }
        self.add(latency, copy, added(), touched)
    }

    /// Adds the added latencies to that of a message, and to that of its copy.
    #[cold]
    fn add(
        &self,
        mut latency: Duration,
        mut copy: Option<Duration>,
        rng: &mut Xoshiro256PlusPlus,
        mut touched: impl FnMut(FaultId, Touch),
    ) -> (Duration, Option<Duration>) {
        for (sampler, fault) in &self.added {
            let (added, for_copy) = (sampler.draw(rng), sampler.draw(rng));
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

/// One direction of one link for one kind of message.
struct Channel {
    rng: Xoshiro256PlusPlus,
    /// The place of its settings in those of this version.
    settings: u32,
    version: NonZeroU32,
}

/// Channels to as many neighbouring receivers: most hosts send to few of many.
type Page = [Option<Channel>; PAGE];

const PAGE: usize = 16;

/// A channel, by its sender, its receiver and the kind of its messages.
type ChannelName = (NodeId, NodeId, u8);

/// All links.
pub(crate) struct Links {
    seed: u64,
    kinds: Kinds,
    default_latency: Rc<Sampler>,
    defaults: Vec<ScopedEffect>,
    /// Effects of the scenario's rules; they override the defaults.
    rules: Vec<ScopedEffect>,
    /// Effects of faults in the order of their injection; they override the rules.
    faults: Vec<ScopedEffect>,
    /// Counts the changes of rules and faults.
    version: NonZeroU32,
    /// The settings of this version, and their places by the effects that they are compiled from.
    settings: Vec<Settings>,
    compiled: BTreeMap<Vec<usize>, u32>,
    /// By sender and kind, then receiver; a channel is made for its first message.
    rows: Vec<Vec<Option<Box<Page>>>>,
    /// The queues of links that have ever had a limited bandwidth.
    queues: BTreeMap<(NodeId, NodeId), Queue>,
    /// The streams of added latencies, made for the first.
    added: BTreeMap<ChannelName, Xoshiro256PlusPlus>,
    /// Bytes of the rows and their channels.
    bytes: usize,
}

/// A message as the link model sees it.
pub(crate) struct Parcel<'a> {
    pub from: NodeId,
    pub to: NodeId,
    /// All hosts, for their names.
    pub machines: &'a Machines,
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
            kinds: Kinds(kinds.to_vec()),
            default_latency: Rc::new(Sampler::new(&latency)),
            defaults: effects_of(default).into_iter().map(everywhere).collect(),
            rules: Vec::new(),
            faults: Vec::new(),
            version: NonZeroU32::MIN,
            settings: Vec::new(),
            compiled: BTreeMap::new(),
            rows: Vec::new(),
            queues: BTreeMap::new(),
            added: BTreeMap::new(),
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
        self.outdate();
    }

    /// Puts a fault's effect in force; returns the queued messages that it moves.
    pub fn inject(&mut self, effect: ScopedEffect, now: Time) -> Vec<Moved> {
        let limits = matches!(effect.effect, LinkEffect::Bandwidth(_));
        self.faults.push(effect);
        self.outdate();
        if limits { self.change_bandwidths(now) } else { Vec::new() }
    }

    /// Ends the effects of a firing; returns the queued messages that this moves.
    pub fn heal(&mut self, firing: Firing, now: Time) -> Vec<Moved> {
        let ended = self.faults.extract_if(.., |effect| effect.source == Some(firing));
        let limited =
            ended.fold(false, |any, it| any | matches!(it.effect, LinkEffect::Bandwidth(_)));
        self.outdate();
        if limited { self.change_bandwidths(now) } else { Vec::new() }
    }

    /// The settings of all channels are to be compiled again.
    fn outdate(&mut self) {
        self.version = self.version.checked_add(1).expect("faults are fewer");
        self.settings.clear();
        self.compiled.clear();
    }

    /// Gives the queue of every link the bandwidth in force now.
    fn change_bandwidths(&mut self, now: Time) -> Vec<Moved> {
        let effects = || self.defaults.iter().chain(&self.rules).chain(&self.faults);
        let mut moved = Vec::new();
        for ((from, to), queue) in &mut self.queues {
            let mut bandwidths = effects()
                .filter(|effect| effect.links.contains(*from, *to))
                .filter_map(|it| match it.effect {
                    LinkEffect::Bandwidth(rate) => Some(rate),
                    _ => None,
                });
            let bandwidth = bandwidths.next_back();
            moved.extend(queue.set_bandwidth(bandwidth, now));
        }
        moved
    }

    /// Notes the copies in flight of the message that was sent last from one host to another.
    pub fn carry(&mut self, from: NodeId, to: NodeId, copies: impl IntoIterator<Item = FlightKey>) {
        if from != to
            && let Some(queue) = self.queues.get_mut(&(from, to))
        {
            queue.carry(copies);
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
        let (draws, place) = self.draw(parcel);
        let settings = &self.settings[place as usize];
        let lost_anyway = draws.lost < *settings.loss.healthy();
        if !settings.partitions.is_empty() {
            if !lost_anyway {
                settings.partitions.iter().for_each(|fault| touched(*fault, Touch::MessagesCut));
            }
            return Fate::Partitioned;
        }
        let loss = [Touch::MessagesLost, Touch::MessagesSpared];
        if settings.loss.happens(draws.lost, loss, &mut touched) {
            return Fate::Lost;
        }
        let (from, to) = (parcel.from, parcel.to);
        let left = match settings.bandwidth.value {
            None => now,
            limited => send_queued(&mut self.queues, parcel, limited, now),
        };
        let (streams, kinds, seed) = (&mut self.added, &self.kinds, self.seed);
        let stream = || small_stream(seed, &format!("{}/faults", kinds.stream_of(parcel)));
        let (latency, copy) = settings.latencies(
            &draws,
            move || streams.entry((from, to, parcel.kind)).or_insert_with(stream),
            &mut touched,
        );
        settings.judge_sending(parcel.bytes, left.since(now), latency, &mut touched);
        Fate::Arrives { left, latency, copy }
    }

    /// Takes the draws of a message from its channel, and the place of the channel's settings.
    fn draw(&mut self, parcel: &Parcel) -> (Draws, u32) {
        let (row, page, place) = self.place_of(parcel);
        let known = self.rows.get_mut(row).and_then(|pages| pages.get_mut(page)?.as_mut());
        let known = known.and_then(|page| page[place].as_mut());
        let channel = match known {
            Some(channel) if channel.version == self.version => channel,
            _ => self.update(parcel),
        };
        (Draws::take(&mut channel.rng), channel.settings)
    }

    /// The place of a message's channel: its row, its page there and its place on the page.
    fn place_of(&self, parcel: &Parcel) -> (usize, usize, usize) {
        let row = parcel.from.index() * self.kinds.0.len() + parcel.kind as usize;
        (row, parcel.to.index() / PAGE, parcel.to.index() % PAGE)
    }

    /// Brings the channel of a message to the present version; makes it for its first message.
    #[cold]
    fn update(&mut self, parcel: &Parcel) -> &mut Channel {
        let effects = self.defaults.iter().chain(&self.rules).chain(&self.faults);
        let covers = effects.enumerate().filter(|(_, effect)| effect.covers(parcel));
        let covering: Vec<_> = covers.map(|(place, _)| place).collect();
        let all = &mut self.settings;
        let settings = *self.compiled.entry(covering).or_insert_with_key(|covering| {
            let effects = self.defaults.iter().chain(&self.rules).chain(&self.faults);
            let effects: Vec<_> = effects.collect();
            let covering = covering.iter().map(|place| effects[*place]);
            all.push(Settings::of(covering, &self.default_latency));
            all.len() as u32 - 1
        });
        let (row, page, place) = self.place_of(parcel);
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let pages = &mut self.rows[row];
        if pages.len() <= page {
            self.bytes += (page + 1 - pages.len()) * size_of::<Option<Box<Page>>>();
            pages.resize_with(page + 1, || None);
        }
        let bytes = &mut self.bytes;
        let page = pages[page].get_or_insert_with(|| {
            *bytes += size_of::<Page>();
            Box::new([const { None }; PAGE])
        });
        let version = self.version;
        let channel = page[place].get_or_insert_with(|| {
            let rng = small_stream(self.seed, &self.kinds.stream_of(parcel));
            Channel { rng, settings, version }
        });
        (channel.settings, channel.version) = (settings, version);
        channel
    }
}

/// Queues a message for its link; returns when it leaves.
#[cold]
fn send_queued(
    queues: &mut BTreeMap<(NodeId, NodeId), Queue>,
    parcel: &Parcel,
    bandwidth: Option<u64>,
    now: Time,
) -> Time {
    let queue = queues.entry((parcel.from, parcel.to)).or_default();
    let moved = queue.set_bandwidth(bandwidth, now);
    debug_assert!(moved.is_empty(), "a fault that strikes or heals changes the bandwidth");
    queue.send(parcel.bytes, now)
}

/// The message kinds that the lab declares, by their number.
struct Kinds(Vec<&'static str>);

impl Kinds {
    /// The name of the random stream of a message's channel.
    fn stream_of(&self, parcel: &Parcel) -> String {
        let (from, to) = parcel.machines.names(parcel.from, parcel.to);
        format!("link/{from}/{to}/{}", self.0[parcel.kind as usize])
    }
}

impl ScopedEffect {
    fn covers(&self, parcel: &Parcel) -> bool {
        self.message.is_none_or(|kind| kind == parcel.kind)
            && self.links.contains(parcel.from, parcel.to)
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

impl Settings {
    /// Compiles effects: partitions and added latencies accumulate; of every other setting the
    /// latest holds.
    fn of<'a>(
        effects: impl Iterator<Item = &'a ScopedEffect>,
        default_latency: &Rc<Sampler>,
    ) -> Settings {
        let mut settings = Settings {
            partitions: Vec::new(),
            latency: Setting::new(default_latency.clone()),
            added: Vec::new(),
            loss: Setting::new(0.0),
            duplicate: Setting::new(0.0),
            bandwidth: Setting::new(None),
        };
        for effect in effects {
            let fault = effect.source.map(|firing| firing.fault);
            match &effect.effect {
                LinkEffect::Partition => settings.partitions.extend(fault),
                LinkEffect::Latency(sampler) => settings.latency.set(sampler.clone(), fault),
                LinkEffect::AddLatency(sampler) => {
                    settings.added.extend(fault.map(|fault| (sampler.clone(), fault)));
                }
                LinkEffect::Loss(p) => settings.loss.set(*p, fault),
                LinkEffect::Duplicate(p) => settings.duplicate.set(*p, fault),
                LinkEffect::Bandwidth(rate) => settings.bandwidth.set(Some(*rate), fault),
            }
        }
        settings
    }
}
