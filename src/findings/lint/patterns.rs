//! Patterns as people write them: lists of names with wildcards.

/// The alternatives at the top of a pattern, each with its first byte. Anchors and groups around the whole are
/// taken off.
pub(super) fn alternatives(pattern: &str) -> Vec<(usize, &str)> {
    let (start, end) = inner(pattern);
    let mut found = Vec::new();
    let mut from = start;
    let mut scan = Scan::default();
    for (at, char) in pattern[start..end].char_indices() {
        if scan.step(char) && char == '|' {
            found.push((from, &pattern[from..start + at]));
            from = start + at + 1;
        }
    }
    found.push((from, &pattern[from..end]));
    found
}

/// The bytes of a pattern without anchors and a group around the whole of it.
fn inner(pattern: &str) -> (usize, usize) {
    let (mut start, mut end) = (0, pattern.len());
    loop {
        let text = &pattern[start..end];
        if text.starts_with('^') && !splits(&text[1..]) {
            start += 1;
        } else if text.ends_with('$') && !ends_escaped(&text[..text.len() - 1]) && !splits(text) {
            end -= 1;
        } else if let Some(opening) = wraps(text) {
            start += opening;
            end -= 1;
        } else {
            return (start, end);
        }
    }
}

/// Whether there is an `|` at the top.
pub(super) fn splits(text: &str) -> bool {
    let mut scan = Scan::default();
    text.chars().any(|char| scan.step(char) && char == '|')
}

/// The bytes of the opening of a group that ends where the text ends.
fn wraps(text: &str) -> Option<usize> {
    let opening = ["(?:", "("]
        .into_iter()
        .find(|open| text.starts_with(open))?;
    let is_plain = opening == "(?:" || !text.starts_with("(?");
    let mut scan = Scan::default();
    let close = text.char_indices().find_map(|(at, char)| {
        scan.step(char);
        (scan.depth == 0).then_some(at)
    })?;
    (is_plain && close + 1 == text.len()).then_some(opening.len())
}

fn ends_escaped(text: &str) -> bool {
    let backslashes = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes % 2 == 1
}

#[derive(Default)]
struct Scan {
    depth: usize,
    in_class: bool,
    escaped: bool,
}

impl Scan {
    /// Goes on by a character; whether it stands at the top and means what it is.
    fn step(&mut self, char: char) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match char {
            '\\' => self.escaped = true,
            ']' if self.in_class => self.in_class = false,
            _ if self.in_class => {}
            '[' => self.in_class = true,
            '(' => self.depth += 1,
            ')' => self.depth = self.depth.saturating_sub(1),
            _ => return self.depth == 0,
        }
        false
    }
}

/// What a pattern stands for, if that is a text and nothing else: `a\.b` for `a.b`.
pub(super) fn literal(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let next = chars.next().filter(char::is_ascii_punctuation)?;
                out.push(next);
            }
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => {
                return None;
            }
            _ => out.push(char),
        }
    }
    Some(out)
}

/// What stands behind a `.*` or `.+` at the front.
pub(super) fn behind_wildcard(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix(".*").or(pattern.strip_prefix(".+"))?;
    Some(rest.strip_prefix('?').unwrap_or(rest))
}

/// What stands before a `.*` or `.+` at the end.
pub(super) fn before_wildcard(pattern: &str) -> Option<&str> {
    let pattern = pattern.strip_suffix('?').unwrap_or(pattern);
    let rest = pattern.strip_suffix(".*").or(pattern.strip_suffix(".+"))?;
    (!ends_escaped(rest)).then_some(rest)
}

/// Names in a sentence: `a, b and 3 more`.
pub(super) fn named(names: &[&str], most: usize) -> String {
    let shown = names.iter().take(most).copied().collect::<Vec<_>>();
    let more = names.len().saturating_sub(shown.len());
    match (shown.split_last(), more) {
        (Some((last, [])), 0) => (*last).to_owned(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str) -> Vec<&str> {
        let alternatives = alternatives(pattern).into_iter();
        alternatives
            .map(|(at, text)| {
                assert!(pattern[at..].starts_with(text));
                text
            })
            .collect()
    }

    #[test]
    fn alternatives_are_those_at_the_top() {
        assert_eq!(parts("a|b.*|c"), ["a", "b.*", "c"]);
        assert_eq!(parts("^(?:a|b)$"), ["a", "b"]);
        assert_eq!(parts("(a|b)_(c|d)"), ["(a|b)_(c|d)"]);
        assert_eq!(parts(r"a\||[|]|x"), [r"a\|", "[|]", "x"]);
        assert_eq!(parts("^a|b$"), ["^a", "b$"]);
        assert_eq!(parts(""), [""]);
    }

    #[test]
    fn a_text_is_told_from_a_pattern() {
        assert_eq!(literal(r"a\.b_c"), Some("a.b_c".to_owned()));
        for pattern in ["a.b", r"\d", "a*", "(a)"] {
            assert_eq!(literal(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn wildcards_are_found_at_either_end() {
        assert_eq!(behind_wildcard(".*a"), Some("a"));
        assert_eq!(before_wildcard("a.+?"), Some("a"));
        assert_eq!(before_wildcard(r"a\.*"), None);
        assert_eq!(before_wildcard("a"), None);
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(named(&["a"], 3), "a");
        assert_eq!(named(&["a", "b"], 3), "a and b");
        assert_eq!(named(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }
}
