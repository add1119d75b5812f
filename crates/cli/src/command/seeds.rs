//! The seeds of a sweep or a grade.
//!
//! Held-out seeds are the first 48 bits of SHA-256 over the salt and a number. Knowing some of them,
//! as each reproducing command shows one, reveals neither the others nor the salt. 48 bits are
//! enough to prevent guessing, and few enough for every JSON reader. A student's own values are
//! drawn by numbers that are derived in the same way, from the salt, the student and what is drawn.

use netsplit_report::sweep::Seeds;
use sha2::{Digest, Sha256};

use crate::args::SeedRange;
use crate::exit;

/// The environment variable of the salt.
pub const SALT: &str = "NETSPLIT_SEED_SALT";

/// The seeds that the command line asks for, each once.
///
/// # Errors
/// When the salt is empty: an unset secret must not turn held-out seeds into known ones.
pub fn seeds(range: SeedRange, salt: Option<&str>) -> anyhow::Result<Seeds> {
    let SeedRange { from, to } = range;
    if salt == Some("") {
        let why = format!("the seed salt is empty: give it a value, or unset {SALT}");
        return Err(exit::usage(why));
    }
    Ok(match salt {
        None => Seeds {
            description: format!("{from}..={to}"),
            salted: false,
            list: (from..=to).collect(),
        },
        Some(salt) => Seeds {
            description: format!("held out ({from}..={to})"),
            salted: true,
            list: distinct((from..=to).map(|number| derived(salt, number))),
        },
    })
}

/// A number for a student, below 2^48, that only those who know the salt can derive; `of` says what it
/// is for.
pub fn students_number(salt: &str, student: &str, of: &[&str]) -> u64 {
    let mut hash = salted(b"netsplit student's value\0", salt);
    for part in [&[student], of].concat() {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    number(hash)
}

fn derived(salt: &str, index: u64) -> u64 {
    let mut hash = salted(b"netsplit held-out seed\0", salt);
    hash.update(index.to_le_bytes());
    number(hash)
}

fn salted(purpose: &[u8], salt: &str) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update((salt.len() as u64).to_le_bytes());
    hash.update(salt.as_bytes());
    hash
}

fn number(hash: Sha256) -> u64 {
    hash.finalize()[..6].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn distinct(seeds: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut seen = std::collections::BTreeSet::new();
    seeds.filter(|seed| seen.insert(*seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_depends_on_salt_student_and_what_it_is_for() {
        let one = students_number("midterm", "ada", &["raft", "calm"]);
        assert_eq!(one, students_number("midterm", "ada", &["raft", "calm"]));
        let others = [
            students_number("final", "ada", &["raft", "calm"]),
            students_number("midterm", "bob", &["raft", "calm"]),
            students_number("midterm", "ada", &["raftcalm"]),
            students_number("midterm", "adaraft", &["calm"]),
        ];
        assert!(one < 1 << 48 && others.iter().all(|other| *other != one));
    }

    #[test]
    fn derived_seeds_stay_what_they_are() {
        let seeds: Vec<_> = (1..=3).map(|number| derived("midterm", number)).collect();
        let again: Vec<_> = (1..=3).map(|number| derived("midterm", number)).collect();
        assert_eq!(seeds, again);
        assert!(seeds.iter().all(|seed| *seed < 1 << 48 && *seed > 1000));
        assert_ne!(derived("midterm", 1), derived("final", 1));
        assert_eq!(distinct([3, 1, 3].into_iter()), [3, 1]);
    }
}
