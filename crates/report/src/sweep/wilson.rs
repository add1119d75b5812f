//! Confidence intervals of shares.

/// The 97.5th percentile of the normal distribution: two-sided 95%.
const Z: f64 = 1.959_963_984_540_054;

/// The 95% Wilson score interval of `hits` out of `of`; `None` when `of` is zero.
///
/// Unlike the normal approximation it stays within 0 to 1 and has a positive width when all runs
/// pass (Wilson, JASA 22, 1927; Newcombe, Statistics in Medicine 17, 1998, method 3).
pub fn wilson(hits: usize, of: usize) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let z2 = Z * Z;
    let centre = p + z2 / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    let low = if hits == 0 { 0.0 } else { (centre - reach) / scale };
    let high = if hits == of { 1.0 } else { (centre + reach) / scale };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table I of Newcombe (1998), method 3, to the four digits that it gives; and three by hand.
    #[test]
    fn known_intervals() {
        let known = [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (5, 10, 0.2366, 0.7634),
            (100, 100, 0.9630, 1.0),
            (0, 10, 0.0, 0.2775),
        ];
        for (hits, of, low, high) in known {
            let found = wilson(hits, of).unwrap();
            assert!((found.0 - low).abs() < 5e-5, "{hits}/{of}: {found:?}");
            assert!((found.1 - high).abs() < 5e-5, "{hits}/{of}: {found:?}");
        }
        assert_eq!(wilson(0, 0), None);
    }
}
