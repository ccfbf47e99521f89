//! Numbers as a sentence needs them: grouped counts, shares, bytes, plurals.

/// `2909` as `2,909`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole`, between 0 and 1; nothing of nothing is 0.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// A share as JSON keeps it: four decimals say all that a percentage with two does.
pub(super) fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

/// `0.298` as `29.8%`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// `1` and `line` as `1 line`, `2` as `2 lines`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(count))
}

/// Bytes in the largest binary unit that leaves at least one.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_digits_by_three() {
        let shown = [0, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn shows_bytes_in_the_largest_unit_that_leaves_one() {
        let shown = [0, 1023, 1024, 1_016_276, 1_048_575, 1 << 30].map(bytes);
        assert_eq!(
            shown,
            [
                "0 B",
                "1023 B",
                "1.0 KiB",
                "992.5 KiB",
                "1.0 MiB",
                "1.0 GiB"
            ]
        );
    }

    #[test]
    fn nothing_of_nothing_is_no_share() {
        assert_eq!(percent(share(0, 0)), "0.0%");
        assert_eq!(percent(share(298, 1000)), "29.8%");
    }

    #[test]
    fn one_is_singular_and_zero_is_not() {
        assert_eq!(
            [0, 1, 2].map(|n| plural(n, "line")),
            ["0 lines", "1 line", "2 lines"]
        );
    }
}
