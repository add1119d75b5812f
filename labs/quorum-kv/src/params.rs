//! The parameters of the store that scenario files set.

use netsplit_scenario::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the quorum-kv lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// N: the number of nodes that hold each key. Default: 3, or all nodes where there are fewer.
    pub n: Option<u32>,
    /// R: the number of nodes that must answer before a read is answered. Default: a majority of
    /// N.
    pub r: Option<u32>,
    /// W: the number of nodes that must store a write before it is acknowledged. Default: a
    /// majority of N.
    pub w: Option<u32>,
    /// Who gathers the quorum: a node that the client contacts, or the client itself.
    pub coordinator: Place,
    /// The nodes that the coordinator asks: all N nodes that hold the key, or only as many as it
    /// needs, drawn at random.
    pub fanout: Fanout,
    /// Whether a write first asks R nodes which versions it replaces: one more round trip, and
    /// no write is ordered before one that was acknowledged earlier. Last-writer-wins never
    /// asks.
    pub ask_first: bool,
    /// The answer of a read when concurrent writes left siblings: the newest of them, or a list
    /// of all.
    pub siblings: Show,
    /// When a read brings nodes up to date that answered with an older version: never, after the
    /// answer, or before it.
    pub read_repair: ReadRepair,
    /// How long a sloppy coordinator waits for a node before another stands in for it.
    pub stand_in_after: Span,
    /// Whether nodes hand over the writes that they keep for another, once it answers again.
    pub hinted_handoff: bool,
    /// The interval at which a node tries to hand over.
    pub handoff_every: Span,
    /// Whether nodes compare Merkle trees in the background and exchange what differs.
    pub anti_entropy: bool,
    /// The interval at which a node compares a tree with one of its peers.
    pub anti_entropy_every: Span,
    /// The time that a worker of a node spends on one read or write.
    pub service: Span,
    /// How long a coordinator waits for each round of answers.
    pub timeout: Span,
    /// The delay after which the operation `write-then-read` reads what it wrote; a list gives one
    /// read per delay.
    pub read_after: ReadAfter,
    /// A write that reads still miss this long after its acknowledgement counts as lost rather
    /// than late.
    pub lost_after: Span,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            n: None,
            r: None,
            w: None,
            coordinator: Place::Node,
            fanout: Fanout::All,
            ask_first: true,
            siblings: Show::Newest,
            read_repair: ReadRepair::Blocking,
            stand_in_after: Span::ms(50),
            hinted_handoff: true,
            handoff_every: Span::ms(500),
            anti_entropy: true,
            anti_entropy_every: Span::ms(1000),
            service: Span::default(),
            timeout: Span::ms(500),
            read_after: ReadAfter::Once(Span::ms(0)),
            lost_after: Span::ms(1000),
        }
    }
}

/// The host that coordinates requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A node, drawn at random from the client's region, or from all nodes where the region has
    /// none.
    #[serde(alias = "replica")]
    Node,
    /// The client, which holds no keys: the model of the PBS paper.
    Client,
}

/// The nodes that a coordinator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fanout {
    /// All N nodes that hold the key; the quickest R or W decide.
    All,
    /// R or W of them, drawn at random.
    Quorum,
}

/// The answer of a read that found siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// The newest, as a client would choose that cannot reconcile them.
    Newest,
    /// All of them, as a list.
    List,
}

/// When a read brings nodes that are behind up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadRepair {
    /// Never.
    Off,
    /// After the answer, as in Dynamo.
    Background,
    /// Before the answer, as far as needed for every later read to see it too.
    Blocking,
}

/// The delays of `write-then-read`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ReadAfter {
    /// Once, this long after the write was acknowledged.
    Once(Span),
    /// One read per delay, each counted from when the write was acknowledged.
    Several(Vec<Span>),
}

impl ReadAfter {
    /// The delays, in the order given.
    pub fn delays(&self) -> &[Span] {
        match self {
            ReadAfter::Once(delay) => std::slice::from_ref(delay),
            ReadAfter::Several(delays) => delays,
        }
    }
}
