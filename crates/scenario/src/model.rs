//! A scenario, typed and validated: what the simulator runs.

use std::time::Duration;

use netsplit_history::Time;

use crate::{CheckedParams, LabSpec, Sentence};

/// One validated scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// One line for people.
    pub title: String,
    /// What it shows and why, in a few sentences; may be empty.
    pub about: String,
    /// The lab that it runs.
    pub lab: &'static LabSpec,
    /// Which fillings of the lab's seats: a variant's name, or `seat=filling`, comma-separated.
    pub variant: String,
    /// What `variant` stands for: (seat, filling) for each seat of the lab, in its order.
    pub fillings: Vec<(&'static str, &'static str)>,
    /// How long the load runs. The run then drains for one time-out.
    pub duration: Duration,
    /// Requests meant to be sent earlier are not measured.
    pub warmup: Duration,
    /// How long after each fault still counts as "inside" for the window `outside faults`.
    pub settle: Duration,
    /// The groups of nodes, in the lab's order.
    pub nodes: Vec<NodeGroup>,
    /// The links.
    pub network: Network,
    /// The loads.
    pub loads: Vec<Load>,
    /// The lab's own parameters, those that the variant sets included.
    pub params: CheckedParams,
    /// What breaks, in order of the file.
    pub faults: Vec<Fault>,
    /// What the lab is asked to do.
    pub actions: Vec<Action>,
    /// What must hold.
    pub verdict: Expectations,
    /// xxh3-64 of the scenario file's text, in hexadecimal.
    pub hash: String,
    /// The `key=value` overrides in force, in the order given.
    pub overrides: Vec<String>,
}

/// A group of like nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGroup {
    /// The group's name; `nodes` for the single unnamed group.
    pub name: String,
    /// Node names are this and a number from 1: `n1`, `n2`, ...
    pub prefix: String,
    /// How many.
    pub count: u32,
    /// How many pieces of `work` a node does at once; `None` for no limit.
    pub workers: Option<u32>,
    /// The regions that link rules and selectors may name; nodes are dealt to them in turn.
    /// Empty for none.
    pub regions: Vec<String>,
    /// How long one sync to disk takes.
    pub disk_sync: Dist,
}

/// The network's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// What holds on every link that no rule speaks of.
    pub default: LinkSettings,
    /// Exceptions; where several speak of the same setting, the last one holds.
    pub links: Vec<LinkRule>,
}

/// Settings of a link; `None` leaves what held before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkSettings {
    /// One-way latency.
    pub latency: Option<Dist>,
    /// Probability that a message is lost.
    pub loss: Option<f64>,
    /// Probability that a message arrives twice.
    pub duplicate: Option<f64>,
    /// Bytes per second; messages queue for it. `Some(None)` cannot be said: unlimited is the
    /// default.
    pub bandwidth: Option<u64>,
}

/// Settings of some links.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRule {
    /// Which links.
    pub ends: Ends,
    /// Only messages of this kind: an index into [`LabSpec::messages`].
    pub message: Option<u8>,
    /// What holds there.
    pub settings: LinkSettings,
}

/// Which links a rule or a fault speaks of.
#[derive(Clone, Debug, PartialEq)]
pub enum Ends {
    /// Every link.
    All,
    /// Both ways between the two sides. With equal sides: all links inside the side.
    Between(Selector, Selector),
    /// One way, from the first to the second.
    OneWay(Selector, Selector),
    /// All links to and from these.
    Of(Selector),
}

/// A distribution of durations, in nanoseconds. Draws below zero are zero.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always this.
    Constant(u64),
    /// Evenly between `min` and `max`.
    Uniform {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// The bell curve; `absolute` folds negative draws to their absolute value.
    Normal {
        /// The mean.
        mean: u64,
        /// The standard deviation.
        std_dev: u64,
        /// Fold, |x|, instead of cutting at zero.
        absolute: bool,
    },
    /// `shift` plus a log-normal with this median and 99th percentile.
    LogNormal {
        /// The median, without the shift.
        median: u64,
        /// The 99th percentile, without the shift.
        p99: u64,
        /// Added to every draw.
        shift: u64,
    },
    /// `shift` plus an exponential with this mean.
    Exponential {
        /// The mean, without the shift.
        mean: u64,
        /// Added to every draw.
        shift: u64,
    },
    /// `shift` plus a Pareto: P(X > x) = (scale / x)^shape for x >= scale.
    Pareto {
        /// The least, without the shift.
        scale: u64,
        /// The tail's exponent.
        shape: f64,
        /// Added to every draw.
        shift: u64,
    },
    /// One of several, by weight.
    Mixture(Vec<(f64, Dist)>),
}

/// Which nodes. Drawn when a fault strikes, and held until it heals.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// A node, a client host, a group, a load (its client hosts), a region, or a role.
    Name(String),
    /// All that any of them selects.
    List(Vec<Selector>),
    /// Any so many nodes.
    Any(u32),
    /// So many of a hundred nodes, rounded to the nearest, at least one.
    Percent(f64),
    /// Any floor(n/2) + 1 nodes.
    Majority,
    /// Any ceil(n/2) - 1 nodes.
    Minority,
}

/// Clients and what they ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Its name; `clients` for the single unnamed load. Its hosts are the prefix and a number.
    pub name: String,
    /// Client hosts are this and a number from 1: `c1`, `c2`, ...
    pub prefix: String,
    /// How many client hosts there are; sessions are dealt to them in turn.
    pub hosts: u32,
    /// The region of its client hosts.
    pub region: Option<String>,
    /// When requests come.
    pub arrivals: Arrivals,
    /// When the load starts.
    pub from: Time,
    /// When it stops; `None` for the end of the run.
    pub until: Option<Time>,
    /// A client gives up this long after it meant to send.
    pub timeout: Duration,
    /// Operations by weight, in the order of their names.
    pub mix: Vec<(String, f64)>,
    /// The keys.
    pub keys: Keys,
}

/// When requests come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Open loop: whatever the system does, at these rates.
    Open {
        /// (from when, requests per second); the first from the load's start.
        steps: Vec<(Time, f64)>,
        /// Evenly spaced rather than a Poisson process.
        constant: bool,
    },
    /// Closed loop: so many sessions, each thinking between its requests.
    Closed {
        /// Sessions.
        clients: u32,
        /// From an answer to the next request.
        think: Dist,
    },
    /// So many sessions, each of one request, all at the load's start.
    Once {
        /// Sessions.
        clients: u32,
    },
}

/// Which keys requests concern.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Keys are `k1` to `k{count}`.
    pub count: u64,
    /// Zipf exponent: key i is drawn in proportion to 1 / i^zipf. `None` for uniform.
    pub zipf: Option<f64>,
}

/// When a fault strikes or an action is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// At this time, counted from the start of the run.
    At(Time),
    /// When the lab announces an event.
    Event {
        /// The event's name.
        event: String,
        /// Its how-manyth occurrence, from 1.
        nth: u32,
        /// This much later.
        plus: Dist,
    },
}

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name: unique, and what windows and overrides call it.
    pub name: String,
    /// When it strikes first.
    pub trigger: Trigger,
    /// How long it holds; `None` for the rest of the run.
    pub hold: Option<Dist>,
    /// How it strikes again.
    pub repeat: Repeat,
    /// What breaks.
    pub kind: FaultKind,
    /// It may touch nothing without making the run inconclusive.
    pub may_miss: bool,
}

/// How a fault strikes again.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeat {
    /// Once.
    Never,
    /// So many times in all, so long from strike to strike.
    Every {
        /// From one strike to the next.
        every: Dist,
        /// How many strikes in all; `None` until the end.
        times: Option<u32>,
    },
    /// Each target on its own, over and over: up, then struck, from the trigger to the end of
    /// the run (or until `hold` has passed).
    Churn {
        /// How long a target is left alone.
        up: Dist,
        /// How long it is struck.
        down: Dist,
    },
}

/// What a fault does, and to what.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// A fault of links.
    Links(LinkFault),
    /// A fault of nodes.
    Nodes {
        /// Which nodes.
        nodes: Selector,
        /// What happens to them.
        fault: NodeFault,
    },
}

/// A fault of links. A `message` restricts it to one kind of message, given as an index into
/// [`LabSpec::messages`].
#[derive(Clone, Debug, PartialEq)]
pub enum LinkFault {
    /// Drops every message between the sides.
    Partition(Partition),
    /// Changes the one-way latency.
    Latency {
        /// Which links.
        ends: Ends,
        /// Only messages of this kind.
        message: Option<u8>,
        /// The new latency, or with `add` what is added to the current one.
        latency: Dist,
        /// Whether `latency` is added.
        add: bool,
    },
    /// Drops messages at random.
    Loss {
        /// Which links.
        ends: Ends,
        /// Only messages of this kind.
        message: Option<u8>,
        /// The probability for each message, 0 to 1.
        probability: f64,
    },
    /// Duplicates messages at random.
    Duplicate {
        /// Which links.
        ends: Ends,
        /// Only messages of this kind.
        message: Option<u8>,
        /// The probability for each message, 0 to 1.
        probability: f64,
    },
    /// Limits the bandwidth.
    Bandwidth {
        /// Which links.
        ends: Ends,
        /// Bytes per second.
        bytes_per_s: u64,
    },
}

/// A fault of nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeFault {
    /// Stops them; memory and unsynced writes are lost. They restart when the fault heals.
    Crash,
    /// Suspends them; nothing is lost.
    Pause,
    /// Slows down their work.
    Slow {
        /// Work takes this many times as long.
        factor: f64,
    },
    /// Sets their clocks wrong.
    Clock {
        /// Added to the wall clock, in nanoseconds.
        skew_ns: i64,
        /// Seconds gained (or lost, when negative) per second: 0.01 is 1% fast.
        drift: f64,
    },
    /// Makes their disks slow or faulty.
    Disk {
        /// The new duration of a sync.
        sync: Option<Dist>,
        /// Whether every write and sync fails.
        fail: bool,
    },
}

impl NodeFault {
    /// This fault at `nodes`.
    pub fn of(self, nodes: Selector) -> FaultKind {
        FaultKind::Nodes { nodes, fault: self }
    }
}

impl FaultKind {
    /// The kind's name in scenario files.
    pub fn name(&self) -> &'static str {
        match self {
            FaultKind::Links(LinkFault::Partition(_)) => "partition",
            FaultKind::Links(LinkFault::Latency { .. }) => "latency",
            FaultKind::Links(LinkFault::Loss { .. }) => "loss",
            FaultKind::Links(LinkFault::Duplicate { .. }) => "duplicate",
            FaultKind::Links(LinkFault::Bandwidth { .. }) => "bandwidth",
            FaultKind::Nodes { fault: NodeFault::Crash, .. } => "crash",
            FaultKind::Nodes { fault: NodeFault::Pause, .. } => "pause",
            FaultKind::Nodes { fault: NodeFault::Slow { .. }, .. } => "slow",
            FaultKind::Nodes { fault: NodeFault::Clock { .. }, .. } => "clock",
            FaultKind::Nodes { fault: NodeFault::Disk { .. }, .. } => "disk",
        }
    }
}

/// Which links a partition cuts. An unnamed node, and every client, keeps its links.
#[derive(Clone, Debug, PartialEq)]
pub enum Partition {
    /// These nodes from all other nodes.
    Isolate {
        /// Who is cut off.
        nodes: Selector,
        /// Which direction.
        direction: Direction,
    },
    /// Each group from each other group.
    Groups {
        /// The sides.
        groups: Vec<Selector>,
        /// Only messages from an earlier group to a later one are cut.
        one_way: bool,
    },
}

/// Which messages of an isolated node are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    Both,
    /// Only what it should receive: it can speak but not hear.
    In,
    /// Only what it sends: it can hear but not speak.
    Out,
}

/// Something that the scenario asks of the lab.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name; unique.
    pub name: String,
    /// When.
    pub trigger: Trigger,
    /// The lab's verb.
    pub verb: String,
    /// The verb's particulars.
    pub args: toml::Value,
}

/// What must hold.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// Sentences that each run decides.
    pub expect: Vec<Expectation>,
    /// Sentences that only many seeds decide.
    pub sweep: Vec<Expectation>,
    /// Variants that must fail where the reference passes, on the same seeds.
    pub catches: Vec<String>,
    /// The share of seeds that must pass, 0 to 1.
    pub min_pass_rate: f64,
    /// Seeds that `verify` always runs.
    pub seeds: Vec<u64>,
}

/// One sentence of the verdict.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// As written.
    pub text: String,
    /// Its line in the scenario file, from 1; `None` when it came from an override.
    pub line: Option<usize>,
    /// As understood.
    pub sentence: Sentence,
}
