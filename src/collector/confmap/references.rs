//! Where references stand in a text (`findURI`, `newLocation` of `confmap/expand.go`).

use super::ESCAPES_FROM;
use super::UNIFIED_FROM;
use super::Version;

/// `${scheme:opaque}`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uri {
    pub(super) scheme: String,
    pub(super) opaque: String,
}

/// The first reference of a text that is to be replaced, with its braces.
pub(super) fn find(input: &str, version: Version) -> Option<&str> {
    let mut rest = input;
    loop {
        let close = rest.find('}')?;
        let head = &rest[..=close];
        let found = head.rfind("${").filter(|open| {
            // Before, the resolver had no default scheme and left `${X}` to the converter.
            version.is_from(UNIFIED_FROM) || head[*open..].contains(':')
        });
        let Some(open) = found else {
            rest = &rest[close + 1..];
            continue;
        };
        // The Collector's search stops at the first escaped reference, those after it included.
        if version.is_from(ESCAPES_FROM) && is_escaped(&head[..open]) {
            return None;
        }
        return Some(&head[open..]);
    }
}

/// Whether a `$` after this text is escaped: there is an odd number of `$` right before it.
fn is_escaped(before: &str) -> bool {
    before
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'$')
        .count()
        % 2
        == 1
}

/// Takes a reference apart; the error is the Collector's.
pub(super) fn parse(reference: &str) -> Result<Uri, String> {
    let inner = &reference[2..reference.len() - 1];
    let Some((scheme, opaque)) = inner.split_once(':') else {
        let uri = Uri {
            scheme: "env".to_owned(),
            opaque: inner.to_owned(),
        };
        return uri.checked();
    };
    let mut letters = scheme.bytes();
    let fits = scheme.len() >= 2
        && letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    if !fits {
        return Err(format!("invalid uri: {}", super::retrieved::quoted(inner)));
    }
    let uri = Uri {
        scheme: scheme.to_owned(),
        opaque: opaque.to_owned(),
    };
    uri.checked()
}

impl Uri {
    fn checked(self) -> Result<Self, String> {
        if !self.opaque.contains('$') {
            return Ok(self);
        }
        let uri = super::retrieved::quoted(&self.written());
        Err(format!(
            "the uri {uri} contains unsupported characters ('$')"
        ))
    }

    /// As the Collector prints it.
    pub(super) fn written(&self) -> String {
        format!("{}:{}", self.scheme, self.opaque)
    }
}
