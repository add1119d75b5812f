//! The names that most labs use: `use netsplit_sim::prelude::*`.

pub use std::rc::Rc;
pub use std::time::Duration;

pub use netsplit_history::{Invariant, InvariantState, LabEvent, Run};
pub use netsplit_scenario::{
    ActionSpec, ArgKind, ArgSpec, Bundle, Exercises, Field, GroupSpec, LabSpec, Named, OpenFilling,
    OperationSpec, ParamsSpec, Refusal, ScenarioFile, Seat, Span, Strip, StripRows, StripSource,
    Turn, exercise_files, filling, mutant, scenario_files,
};
pub use serde::{Deserialize, Serialize};
pub use serde_json::{Value, json};

pub use crate::{
    Answer, Call, Client, Disk, Host, Inbox, Lab, Message, NodeId, Order, Performing, Reply,
    Request, Rpc, Setup, System, Task, messages,
};
