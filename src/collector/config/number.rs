//! Durations, sizes and whole numbers as Prometheus writes them, and values as it sees them.

use std::time::Duration;

use super::super::decode::Fields;
use super::super::decode::text;
use super::super::position::ConfigError;
use super::super::yaml::Entry;
use super::super::yaml::Kind;
use super::super::yaml::Node;

/// A tree as it comes out of the detour that the receiver makes: it writes its settings as YAML and has
/// Prometheus read that, so a number in the place of a text has lost its spelling (`0123` is `83`).
pub(super) fn rewritten(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Bool(value, _) => Kind::Bool(*value, value.to_string()),
        Kind::Int(value, _) => Kind::Int(*value, value.to_string()),
        Kind::Float(value, _) => Kind::Float(*value, float(*value)),
        Kind::List(items) => Kind::List(items.iter().map(rewritten).collect()),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                value: rewritten(&entry.value),
                key: entry.key.clone(),
                key_at: entry.key_at,
            });
            Kind::Map(entries.collect())
        }
        Kind::Null | Kind::String(_) => node.kind.clone(),
    };
    Node { kind, at: node.at }
}

/// Go's shortest form (`strconv.FormatFloat(value, 'g', -1, 64)`).
fn float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if (-4..21).contains(&exponent) => format!("{value}"),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        Err(_) => scientific,
    }
}

/// A duration; `None` where there is none.
pub(super) fn duration(
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<Option<Duration>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    let Some(written) = text(node)? else {
        return Ok(None);
    };
    match parse_duration(&written) {
        Ok(duration) => Ok(Some(duration)),
        Err(message) => {
            let mut error = ConfigError::new(node.at, message);
            error.length = written.chars().count() as u32;
            Err(error.with_help("write it like 30s, 1m or 1m30s"))
        }
    }
}

/// As `model.ParseDuration` reads it; the error is its own.
pub(in crate::collector) fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 7] = [
        ("y", 365 * 24 * 3_600_000),
        ("w", 7 * 24 * 3_600_000),
        ("d", 24 * 3_600_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ];
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    if text.is_empty() {
        return Err("empty duration string".to_owned());
    }
    let invalid = || format!("not a valid duration string: \"{text}\"");
    let too_long = || "duration out of range".to_owned();
    let mut rest = text;
    let mut total: u64 = 0;
    // Units go from the longest to the shortest.
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let letters = rest
            .bytes()
            .take_while(|byte| !byte.is_ascii_digit())
            .count();
        let unit = &rest[..letters];
        rest = &rest[letters..];
        if unit.is_empty() {
            return Err(invalid());
        }
        let Some(index) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return Err(format!("unknown unit \"{unit}\" in duration \"{text}\""));
        };
        if index < next_unit {
            return Err(invalid());
        }
        next_unit = index + 1;
        let milliseconds = count.checked_mul(UNITS[index].1).ok_or_else(too_long)?;
        total = total.checked_add(milliseconds).ok_or_else(too_long)?;
    }
    // Go counts nanoseconds in 63 bits.
    if total > i64::MAX as u64 / 1_000_000 {
        return Err(too_long());
    }
    Ok(Duration::from_millis(total))
}

/// A limit: a whole number that is not negative; 0 where there is none.
pub(super) fn limit(fields: &mut Fields<'_>, key: &'static str) -> Result<u64, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(0);
    };
    let number = match &node.kind {
        Kind::Null => Some(0),
        Kind::Int(value, _) => u64::try_from(*value).ok(),
        Kind::Float(value, _) if value.fract() == 0.0 => whole(*value),
        _ => None,
    };
    number.ok_or_else(|| fields.wrong(node, key, "a whole number, 0 or more"))
}

/// A number of bytes (`10MB`, `1KiB`); 0 where there is none. Units count in powers of 1024, all of them.
pub(super) fn bytes(fields: &mut Fields<'_>, key: &'static str) -> Result<u64, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(0);
    };
    let Some(written) = text(node)? else {
        return Ok(0);
    };
    parse_bytes(&written).ok_or_else(|| {
        let error = fields.wrong(node, key, "a number of bytes");
        error.with_help("write it like 10MB")
    })
}

fn parse_bytes(text: &str) -> Option<u64> {
    const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        let count: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest
            .bytes()
            .take_while(|byte| !byte.is_ascii_digit() && *byte != b'.')
            .count();
        let unit = &rest[..letters];
        rest = &rest[letters..];
        // `KB` is the same as `KiB`, but there is no `iB`.
        let prefix = match unit.strip_suffix("iB") {
            Some("") => return None,
            Some(prefix) => prefix,
            None => unit.strip_suffix('B')?,
        };
        let power = UNITS.iter().position(|unit| *unit == prefix)?;
        total += count * 1024_f64.powi(i32::try_from(power).ok()?);
    }
    whole(total).filter(|_| !text.is_empty())
}

/// A number of things, its fraction left out; what is beyond 64 bits is the most there is.
#[expect(clippy::cast_sign_loss, reason = "it is not negative")]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_prometheus() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("0", 0),
            ("1d2h", 93_600_000),
            ("5ms", 5),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for (text, message) in [
            ("", "empty duration string"),
            ("30", "not a valid duration string: \"30\""),
            ("1s1m", "not a valid duration string: \"1s1m\""),
            ("1.5s", "unknown unit \".\" in duration \"1.5s\""),
            ("-1s", "not a valid duration string: \"-1s\""),
            ("293y", "duration out of range"),
        ] {
            assert_eq!(parse_duration(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn sizes_count_in_powers_of_1024() {
        for (text, bytes) in [
            ("10MB", Some(10 << 20)),
            ("1.5KiB", Some(1536)),
            ("7B", Some(7)),
            ("0", Some(0)),
        ] {
            assert_eq!(parse_bytes(text), bytes, "{text}");
        }
        for text in ["", "10", "MB", "10mb", "10BB", "1XB"] {
            assert_eq!(parse_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, text) in [
            (1.5, "1.5"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1e-5, "1e-05"),
            (1e-4, "0.0001"),
        ] {
            assert_eq!(float(value), text);
        }
    }
}
