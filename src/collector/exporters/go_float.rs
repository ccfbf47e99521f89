//! Floating-point numbers as Go writes them.

/// `strconv.FormatFloat(value, 'f', -1, 64)`: the shortest decimal text without an exponent. This is how
/// the remote-write exporter writes bounds and quantiles.
pub fn plain(value: f64) -> String {
    special(value).map_or_else(|| format!("{value}"), str::to_owned)
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`, which is how the text format writes bounds: an exponent
/// from 1e6 on and below 1e-4.
pub fn general(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        return with_exponent(value, true);
    }
    format!("{value}")
}

/// As JSON has it in Go: an exponent from 1e21 on and below 1e-6, without a leading zero.
pub(super) fn json(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        return with_exponent(value, false);
    }
    format!("{value}")
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        value if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// Go signs every exponent; `padded`, it has two digits at least.
fn with_exponent(value: f64, padded: bool) -> String {
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(rest) => ('-', rest),
        None => ('+', exponent),
    };
    let zero = if padded && exponent.len() < 2 {
        "0"
    } else {
        ""
    };
    format!("{digits}e{sign}{zero}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_no_exponent_in_remote_write() {
        for (value, text) in [
            (1.0, "1"),
            (0.005, "0.005"),
            (1e6, "1000000"),
            (1e-7, "0.0000001"),
            (1e22, "10000000000000000000000"),
            (-0.0, "-0"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn bounds_have_an_exponent_in_the_text_format() {
        for (value, text) in [
            (1.0, "1"),
            (1e6, "1e+06"),
            (123_456.0, "123456"),
            (1_234_567.0, "1.234567e+06"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1e100, "1e+100"),
        ] {
            assert_eq!(general(value), text);
        }
    }
}
