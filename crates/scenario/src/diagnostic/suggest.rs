//! Suggestions for misspelt words: "did you mean", and the list of words that would fit.

use std::collections::BTreeSet;

/// The longest word that is compared, in bytes: comparing takes quadratic time.
const WORD_MAX: usize = 64;

/// The candidate that `word` was probably meant to be: the one with the fewest edits among those
/// that differ in a few letters or that `word` abbreviates. Case and `-` for `_` do not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > WORD_MAX {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, candidate), candidate))
        .filter(|&(distance, candidate)| {
            let near = distance <= tolerance(word.len().max(candidate.len()));
            near || starts(candidate, &lower)
        })
        .min_by_key(|&(distance, candidate)| (distance, !candidate.starts_with(&lower)))
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", if one of the candidates is [`nearest`].
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// "expected one of `a`, `b`", each once, truncated after 16 candidates.
pub(crate) fn one_of<'a>(candidates: impl IntoIterator<Item = &'a str>) -> String {
    const LISTED_MAX: usize = 16;
    let mut seen = BTreeSet::new();
    let all: Vec<_> = candidates.into_iter().filter(|name| seen.insert(*name)).collect();
    let listed: Vec<_> = all.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    match (all.as_slice(), all.len() > LISTED_MAX) {
        ([], _) => "there are none".to_owned(),
        ([only], _) => format!("expected `{only}`"),
        (_, true) => format!("expected one of {}, ...", listed.join(", ")),
        (_, false) => format!("expected one of {}", listed.join(", ")),
    }
}

/// Whether the word abbreviates the candidate: it is a prefix of at least three letters.
fn starts(candidate: &str, lower: &str) -> bool {
    lower.len() >= 3 && candidate.to_lowercase().starts_with(lower)
}

/// The edit distance, with `-` and `_` equal.
fn distance(lower: &str, candidate: &str) -> usize {
    let candidate = candidate.to_lowercase().replace('_', "-");
    strsim::osa_distance(&lower.replace('_', "-"), &candidate)
}

fn tolerance(length: usize) -> usize {
    match length {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// The first 40 characters of a text.
pub(crate) fn cut(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let keys = ["duration", "warmup", "settle"];
        assert_eq!(nearest("duratoin", keys), Some("duration"));
        assert_eq!(nearest("WARM_UP", keys), Some("warmup"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), keys), None);
    }
}
