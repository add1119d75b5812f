//! The usual reasons why two runs of one seed differ, found in the learner's source.

/// Words that make a run depend on more than its seed, each with what to use instead.
const SUSPECTS: [(&str, &str); 9] = [
    ("HashMap", "its order differs between runs: use BTreeMap"),
    ("HashSet", "its order differs between runs: use BTreeSet"),
    ("RandomState", "its keys differ between runs: use a hash of your own"),
    ("Instant", "a run knows only simulated time: use the `now` that you are given"),
    ("SystemTime", "a run knows only simulated time: use the `now` that you are given"),
    ("rand::rng", "it has no seed: use the draw that you are given, or Host::rng"),
    ("rand::random", "it has no seed: use the draw that you are given, or Host::rng"),
    ("thread::", "threads run in any order: use Host::spawn"),
    ("static ", "it outlives the run: keep state in your type"),
];

/// The lines of `source` that may be the reason, in words.
pub fn suspects(source: &str) -> Vec<String> {
    let lines = (1..).zip(source.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = lines.flat_map(|(number, line)| {
        let words = SUSPECTS.iter().filter(|(word, _)| line.contains(word));
        words.map(move |(word, instead)| format!("line {number}: `{}`: {instead}", word.trim()))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::suspects;

    #[test]
    fn a_suspect_is_named_with_its_line_and_what_to_use_instead() {
        let source = "// HashMap\nuse std::collections::BTreeMap;\nlet seen = HashMap::new();\n";
        let found = ["line 3: `HashMap`: its order differs between runs: use BTreeMap"];
        assert_eq!(suspects(source), found);
    }
}
