//! Formatting of quantities: the inverse of [`units`](crate::value::units).

/// Nanoseconds, in the largest unit in which the number is at least 1.
pub(crate) fn nanos(nanos: f64) -> String {
    let (unit, exponent) = match nanos.abs() {
        x if x >= 1e9 => ("s", -9),
        x if x >= 1e6 => ("ms", -6),
        x if x >= 1e3 => ("us", -3),
        0.0 => ("s", 0),
        _ => ("ns", 0),
    };
    format!("{}{unit}", shifted(nanos, exponent))
}

/// A fraction, in percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", shifted(share, 2))
}

/// `number` times ten to the `exponent` in decimal notation, without rounding.
fn shifted(number: f64, exponent: i32) -> String {
    let text = format!("{}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i32 + exponent;
    let (whole, fraction) = if point <= 0 {
        ("0".to_owned(), "0".repeat(-point as usize) + &digits)
    } else if point as usize >= digits.len() {
        let zeros = "0".repeat(point as usize - digits.len());
        (digits + &zeros, String::new())
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        (whole.to_owned(), fraction.to_owned())
    };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let sign = if number < 0.0 { "-" } else { "" };
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}
