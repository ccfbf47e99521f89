//! Numbers and durations as Go reads and converts them.

/// Go's conversion of a floating-point number to a whole one on amd64: what does not fit, and what is not
/// a number, becomes the smallest.
pub fn go_i64(value: f64) -> i64 {
    // -2^63 is exact, and 2^63 the first that is too large.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// What Go's `strconv.ParseFloat` makes of a text; `None` where it fails, too large numbers included.
pub fn go_parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if lower == "nan" {
        return (unsigned.len() == text.len()).then_some(f64::NAN);
    }
    if let Some(digits) = lower.strip_prefix("0x") {
        let value = hexadecimal(digits)?;
        return Some(if text.starts_with('-') { -value } else { value });
    }
    let value: f64 = text.parse().ok()?;
    let named = lower == "inf" || lower == "infinity";
    (value.is_finite() || named).then_some(value)
}

/// A hexadecimal floating-point number after its `0x`; the exponent is not optional.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') {
        -100_000
    } else {
        100_000
    });
    let digits = digits.replacen('_', "", usize::from(digits.starts_with('_')));
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut mantissa: u64 = 0;
    let mut rest = false;
    for (index, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(digit.to_digit(16)?);
        let of_fraction = index >= whole.len();
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if of_fraction { 4 } else { 0 };
        } else {
            rest |= digit != 0;
            exponent += if of_fraction { 0 } else { 4 };
        }
    }
    // A sticky bit keeps the rounding right: 61 bits and more are far below the last one of a double.
    let value = scaled((mantissa | u64::from(rest)) as f64, exponent);
    value.is_finite().then_some(value)
}

fn scaled(mut value: f64, exponent: i64) -> f64 {
    let mut left = exponent.clamp(-4000, 4000);
    while left != 0 && value != 0.0 && value.is_finite() {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(step as i32);
        left -= step;
    }
    value
}

/// Nanoseconds of a Go duration, as in `1h30m` or `60s`; `None` where it is none.
pub fn go_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let digits = rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .filter(|digits| *digits > 0)?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail
            .find(|letter: char| letter.is_ascii_digit() || letter == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let nanoseconds = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * nanoseconds;
        rest = tail;
    }
    let total = if negative { -total } else { total };
    (total.abs() < i64::MAX as f64).then_some(total as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_the_smallest_whole_number() {
        assert_eq!(go_i64(1e300), i64::MIN);
        assert_eq!(go_i64(f64::NAN), i64::MIN);
        assert_eq!(go_i64(-1.9), -1);
    }

    #[test]
    fn floats_are_read_as_go_reads_them() {
        assert_eq!(go_parse_float("0x1p-2"), Some(0.25));
        assert_eq!(go_parse_float("-0X1.8P1"), Some(-3.0));
        assert_eq!(go_parse_float("+Inf"), Some(f64::INFINITY));
        assert_eq!(go_parse_float(".5"), Some(0.5));
        for wrong in ["1e999", "-nan", "0x1", "", "1_0", "x", "0xp1"] {
            assert_eq!(go_parse_float(wrong), None, "{wrong}");
        }
        assert!(go_parse_float("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        assert_eq!(go_duration("1h30m"), Some(5_400_000_000_000));
        assert_eq!(go_duration("-1.5s"), Some(-1_500_000_000));
        for wrong in ["", "5", "s", "5 s", "1x"] {
            assert_eq!(go_duration(wrong), None, "{wrong}");
        }
    }
}
