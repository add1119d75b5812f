//! The seats: the parts of the store that a scenario may exchange, each with its fillings.

use netsplit_scenario::{Seat, filling, mutant};

use crate::hints::{ForgetsNewer, Handoff, NoHandoff, UntilStored};
use crate::quorum::{OffByOne, Quorum, Sloppy, Strict};
use crate::read_repair::{LateRepair, MergedAnswer, NoRepair, Repair};
use crate::store::Durability;
use crate::versions::{ByArrival, ByStamp, ByVector, ByWallClock, Versions};

/// The version of a new write, and which writes replace which.
pub static VERSIONS: Seat<&'static dyn Versions> = Seat {
    name: "versions",
    summary: "Which of two versions is the newer",
    fillings: &[
        filling("version-vector", "Causality; concurrent writes become siblings", &ByVector),
        mutant(
            "hybrid-clock",
            "One order for all writes instead of siblings: of two concurrent ones, one vanishes",
            "siblings",
            "siblings",
            &ByStamp,
        ),
        mutant(
            "wall-clock",
            "Versions are wall-clock times: loses acknowledged writes when clocks disagree",
            "lost_writes",
            "clock-skew",
            &ByWallClock,
        ),
        mutant(
            "arrival",
            "What arrives last wins: nodes that hear writes in different orders never agree",
            "linearizable",
            "calm",
            &ByArrival,
        ),
    ],
};

/// Which answers count, and how many are enough.
pub static QUORUM: Seat<&'static dyn Quorum> = Seat {
    name: "quorum",
    summary: "Whose answers count, and how many are enough",
    fillings: &[
        filling("strict", "R and W of the N nodes that hold the key", &Strict),
        filling(
            "sloppy",
            "Other nodes stand in for silent ones: always writable, and reads may be stale",
            &Sloppy,
        ),
        mutant(
            "off-by-one",
            "Waits for one answer fewer: the quorums do not overlap",
            "linearizable",
            "calm",
            &OffByOne,
        ),
    ],
};

/// When a node calls a write stored, and whether a crash loses it.
pub static DURABILITY: Seat<Durability> = Seat {
    name: "durability",
    summary: "What a node does before it calls a write stored",
    fillings: &[
        filling(
            "fsync",
            "Waits until the disk has it",
            Durability { waits_for_sync: true, recovers: true },
        ),
        mutant(
            "no-fsync",
            "Acknowledges before the disk has the write: loses it in a crash",
            "lost_writes",
            "crash-restart",
            Durability { waits_for_sync: false, recovers: true },
        ),
        mutant(
            "amnesia",
            "Comes back from a crash empty: a quorum may forget what it confirmed",
            "lost_writes",
            "crash-restart",
            Durability { waits_for_sync: true, recovers: false },
        ),
    ],
};

/// Which nodes must store what a read returns.
pub static READ_REPAIR: Seat<&'static dyn Repair> = Seat {
    name: "read-repair",
    summary: "Which nodes a read brings up to date",
    fillings: &[
        filling("merged-answer", "Nodes that are behind get what all know together", &MergedAnswer),
        mutant(
            "no-repair",
            "Reads repair nothing: a node that missed a write stays behind",
            "keys_diverged",
            "read-repair",
            &NoRepair,
        ),
        mutant(
            "late-repair",
            "Repairs after the answer only: a later read may miss what an earlier one returned",
            "linearizable",
            "write-back",
            &LateRepair,
        ),
    ],
};

/// What a stand-in keeps, hands over, and forgets.
pub static HINTS: Seat<&'static dyn Handoff> = Seat {
    name: "hints",
    summary: "What a stand-in keeps for the node that it stands in for",
    fillings: &[
        filling("until-stored", "Keeps each write until its owner has stored it", &UntilStored),
        mutant(
            "no-handoff",
            "Keeps writes and never hands them over: a node that was away stays behind",
            "keys_diverged",
            "hinted-handoff",
            &NoHandoff,
        ),
        mutant(
            "forgets-newer",
            "Forgets a key once its hint is delivered, and with it a newer hint that came meanwhile",
            "keys_diverged",
            "hints-overtaken",
            &ForgetsNewer,
        ),
    ],
};
