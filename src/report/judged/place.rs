//! Where something stands, as others want it named: relative paths with forward slashes, or URIs.

use super::Judged;
use crate::findings::Finding;

/// Stands for what cannot be named: standard input, and a run that read nothing.
const STDIN: &str = "stdin";
const NOTHING: &str = "meshctl.yaml";

/// A part of one line; lines and columns count from 1 and are never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot<'a> {
    /// The file as named.
    pub(super) file: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
    /// In characters; 0 where only the place is known.
    pub(super) length: u32,
    /// It is the finding's own; else it stands in for a finding about numbers, which is in no file.
    pub(super) own: bool,
}

impl Spot<'_> {
    /// The column behind the last one.
    pub(super) fn end_column(&self) -> u32 {
        self.column.saturating_add(self.length.max(1))
    }
}

/// Where a finding is looked at first. Forges show nothing that is in no file: what is about numbers stands in the
/// file that sets their limits, or else in what was read.
pub(super) fn spot<'a>(judged: &Judged<'a>, finding: &'a Finding) -> Spot<'a> {
    match finding.marks.places.first() {
        Some(place) => Spot {
            file: &place.file,
            line: place.line.max(1),
            column: place.column.max(1),
            length: place.length,
            own: true,
        },
        None => Spot {
            file: stand_in(judged),
            line: 1,
            column: 1,
            length: 0,
            own: false,
        },
    }
}

/// The file for what is in no file.
pub(super) fn stand_in<'a>(judged: &Judged<'a>) -> &'a str {
    let input = judged.inputs.first().map(String::as_str);
    judged.budget_file.or(input).unwrap_or(NOTHING)
}

/// The path with forward slashes, without steps to where it is already and without detours: forges know a file by
/// its one path from the root of the repository.
pub(super) fn path(file: &str) -> String {
    if file == "-" {
        return STDIN.to_owned();
    }
    let file = if cfg!(windows) {
        file.replace('\\', "/")
    } else {
        file.to_owned()
    };
    if is_url(&file) {
        return file;
    }
    let is_absolute = file.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in file.split('/').filter(|part| !part.is_empty()) {
        match (part, parts.last()) {
            (".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            (part, _) => parts.push(part),
        }
    }
    let mut path = parts.join("/");
    if is_absolute {
        path.insert(0, '/');
    }
    if path.is_empty() {
        return NOTHING.to_owned();
    }
    path
}

/// The path as a URI reference: relative stays relative, absolute becomes `file://`, a URL stays one.
pub(super) fn uri(file: &str) -> String {
    let path = path(file);
    if is_url(&path) {
        return encoded(&path, ":/?#[]@!$&'()*+,;=%");
    }
    let encoded = encoded(&path, "/");
    if path.starts_with('/') {
        format!("file://{encoded}")
    } else if is_drive(&path) {
        format!("file:///{encoded}")
    } else {
        encoded
    }
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// `C:/…`, on a system that has such paths.
fn is_drive(path: &str) -> bool {
    let mut chars = path.chars();
    cfg!(windows)
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
}

/// Every byte that is neither unreserved (RFC 3986) nor in `kept` as `%XX`.
fn encoded(text: &str, kept: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || byte.is_ascii() && kept.contains(c) {
            uri.push(c);
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_and_plain_and_a_uri_is_encoded() {
        let cases = [
            ("meshctl.yaml", "meshctl.yaml", "meshctl.yaml"),
            ("./a//b/./c.yaml", "a/b/c.yaml", "a/b/c.yaml"),
            ("../../otel.yaml", "../../otel.yaml", "../../otel.yaml"),
            ("docs/ci/../../otel.yaml", "otel.yaml", "otel.yaml"),
            (
                "my dir/ü%.yaml",
                "my dir/ü%.yaml",
                "my%20dir/%C3%BC%25.yaml",
            ),
            ("a:b#c?d", "a:b#c?d", "a%3Ab%23c%3Fd"),
            ("/etc/a b", "/etc/a b", "file:///etc/a%20b"),
            ("a\nb\u{1b}", "a\nb\u{1b}", "a%0Ab%1B"),
            ("-", "stdin", "stdin"),
            ("", "meshctl.yaml", "meshctl.yaml"),
            (
                "http://web:4191/metrics",
                "http://web:4191/metrics",
                "http://web:4191/metrics",
            ),
            ("http://[::1]/a b", "http://[::1]/a b", "http://[::1]/a%20b"),
        ];
        for (file, plain, reference) in cases {
            assert_eq!(path(file), plain);
            assert_eq!(uri(file), reference);
        }
    }
}
