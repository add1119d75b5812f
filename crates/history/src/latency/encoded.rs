//! Serialised distributions, for files that carry runs between machines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use serde::{Deserialize, Serialize};

use super::Latencies;

/// A distribution as JSON: the histogram in HDR's V2 format, as base64, with the exact sum and
/// extremes. The encoding is lossless.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodedLatencies {
    hdr_v2: String,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
}

impl From<&Latencies> for EncodedLatencies {
    fn from(latencies: &Latencies) -> EncodedLatencies {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&latencies.histogram, &mut bytes)
            .expect("a vector takes every byte");
        EncodedLatencies {
            hdr_v2: STANDARD.encode(bytes),
            sum_ns: latencies.sum_ns,
            min_ns: latencies.min_ns,
            max_ns: latencies.max_ns,
        }
    }
}

impl TryFrom<&EncodedLatencies> for Latencies {
    type Error = String;

    fn try_from(encoded: &EncodedLatencies) -> Result<Latencies, String> {
        let bytes = STANDARD
            .decode(&encoded.hdr_v2)
            .map_err(|error| format!("a histogram is not base64: {error}"))?;
        check_header(&bytes)?;
        let histogram = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| format!("a histogram cannot be read: {error}"))?;
        let EncodedLatencies { sum_ns, min_ns, max_ns, .. } = *encoded;
        let latencies = Latencies { histogram, sum_ns, min_ns, max_ns };
        if latencies.is_consistent() {
            Ok(latencies)
        } else {
            Err("the sum or the extremes are not those of the histogram".into())
        }
    }
}

impl Latencies {
    /// Whether sum and extremes can be those of the histogram's values.
    fn is_consistent(&self) -> bool {
        if self.count() == 0 {
            let empty = Latencies::default();
            return (self.sum_ns, self.min_ns, self.max_ns) == (0, empty.min_ns, empty.max_ns);
        }
        let histogram = &self.histogram;
        let count = u128::from(self.count());
        let sums = count * u128::from(self.min_ns)..=count * u128::from(self.max_ns);
        // The histogram starts at 1 ns.
        let equivalent = |a: u64, b: u64| histogram.equivalent(a.max(1), b.max(1));
        equivalent(self.min_ns, histogram.min())
            && equivalent(self.max_ns, histogram.max())
            && self.min_ns <= self.max_ns
            && sums.contains(&self.sum_ns)
    }
}

/// Bytes before the counts: the format's cookie, the length of the counts, bounds and precision.
const HEADER: usize = 40;
/// The length of the counts in the header.
const LENGTH: std::ops::Range<usize> = 4..8;

/// The least number that the format can express; the decoder negates it and overflows.
const LEAST: [u8; 9] = [0xff; 9];

/// Checks that the header is ours. A decoder believes it, and would allocate what it says.
fn check_header(bytes: &[u8]) -> Result<(), String> {
    let mut own = Vec::new();
    let encoded = V2Serializer::new().serialize(&Latencies::default().histogram, &mut own);
    encoded.expect("a vector takes every byte");
    let (Some(header), Some(own)) = (bytes.get(..HEADER), own.get(..HEADER)) else {
        return Err("a histogram is too short".into());
    };
    let around = |header: &[u8]| [&header[..LENGTH.start], &header[LENGTH.end..]].concat();
    if around(header) != around(own) {
        return Err("a histogram has another format, bounds or precision than ours".into());
    }
    let counts = u32::from_be_bytes(header[LENGTH].try_into().expect("four bytes"));
    if counts as usize != bytes.len() - HEADER {
        return Err("a histogram has another length than it says".into());
    }
    if bytes[HEADER..].windows(LEAST.len()).any(|window| window == LEAST) {
        return Err("a histogram has a count that none can have".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn back(latencies: &Latencies) -> Latencies {
        let text = serde_json::to_string(&EncodedLatencies::from(latencies)).unwrap();
        let encoded: EncodedLatencies = serde_json::from_str(&text).unwrap();
        Latencies::try_from(&encoded).unwrap()
    }

    #[test]
    fn nothing_is_lost() {
        let latencies: Latencies = (1..=1000).map(Duration::from_micros).collect();
        let read = back(&latencies);
        assert_eq!(read.histogram(), latencies.histogram());
        assert_eq!(read.mean(), latencies.mean());
        assert_eq!(read.percentile(0.0), latencies.percentile(0.0));
        assert_eq!(read.max(), latencies.max());
        assert_eq!(back(&Latencies::default()).mean(), None);
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        let good = EncodedLatencies::from(&Latencies::default());
        for hdr_v2 in ["", "AAAA", "no base64!"] {
            let broken = EncodedLatencies { hdr_v2: hdr_v2.into(), ..good.clone() };
            assert!(Latencies::try_from(&broken).is_err(), "{hdr_v2}");
        }
    }

    #[test]
    fn a_header_that_asks_for_memory_is_refused_before_it_gets_any() {
        let encoded = EncodedLatencies::from(&(1..=10).map(Duration::from_micros).collect());
        let bytes = STANDARD.decode(&encoded.hdr_v2).unwrap();
        let longer = [&bytes[..4], &[0xff; 4], &bytes[8..]].concat();
        let mut wider = bytes.clone();
        wider[24] = 0x7f;
        for bytes in [longer, wider] {
            let broken = EncodedLatencies { hdr_v2: STANDARD.encode(bytes), ..encoded.clone() };
            assert!(Latencies::try_from(&broken).is_err());
        }
    }

    #[test]
    fn no_bytes_of_a_histogram_take_the_reader_down() {
        let encoded = EncodedLatencies::from(&(1..=10).map(Duration::from_micros).collect());
        let bytes = STANDARD.decode(&encoded.hdr_v2).unwrap();
        for at in 0..bytes.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                let changed = STANDARD.encode(changed);
                let changed = EncodedLatencies { hdr_v2: changed, ..encoded.clone() };
                let _ = Latencies::try_from(&changed);
            }
        }
        let counts = [0xff; 9].repeat(3);
        let mut header = bytes[..HEADER].to_vec();
        header[LENGTH].copy_from_slice(&27u32.to_be_bytes());
        let hdr_v2 = STANDARD.encode([header, counts].concat());
        assert!(Latencies::try_from(&EncodedLatencies { hdr_v2, ..encoded }).is_err());
    }

    #[test]
    fn a_sum_or_an_extreme_of_other_values_is_refused() {
        type Change = fn(&mut EncodedLatencies);
        let changes: [Change; 4] = [
            |e| e.sum_ns = u128::MAX,
            |e| e.min_ns = e.max_ns + 1,
            |e| e.max_ns = 0,
            |e| e.min_ns = 0,
        ];
        for change in changes {
            let good = (1..=10).map(Duration::from_micros).collect();
            let mut encoded = EncodedLatencies::from(&good);
            change(&mut encoded);
            assert!(Latencies::try_from(&encoded).is_err(), "{encoded:?}");
        }
        let zero: Latencies = [Duration::ZERO, Duration::MAX].into_iter().collect();
        assert_eq!(back(&zero).max(), zero.max());
    }
}
