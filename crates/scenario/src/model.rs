//! Typed and validated scenarios: the input of the simulator.

use std::time::Duration;

use netsplit_history::Time;

use crate::{CheckedParams, LabSpec, Limits, Question, Sentence};

/// One validated scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A one-line title.
    pub title: String,
    /// What the scenario shows and why, in a few sentences; may be empty.
    pub about: String,
    /// The lab to run.
    pub lab: &'static LabSpec,
    /// The variant as written: a name, or comma-separated `seat=filling` pairs.
    pub variant: String,
    /// The fillings of `variant`: (seat, filling) for each seat of the lab, in its order.
    pub fillings: Vec<(&'static str, &'static str)>,
    /// How long clients send requests. The run then drains for the longest timeout of its loads.
    pub duration: Duration,
    /// Requests whose intended send time is earlier are not measured.
    pub warmup: Duration,
    /// Time after each heal that the window `outside faults` excludes.
    pub settle: Duration,
    /// The groups of nodes, in the lab's order.
    pub nodes: Vec<NodeGroup>,
    /// The settings of links.
    pub network: Network,
    /// The loads.
    pub loads: Vec<Load>,
    /// The lab's own parameters, including those that the variant sets.
    pub params: CheckedParams,
    /// The faults, in order of the file.
    pub faults: Vec<Fault>,
    /// The actions that the lab performs.
    pub actions: Vec<Action>,
    /// Questions to be answered before a run, `[[predict]]` in the file.
    pub questions: Vec<Question>,
    /// The expectations, `[verdict]` in the file.
    pub verdict: Expectations,
    /// The budgets of a run.
    pub limits: Limits,
    /// The xxh3-64 hash of the scenario file's text, in hexadecimal.
    pub hash: String,
    /// The `key=value` overrides in force, in the order given.
    pub overrides: Vec<String>,
}

/// A group of identical nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGroup {
    /// The group's name; `nodes` for the single unnamed group.
    pub name: String,
    /// The prefix of node names, before a number from 1: `n1`, `n2`, ...
    pub prefix: String,
    /// The number of nodes.
    pub count: u32,
    /// The number of jobs that a node executes concurrently; `None` for no limit.
    pub workers: Option<u32>,
    /// The regions, for link rules and selectors, assigned to the nodes in turn; may be empty.
    pub regions: Vec<String>,
    /// The duration of one sync to disk.
    pub disk_sync: Dist,
}

/// The settings of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The settings of links without a rule.
    pub default: LinkSettings,
    /// Exceptions; where several set the same setting of a link, the last one wins.
    pub links: Vec<LinkRule>,
}

/// Settings of a link; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkSettings {
    /// One-way latency.
    pub latency: Option<Dist>,
    /// Probability that a message is dropped.
    pub loss: Option<f64>,
    /// Probability that a message is duplicated.
    pub duplicate: Option<f64>,
    /// Bytes per second, per direction; messages queue for it. Default: unlimited.
    pub bandwidth: Option<u64>,
}

/// Settings for some links.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRule {
    /// The links.
    pub ends: Ends,
    /// Only messages of this kind: an index into [`LabSpec::messages`].
    pub message: Option<u8>,
    /// Their settings.
    pub settings: LinkSettings,
}

/// The links of a rule or a fault.
#[derive(Clone, Debug, PartialEq)]
pub enum Ends {
    /// Every link.
    All,
    /// The links between two sides, in both directions. With equal sides, all links inside.
    Between(Selector, Selector),
    /// The links from the first side to the second.
    OneWay(Selector, Selector),
    /// All links to and from these nodes.
    Of(Selector),
}

/// A distribution of durations, in nanoseconds. Negative draws become zero.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always this duration.
    Constant(u64),
    /// Uniform between `min` and `max`.
    Uniform {
        /// The minimum.
        min: u64,
        /// The maximum.
        max: u64,
    },
    /// The normal distribution.
    Normal {
        /// The mean.
        mean: u64,
        /// The standard deviation.
        std_dev: u64,
        /// Replaces negative draws by their absolute value instead of by zero.
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
        /// The minimum, without the shift.
        scale: u64,
        /// The tail exponent.
        shape: f64,
        /// Added to every draw.
        shift: u64,
    },
    /// One of several, by weight.
    Mixture(Vec<(f64, Dist)>),
}

/// A selector of nodes. Resolved when a fault strikes; the nodes stay selected until it heals.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// A node, a client host, a group, a load (its client hosts), a region, or a role.
    Name(String),
    /// The union of several selectors.
    List(Vec<Selector>),
    /// This many random nodes.
    Any(u32),
    /// A random percentage of the nodes, rounded to the nearest, at least one.
    Percent(f64),
    /// floor(n/2) + 1 random nodes.
    Majority,
    /// ceil(n/2) - 1 random nodes.
    Minority,
}

/// Clients and their requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The name; `clients` for an unnamed load.
    pub name: String,
    /// The prefix of its hosts' names, before a number from 1: `c1`, `c2`, ...
    pub prefix: String,
    /// The number of client hosts; sessions are assigned to them in turn.
    pub hosts: u32,
    /// The region of its client hosts.
    pub region: Option<String>,
    /// The arrivals of its requests.
    pub arrivals: Arrivals,
    /// When the load starts.
    pub from: Time,
    /// When it stops; `None` for `duration`.
    pub until: Option<Time>,
    /// The timeout of a request, from its intended send time.
    pub timeout: Duration,
    /// Operations and their weights, sorted by name.
    pub mix: Vec<(String, f64)>,
    /// The keys.
    pub keys: Keys,
}

/// The arrivals of requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Open loop: requests arrive at these rates, whatever the system does.
    Open {
        /// (start of the step, requests per second); the first step starts with the load.
        steps: Vec<(Time, f64)>,
        /// Whether arrivals are evenly spaced instead of a Poisson process.
        constant: bool,
    },
    /// Closed loop: each session waits for a response and thinks before its next request.
    Closed {
        /// The number of sessions.
        clients: u32,
        /// The time from a response to the next request.
        think: Dist,
    },
    /// One request from each session, all at the start of the load.
    Once {
        /// The number of sessions.
        clients: u32,
    },
}

/// The keys that requests use.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// The number of keys: `k1` to `k{count}`.
    pub count: u64,
    /// Zipf exponent: key i is drawn in proportion to 1 / i^zipf. `None` for uniform.
    pub zipf: Option<f64>,
}

/// The trigger of a fault or an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A time, from the start of the run.
    At(Time),
    /// An event that the lab announces.
    Event {
        /// The event's name.
        event: String,
        /// Which occurrence of it, from 1.
        nth: u32,
        /// The delay after it.
        plus: Dist,
    },
}

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The name, unique in the scenario; windows and overrides use it.
    pub name: String,
    /// When it first strikes.
    pub trigger: Trigger,
    /// The duration of a firing; `None` for the rest of the run.
    pub hold: Option<Dist>,
    /// The repetition.
    pub repeat: Repeat,
    /// The effect, and its links or nodes.
    pub kind: FaultKind,
    /// Whether it may affect nothing without making the run inconclusive.
    pub may_miss: bool,
}

/// The repetition of a fault.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeat {
    /// It strikes once.
    Never,
    /// It strikes at intervals.
    Every {
        /// The interval from one strike to the next.
        every: Dist,
        /// The total number of strikes; `None` for no limit.
        times: Option<u32>,
    },
    /// It strikes and heals each target independently, from the trigger to the end of the run, or
    /// for the duration `hold`.
    Churn {
        /// The time from a heal of a target to its next strike.
        up: Dist,
        /// The time from a strike at a target to its heal.
        down: Dist,
    },
}

/// The effect of a fault, and its links or nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// A fault of links.
    Links(LinkFault),
    /// A fault of nodes.
    Nodes {
        /// Which nodes.
        nodes: Selector,
        /// The effect on them.
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
        /// The new latency, or with `add` the increase.
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
        /// What happens to syncs, if they do not take their healthy time.
        sync: Option<SyncFault>,
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

/// The effect of a disk fault on syncs.
#[derive(Clone, Debug, PartialEq)]
pub enum SyncFault {
    /// The new duration of a sync.
    Takes(Dist),
    /// A sync makes no progress until the fault heals.
    Hangs,
}

/// The links of a partition. Nodes that it does not name, and clients, keep their links.
#[derive(Clone, Debug, PartialEq)]
pub enum Partition {
    /// These nodes from all other nodes.
    Isolate {
        /// The isolated nodes.
        nodes: Selector,
        /// The direction of the dropped messages.
        direction: Direction,
    },
    /// Each group from each other group.
    Groups {
        /// The sides.
        groups: Vec<Selector>,
        /// Whether only messages from an earlier group to a later one are dropped.
        one_way: bool,
    },
}

/// The dropped messages of an isolated node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// All messages.
    Both,
    /// Only messages to it: it can send but not receive.
    In,
    /// Only messages from it: it can receive but not send.
    Out,
}

/// An action that the lab performs.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The name, unique in the scenario.
    pub name: String,
    /// When it is performed.
    pub trigger: Trigger,
    /// The lab's verb.
    pub verb: &'static str,
    /// The arguments: (key, value).
    pub args: Vec<(&'static str, Argument)>,
}

/// An argument of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// One node of a group, found when the action is asked.
    Node {
        /// The group.
        group: &'static str,
        /// Its name, a role, or any node of the group.
        node: Selector,
    },
    /// Nodes, found when the action is asked.
    Nodes(Selector),
    /// A number from 1.
    Count(u32),
    /// A duration.
    Duration(Duration),
}

/// The expectations of a scenario: `[verdict]` in the file.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// Expectations that each run must meet.
    pub expect: Vec<Expectation>,
    /// Expectations over many seeds.
    pub sweep: Vec<Expectation>,
    /// Variants that must fail on some seed on which this scenario passes.
    pub catches: Vec<String>,
    /// The share of seeds that must pass, 0 to 1.
    pub min_pass_rate: f64,
    /// Seeds that `verify` always runs.
    pub seeds: Vec<u64>,
}

/// One expectation.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The sentence as written.
    pub text: String,
    /// Its line in the scenario file, from 1; `None` when it came from an override.
    pub line: Option<usize>,
    /// The parsed sentence.
    pub sentence: Sentence,
}
