//! Values as they are typed: durations, sizes, globs.

use std::num::NonZeroUsize;
use std::time::Duration;

use bytesize::ByteSize;
use globset::GlobMatcher;

use crate::source;

/// `30s`, `1m`, `500ms`; never zero.
pub(super) fn duration(typed: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(typed)
        .map_err(|error| format!("{error}; write it like 30s, 1m or 500ms"))?;
    if duration.is_zero() {
        return Err("must be longer than nothing, for example 30s".to_owned());
    }
    Ok(duration)
}

/// `1MiB`, `64kB`, `4096`; never zero.
pub(super) fn size(typed: &str) -> Result<usize, String> {
    let size: ByteSize = typed
        .parse()
        .map_err(|_| "not a size; write it like 1MiB, 64KiB or 4096".to_owned())?;
    match usize::try_from(size.as_u64()) {
        Ok(0) => Err("must be at least one byte, for example 1MiB".to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err("more than this machine can address".to_owned()),
    }
}

/// A whole number from 1 on.
pub(super) fn count(typed: &str) -> Result<NonZeroUsize, String> {
    typed
        .parse()
        .map_err(|_| "not a whole number from 1 on".to_owned())
}

/// A part of a whole: `0.01` or `1%`, from 0 to 1.
pub(super) fn ratio(typed: &str) -> Result<f64, String> {
    let (number, whole) = match typed.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (typed, 1.0),
    };
    let ratio = number.trim().parse::<f64>().map(|number| number / whole);
    match ratio {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err("not a part of a whole; write it like 0.01 or 1%, from 0 to 1".to_owned()),
    }
}

/// A quantile: from 0 to 1.
pub(super) fn quantile(typed: &str) -> Result<f64, String> {
    let number = typed.parse().ok().filter(|q| (0.0..=1.0).contains(q));
    number.ok_or_else(|| "not from 0 to 1; write p99 as 0.99".to_owned())
}

/// `NAME=VALUE`; the value may be empty.
pub(super) fn variable(typed: &str) -> Result<(String, String), String> {
    match typed.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("not a variable; write it like NAME=VALUE".to_owned()),
    }
}

/// A glob over names: `*` also matches `/` and `.`.
pub(super) fn glob(typed: &str) -> Result<GlobMatcher, String> {
    source::glob(typed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_a_unit_and_last() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "30", "0s", "-5s", "30 parsecs"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_binary_or_decimal_and_not_nothing() {
        assert_eq!(size("1MiB"), Ok(1 << 20));
        assert_eq!(size("64kB"), Ok(64_000));
        assert_eq!(size("4096"), Ok(4096));
        for wrong in ["", "0", "MiB", "-1", "1 parsec"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_ratio_is_a_part_of_a_whole() {
        assert_eq!(ratio("0"), Ok(0.0));
        assert_eq!(ratio("0.25"), Ok(0.25));
        assert_eq!(ratio("25%"), Ok(0.25));
        for wrong in ["", "-1", "1.5", "101%", "nan", "few"] {
            assert!(ratio(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_variable_has_a_name() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(variable("A=b=c"), pair("A", "b=c"));
        assert_eq!(variable("A="), pair("A", ""));
        assert!(variable("A").is_err() && variable("=b").is_err());
    }

    #[test]
    fn a_star_matches_a_whole_target_name() {
        assert!(
            glob("emojivoto/*").is_ok_and(|glob| glob.is_match("emojivoto/web-1/linkerd-proxy"))
        );
        assert!(glob("{a,b}_total").is_ok_and(|glob| glob.is_match("b_total")));
        assert!(glob("a[").is_err());
    }
}
