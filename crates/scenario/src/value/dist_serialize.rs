//! A distribution as scenario files write it: the inverse of [`dist`](crate::value::dist).

use serde::ser::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::Dist;
use crate::value::format;

impl Serialize for Dist {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(self).serialize(serializer)
    }
}

fn written(dist: &Dist) -> Json {
    let time = |nanos: &u64| format::nanos(*nanos as f64);
    let mut table = match dist {
        Dist::Constant(nanos) => return json!(time(nanos)),
        Dist::Uniform { min, max } => return json!({ "uniform": [time(min), time(max)] }),
        Dist::Normal { mean, std_dev, .. } => {
            json!({ "normal": { "mean": time(mean), "std_dev": time(std_dev) } })
        }
        Dist::LogNormal { median, p99, .. } => {
            json!({ "lognormal": { "median": time(median), "p99": time(p99) } })
        }
        Dist::Exponential { mean, .. } => json!({ "exponential": { "mean": time(mean) } }),
        Dist::Pareto { scale, shape, .. } => {
            json!({ "pareto": { "scale": time(scale), "shape": shape } })
        }
        Dist::Mixture(parts) => {
            let parts: Vec<_> =
                parts.iter().map(|(weight, part)| weighted(*weight, part)).collect();
            return json!({ "mixture": parts });
        }
    };
    let inner = table.as_object_mut().and_then(|table| table.values_mut().next());
    let extra = match dist {
        Dist::Normal { absolute: true, .. } => Some(("absolute", json!(true))),
        Dist::LogNormal { shift, .. }
        | Dist::Exponential { shift, .. }
        | Dist::Pareto { shift, .. }
            if *shift > 0 =>
        {
            Some(("shift", json!(time(shift))))
        }
        _ => None,
    };
    if let (Some(inner), Some((key, value))) = (inner, extra) {
        inner[key] = value;
    }
    table
}

/// A part of a mixture, which is always a table.
fn weighted(weight: f64, part: &Dist) -> Json {
    let mut table = match written(part) {
        Json::String(constant) => json!({ "constant": constant }),
        table => table,
    };
    table["weight"] = json!(weight);
    table
}
