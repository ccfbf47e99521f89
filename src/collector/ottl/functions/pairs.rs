//! A text split at a delimiter, but not inside quotes (`internal/coreinternal/parseutils/parser.go`).

/// The first release that keeps characters beyond ASCII whole. Before, each of their bytes became
/// a character of its own.
pub const WHOLE_CHARACTERS: u16 = 147;

/// The parts of a text, their quotes taken off. Empty parts are left out.
///
/// # Errors
/// A quote is not closed.
pub fn split(text: &str, delimiter: &str, by_bytes: bool) -> Result<Vec<String>, String> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let mut current = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    let mut at = 0;
    let finished = |current: &mut Vec<u8>| -> String {
        let bytes = std::mem::take(current);
        if by_bytes {
            bytes.into_iter().map(char::from).collect()
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    while at < bytes.len() {
        let byte = bytes[at];
        if quote.is_none() && bytes[at..].starts_with(delimiter.as_bytes()) {
            if !current.is_empty() {
                parts.push(finished(&mut current));
            }
            at += delimiter.len();
            continue;
        }
        at += 1;
        if escaped {
            escaped = false;
        } else {
            match quote {
                None if byte == b'"' || byte == b'\'' => {
                    quote = Some(byte);
                    continue;
                }
                Some(open) if open == byte => {
                    quote = None;
                    continue;
                }
                _ => escaped = byte == b'\\',
            }
        }
        current.push(byte);
    }
    if quote.is_some() {
        return Err("never reached the end of a quoted value".to_owned());
    }
    if !current.is_empty() {
        parts.push(finished(&mut current));
    }
    Ok(parts)
}
