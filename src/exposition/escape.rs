//! Escapes in label values and quoted names.

use std::borrow::Cow;

use memchr::memchr;

/// Undoes the escapes `\\`, `\"` and `\n`; any other backslash stands for itself.
///
/// That is what Prometheus does (`promparse.go`, `lvalReplacer`). Borrowed where there is no backslash.
pub fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', text) else {
        return Cow::Borrowed(text);
    };
    let mut plain = Vec::with_capacity(text.len());
    plain.extend_from_slice(&text[..first]);
    let mut rest = text[first..].iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let meant = match (byte, rest.peek()) {
            (b'\\', Some(b'\\')) => b'\\',
            (b'\\', Some(b'"')) => b'"',
            (b'\\', Some(b'n')) => b'\n',
            _ => {
                plain.push(byte);
                continue;
            }
        };
        rest.next();
        plain.push(meant);
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn undoes_the_three_escapes_and_leaves_the_rest() {
        assert_eq!(unescape(br"plain").as_ref(), b"plain");
        assert_eq!(unescape(br#"a\"b\\c\nd"#).as_ref(), b"a\"b\\c\nd");
        assert_eq!(unescape(br"C:\xyz\").as_ref(), br"C:\xyz\");
        assert_eq!(unescape(br"\\n").as_ref(), br"\n");
    }
}
