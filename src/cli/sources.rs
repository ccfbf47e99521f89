//! What to read: the sources and the flags that say how.

use std::num::NonZeroUsize;
use std::thread;

use clap::builder::FalseyValueParser;
use globset::GlobMatcher;

use super::cluster;
use super::cluster::ClusterArgs;
use super::live::LiveArgs;
use super::live::LivePlan;
use super::messages::Messages;
use super::progress::Manner;
use super::terminal::Terminal;
use super::values;
use crate::source;
use crate::survey;

/// Which scrapes to read, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to read")]
pub(super) struct SourceArgs {
    /// Files, directories, globs, URLs, `-`, or workloads such as deploy/web [default: the cluster's proxies]
    ///
    /// Saved scrapes: plain, gzip, zstd, tar, and the joined output of `linkerd diagnostics proxy-metrics`, each told
    /// by its content. Directories are read with all that is in them; what is not metrics is passed over.
    /// Of a cluster: pod/x, deploy/x, svc/x, ns/x and the like; without any SOURCE the proxies of the kubeconfig
    /// context's namespace, with -A those of all.
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
    /// Files to read at once [default: one for each processor]
    ///
    /// Targets that are asked over the network have a thread each, up to --concurrency.
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
    #[command(flatten)]
    live: LiveArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl SourceArgs {
    /// How to show progress.
    pub(super) fn progress(&self, terminal: &Terminal, messages: Messages) -> Manner {
        if self.no_progress || messages.is_quiet() {
            Manner::Hidden
        } else if terminal.can_draw {
            Manner::Drawn(terminal.report.unicode)
        } else if messages.is_verbose() {
            Manner::Told(messages)
        } else {
            Manner::Hidden
        }
    }

    /// Whether the same sources can be named without any flag.
    pub(super) fn are_all_named(&self) -> bool {
        !self.live.names_targets()
    }

    /// Whether standard input is among the sources.
    pub(super) fn reads_stdin(&self) -> bool {
        self.sources.iter().any(|source| source == "-")
    }

    /// Whether anything comes from standard input: a source, or a list of targets.
    pub(super) fn takes_stdin(&self) -> bool {
        self.reads_stdin() || self.live.lists_on_stdin() > 0
    }

    /// Reads these where nothing is named.
    pub(super) fn default_to(&mut self, sources: Vec<String>) {
        if self.is_empty() {
            self.sources = sources;
        }
    }

    /// What is named, as typed.
    pub(super) fn named(&self) -> &[String] {
        &self.sources
    }

    /// Whether targets are named by anything but a SOURCE.
    pub(super) fn lists_targets(&self) -> bool {
        self.live.names_targets()
    }

    /// Takes the first words away, which are no sources to this command.
    pub(super) fn take_front(&mut self, count: usize) -> Vec<String> {
        let count = count.min(self.sources.len());
        self.sources.drain(..count).collect()
    }

    /// Says which flags choose among pods where no pod is looked for.
    pub(super) fn say_idle_flags(&self, messages: Messages) {
        let flags = self.cluster.given();
        let looks = self.is_empty() || source::name_workload(&self.sources);
        if !flags.is_empty() && !looks {
            messages.warning(&format!(
                "{}: no effect, as only files and URLs are read",
                cluster::listed(&flags)
            ));
        }
    }

    fn is_empty(&self) -> bool {
        self.sources.is_empty() && !self.live.names_targets()
    }

    /// What will be read; `None` where nothing is named.
    ///
    /// # Errors
    /// A file that says what to read or how cannot be used.
    pub(super) fn plan(self) -> anyhow::Result<Option<survey::Plan>> {
        let is_empty = self.is_empty();
        if self.live.lists_on_stdin() + usize::from(self.reads_stdin()) > 1 {
            anyhow::bail!(
                "standard input can be read only once: name `-` as a SOURCE or for --targets"
            );
        }
        let mut cluster = self.cluster.plan();
        if is_empty {
            if !cluster.access.is_configured() {
                return Ok(None);
            }
            cluster.everything = true;
        }
        let LivePlan {
            listed,
            lists,
            live,
        } = self.live.plan()?;
        Ok(Some(survey::Plan {
            sources: source::Options {
                sources: self.sources,
                target_filter: self.target,
                listed,
                lists,
                live,
                cluster,
                keep: None,
            },
            workers: self.threads.unwrap_or_else(processors).get(),
            max_line_bytes: self.max_line_bytes,
            simulate: Vec::new(),
            traffic: survey::Traffic::Ignore,
            watch: None,
            latency: None,
            now_ns: super::terminal::now_ns(),
            detail: survey::Detail::default(),
        }))
    }
}

fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
