//! The seeds of a sweep or a grade.
//!
//! Held-out seeds are the first 48 bits of SHA-256 over the salt and a number. Knowing some of them,
//! as each reproducing command shows one, reveals neither the others nor the salt. 48 bits are
//! enough to prevent guessing, and few enough for every JSON reader.

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

fn derived(salt: &str, number: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(b"netsplit held-out seed\0");
    hash.update((salt.len() as u64).to_le_bytes());
    hash.update(salt.as_bytes());
    hash.update(number.to_le_bytes());
    let digest = hash.finalize();
    digest[..6].iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

fn distinct(seeds: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut seen = std::collections::BTreeSet::new();
    seeds.filter(|seed| seen.insert(*seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
