//! Text that strangers wrote, made safe and fitted to a width.
//!
//! In come names, label values and messages as they were scraped; out go strings that cannot move a
//! cursor, reverse a line, hide characters or run over their column.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// Replaces every character that a terminal obeys or does not show by its escape: `\u{1b}`, `\u{202e}`.
///
/// These are control characters (line breaks and tabs included), bidirectional controls, zero-width and
/// other format characters, variation selectors, tags and fillers. Letters, marks, emoji and spaces stay.
pub fn escape_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hostile(c) {
            let _ = write!(safe, "{}", c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Safe text in ASCII: signs of our own by the nearest that there are, everything else by its escape.
pub fn escape_ascii(text: &str) -> Cow<'_, str> {
    let safe = escape_terminal(text);
    if safe.is_ascii() {
        return safe;
    }
    let mut ascii = String::with_capacity(safe.len() + 16);
    for c in safe.chars() {
        match c {
            '…' => ascii.push_str("..."),
            '←' => ascii.push_str("<-"),
            '→' => ascii.push_str("->"),
            '·' | '–' | '—' => ascii.push('-'),
            c if c.is_ascii() => ascii.push(c),
            c => {
                let _ = write!(ascii, "{}", c.escape_unicode());
            }
        }
    }
    Cow::Owned(ascii)
}

/// Whether a terminal obeys the character, or shows nothing for it. Unicode's general categories Cc, Cf,
/// Zl and Zp, and the default-ignorable code points of other categories.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Columns that safe text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Cuts safe text to `columns`, with `ellipsis` as its end where something is missing.
pub(super) fn truncate<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    // Width never exceeds bytes for one-column text, so that most names need no measuring.
    if text.len() <= columns && text.is_ascii() || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut cut = prefix(text, room).to_owned();
    cut.push_str(prefix(ellipsis, columns));
    Cow::Owned(cut)
}

/// The longest beginning of `text` that fits `columns`.
fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// Breaks safe text at spaces into lines of at most `first` columns, then `rest` columns. A word longer
/// than a line is broken where the line ends.
pub(super) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        loop {
            let room = if lines.is_empty() { first } else { rest }.max(1);
            let gap = usize::from(!line.is_empty());
            if width(&line) + gap + width(word) <= room {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            // At least one character a line, or a column of width 1 would never end on a wide one.
            let head = match prefix(word, room) {
                "" => &word[..word.chars().next().map_or(0, char::len_utf8)],
                head => head,
            };
            lines.push(head.to_owned());
            word = &word[head.len()..];
            if word.is_empty() {
                break;
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Joins items with a separator into lines of at most `columns`; items are never broken unless one alone
/// is longer than a line, and then it is cut.
pub(super) fn flow(
    items: &[String],
    separator: &str,
    columns: usize,
    ellipsis: &str,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let item = truncate(item, columns, ellipsis);
        match lines.last_mut() {
            Some(line) if width(line) + width(separator) + width(&item) <= columns => {
                line.push_str(separator);
                line.push_str(&item);
            }
            _ => lines.push(item.into_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_ordinary_text_borrowed() {
        for text in ["", "response_total", "größe 東京 e\u{301} 🚀", "a b\u{a0}c"] {
            assert!(matches!(escape_terminal(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn shows_what_a_terminal_would_obey_or_hide() {
        let cases = [
            ("\x1b[2J\x1b]0;pwned\x07", r"\u{1b}[2J\u{1b}]0;pwned\u{7}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("a\nb\r\tc\0\x7f", r"a\u{a}b\u{d}\u{9}c\u{0}\u{7f}"),
            ("user\u{202e}gnp.exe", r"user\u{202e}gnp.exe"),
            ("\u{2066}x\u{2069}\u{61c}", r"\u{2066}x\u{2069}\u{61c}"),
            ("a\u{200b}b\u{feff}c\u{ad}d", r"a\u{200b}b\u{feff}c\u{ad}d"),
            ("\u{2028}\u{2029}\u{85}", r"\u{2028}\u{2029}\u{85}"),
            ("\u{e0041}\u{fe0f}\u{3164}", r"\u{e0041}\u{fe0f}\u{3164}"),
        ];
        for (hostile, safe) in cases {
            assert_eq!(escape_terminal(hostile), safe);
        }
    }

    #[test]
    fn ascii_keeps_our_signs_readable_and_escapes_the_rest() {
        assert_eq!(
            escape_ascii("a → b … größe\u{1b}"),
            r"a -> b ... gr\u{f6}\u{df}e\u{1b}"
        );
    }

    #[test]
    fn no_character_left_as_it_is_takes_a_line_or_a_terminals_attention() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            if let Cow::Borrowed(_) = escape_terminal(&text) {
                assert!(c.width().is_some(), "{c:?} has no width and stays");
            }
        }
    }

    #[test]
    fn truncates_by_columns_not_by_bytes_or_characters() {
        assert_eq!(truncate("response", 8, "…"), "response");
        assert_eq!(truncate("response", 7, "…"), "respon…");
        assert_eq!(truncate("東京都庁", 7, "…"), "東京都…");
        assert_eq!(truncate("東京都庁", 6, "…"), "東京…");
        assert_eq!(truncate("größer", 6, "..."), "größer");
        assert_eq!(truncate("response", 2, "..."), "..");
        assert_eq!(truncate("response", 0, "…"), "");
    }

    #[test]
    fn wraps_at_spaces_and_breaks_only_words_longer_than_a_line() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3, 4), ["abc", "defg", "h ij"]);
        assert_eq!(wrap("東京", 1, 1), ["東", "京"]);
        assert_eq!(wrap("", 5, 5), Vec::<String>::new());
    }

    #[test]
    fn flows_items_whole() {
        let items = ["one", "two", "three", "a very long one"].map(str::to_owned);
        assert_eq!(
            flow(&items, " · ", 11, "…"),
            ["one · two", "three", "a very lon…"]
        );
    }
}
