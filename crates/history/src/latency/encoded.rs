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
        let histogram = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| format!("a histogram cannot be read: {error}"))?;
        let mut latencies = Latencies::default();
        let bounds = |h: &hdrhistogram::Histogram<u64>| (h.low(), h.high(), h.sigfig());
        if bounds(&histogram) != bounds(&latencies.histogram) {
            return Err("a histogram has other bounds or precision than ours".into());
        }
        latencies.histogram = histogram;
        latencies.sum_ns = encoded.sum_ns;
        latencies.min_ns = encoded.min_ns;
        latencies.max_ns = encoded.max_ns;
        Ok(latencies)
    }
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
}
