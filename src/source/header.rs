//! The header in front of each body of a joined dump, as `linkerd diagnostics` writes it.
//!
//! `proxy-metrics` writes three lines, `controller-metrics` four, one of which ends with a blank:
//!
//! ```text
//! #                              #
//! # POD web-6f5c8d7b9d (1 of 2)  # POD linkerd-destination-57 (1 of 3)
//! #                              # CONTAINER destination
//!                                #
//! ```
//!
//! A body may hold the words of a header in a HELP text or in a label that was written unescaped, so
//! nothing short of the whole block counts.

/// No header is longer: names in Kubernetes have at most 253 bytes.
pub(super) const HEADER_BYTES: usize = 1024;

/// Whose body follows, and the how-manieth it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) pod: String,
    pub(super) container: Option<String>,
    /// From 1.
    pub(super) index: u64,
    /// How many bodies the dump says it holds.
    pub(super) of: u64,
    /// Bytes of the block, its last line break included.
    pub(super) length: usize,
}

/// What stands at some place in a dump.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Header(Header),
    /// No header, whatever follows.
    Other,
    /// Might become a header when more is read.
    Unfinished,
}

/// Reads the header at the start of `bytes`, which is the start of a line; with `at_end`, nothing
/// follows `bytes`.
pub(super) fn at(bytes: &[u8], at_end: bool) -> Found {
    let view = &bytes[..bytes.len().min(HEADER_BYTES)];
    let mut lines = Lines {
        view,
        read: 0,
        may_end_open: at_end && view.len() == bytes.len(),
    };
    match block(&mut lines) {
        Ok(header) => Found::Header(header),
        Err(Stop::Other) => Found::Other,
        Err(Stop::OutOfBytes) if at_end || view.len() == HEADER_BYTES => Found::Other,
        Err(Stop::OutOfBytes) => Found::Unfinished,
    }
}

/// Whether a joined dump begins in `head`: nothing but a few lines of noise before its first header.
pub(super) fn begins_in(head: &[u8], complete: bool) -> bool {
    /// What a tool may say before the dump proper: a warning or two.
    const NOISE_LINES: usize = 8;
    let mut start = 0;
    let mut noise = 0;
    while noise < NOISE_LINES && start < head.len().min(HEADER_BYTES) {
        if matches!(at(&head[start..], complete), Found::Header(_)) {
            return true;
        }
        let Some(end) = memchr::memchr(b'\n', &head[start..]) else {
            return false;
        };
        if !head[start..start + end].trim_ascii().is_empty() {
            noise += 1;
        }
        start += end + 1;
    }
    false
}

enum Stop {
    Other,
    OutOfBytes,
}

struct Lines<'b> {
    view: &'b [u8],
    read: usize,
    /// Whether a last line without a line break is a whole line.
    may_end_open: bool,
}

impl<'b> Lines<'b> {
    /// The next line without its break.
    fn next(&mut self) -> Result<&'b [u8], Stop> {
        let rest = &self.view[self.read..];
        let line = match memchr::memchr(b'\n', rest) {
            Some(end) => {
                self.read += end + 1;
                &rest[..end]
            }
            None if self.may_end_open && !rest.is_empty() => {
                self.read = self.view.len();
                rest
            }
            None => return Err(Stop::OutOfBytes),
        };
        Ok(line.strip_suffix(b"\r").unwrap_or(line))
    }

    fn hash(&mut self) -> Result<(), Stop> {
        match self.next()? {
            b"#" => Ok(()),
            _ => Err(Stop::Other),
        }
    }
}

fn block(lines: &mut Lines<'_>) -> Result<Header, Stop> {
    lines.hash()?;
    let (pod, index, of) = pod_line(lines.next()?).ok_or(Stop::Other)?;
    let container = match lines.next()? {
        b"#" => None,
        line => {
            let name = line.strip_prefix(b"# CONTAINER ").ok_or(Stop::Other)?;
            let name = word(name).ok_or(Stop::Other)?;
            lines.hash()?;
            Some(name)
        }
    };
    Ok(Header {
        pod,
        container,
        index,
        of,
        length: lines.read,
    })
}

/// `# POD name (i of n)`.
fn pod_line(line: &[u8]) -> Option<(String, u64, u64)> {
    let line = line.strip_prefix(b"# POD ")?.strip_suffix(b")")?;
    let line = std::str::from_utf8(line).ok()?;
    let (name, place) = line.rsplit_once(" (")?;
    let (index, of) = place.split_once(" of ")?;
    let (index, of) = (number(index)?, number(of)?);
    let name = word(name.as_bytes())?;
    (1..=of).contains(&index).then_some((name, index, of))
}

/// Digits alone: `parse` would take a sign too.
fn number(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// A name without a blank in it.
fn word(name: &[u8]) -> Option<String> {
    let name = name.trim_ascii_end();
    let whole = !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    whole.then(|| String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(pod: &str, container: Option<&str>, index: u64, of: u64, length: usize) -> Found {
        Found::Header(Header {
            pod: pod.to_owned(),
            container: container.map(str::to_owned),
            index,
            of,
            length,
        })
    }

    #[test]
    fn reads_the_headers_of_proxies_and_of_controllers() {
        let text = b"#\n# POD web-1 (1 of 2)\n#\nup 1\n";
        assert_eq!(at(text, false), header("web-1", None, 1, 2, 25));
        let text = b"#\n# POD web-1 (2 of 2)\n# CONTAINER destination \n#\nup 1\n";
        assert_eq!(
            at(text, false),
            header("web-1", Some("destination"), 2, 2, 50)
        );
        let text = b"#\r\n# POD web-1 (1 of 2)\r\n#\r\nup 1\r\n";
        assert_eq!(at(text, false), header("web-1", None, 1, 2, 28));
    }

    #[test]
    fn every_beginning_of_a_header_is_unfinished_until_nothing_follows() {
        let text = b"#\n# POD web-1 (2 of 2)\n# CONTAINER destination \n#\n";
        for cut in 0..text.len() {
            assert_eq!(at(&text[..cut], false), Found::Unfinished, "cut at {cut}");
        }
        assert_eq!(at(b"#\n# POD web-1 (2 of 2)\n", true), Found::Other);
        let last = at(b"#\n# POD web-1 (2 of 2)\n#", true);
        assert_eq!(last, header("web-1", None, 2, 2, 24));
    }

    #[test]
    fn takes_nothing_less_than_the_whole_block() {
        for text in [
            "# POD web-1 (1 of 2)\n#\n",
            "#\n# POD web-1 (1 of 2)\nup 1\n#\n",
            "#\n# POD web-1\n#\n",
            "#\n# POD (1 of 2)\n#\n",
            "#\n# POD web 1 (1 of 2)\n#\n",
            "#\n# POD web-1 (3 of 2)\n#\n",
            "#\n# POD web-1 (0 of 2)\n#\n",
            "#\n# POD web-1 (+1 of 2)\n#\n",
            "#\n# POD web-1 ( of 2)\n#\n",
            "#\n# POD web-1 (1 of 99999999999999999999999)\n#\n",
            "#\n# POD web-1 (1 of 2)\n# CONTAINER\n#\n",
            "#\n# POD web-1 (1 of 2)\n# CONTAINER a b\n#\n",
            "#\n# POD web-1 (1 of 2)\n# CONTAINER a\n# TYPE up gauge\n",
            "##\n# POD web-1 (1 of 2)\n#\n",
        ] {
            assert_eq!(at(text.as_bytes(), false), Found::Other, "{text}");
        }
    }

    #[test]
    fn a_dump_may_begin_with_blank_lines_and_a_warning() {
        let text = b"\n\nWARNING: 1 pod is not ready\n#\n# POD web-1 (1 of 2)\n#\n";
        assert!(begins_in(text, true));
        assert!(!begins_in(b"# HELP up x\nup 1\n", true));
        let late = [
            &b"up 1\n".repeat(9)[..],
            &b"#\n# POD web-1 (1 of 2)\n#\n"[..],
        ]
        .concat();
        assert!(!begins_in(&late, true));
    }
}
