//! Exercises: the learner writes the algorithm, and the lab grades it.
//!
//! A [`Step`] names the seat that a learner's file fills, and the scenarios that judge it. A
//! [`StepGrade`] is what its runs gave; a [`Progress`] remembers grades by the source that earned
//! them; a [`GradeSheet`] has the points of many steps, for the places that collect grades; [`Draws`]
//! are values of a student's own; [`crate_files`] are the files of a learner's crate; `course` has
//! texts of a course's material. Everything here is pure: the command builds, runs and judges.

mod course;
mod draw;
mod grade;
mod learner_crate;
mod nondeterminism;
mod progress;
mod sheet;
mod step;
mod text;

pub use course::{COURSE_README, SOLUTIONS_ROW, without_relative_links};
pub use draw::Draws;
pub use grade::{Failure, RunGrade, ScenarioGrade, StepGrade};
pub use learner_crate::{MARK, crate_files, source_file};
pub use nondeterminism::suspects;
pub use progress::{Progress, Record, Standing};
pub use sheet::{Format, GradeSheet, GradedStep, GradedTest, Outcome, TestStatus};
pub use step::Step;
pub use text::{difference, overview, step_report};
