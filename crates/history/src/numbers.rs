//! Exact numbers: those of a JSON text that 64 bits cannot hold are refused, not rounded.
//!
//! A number is held as an `i64`, a `u64` or an `f64`. It is exact when what is held reads back
//! as the same decimal number, so that different numbers never become equal ones. Equal numbers
//! become the same value: `1.0` and `10e-1` are read as `1`.

use serde_json::{Number, Value};

/// A decimal number: its digits without zeros at either end, and the power of ten of the last.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number. `None` when the exponent is beyond any number that can be held.
    fn of(token: &str) -> Option<Decimal> {
        let (mantissa, power) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
        let (negative, mantissa) =
            mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Some(Decimal { negative: false, digits: String::new(), exponent: 0 });
        }
        let power: i64 = power.parse().ok()?;
        let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
        let exponent =
            power.checked_add(zeros)?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        Some(Decimal { negative, digits: significant.to_owned(), exponent })
    }

    /// The integer of 64 bits that it is, if it is one.
    fn integer(&self) -> Option<Number> {
        let zeros = usize::try_from(self.exponent).ok().filter(|zeros| *zeros < 20)?;
        let sign = if self.negative { "-" } else { "" };
        let text = format!("{sign}0{}{}", self.digits, "0".repeat(zeros));
        let signed = text.parse::<i64>().ok().map(Number::from);
        signed.or_else(|| text.parse::<u64>().ok().map(Number::from))
    }
}

/// Fails at the first number of `text`, which is valid JSON, that would be rounded.
pub(crate) fn refuse_rounded(text: &str) -> Result<(), String> {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[at..];
        let token = if rest.starts_with('"') { string(rest) } else { number(rest) };
        if !token.starts_with('"') && !exact(token) {
            return Err(format!(
                "the number {token} would be rounded: numbers hold 64 bits; write it as a string, \
                 everywhere in the history"
            ));
        }
        rest = &rest[token.len()..];
    }
    Ok(())
}

/// The string at the start of `text`, with its quotes.
fn string(text: &str) -> &str {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        if byte == b'"' && !escaped {
            return &text[..=at];
        }
        escaped = byte == b'\\' && !escaped;
    }
    text
}

/// The number at the start of `text`.
fn number(text: &str) -> &str {
    let part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    &text[..text.find(|c| !part(c)).unwrap_or(text.len())]
}

fn exact(token: &str) -> bool {
    let Some(decimal) = Decimal::of(token) else {
        return false;
    };
    let held = || Decimal::of(&format!("{:e}", token.parse::<f64>().ok()?));
    let plain = !token.contains(['.', 'e', 'E']);
    (plain && decimal.integer().is_some()) || held() == Some(decimal)
}

/// Replaces numbers that are integers of 64 bits, however they were written, by those.
pub(crate) fn canonical(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(integer) = Decimal::of(&number.to_string()).and_then(|d| d.integer()) {
                *number = integer;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(canonical),
        Value::Object(fields) => fields.values_mut().for_each(canonical),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        refuse_rounded(text)?;
        let mut value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        canonical(&mut value);
        Ok(value)
    }

    #[test]
    fn numbers_that_would_be_rounded_are_refused_wherever_they_stand() {
        for number in [
            "12345678901234567890123",
            "-9223372036854775809",
            "18446744073709551616",
            "18446744073709551615.0",
            "0.10000000000000001",
            "1.00000000000000000001",
            "9007199254740993.5",
            "9007199254740993e1",
            "1e-400",
        ] {
            for text in [number.to_owned(), format!("{{\"a\\\"\": [\"x\", {{\"b\":{number}}}]}}")] {
                let error = read(&text).expect_err(&text);
                assert!(error.contains(number), "{error}");
            }
        }
    }

    #[test]
    fn exact_numbers_are_equal_when_they_are_the_same_number() {
        for same in [
            ["1", "1.0"],
            ["1", "10e-1"],
            ["0", "-0.0"],
            ["0", "0e999999999999999999999"],
            ["1e30", "1000000000000000000000000000000"],
            ["90071992547409920", "9007199254740992e1"],
            ["[-1.50]", "[-1.5]"],
        ] {
            assert_eq!(read(same[0]), read(same[1]), "{same:?}");
            assert!(read(same[0]).is_ok(), "{same:?}");
        }
        for different in [["1", "1.5"], ["9223372036854775807", "9223372036854775808"]] {
            assert_ne!(read(different[0]).unwrap(), read(different[1]).unwrap());
        }
        assert!(read("[\"12345678901234567890123\", 5e-324, 1.7976931348623157e308]").is_ok());
    }
}
