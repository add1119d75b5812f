//! The number of seeds below which a single one decides a share.

/// Tolerance for rounding errors of shares.
pub(super) const ROUNDING: f64 = 1e-9;

/// The least number of seeds of which one is at most the share, and at most what the share leaves:
/// 20 for 95%, and 20 for 5%. Of fewer, the noise of one seed is greater than the share that may
/// deviate. A share of none or all has no room for noise, and one seed refutes it.
pub(super) fn seeds_for(share: f64) -> usize {
    let room = share.min(1.0 - share);
    if room <= 0.0 { 1 } else { ((1.0 - ROUNDING) / room).ceil() as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_over_the_room_without_rounding_errors() {
        let known = [(0.9, 10), (0.95, 20), (0.98, 50), (0.99, 100), (0.75, 4), (0.97, 34)];
        for (share, seeds) in known {
            assert_eq!(seeds_for(share), seeds, "{share}");
            assert_eq!(seeds_for(1.0 - share), seeds, "1 - {share}");
        }
        assert_eq!([0.5, 0.0, 1.0].map(seeds_for), [2, 1, 1]);
        assert!(seeds_for(f64::MIN_POSITIVE) > 1_000_000_000);
    }
}
