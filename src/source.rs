//! Turns what the user named into scrapes: one readable body for each target, and what is known of it.
//!
//! In come paths, globs, `-` and URLs; out go [`Event`]s, one for each target that can be read, that
//! failed, or that was passed over and why. This is the only module that does I/O on scrapes. It looks
//! at bytes to recognise containers (gzip, zstd, tar, joined dumps) and never parses a sample.

use std::io::Read;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// One scraped endpoint, as far as the source tells who it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Target {
    /// What a report calls this target: `namespace/pod/container` as far as known, else the path of the
    /// file (inside an archive: `archive.tar.zst:path/in/it`) or the URL without credentials.
    pub name: String,
    /// Namespace, where the source tells.
    pub namespace: Option<String>,
    /// Pod, where the source tells.
    pub pod: Option<String>,
    /// Container, where the source tells.
    pub container: Option<String>,
    /// The file, archive member or URL (without credentials) the body came from.
    pub origin: String,
}

/// A target whose body can be read.
pub struct Scrape {
    /// Whose body it is.
    pub target: Target,
    /// The decompressed body. A read error in the middle (truncated gzip, lost connection) is an error
    /// of this target alone; its text names what went wrong without naming the target again.
    pub body: Box<dyn Read + Send>,
}

/// A target that was expected and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// [`Target::name`], or the source as named where there was no target yet.
    pub target: String,
    /// File, archive member or URL.
    pub origin: String,
    /// What went wrong and what to do, in one line without credentials.
    pub reason: String,
}

/// Something that was found and deliberately not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// File, archive member or URL.
    pub origin: String,
    /// Why, in a few words: `not an exposition`, `named twice`.
    pub reason: String,
}

/// What a source came to.
pub enum Event {
    /// A target to read.
    Scrape(Scrape),
    /// A target that is lost.
    Failed(Failure),
    /// Something passed over.
    Skipped(Skip),
}

/// How far reading has come, for whoever draws progress. All in bytes as stored (compressed where the
/// source is), so that a share of the whole is known before anything is decompressed.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes that the files found so far hold; a pipe or URL of unknown length adds nothing.
    pub expected_bytes: AtomicU64,
    /// Bytes read so far.
    pub read_bytes: AtomicU64,
}

/// What to read and how patiently.
#[derive(Debug, Clone)]
pub struct Options {
    /// Files, directories, globs, `-`, `http(s)` URLs, as typed.
    pub sources: Vec<String>,
    /// Targets whose name does not match are skipped with that reason, unread. `None` takes all.
    pub target_filter: Option<globset::GlobMatcher>,
    /// Longest wait for a URL's connection and for each further piece of its body.
    pub timeout: Duration,
}
