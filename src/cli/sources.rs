//! What to read: the sources and the flags that say how.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use globset::GlobMatcher;

use super::values;
use crate::source;
use crate::survey;

/// Which scrapes to read, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to read")]
pub(super) struct SourceArgs {
    /// Saved scrapes: files, directories, globs, http(s) URLs, or `-` for standard input
    ///
    /// Plain, gzip, zstd, tar, and the joined output of `linkerd diagnostics proxy-metrics`, each told
    /// by its content. Directories are read with all that is in them; what is not metrics is passed over.
    #[arg(value_name = "SOURCE", help_heading = None::<&str>)]
    sources: Vec<String>,
    /// Read only the targets whose name matches, such as 'emojivoto/*'
    ///
    /// A target's name is namespace/pod/container as far as the source tells, else the path of its file.
    /// `*` also matches `/`; braces name several: '{web,api}*'.
    #[arg(
        long,
        value_name = "GLOB",
        value_parser = values::glob,
        env = "MESHCTL_TARGET",
        hide_env_values = true
    )]
    target: Option<GlobMatcher>,
    /// How long to wait for the answer of a URL, and then for each further piece of it
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
    /// Longest line to read; a longer one is refused
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SIZE",
        default_value = "1MiB",
        value_parser = values::size,
        env = "MESHCTL_MAX_LINE_BYTES",
        hide_env_values = true
    )]
    max_line_bytes: usize,
    /// Targets to read at once [default: one for each processor]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "N",
        value_parser = values::count,
        env = "MESHCTL_THREADS",
        hide_env_values = true
    )]
    threads: Option<NonZeroUsize>,
    /// Show no progress, however long it takes
    #[arg(
        long,
        hide_short_help = true,
        env = "MESHCTL_NO_PROGRESS",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    no_progress: bool,
}

impl SourceArgs {
    /// Whether to draw progress.
    pub(super) fn wants_progress(&self) -> bool {
        !self.no_progress
    }

    /// Whether standard input is among the sources.
    pub(super) fn reads_stdin(&self) -> bool {
        self.sources.iter().any(|source| source == "-")
    }

    /// Takes the first words away, which are no sources to this command.
    pub(super) fn take_front(&mut self, count: usize) -> Vec<String> {
        let count = count.min(self.sources.len());
        self.sources.drain(..count).collect()
    }

    /// What will be read; `None` where no source is named.
    pub(super) fn plan(self) -> Option<survey::Plan> {
        if self.sources.is_empty() {
            return None;
        }
        Some(survey::Plan {
            sources: source::Options {
                sources: self.sources,
                target_filter: self.target,
                timeout: self.timeout,
            },
            workers: self.threads.unwrap_or_else(processors).get(),
            max_line_bytes: self.max_line_bytes,
            simulate: Vec::new(),
            watch: None,
            now_ns: super::terminal::now_ns(),
        })
    }
}

fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
