//! Loads, simulates and judges scenarios: one meaning of "passes" for the command, for the tests
//! and for labs in other repositories.
//!
//! A [`Catalog`] holds labs and finds scenarios, by name or by path. An [`Experiment`] is a
//! scenario with its lab: [`Experiment::run`] simulates it under a seed and judges the run.
//! [`files`] reads files within limits. [`testing`] checks a whole lab: its scenarios pass, its wrong variants fail, its lesson's tables
//! are true.
//!
//! ```no_run
//! # fn example(lab: &'static dyn netsplit_sim::Lab) -> Result<(), Box<dyn std::error::Error>> {
//! use netsplit_harness::Experiment;
//!
//! let calm = Experiment::load(lab, "calm", &["duration=10s"])?;
//! let (run, findings) = calm.run(1)?;
//! println!("{}: p99 {:?}", findings.verdict, calm.measure(&run, "p99")?.value);
//! # Ok(())
//! # }
//! ```

mod catalog;
mod experiment;
pub mod files;
pub mod testing;

pub use catalog::{Catalog, LoadError, Source};
pub use experiment::Experiment;
