//! The numbers of a sample line: its value and its timestamp.

/// Parses a value as Prometheus does.
///
/// That is Go's `strconv.ParseFloat` without hexadecimal and underscores (`promparse.go`, `parseFloat`):
/// decimal numbers, `NaN` without a sign, `Inf` and `Infinity` with or without one, in any case. A number
/// too large for an `f64` is refused, as it is there.
pub(super) fn value(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: f64 = text.parse().ok()?;
    let spelled_out = text.bytes().all(|byte| !byte.is_ascii_digit());
    let plain = number.is_finite()
        || (number.is_nan() && !text.starts_with(['+', '-']))
        || (number.is_infinite() && spelled_out);
    plain.then_some(number)
}

/// Whether `text` is a timestamp: whole milliseconds in Prometheus text, seconds with an optional
/// fraction in OpenMetrics. The body does not tell which format it is, so both are taken.
pub(super) fn is_timestamp(text: &[u8]) -> bool {
    value(text).is_some_and(f64::is_finite)
}

/// Whether a timestamp is one of Prometheus text: digits that fit (`promlex.l`, `strconv.ParseInt`).
pub(super) fn is_whole(text: &[u8]) -> bool {
    let digits = text.iter().all(u8::is_ascii_digit);
    digits && std::str::from_utf8(text).is_ok_and(|text| text.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_prometheus_takes() {
        for text in [
            "0", "-1", "+1", "1.", ".5", "1e9", "1E-9", "NaN", "nan", "+Inf", "-inf", "Infinity",
        ] {
            assert!(value(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn refuses_what_prometheus_refuses() {
        for text in [
            "", "-", ".", "e5", "1_000", "0x1p3", "0x10", "+NaN", "-nan", "1e400", "1,5", "one",
            "1 ",
        ] {
            assert!(value(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_a_finite_number() {
        assert!(is_timestamp(b"1795217722507"));
        assert!(is_timestamp(b"1795217722.507"));
        assert!(!is_timestamp(b"NaN"));
        assert!(!is_timestamp(b"soon"));
    }
}
