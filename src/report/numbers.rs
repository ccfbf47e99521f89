//! Numbers for a reader: grouped, in units that fit, and never more digits than they mean.

use std::fmt::Write as _;
use std::time::Duration;

pub(super) use crate::findings::numbers::bytes;
pub(super) use crate::findings::numbers::bytes_of;
pub(super) use crate::findings::numbers::counted;
pub(super) use crate::findings::numbers::grouped;

/// `1 of 8`, with both grouped.
pub(super) fn of(part: usize, whole: usize) -> String {
    format!("{} of {}", grouped(part as u64), grouped(whole as u64))
}

/// `1 series`, `1,459 series`.
pub(super) fn counted_series(series: u64) -> String {
    format!("{} series", grouped(series))
}

/// Part of a whole in percent, 0 of nothing.
pub(super) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}

/// `29.8%`; what is more than nothing and less than the last digit is `<0.1%`.
pub(super) fn share(part: u64, whole: u64) -> String {
    let percent = percent(part, whole);
    if part > 0 && percent < 0.05 {
        "<0.1%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

/// Samples a second from series scraped once every interval; 0 where the interval is zero.
pub(super) fn samples_per_second(series: u64, interval: Duration) -> f64 {
    if interval.is_zero() {
        0.0
    } else {
        series as f64 / interval.as_secs_f64()
    }
}

/// `412`, `9.4`, `<0.1`.
pub(super) fn rate(per_second: f64) -> String {
    if per_second > 0.0 && per_second < 0.05 {
        "<0.1".to_owned()
    } else if per_second < 9.95 && per_second.fract() != 0.0 {
        format!("{per_second:.1}")
    } else {
        grouped(whole(per_second.round()))
    }
}

/// Without its fraction; 0 of what is negative or not a number.
#[expect(clippy::cast_sign_loss, reason = "a cast of a float saturates")]
pub(super) fn whole(value: f64) -> u64 {
    value as u64
}

/// A median of counts: `12`, `12.5`.
pub(super) fn median(value: f64) -> String {
    let whole = grouped(whole(value));
    if value.fract() == 0.0 {
        whole
    } else {
        format!("{whole}.5")
    }
}

/// `30s`, `1m30s`, `2h`, `0.5s`.
pub(super) fn interval(interval: Duration) -> String {
    let seconds = interval.as_secs();
    if interval.subsec_nanos() != 0 || seconds == 0 {
        return format!("{}s", interval.as_secs_f64());
    }
    let mut text = String::new();
    for (count, unit) in [
        (seconds / 3600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ] {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_not_nothing() {
        assert_eq!(share(868, 2909), "29.8%");
        assert_eq!(share(1, 1_000_000), "<0.1%");
        assert_eq!(share(0, 10), "0.0%");
        assert_eq!(share(0, 0), "0.0%");
        assert_eq!(share(5, 5), "100.0%");
    }

    #[test]
    fn rates_survive_a_zero_interval() {
        let every = Duration::from_secs(30);
        assert_eq!(rate(samples_per_second(2909, every)), "97");
        assert_eq!(rate(samples_per_second(100, every)), "3.3");
        assert_eq!(rate(samples_per_second(1, every)), "<0.1");
        assert_eq!(rate(samples_per_second(60, every)), "2");
        assert_eq!(rate(samples_per_second(60, Duration::ZERO)), "0");
    }

    #[test]
    fn says_intervals_as_they_are_typed() {
        let texts =
            [500, 30_000, 60_000, 90_000, 7_200_000].map(|ms| interval(Duration::from_millis(ms)));
        assert_eq!(texts, ["0.5s", "30s", "1m", "1m30s", "2h"]);
        assert_eq!(median(12.0), "12");
        assert_eq!(median(1234.5), "1,234.5");
    }
}
