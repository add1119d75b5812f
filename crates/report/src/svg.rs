//! Pictures of a run, as SVG.

use crate::{Report, Timeline};

/// How many columns a [`Timeline`] should have for the picture.
pub const SVG_COLUMNS: usize = 120;

/// TODO
pub fn to_svg(_report: &Report, _timeline: &Timeline) -> String {
    String::new()
}
