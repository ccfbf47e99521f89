//! Texts and characters between quotes, as Go's `strconv.Quote` and `strconv.QuoteRune` write them.

use std::fmt::Write as _;

use crate::collector::regex::GoRegex;

/// What Go prints as it is, beside the space: `unicode.IsPrint`.
const PRINTED: &str = r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$";

/// A text between double quotes; with `ascii` nothing but ASCII.
pub fn text(text: &str, ascii: bool) -> String {
    let mut out = "\"".to_owned();
    let mut printed = None;
    for one in text.chars() {
        escape(&mut out, one, '"', ascii, &mut printed);
    }
    out.push('"');
    out
}

/// As [`text`], of bytes that may be no text: those are escaped by their number.
pub fn bytes(bytes: &[u8], ascii: bool) -> String {
    let mut out = "\"".to_owned();
    let mut printed = None;
    for chunk in bytes.utf8_chunks() {
        for one in chunk.valid().chars() {
            escape(&mut out, one, '"', ascii, &mut printed);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// A character between single quotes; with `ascii` nothing but ASCII.
pub fn character(one: char, ascii: bool) -> String {
    let mut out = "'".to_owned();
    escape(&mut out, one, '\'', ascii, &mut None);
    out.push('\'');
    out
}

/// Whether a text may stand between backquotes, where nothing is escaped.
pub fn fits_backquotes(text: &str) -> bool {
    text.chars().all(|one| match one {
        '\t' => true,
        '`' | '\u{7f}' | '\u{feff}' => false,
        one => one >= ' ',
    })
}

/// Whether Go prints a character as it is: `unicode.IsPrint`.
pub fn is_printed(one: char) -> bool {
    one == ' ' || is_in(one, &mut None)
}

fn escape(out: &mut String, one: char, quote: char, ascii: bool, printed: &mut Option<GoRegex>) {
    match one {
        '\\' => out.push_str("\\\\"),
        one if one == quote => {
            out.push('\\');
            out.push(one);
        }
        ' '..='~' => out.push(one),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        one => {
            let number = u32::from(one);
            if !one.is_ascii() && !ascii && is_in(one, printed) {
                out.push(one);
            } else if one.is_ascii() {
                let _ = write!(out, "\\x{number:02x}");
            } else if number < 0x1_0000 {
                let _ = write!(out, "\\u{number:04x}");
            } else {
                let _ = write!(out, "\\U{number:08x}");
            }
        }
    }
}

/// `printed` is made when it is first needed.
fn is_in(one: char, printed: &mut Option<GoRegex>) -> bool {
    if printed.is_none() {
        *printed = GoRegex::new(PRINTED).ok();
    }
    let text = one.encode_utf8(&mut [0; 4]).to_owned();
    printed.as_ref().is_some_and(|regex| regex.is_match(&text))
}
