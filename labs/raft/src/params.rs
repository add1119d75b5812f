//! The lab's parameters.

use netsplit_scenario::{Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the raft lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "each switches a feature off by itself")]
pub struct Params {
    /// Number of nodes that are members at the start. Default: all.
    pub members: Option<u32>,
    /// Range from which each election timeout is drawn.
    pub election_timeout: [Span; 2],
    /// Heartbeat interval.
    pub heartbeat: Span,
    /// Maximum number of entries in one message.
    pub batch: u32,
    /// Whether a server asks whether it would win before it stands for election (pre-vote).
    pub prevote: bool,
    /// Whether a leader that no majority has answered for the longest election timeout steps down.
    pub check_quorum: bool,
    /// Whether a leader skips whole terms when a follower refuses its entries, rather than going
    /// back one entry per round trip.
    pub fast_backtracking: bool,
    /// Whether servers compact their logs.
    pub snapshots: bool,
    /// Number of entries above which a log is compacted.
    pub snapshot_every: u32,
    /// Whether a leader hands over when the operator asks it to.
    pub transfer: bool,
    /// Whether servers remember which writes they have applied, so that a retry is not applied
    /// again.
    pub sessions: bool,
    /// Maximum drift between two clocks that leases allow for, in seconds per second.
    pub drift_bound: Share,
    /// Time for which one client request occupies a server's worker.
    pub service: Span,
    /// Time a client waits for a server before it asks another; it doubles with each attempt.
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
            check_quorum: true,
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
