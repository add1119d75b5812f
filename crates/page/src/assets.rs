//! The script and the style of a page of several runs, with the hashes by which its
//! Content-Security-Policy allows them.

use crate::hash;

const STYLE: &str = concat!(
    include_str!("style/tokens.css"),
    include_str!("style/page.css"),
    include_str!("style/summary.css"),
);

/// The script of a page of several runs.
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("script/dom.js"),
    include_str!("script/copy.js"),
    "})();\n"
);

pub(crate) struct Assets {
    pub script: &'static str,
    pub script_hash: String,
    pub style: &'static str,
    pub style_hash: String,
}

impl Assets {
    /// Those of a page of several runs.
    pub fn new() -> Assets {
        Assets { script: SCRIPT, script_hash: hash(SCRIPT), style: STYLE, style_hash: hash(STYLE) }
    }
}
