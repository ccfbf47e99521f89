//! Spans of time as Go's `time.ParseDuration` reads them: `1h30m`, `-1.5s`, `0`.

/// The span in nanoseconds.
///
/// # Errors
/// It is none, or longer than 64 bits of nanoseconds.
pub fn parse(text: &str) -> Result<i64, String> {
    let wrong = |why: &str| format!("time: {why} {text:?}");
    let invalid = || wrong("invalid duration");
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let limit = 1_u128 << 63;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let end = after
            .find(|one: char| one == '.' || one.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit: u128 = match unit {
            "" => return Err(wrong("missing unit in duration")),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return Err(wrong("unknown unit in duration")),
        };
        let mut value: u128 = 0;
        for digit in whole.bytes() {
            value = value * 10 + u128::from(digit - b'0');
            if value > limit {
                return Err(invalid());
            }
        }
        value *= unit;
        if value > limit {
            return Err(invalid());
        }
        total += value + part_of(fraction, unit);
        if total > limit {
            return Err(invalid());
        }
        rest = after;
    }
    let total = total as i128;
    i64::try_from(if negative { -total } else { total }).map_err(|_| invalid())
}

/// A span as Go's `Duration.String` writes it.
pub fn shown(ns: i64) -> String {
    let (sign, ns) = (if ns < 0 { "-" } else { "" }, ns.unsigned_abs());
    let in_unit = |ns: u64, unit: u64| {
        let (whole, rest) = (ns / unit, ns % unit);
        if rest == 0 {
            return whole.to_string();
        }
        let width = unit.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        format!("{whole}.{}", digits.trim_end_matches('0'))
    };
    let shown = match ns {
        0 => "0s".to_owned(),
        1..1_000 => format!("{ns}ns"),
        1_000..1_000_000 => in_unit(ns, 1_000) + "\u{b5}s",
        1_000_000..1_000_000_000 => in_unit(ns, 1_000_000) + "ms",
        _ => {
            let minutes = ns / 60_000_000_000;
            let seconds = in_unit(ns % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{shown}")
}

/// The digits that a text begins with, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|one: char| !one.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A fraction of a unit, cut off as Go cuts it: in floating-point numbers.
fn part_of(fraction: &str, unit: u128) -> u128 {
    let (mut value, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes() {
        let next = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')));
        match next {
            Some(next) if i64::try_from(next).is_ok() => {
                value = next;
                scale *= 10.0;
            }
            _ => break,
        }
    }
    let part = value as f64 * (unit as f64 / scale);
    #[expect(clippy::cast_sign_loss, reason = "no factor is negative")]
    let part = part as u128;
    part
}
