//! Numbers as a sentence needs them: grouped counts, shares, bytes, plurals.

/// `2909` as `2,909`.
pub(crate) fn grouped(count: u64) -> String {
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
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// A share as JSON keeps it: four decimals say all that a percentage with two does.
pub(crate) fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

/// `0.298` as `29.8%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// `1` and `line` as `1 line`, `2` as `2 lines`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    counted(count, noun, &format!("{noun}s"))
}

/// `1 family`, `2 families`; a verb may follow the noun: `1 line holds`, `2 lines hold`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), either(count, one, many))
}

/// `one` for exactly one, else `many`.
pub(crate) fn either<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// `512 B`, `1.20 KiB`, `70.2 KiB`, `702 KiB`, `9.70 MiB`: three digits at least where there are any.
pub(crate) fn bytes(count: u64) -> String {
    let (number, unit) = bytes_and_unit(count);
    format!("{number} {unit}")
}

/// `702 KiB of 992`, `702 KiB of 9.70 MiB`.
pub(crate) fn bytes_of(part: u64, whole: u64) -> String {
    let (part, part_unit) = bytes_and_unit(part);
    let (whole, whole_unit) = bytes_and_unit(whole);
    if part_unit == whole_unit {
        format!("{part} {part_unit} of {whole}")
    } else {
        format!("{part} {part_unit} of {whole} {whole_unit}")
    }
}

fn bytes_and_unit(count: u64) -> (String, &'static str) {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return (count.to_string(), "B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    // 1023.6 KiB would be rounded to 1,024 KiB, so the step comes a little before 1024.
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    (three_digits(value), UNITS[unit])
}

fn three_digits(value: f64) -> String {
    if value >= 99.95 {
        format!("{value:.0}")
    } else if value >= 9.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
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
    fn bytes_keep_three_digits_and_never_reach_1024() {
        let sizes = [
            0, 1023, 1024, 71_885, 718_848, 1_016_292, 1_048_100, 10_171_187,
        ];
        let expected = [
            "0 B", "1023 B", "1.00 KiB", "70.2 KiB", "702 KiB", "992 KiB", "1.00 MiB", "9.70 MiB",
        ];
        assert_eq!(sizes.map(bytes), expected);
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
        assert_eq!(bytes_of(718_848, 1_016_292), "702 KiB of 992");
        assert_eq!(bytes_of(718_848, 10_171_187), "702 KiB of 9.70 MiB");
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
