//! Whole numbers in any base, as Go's `strconv.ParseInt` reads them.

/// The number that a text is in a base; in base 0 the text says its base itself, as in Go's source.
///
/// # Errors
/// It is none, it does not fit 64 bits, or there is no such base.
pub fn parse_int(text: &str, base: i64) -> Result<i64, String> {
    let wrong = |why: &str| format!("strconv.ParseInt: parsing {text:?}: {why}");
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits, underscores) = match base {
        2..=36 => (base as u32, digits, false),
        0 => {
            let (base, rest) = own_base(digits);
            (base, rest, true)
        }
        _ => return Err(wrong(&format!("invalid base {base}"))),
    };
    if digits.is_empty() {
        return Err(wrong("invalid syntax"));
    }
    let mut value: u128 = 0;
    let mut too_big = false;
    // Underscores stand between digits, or between the prefix and the first one.
    let mut after_digit = underscores && base != 10;
    let octal_by_zero = underscores && base == 8 && !text.to_ascii_lowercase().contains('o');
    if octal_by_zero {
        after_digit = true;
    }
    let mut ends_in_digit = true;
    for character in digits.chars() {
        if character == '_' && underscores {
            if !after_digit {
                return Err(wrong("invalid syntax"));
            }
            after_digit = false;
            ends_in_digit = false;
            continue;
        }
        let digit = character
            .to_digit(base)
            .ok_or_else(|| wrong("invalid syntax"))?;
        after_digit = true;
        ends_in_digit = true;
        value = value * u128::from(base) + u128::from(digit);
        if value > 1 << 64 {
            too_big = true;
            value = 1 << 64;
        }
    }
    if !ends_in_digit {
        return Err(wrong("invalid syntax"));
    }
    let limit: u128 = if negative { 1 << 63 } else { (1 << 63) - 1 };
    if too_big || value > limit {
        return Err(wrong("value out of range"));
    }
    let value = value as i128;
    i64::try_from(if negative { -value } else { value }).map_err(|_| wrong("value out of range"))
}

/// The base that a prefix names, and the digits after it.
fn own_base(digits: &str) -> (u32, &str) {
    let lower = digits.to_ascii_lowercase();
    if digits.len() >= 3 {
        for (prefix, base) in [("0b", 2), ("0o", 8), ("0x", 16)] {
            if lower.starts_with(prefix) {
                return (base, &digits[2..]);
            }
        }
    }
    match digits.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    }
}
