//! Upper and lower case as Go's `strings.ToUpper` and `strings.ToLower` have it: one character for one.

use super::super::regex::unicode::is_known;

/// Adds `text` in capitals to `out`.
pub(super) fn push_upper(text: &str, out: &mut String) {
    out.extend(text.chars().map(upper));
}

/// Adds `text` in small letters to `out`.
pub(super) fn push_lower(text: &str, out: &mut String) {
    out.extend(text.chars().map(lower));
}

fn upper(c: char) -> char {
    // Small Greek letters with iota subscript: alone among those whose full mapping is longer, they have a
    // capital of one character.
    let mapped = match c {
        '\u{1f80}'..='\u{1faf}' => char::from_u32(u32::from(c) | 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(c) + 9),
        _ => single(c.to_uppercase()),
    };
    known(c, mapped)
}

fn lower(c: char) -> char {
    let mapped = match c {
        'İ' => Some('i'),
        _ => single(c.to_lowercase()),
    };
    known(c, mapped)
}

fn single(mut mapped: impl ExactSizeIterator<Item = char>) -> Option<char> {
    mapped.next().filter(|_| mapped.len() == 0)
}

/// Pairs that came after the Unicode of Go are none.
fn known(c: char, mapped: Option<char>) -> char {
    match mapped {
        Some(mapped) if is_known(c) && is_known(mapped) => mapped,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_becomes_one_character() {
        let cases = [
            ('é', 'É'),
            ('ß', 'ß'),
            ('ŉ', 'ŉ'),
            ('ᾀ', 'ᾈ'),
            ('ᾳ', 'ᾼ'),
            ('ǆ', 'Ǆ'),
            ('\u{264}', '\u{264}'),
        ];
        for (small, capital) in cases {
            assert_eq!(upper(small), capital, "{small}");
        }
        assert_eq!([lower('İ'), lower('ẞ'), lower('Σ')], ['i', 'ß', 'σ']);
    }
}
