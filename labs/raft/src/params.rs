//! The knobs of the lab, as scenario files turn them.

use netsplit_scenario::{Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the raft lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "each switches a feature off by itself")]
pub struct Params {
    /// How many of the nodes are members at the start; unless said, all.
    pub members: Option<u32>,
    /// The range from which each election timeout is drawn.
    pub election_timeout: [Span; 2],
    /// How often a leader lets itself be heard.
    pub heartbeat: Span,
    /// The most entries in one message.
    pub batch: u32,
    /// Whether a server asks whether it would win before it stands for election.
    pub prevote: bool,
    /// Whether a leader that a follower refuses skips whole terms, or goes back one entry at a
    /// time.
    pub fast_backtracking: bool,
    /// Whether servers compact their logs.
    pub snapshots: bool,
    /// How many entries make a log long enough to be compacted.
    pub snapshot_every: u32,
    /// Whether a leader hands over when the operator asks it to.
    pub transfer: bool,
    /// Whether servers remember which writes they have applied, so that a repeated one is not
    /// applied again.
    pub sessions: bool,
    /// How far apart clocks drift at most, as leases trust: seconds per second.
    pub drift_bound: Share,
    /// How long a server's worker is busy with one request of a client.
    pub service: Span,
    /// How long a client waits for a server before it asks another.
    pub attempt_timeout: Span,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            members: None,
            election_timeout: [Span::ms(150), Span::ms(300)],
            heartbeat: Span::ms(50),
            batch: 64,
            prevote: true,
            fast_backtracking: true,
            snapshots: true,
            snapshot_every: 500,
            transfer: true,
            sessions: true,
            drift_bound: Share(0.1),
            service: Span::default(),
            attempt_timeout: Span::ms(100),
        }
    }
}
