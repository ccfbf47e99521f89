//! Which generation of translator a release's exporters were built with.

use super::super::version::Version;

/// Generations of the code that turns OTLP names into Prometheus names, in order.
///
/// Read from `go.mod` and the translators of the releases from 0.102.0 to 0.156.0. Between 0.135.0 and
/// 0.139.0 the remote-write translator of each release was not at hand; there the generation follows
/// what the Prometheus exporter and the receiver of 0.136.0 and 0.138.0 ask for, and 0.137.0, of which
/// nothing was, is taken to be like 0.138.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// `pkg/translator/prometheus`: letters of every script are legal, `:` is not.
    Classic,
    /// `prometheus/otlptranslator` before its first release: ASCII only, no errors.
    Unreleased,
    /// `otlptranslator` 0.0.2: names that end up as underscores only are errors.
    Strict,
    /// `otlptranslator` 1.0.0: consecutive underscores of labels become one.
    Collapsing,
}

impl Era {
    /// The generation of the remote-write exporter.
    pub fn of_remote_write(version: Version) -> Self {
        match version {
            version if version.is_from(137) => Self::Collapsing,
            version if version.is_from(136) => Self::Strict,
            version if version.is_from(131) => Self::Unreleased,
            _ => Self::Classic,
        }
    }

    /// The generation of the exporter that is scraped. It went straight from the first to the third,
    /// after 0.130.0 and by 0.136.0.
    pub fn of_pull(version: Version) -> Self {
        match version {
            version if version.is_from(137) => Self::Collapsing,
            version if version.is_from(131) => Self::Strict,
            _ => Self::Classic,
        }
    }
}
