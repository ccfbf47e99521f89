//! Saves scrapes with what is known of them: one archive or directory that every command reads back.
//!
//! In come sources, a [`Destination`] and perhaps a key; out goes a snapshot, and its [`Manifest`]. An archive
//! appears under its name when it is whole, and not before; a directory keeps each body that is. Format:
//! `docs/snapshot.md`. What is read is the business of `source`; nothing here knows what a metric means.

mod archive;
mod destination;
mod directory;
mod redact;
mod spool;
mod store;
mod sweep;
mod temporary;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

pub use destination::Destination;
pub use redact::Key;
pub use redact::KeyFile;
use redact::Redactor;
use store::Store;

use crate::source;
use crate::source::Remark;
use crate::source::manifest::FORMAT;
use crate::source::manifest::FORMAT_VERSION;
use crate::source::manifest::MANIFEST_BYTES;
use crate::source::manifest::Manifest;
use crate::source::manifest::Sweep;

/// What to save.
#[derive(Debug)]
pub struct Plan {
    /// What to read.
    pub sources: source::Options,
    /// Files that are saved at once; at least 1. Targets that are asked over the network have a thread each.
    pub workers: usize,
    /// Longest line that is read where names are made unrecognisable.
    pub max_line_bytes: usize,
    /// How often all targets are read; at least 1.
    pub sweeps: u32,
    /// From the beginning of one sweep to that of the next.
    pub interval: Duration,
    /// Makes everything unrecognisable, with this key.
    pub redact: Option<Key>,
    /// Where bodies wait that are too large for memory, if not beside the destination.
    pub scratch: PathBuf,
}

/// The strings between a running scrape and whoever started it.
#[derive(Debug, Clone, Copy)]
pub struct Control<'a> {
    /// Set to true to stop with what was read.
    pub cancel: &'a AtomicBool,
    /// Bytes as stored or sent, expected and read.
    pub progress: &'a Arc<source::Progress>,
    /// Targets saved so far.
    pub targets_done: &'a AtomicU64,
    /// Targets lost so far.
    pub targets_failed: &'a AtomicU64,
    /// Decompressed bytes read so far.
    pub body_bytes: &'a AtomicU64,
}

impl Control<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// The time of day, from whoever may read it.
pub trait Clock: Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Comes back when `until` is past, or soon after `cancel` is set.
    fn wait(&self, until: Timestamp, cancel: &AtomicBool);
}

/// What came of it.
#[derive(Debug)]
pub struct Taken {
    /// The manifest that was written, or would have been.
    pub manifest: Manifest,
    /// What the user should know of how targets were found, each once.
    pub remarks: Vec<Remark>,
    /// Bytes that the snapshot takes where it lies; `None` where nothing was written, as no target was read.
    pub stored_bytes: Option<u64>,
}

/// Why nothing, or no more, could be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name says neither archive nor directory.
    #[error(
        "'{}' is neither archive nor directory: name a file that ends with .tar.zst, a directory that ends with /, or `-` for \
         standard output",
        .0.display()
    )]
    Name(PathBuf),
    /// There is one already.
    #[error("{} exists: --force replaces it", .0.display())]
    Exists(PathBuf),
    /// A directory with something else in it, or something that is no file.
    #[error("{} is {what}: name another place", path.display())]
    NotOurs {
        /// The place.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Another run writes there.
    #[error("{} is being written by another meshctl: wait for it or name another place", .0.display())]
    Busy(PathBuf),
    /// The disk or the pipe does not take it.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The manifest would be longer than one that is read.
    #[error("so many targets fit into one snapshot {0} times: save them less often, --count {0}")]
    TooMany(u64),
    /// The key's file.
    #[error("cannot use the key in {}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The key's file holds next to nothing.
    #[error("{} holds fewer than {least} characters, which is no key", path.display())]
    ShortKey {
        /// The file.
        path: PathBuf,
        /// How many it takes.
        least: usize,
    },
    /// No random numbers for a key.
    #[error(
        "the system gives no random numbers for a key ({0}): name a file with one, --redact=KEYFILE"
    )]
    Random(String),
}

impl Error {
    fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }
}

/// Reads everything the plan names, as often as it says, and saves it.
///
/// Where no target could be read, nothing is written, and what was there before stays.
///
/// # Errors
/// The destination cannot be written. What is at its name then is what was there before, or in a directory
/// what was complete.
pub fn take(
    plan: &Plan,
    control: Control<'_>,
    clock: &dyn Clock,
    destination: Destination,
) -> Result<Taken, Error> {
    let redactor = plan.redact.as_ref().map(Redactor::new);
    let mut manifest = begun(plan, redactor.as_ref(), clock.now());
    let store = Store::open(destination, &plan.scratch, &manifest)?;
    let mut due = manifest.started;
    let mut remarks = BTreeSet::new();
    for number in 1..=plan.sweeps.max(1) {
        if number > 1 {
            due = due.saturating_add(plan.interval).unwrap_or(due);
            clock.wait(due, control.cancel);
            // A sweep that took longer than the interval moves the next ones, and none is made up for.
            due = due.max(clock.now());
        }
        if control.is_cancelled() && number > 1 {
            break;
        }
        let run = sweep::Run {
            plan,
            control,
            clock,
            store: &store,
            redactor: redactor.as_ref(),
            number,
        };
        let (sweep, found) = run.sweep()?;
        remarks.extend(found);
        if number == 1 && plan.sweeps > 1 {
            ensure_room(&sweep, plan.sweeps)?;
        }
        manifest.sweeps.push(sweep);
        if control.is_cancelled() {
            break;
        }
    }
    manifest.ended = clock.now();
    manifest.interrupted = manifest.sweeps.len() < plan.sweeps.max(1) as usize
        || manifest.sweeps.iter().any(|sweep| !sweep.complete);
    manifest.redaction = redactor.as_ref().map(Redactor::record);
    let is_empty = manifest.sweeps.iter().all(|sweep| sweep.targets.is_empty());
    let stored_bytes = if is_empty {
        store.abandon();
        None
    } else {
        Some(store.finish(&manifest)?)
    };
    Ok(Taken {
        manifest,
        remarks: remarks.into_iter().collect(),
        stored_bytes,
    })
}

/// Refuses a series whose manifest nobody would read, before hours are spent on it.
fn ensure_room(sweep: &Sweep, sweeps: u32) -> Result<(), Error> {
    /// For all that is not said of a sweep.
    const SPARE_BYTES: u64 = 1 << 20;
    let text = serde_json::to_vec_pretty(sweep).unwrap_or_default();
    // Within the manifest it is indented further, and later sweeps may find more.
    let fit = (MANIFEST_BYTES - SPARE_BYTES) / (2 * text.len().max(1) as u64);
    if u64::from(sweeps) > fit {
        return Err(Error::TooMany(fit.max(1)));
    }
    Ok(())
}

fn begun(plan: &Plan, redactor: Option<&Redactor>, now: Timestamp) -> Manifest {
    let source::Options { sources, lists, .. } = &plan.sources;
    let named = sources.iter().map(|typed| source::shown(typed));
    let shown = named
        .chain(lists.iter().cloned())
        .map(|shown| redactor.map_or(shown.clone(), |redactor| redactor.source(&shown)));
    Manifest {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        meshctl_version: env!("CARGO_PKG_VERSION").to_owned(),
        sources: shown.collect(),
        started: now,
        ended: now,
        interrupted: false,
        redaction: redactor.map(Redactor::record),
        sweeps: Vec::new(),
    }
}
