//! Times for a reader: all of a page in one unit, with no more digits than they mean.

use crate::mesh::latency::Unit;
use crate::report::Style;
use crate::report::document::LatencyDocument;
use crate::report::numbers;

/// The unit of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub(super) unit: Unit,
    ascii: bool,
}

impl Shown {
    /// The unit in which the largest quantile is short.
    pub(super) fn of(document: &LatencyDocument<'_>, style: &Style) -> Self {
        let all = document.quantiles.iter();
        let all = all.flat_map(|quantile| [quantile.mesh, quantile.app]);
        let seconds = all.flatten().filter_map(|measured| measured.value_seconds);
        Self {
            unit: fitting(seconds.fold(0.0, f64::max)),
            ascii: !style.unicode,
        }
    }

    pub(super) fn sign(self) -> &'static str {
        sign(self.unit, self.ascii)
    }

    /// A value: three digits.
    pub(super) fn value(self, seconds: f64) -> String {
        three_digits(seconds * self.unit.per_second())
    }

    /// A bound: as many digits as it was written with, up to six.
    pub(super) fn bound(self, seconds: f64) -> String {
        six_digits(seconds * self.unit.per_second())
    }
}

fn sign(unit: Unit, ascii: bool) -> &'static str {
    if ascii && unit == Unit::Microseconds {
        "us"
    } else {
        unit.sign()
    }
}

/// The unit in which a time is short.
fn fitting(seconds: f64) -> Unit {
    if seconds >= 10.0 {
        Unit::Seconds
    } else if seconds >= 0.001 || seconds == 0.0 {
        Unit::Milliseconds
    } else {
        Unit::Microseconds
    }
}

/// A bound with the unit that suits it: `2.5 ms`, `50 s`.
pub(super) fn bound(seconds: f64) -> String {
    let unit = match seconds {
        seconds if seconds >= 1.0 => Unit::Seconds,
        seconds => fitting(seconds),
    };
    format!(
        "{} {}",
        six_digits(seconds * unit.per_second()),
        unit.sign()
    )
}

/// A time with the unit that suits it and three digits.
pub(super) fn time(seconds: f64) -> String {
    let unit = match seconds.abs() {
        size if size >= 1.0 => Unit::Seconds,
        size => fitting(size),
    };
    format!(
        "{} {}",
        three_digits(seconds * unit.per_second()),
        unit.sign()
    )
}

/// `p50`, `p99.9`.
pub(super) fn quantile(q: f64) -> String {
    format!("p{}", six_digits(q * 100.0))
}

/// `p50, p90 and p99`.
pub(super) fn quantiles(all: &[f64]) -> String {
    let names: Vec<String> = all.iter().map(|q| quantile(*q)).collect();
    match &names[..] {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

/// A count of observations, which is a float where it is scraped.
pub(super) fn count(count: f64) -> String {
    if count < 0.0 || !count.is_finite() {
        return count.to_string();
    }
    numbers::grouped(numbers::whole(count.round()))
}

/// A part of 1 in percent, which may be negative: `61%`.
pub(super) fn percent(share: f64) -> String {
    let percent = (share * 100.0).round();
    // Minus zero is none.
    format!("{}%", percent + 0.0)
}

pub(super) fn three_digits(value: f64) -> String {
    digits(value, 3)
}

pub(super) fn six_digits(value: f64) -> String {
    digits(value, 6)
}

/// With so many digits that mean something, all before the point, and no zeros at the end.
fn digits(value: f64, digits: i32) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let before = value.abs().log10().floor() as i32 + 1;
    let decimals = (digits - before).clamp(0, 12) as usize;
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole
        .parse()
        .map_or_else(|_| whole.to_owned(), numbers::grouped);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_three_digits_and_a_bound_those_it_was_written_with() {
        let values = [
            0.0, 0.001_234, 0.5, 1.0, 1.236, 12.36, 1236.4, -0.0449, 99.96,
        ];
        let texts = values.map(three_digits);
        assert_eq!(
            texts,
            [
                "0", "0.00123", "0.5", "1", "1.24", "12.4", "1,236", "-0.0449", "100"
            ]
        );
        assert_eq!(six_digits(0.009 * 1000.0), "9");
        assert_eq!(six_digits(1234.5), "1,234.5");
        assert_eq!(six_digits(f64::INFINITY), "inf");
    }

    #[test]
    fn times_are_told_in_the_unit_that_suits_them() {
        assert_eq!(
            [0.0025, 50.0, 0.000_5, 0.0].map(bound),
            ["2.5 ms", "50 s", "500 µs", "0 ms"]
        );
        assert_eq!(time(-0.001_25), "-1.25 ms");
        assert_eq!(quantiles(&[0.5, 0.99, 0.999]), "p50, p99 and p99.9");
        assert_eq!([0.614, -1.5, -0.001].map(percent), ["61%", "-150%", "0%"]);
        assert_eq!(count(1234.0), "1,234");
    }
}
