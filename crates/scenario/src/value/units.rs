//! Parsers of quantities: `"1.5s"`, `"2%"`, `"200/s"`, `"10MB/s"`.
//!
//! Decimals are parsed exactly: `"0.235ms"` is 235,000 nanoseconds without binary rounding, and
//! `"99.9%"` is the `f64` nearest to 0.999. Each function is the inverse of its counterpart in
//! [`format`](crate::value::format).

use crate::diagnostic::suggest::cut;

/// The maximum duration: a day of simulated time.
pub(crate) const DURATION_MAX_NS: u64 = 24 * 3600 * 1_000_000_000;

/// The error of a malformed quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The problem, in one line.
    pub message: String,
    /// "expected ...", with an example.
    pub expected: &'static str,
}

pub(crate) const A_DURATION: &str =
    "expected a duration, for example \"150ms\", \"2s\" or \"1m30s\"";
pub(crate) const A_PROBABILITY: &str = "expected a probability, for example \"2%\" or 0.02";
pub(crate) const A_RATE: &str = "expected a rate, for example \"200/s\"";
const A_BANDWIDTH: &str = "expected a bandwidth, for example \"10MB/s\" or \"1Mbit/s\"";

const TIME_UNITS: [(&str, u64); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A duration in nanoseconds, rounded to the nearest, at most a day.
pub(crate) fn duration(text: &str) -> Result<u64, Malformed> {
    let wrong = |message: String| Malformed { message, expected: A_DURATION };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong("an empty string is not a duration".into()));
    }
    if rest.starts_with('-') {
        return Err(wrong(format!("a duration cannot be negative: `{rest}`")));
    }
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest);
        let after = after.trim_start();
        let unit_end = after
            .find(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '.')
            .unwrap_or(after.len());
        let (unit, tail) = after.split_at(unit_end);
        if number.is_empty() {
            return Err(wrong(format!("`{}` is not a duration", cut(text))));
        }
        if unit.is_empty() {
            return Err(wrong(format!("`{}` has no time unit", cut(text))));
        }
        let Some((_, unit_ns)) = TIME_UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(wrong(format!("`{}` is not a time unit", cut(unit))));
        };
        let nanos = scaled(number, *unit_ns)
            .ok_or_else(|| wrong(format!("`{}` is not a number", cut(number))))?;
        total = total.saturating_add(nanos);
        rest = tail.trim_start();
    }
    u64::try_from(total)
        .ok()
        .filter(|nanos| *nanos <= DURATION_MAX_NS)
        .ok_or_else(|| wrong(format!("`{}` is longer than 24h", cut(text))))
}

/// A signed duration in nanoseconds.
pub(crate) fn signed_duration(text: &str) -> Result<i64, Malformed> {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => duration(rest).map(|nanos| -(nanos as i64)),
        None => duration(text.strip_prefix('+').unwrap_or(text)).map(|nanos| nanos as i64),
    }
}

/// A percentage such as `"2.5%"` as a fraction: 0.025. It may exceed 100%.
pub(crate) fn percent(text: &str) -> Option<f64> {
    decimal(text.trim().strip_suffix('%')?.trim_end(), -2)
}

/// A probability: `"2%"`, or `"0.02"`.
pub(crate) fn probability(text: &str) -> Result<f64, Malformed> {
    let wrong = |message: String| Malformed { message, expected: A_PROBABILITY };
    let text = text.trim();
    let share = percent(text)
        .or_else(|| decimal(text, 0))
        .ok_or_else(|| wrong(format!("`{}` is not a probability", cut(text))))?;
    check_probability(share, text)
}

/// `share`, if it is from 0 to 1; `text` is for the error.
pub(crate) fn check_probability(share: f64, text: &str) -> Result<f64, Malformed> {
    if (0.0..=1.0).contains(&share) {
        return Ok(share);
    }
    Err(Malformed {
        message: format!("`{}` is not a probability: it must be from 0 to 1 (100%)", cut(text)),
        expected: A_PROBABILITY,
    })
}

/// A rate per second.
pub(crate) fn rate(text: &str) -> Result<f64, Malformed> {
    let wrong = |message: String| Malformed { message, expected: A_RATE };
    let Some((number, unit)) = text.split_once('/') else {
        return Err(wrong(format!("`{}` is not a rate", cut(text))));
    };
    let number = decimal(number.trim(), 0)
        .ok_or_else(|| wrong(format!("`{}` is not a number", cut(number))))?;
    match unit.trim() {
        _ if number < 0.0 => Err(wrong(format!("a rate cannot be negative: `{}`", cut(text)))),
        "s" => Ok(number),
        "min" => Ok(number / 60.0),
        "h" => Ok(number / 3600.0),
        other => Err(wrong(format!("`/{}` is not a unit of a rate", cut(other)))),
    }
}

const BYTE_UNITS: [(&str, f64); 8] = [
    ("B", 1.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];

const BIT_UNITS: [(&str, f64); 4] =
    [("bit", 0.125), ("kbit", 125.0), ("Mbit", 125e3), ("Gbit", 125e6)];

/// An amount of memory in bytes.
pub(crate) fn size(text: &str) -> Result<u64, Malformed> {
    let wrong = || Malformed {
        message: format!("`{}` is not an amount of memory up to 1,000GB", cut(text)),
        expected: "expected an amount of memory, for example \"500MB\" or \"2GB\"",
    };
    let (number, unit) = split_number(text.trim());
    let factor = BYTE_UNITS.iter().find(|(name, _)| *name == unit.trim());
    let bytes = decimal(number, 0).zip(factor).map(|(number, (_, factor))| number * factor);
    bytes.filter(|bytes| (1.0..=1e12).contains(bytes)).map(|bytes| bytes as u64).ok_or_else(wrong)
}

/// A bandwidth in bytes per second.
pub(crate) fn bandwidth(text: &str) -> Result<u64, Malformed> {
    let wrong = |message: String| Malformed { message, expected: A_BANDWIDTH };
    let text = text.trim();
    let (number, unit) = split_number(text);
    let number =
        decimal(number, 0).ok_or_else(|| wrong(format!("`{}` is not a bandwidth", cut(text))))?;
    let unit = unit.trim().strip_suffix("/s").map(str::trim_end);
    let factor = BYTE_UNITS
        .iter()
        .chain(&BIT_UNITS)
        .find(|(name, _)| Some(*name) == unit)
        .ok_or_else(|| wrong(format!("`{}` has no unit of bandwidth", cut(text))))?
        .1;
    match number * factor {
        bytes if bytes < 1.0 => {
            Err(wrong(format!("`{}` is less than one byte per second", cut(text))))
        }
        bytes if bytes > 1e15 => {
            Err(wrong(format!("`{}` is above 1e15 bytes per second", cut(text))))
        }
        bytes => Ok(bytes as u64),
    }
}

/// The digits and points at the start, and what follows them.
fn split_number(text: &str) -> (&str, &str) {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    text.split_at(end)
}

/// A number in decimal notation, times ten to the `exponent`, rounded once.
pub(crate) fn decimal(text: &str, exponent: i32) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'_');
    let starts_right = digits.starts_with(|c: char| c.is_ascii_digit());
    if !plain || !starts_right || digits.len() > DIGITS_MAX {
        return None;
    }
    format!("{}e{exponent}", text.replace('_', "")).parse().ok()
}

/// `number` times `unit`, rounded to the nearest integer.
fn scaled(number: &str, unit: u64) -> Option<u128> {
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || whole.len() + fraction.len() > DIGITS_MAX || number.ends_with('.') {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10u128.pow(fraction.len() as u32);
    Some((digits * u128::from(unit) + divisor / 2) / divisor)
}

/// The maximum number of digits: with a unit they still fit 128 bits.
const DIGITS_MAX: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::format;

    #[test]
    fn durations_are_exact_to_the_nanosecond() {
        assert_eq!(duration("0.235ms"), Ok(235_000));
        assert_eq!(duration("1.5s"), Ok(1_500_000_000));
        assert_eq!(duration("1m 30s"), Ok(90_000_000_000));
        assert_eq!(duration("0.60240963855ms"), Ok(602_410));
        assert_eq!(signed_duration("-50ms"), Ok(-50_000_000));
        for bad in ["", "5", "-5s", "5 parsecs", "s", "1.2.3s", "25h", "1s5", "1.s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_and_rates_are_the_nearest_numbers() {
        assert_eq!(probability("99.9%"), Ok(0.999));
        assert_eq!(probability("0.02"), Ok(0.02));
        assert!(probability("150%").is_err() && probability("NaN").is_err());
        assert_eq!(rate("200/s"), Ok(200.0));
        assert_eq!(rate("90/min"), Ok(1.5));
        assert_eq!(bandwidth("1Mbit/s"), Ok(125_000));
        assert_eq!(bandwidth("10MB/s"), Ok(10_000_000));
        assert_eq!(size("1.5 GiB"), Ok(1_610_612_736));
        for bad in ["2", "2GB/s", "8Gbit", "0B", "-1GB", "1e3GB", "2000GB", ""] {
            assert!(size(bad).is_err(), "{bad}");
        }
        for bad in ["200", "-5/s", "1e9/s", "/s", "5/fortnight", "inf/s"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for share in [0.999, 0.5, 1.0, 0.0, 0.000_123, 1.0 / 3.0] {
            assert_eq!(percent(&format::percent(share)), Some(share));
        }
        assert_eq!(format::nanos(40e6), "40ms");
        assert_eq!(format::nanos(1.5e9), "1.5s");
        assert_eq!(format::nanos(0.0), "0s");
    }
}
