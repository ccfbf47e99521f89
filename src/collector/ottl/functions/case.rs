//! Texts in another case, as Go's `strings` and the `strcase` module write them.

/// Small letters.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_one).collect()
}

/// Capital letters.
pub fn upper(text: &str) -> String {
    text.chars().map(upper_one).collect()
}

/// Go maps characters one to one: what would become several stays as it is, but for the dotted I.
fn lower_one(one: char) -> char {
    if one == 'İ' {
        return 'i';
    }
    let mut all = one.to_lowercase();
    match (all.next(), all.next()) {
        (Some(small), None) => small,
        _ => one,
    }
}

fn upper_one(one: char) -> char {
    let mut all = one.to_uppercase();
    match (all.next(), all.next()) {
        (Some(capital), None) => capital,
        _ => one,
    }
}

/// `SomeName`: separators go, what follows one or a digit is a capital letter.
///
/// Works on bytes, as `strcase.ToCamel` does: letters beyond ASCII go.
pub fn camel(text: &str) -> String {
    let mut camel = String::with_capacity(text.len());
    let mut capital_next = true;
    let mut after_capital = false;
    for byte in text.trim().bytes() {
        let is_capital = byte.is_ascii_uppercase();
        let mut written = byte;
        if capital_next {
            written = byte.to_ascii_uppercase();
        } else if after_capital && is_capital {
            written = byte.to_ascii_lowercase();
        }
        after_capital = is_capital;
        if byte.is_ascii_alphabetic() {
            camel.push(char::from(written));
            capital_next = false;
        } else if byte.is_ascii_digit() {
            camel.push(char::from(written));
            capital_next = true;
        } else {
            capital_next = matches!(byte, b'_' | b' ' | b'-' | b'.');
        }
    }
    camel
}

/// `some_name`: underscores where the sort of character changes, all letters small (`strcase.ToSnake`).
pub fn snake(text: &str) -> String {
    let trimmed = text.trim();
    let mut snake: Vec<u8> = Vec::with_capacity(trimmed.len() + 2);
    let bytes = trimmed.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let small = byte.to_ascii_lowercase();
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let (is_capital, is_small) = (byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
        let is_digit = byte.is_ascii_digit();
        let changes = (is_capital && (next.is_ascii_lowercase() || next.is_ascii_digit()))
            || (is_small && (next.is_ascii_uppercase() || next.is_ascii_digit()))
            || (is_digit && next.is_ascii_alphabetic());
        if changes {
            let ends_acronym = is_capital
                && next.is_ascii_lowercase()
                && at > 0
                && bytes[at - 1].is_ascii_uppercase();
            if ends_acronym {
                snake.push(b'_');
            }
            snake.push(small);
            if is_small || is_digit || next.is_ascii_digit() {
                snake.push(b'_');
            }
        } else if matches!(byte, b' ' | b'_' | b'-' | b'.') {
            snake.push(b'_');
        } else {
            snake.push(small);
        }
    }
    String::from_utf8_lossy(&snake).into_owned()
}
