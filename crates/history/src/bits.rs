//! Floating-point numbers as their bits, where JSON would lose those that are not finite.

/// A map of numbers by name.
pub(crate) mod by_name {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    type ByName<T> = BTreeMap<String, T>;

    pub fn serialize<S: Serializer>(numbers: &ByName<f64>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(numbers.iter().map(|(name, number)| (name, number.to_bits())))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ByName<f64>, D::Error> {
        let bits = ByName::<u64>::deserialize(from)?;
        Ok(bits.into_iter().map(|(name, bits)| (name, f64::from_bits(bits))).collect())
    }
}

/// The points of a series.
pub(crate) mod samples {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::Sample;

    pub fn serialize<S: Serializer>(points: &[Sample<f64>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(points.iter().map(|point| (point.at, point.host, point.value.to_bits())))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Sample<f64>>, D::Error> {
        let points = Vec::deserialize(from)?.into_iter();
        let point = |(at, host, bits)| Sample { at, host, value: f64::from_bits(bits) };
        Ok(points.map(point).collect())
    }
}
