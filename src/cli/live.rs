//! How targets are asked that answer over the network: the flags for it, and what they come to.

mod file_sd;

use std::convert::Infallible;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use anyhow::bail;
use clap::builder::FalseyValueParser;
use clap::builder::ValueParser;
use http::HeaderName;
use http::HeaderValue;
use http::header;

use super::terminal;
use super::values;
use crate::source;
use crate::source::Listed;

/// Most targets that can be asked at once: each takes a connection and a thread.
const MOST_AT_ONCE: usize = 1024;

/// Which targets are asked over the network beside the URLs among the sources, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Live targets")]
pub(super) struct LiveArgs {
    /// Read the targets listed in a Prometheus `file_sd` file too; may be repeated
    ///
    /// `-` for standard input. JSON or YAML: a list of groups, each with `targets` (host:port) and `labels`. Of the labels,
    /// `__scheme__`, `__metrics_path__` and `__param_NAME` say where the metrics are, else
    /// `http://host:port/metrics`.
    #[arg(
        long,
        value_name = "FILE",
        env = "MESHCTL_TARGETS",
        hide_env_values = true
    )]
    targets: Vec<PathBuf>,
    /// Targets to ask at once
    #[arg(
        long,
        hide_short_help = true,
        value_name = "N",
        default_value = "32",
        value_parser = concurrency,
        env = "MESHCTL_CONCURRENCY",
        hide_env_values = true
    )]
    concurrency: NonZeroUsize,
    /// How long one target may take in all, from the connection to the end of its body
    ///
    /// Counted is the time in which we wait for it, as with Prometheus' `scrape_timeout`; further tries share
    /// it, the pauses between them do not count.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "DURATION",
        default_value = "10s",
        value_parser = values::duration,
        env = "MESHCTL_TIMEOUT",
        hide_env_values = true
    )]
    timeout: Duration,
    /// How long all targets may take together; what is not read by then is a failed target
    #[arg(
        long,
        hide_short_help = true,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = values::duration,
        env = "MESHCTL_DEADLINE",
        hide_env_values = true
    )]
    deadline: Duration,
    /// Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504
    #[arg(
        long,
        hide_short_help = true,
        value_name = "N",
        default_value = "2",
        value_parser = clap::value_parser!(u32).range(0..=100),
        env = "MESHCTL_RETRIES",
        hide_env_values = true
    )]
    retries: u32,
    /// Longest body of a target, decompressed; a longer one is a failed target
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SIZE",
        default_value = "256MiB",
        value_parser = values::size,
        env = "MESHCTL_MAX_BODY_BYTES",
        hide_env_values = true
    )]
    max_body_bytes: usize,
    /// Send this header to URLs and listed targets; may be repeated
    ///
    /// Never sent on to another server that one of them redirects to, and never shown.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "NAME: VALUE",
        value_parser = hidden(),
        env = "MESHCTL_HEADER",
        hide_env_values = true
    )]
    header: Vec<Hidden>,
    /// Send the token in this file to URLs and listed targets, as `Authorization: Bearer`
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        env = "MESHCTL_BEARER_TOKEN_FILE",
        hide_env_values = true
    )]
    bearer_token_file: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file, and no others
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        env = "MESHCTL_CA",
        hide_env_values = true
    )]
    ca: Option<PathBuf>,
    /// Our certificate for servers that ask for one, in PEM
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        requires = "key",
        env = "MESHCTL_CERT",
        hide_env_values = true
    )]
    cert: Option<PathBuf>,
    /// The private key of --cert, in PEM
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        requires = "cert",
        env = "MESHCTL_KEY",
        hide_env_values = true
    )]
    key: Option<PathBuf>,
    /// Take any server for the right one, whatever its certificate
    #[arg(
        long,
        hide_short_help = true,
        env = "MESHCTL_INSECURE",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    insecure: bool,
}

/// What the flags come to.
pub(super) struct LivePlan {
    /// Targets out of files.
    pub(super) listed: Vec<Listed>,
    /// The files, as typed.
    pub(super) lists: Vec<String>,
    pub(super) live: source::Live,
}

impl LiveArgs {
    /// Whether targets are named by these flags alone.
    pub(super) fn names_targets(&self) -> bool {
        !self.targets.is_empty()
    }

    /// How often standard input is among the lists.
    pub(super) fn lists_on_stdin(&self) -> usize {
        let lists = self.targets.iter();
        lists.filter(|path| path.as_os_str() == "-").count()
    }

    /// Reads the files that are named.
    ///
    /// # Errors
    /// One of them cannot be used, or a header is none. No text holds a secret.
    pub(super) fn plan(self) -> anyhow::Result<LivePlan> {
        let mut listed = Vec::new();
        for path in &self.targets {
            listed.extend(file_sd::read(path)?);
        }
        let headers = self.header.iter().map(parse_header);
        let headers: Vec<_> = headers.collect::<anyhow::Result<_>>()?;
        let names_authorization = headers
            .iter()
            .any(|(name, _)| name == header::AUTHORIZATION);
        if names_authorization && self.bearer_token_file.is_some() {
            bail!("--header Authorization and --bearer-token-file say two things: leave one out");
        }
        let access = source::Access {
            headers,
            bearer_token_file: self.bearer_token_file,
            ca: self.ca,
            identity: self.cert.zip(self.key),
            insecure: self.insecure,
        };
        access.check().context("cannot use what gives access")?;
        Ok(LivePlan {
            listed,
            lists: self
                .targets
                .iter()
                .map(|path| path.to_string_lossy().into_owned())
                .collect(),
            live: source::Live {
                concurrency: self.concurrency.get(),
                timeout: self.timeout,
                deadline: self.deadline,
                retries: self.retries,
                max_body_bytes: self.max_body_bytes as u64,
                access,
                clock: terminal::timestamp,
            },
        })
    }
}

/// A value that is never shown, not even where it is wrong.
#[derive(Clone)]
struct Hidden(String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// Takes any value: clap shows those that it refuses.
fn hidden() -> ValueParser {
    let parse = |typed: &str| Ok::<_, Infallible>(Hidden(typed.to_owned()));
    parse.into()
}

fn concurrency(typed: &str) -> Result<NonZeroUsize, String> {
    let count = values::count(typed)?;
    if count.get() > MOST_AT_ONCE {
        return Err(format!(
            "at most {MOST_AT_ONCE}: each takes a connection and a thread"
        ));
    }
    Ok(count)
}

fn parse_header(Hidden(typed): &Hidden) -> anyhow::Result<(HeaderName, HeaderValue)> {
    let Some((name, value)) = typed.split_once(':') else {
        bail!("--header holds no colon: write it like 'X-Scope-OrgID: team'");
    };
    let Ok(name) = name.trim().parse::<HeaderName>() else {
        bail!("what stands before the colon of a --header is no header's name");
    };
    // How the message itself is sent is not for the user to say.
    let of_the_message = [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::TE,
        header::UPGRADE,
    ];
    if of_the_message.contains(&name) {
        bail!("--header {name} would break the request: leave it out");
    }
    let Ok(mut value) = value.trim().parse::<HeaderValue>() else {
        bail!("the value of --header {name} holds characters that no header may");
    };
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(typed: &str) -> Result<(String, String), String> {
        match parse_header(&Hidden(typed.to_owned())) {
            Ok((name, value)) => Ok((name.to_string(), value.to_str().unwrap().to_owned())),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(header("X-Key: a: b "), pair("x-key", "a: b"));
        assert_eq!(header("X-Key:"), pair("x-key", ""));
    }

    #[test]
    fn what_is_wrong_with_a_header_is_said_without_its_value() {
        for typed in [
            "s3cret",
            "a b: s3cret",
            "X-Key: s3cr\net",
            "Content-Length: s3cret",
        ] {
            let error = header(typed).unwrap_err();
            assert!(!error.contains("s3cr"), "{error}");
        }
        assert!(!format!("{:?}", Hidden("s3cret".to_owned())).contains("s3cret"));
    }

    #[test]
    fn there_is_a_limit_to_what_is_done_at_once() {
        assert!(concurrency("1024").is_ok() && concurrency("1025").is_err());
        assert!(concurrency("0").is_err());
    }
}
