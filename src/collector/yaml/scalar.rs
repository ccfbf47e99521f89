//! What a plain YAML scalar means: the rules of `yaml.v3` (`resolve.go`), a mixture of YAML 1.2 and 1.1.

use super::Kind;

/// The value of a plain scalar without a tag. A timestamp stays a text.
pub(super) fn plain(text: &str) -> Kind {
    let owned = || text.to_owned();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true, owned()),
        "false" | "False" | "FALSE" => return Kind::Bool(false, owned()),
        ".nan" | ".NaN" | ".NAN" => return Kind::Float(f64::NAN, owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Kind::Float(f64::INFINITY, owned());
        }
        "-.inf" | "-.Inf" | "-.INF" => return Kind::Float(f64::NEG_INFINITY, owned()),
        _ => {}
    }
    let number = match text.as_bytes()[0] {
        b'.' => finite(text).map(|value| Kind::Float(value, owned())),
        b'+' | b'-' | b'0'..=b'9' if !is_timestamp(text) => number(text),
        _ => None,
    };
    number.unwrap_or_else(|| Kind::String(owned()))
}

/// The value of a scalar that is tagged `!!int`, `!!float`, `!!bool`, `!!null` or `!!str`; the text as it was
/// if it is tagged with anything else. `None`: the text is nothing of that kind.
pub(super) fn tagged(suffix: &str, text: &str) -> Option<Kind> {
    let kind = plain(text);
    match (suffix, kind) {
        ("int", kind @ Kind::Int(..))
        | ("float", kind @ Kind::Float(..))
        | ("bool", kind @ Kind::Bool(..))
        | ("null", kind @ Kind::Null) => Some(kind),
        ("float", Kind::Int(value, text)) => Some(Kind::Float(value as f64, text)),
        ("int" | "float" | "bool" | "null", _) => None,
        ("timestamp", _) if !is_timestamp(text) => None,
        _ => Some(Kind::String(text.to_owned())),
    }
}

/// A number that begins with a sign or a digit.
fn number(text: &str) -> Option<Kind> {
    let digits = text.replace('_', "");
    if let Some(value) = integer(&digits) {
        return Some(match i64::try_from(value) {
            Ok(value) => Kind::Int(value, text.to_owned()),
            // Go keeps these as unsigned; nothing in a Collector configuration tells them from numbers.
            Err(_) => Kind::Float(value as f64, text.to_owned()),
        });
    }
    if !is_decimal_float(&digits) {
        return None;
    }
    finite(&digits).map(|value| Kind::Float(value, text.to_owned()))
}

/// A whole number as Go's `strconv.ParseInt` reads it with base 0, up to the largest unsigned one.
/// Old octals (`0123`) are octals.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    let (radix, digits) = match (radix, digits.as_bytes()) {
        (Some(radix), _) => (radix, &digits[2..]),
        (None, [b'0', _, ..]) => (8, &digits[1..]),
        (None, _) => (10, digits),
    };
    // `from_str_radix` takes a sign of its own.
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(digits, radix).ok()?);
    match (negative, text.starts_with('+')) {
        (true, _) => Some(-value).filter(|value| *value >= i128::from(i64::MIN)),
        // `strconv.ParseUint` takes no sign.
        (false, true) => Some(value).filter(|value| *value <= i128::from(i64::MAX)),
        (false, false) => Some(value),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    mantissa_fits && exponent_fits
}

/// Go refuses a number that is too large; Rust makes it infinite.
fn finite(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Whether `yaml.v3` takes a plain scalar for a point in time.
pub(in crate::collector) fn is_timestamp(text: &str) -> bool {
    let Some((date, rest)) = date(text) else {
        return false;
    };
    if !date {
        return false;
    }
    match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => clock(&rest[1..]).is_some_and(is_zone),
        Some(b' ') => clock(&rest[1..]).is_some_and(str::is_empty),
        Some(_) => false,
    }
}

/// Whether `YYYY-M-D` names a day, and what follows it.
fn date(text: &str) -> Option<(bool, &str)> {
    let year: u32 = text
        .get(..4)?
        .parse()
        .ok()
        .filter(|_| all_ascii_digits(&text[..4]))?;
    let rest = text[4..].strip_prefix('-')?;
    let (month, rest) = short_number(rest)?;
    let (day, rest) = short_number(rest.strip_prefix('-')?)?;
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    Some(((1..=days).contains(&day), rest))
}

/// What follows `h:m:s`, with or without a fraction.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = short_number(text)?;
    let (minute, rest) = short_number(rest.strip_prefix(':')?)?;
    let (second, rest) = short_number(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (end > 0).then(|| &fraction[end..])
        }
        None => Some(rest),
    }
}

/// `Z` or `+hh:mm`.
fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// A number of one or two digits, and what follows it.
fn short_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let number = text[..digits].parse().ok()?;
    Some((number, &text[digits..]))
}

fn all_ascii_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(text: &str) -> Option<i64> {
        match plain(text) {
            Kind::Int(value, written) => {
                assert_eq!(written, text);
                Some(value)
            }
            _ => None,
        }
    }

    #[test]
    fn whole_numbers_are_those_of_go() {
        for (text, value) in [
            ("0", 0),
            ("83", 83),
            ("0123", 83),
            ("0o17", 15),
            ("0x1F", 31),
            ("-0x1f", -31),
            ("0b101", 5),
            ("1_000", 1000),
            ("+5", 5),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(int(text), Some(value), "{text}");
        }
        for text in [
            "08",
            "1.0",
            "0x",
            "0o8",
            "--1",
            "+-1",
            "1e3",
            "18446744073709551615",
        ] {
            assert_eq!(int(text), None, "{text}");
        }
    }

    #[test]
    fn other_plain_scalars_are_those_of_yaml_v3() {
        for text in [
            "yes",
            "no",
            "on",
            "off",
            "y",
            "N",
            "0x",
            "1s",
            "4191:",
            "1e999",
            "1__",
            "2024-01-02",
        ] {
            let expected = match text {
                "1__" => Kind::Int(1, text.to_owned()),
                _ => Kind::String(text.to_owned()),
            };
            assert_eq!(plain(text), expected, "{text}");
        }
        assert_eq!(plain("08"), Kind::Float(8.0, "08".to_owned()));
        assert_eq!(plain(".5"), Kind::Float(0.5, ".5".to_owned()));
        assert_eq!(plain("1.50"), Kind::Float(1.5, "1.50".to_owned()));
        assert_eq!(plain("1e3"), Kind::Float(1000.0, "1e3".to_owned()));
        assert_eq!(
            plain("-.INF"),
            Kind::Float(f64::NEG_INFINITY, "-.INF".to_owned())
        );
        assert_eq!(plain("Null"), Kind::Null);
        assert_eq!(plain("nULL"), Kind::String("nULL".to_owned()));
    }

    #[test]
    fn timestamps_are_told_from_texts() {
        for text in [
            "2024-1-2",
            "2024-02-29",
            "2024-01-02T03:04:05Z",
            "2024-01-02 3:4:5.25",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "2023-02-29",
            "2024-01",
            "2024-01-02T03:04:05",
            "2024-13-01",
            "24-01-01",
            "2024",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
