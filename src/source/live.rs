//! How targets that answer over the network are asked: how many at once, how patiently, and as whom.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

/// How patiently live targets are asked. The limits of one target hold for itself alone, those of the
/// sweep for all targets of a run together.
#[derive(Debug, Clone)]
pub struct Live {
    /// Targets that are asked, read and counted at once; at least 1.
    pub concurrency: usize,
    /// How long one target may keep us waiting in all: from the connection to the end of its body, further
    /// tries included, pauses between them and the time in which nobody reads the body excluded.
    pub timeout: Duration,
    /// When the sweep ends, counted from its start: what is not read by then is lost.
    pub deadline: Duration,
    /// Further tries, where another one may help.
    pub retries: u32,
    /// Most bytes of one body, decompressed; a longer one is lost.
    pub max_body_bytes: u64,
    /// Who we are to web servers, and whom we trust.
    pub access: Access,
    /// The wall clock, for when a target was asked and for what a server says of dates.
    pub clock: fn() -> jiff::Timestamp,
}

impl Default for Live {
    /// What the command line does without flags, with a clock that stands.
    fn default() -> Self {
        Self {
            concurrency: 32,
            timeout: Duration::from_secs(10),
            deadline: Duration::from_mins(5),
            retries: 2,
            max_body_bytes: 256 << 20,
            access: Access::default(),
            clock: || jiff::Timestamp::UNIX_EPOCH,
        }
    }
}

/// What web servers are shown, and what they must show. Files are read anew for each sweep, so that a token
/// that is renewed in between counts.
#[derive(Clone, Default)]
pub struct Access {
    /// Sent to each server that was named, and not to one that it redirects to.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// A file with nothing but a bearer token.
    pub bearer_token_file: Option<PathBuf>,
    /// Certificates in PEM of those who are trusted to vouch for servers, in place of the system's.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, in PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Take any server for the right one.
    pub insecure: bool,
}

impl fmt::Debug for Access {
    /// Without the values of headers, each of which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            headers,
            bearer_token_file,
            ca,
            identity,
            insecure,
        } = self;
        let names: Vec<&HeaderName> = headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Access")
            .field("headers", &names)
            .field("bearer_token_file", bearer_token_file)
            .field("ca", ca)
            .field("identity", identity)
            .field("insecure", insecure)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_headers_are_not_shown() {
        let secret = HeaderValue::from_static("s3cret");
        let access = Access {
            headers: vec![(HeaderName::from_static("x-key"), secret)],
            ..Access::default()
        };
        let shown = format!("{access:?}");
        assert!(
            shown.contains("x-key") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
