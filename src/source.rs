//! Turns what the user named into scrapes: one readable body for each target, and what is known of it.
//!
//! In come paths, globs, `-` and URLs; out go [`Event`]s, one for each target that can be read, that
//! failed, or that was passed over and why. This is the only module that does I/O on scrapes. It looks
//! at bytes to recognise containers (gzip, zstd, tar, joined dumps) and never parses a sample.

mod address;
mod archive;
pub mod cluster;
mod container;
mod counted;
mod decode;
mod fault;
mod feeder;
mod globs;
mod header;
mod inputs;
mod joined;
mod kept;
mod limited;
mod listed;
mod live;
pub mod manifest;
mod pipe;
mod secrets;
mod shape;
mod snapshot;
mod stream;
mod sweep;
mod tally;
mod watched;
mod web;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use crate::source::address::Address;
use crate::source::cluster::{After, Cluster, Named};
use crate::source::counted::{Counted, Expected};
use crate::source::feeder::{Feeder, Place};
use crate::source::inputs::Input;
use crate::source::pipe::Pool;
use crate::source::stream::Stream;
use crate::source::sweep::{Orders, Stop, Sweep};
use crate::source::web::Web;

pub use globs::{GlobError, glob};
pub use kept::Kept;
pub use listed::{Listed, ListedError};
pub use live::{Access, Live};
pub use watched::Watched;
pub use web::AccessError;

/// Reason of a target that the user's stop cut off.
pub const INTERRUPTED: &str = "interrupted before it was read to the end";

/// Reason of a sweep of a snapshot that is not the one that is read.
pub const OTHER_SWEEP: &str = "another sweep of the same targets";

/// Reason of a target that a snapshot named before has brought already.
pub const SAME_TARGET: &str = "the same target as in a snapshot named before";

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
    /// Host and port a scraper would connect to, where the source tells.
    pub address: Option<String>,
    /// What runs the pod, as `deployment/web`, where the source tells.
    pub workload: Option<String>,
    /// Labels that service discovery gave the target, `__meta_…` or plain, sorted by name; none where the
    /// source tells none.
    pub labels: Vec<(String, String)>,
}

/// A target whose body can be read.
pub struct Scrape {
    /// Whose body it is.
    pub target: Target,
    /// The decompressed body. A read error in the middle (truncated gzip, lost connection) is an error
    /// of this target alone; its text names what went wrong without naming the target again.
    pub body: Box<dyn BufRead + Send>,
    /// What a server said in front of the body; `None` where no server was asked, such as for a file.
    pub answer: Option<Receipt>,
}

/// The head of an answer, as far as it is worth keeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// When the request that got this answer was sent.
    pub started: jiff::Timestamp,
    /// Status of the HTTP answer.
    pub status: u16,
    /// Headers in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
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

/// What the user should know of how targets were found, beside what became of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Worth saying always.
    Note(String),
    /// Worth saying to whoever asks for more.
    Detail(String),
    /// Lines to be taken as they are, such as those of a Role; already safe for a terminal.
    Manifest(String),
}

/// What a source came to.
pub enum Event {
    /// A target to read.
    Scrape(Scrape),
    /// A target that is lost.
    Failed(Failure),
    /// Something passed over.
    Skipped(Skip),
    /// Something to be told.
    Remark(Remark),
}

/// How far reading has come, for whoever draws progress. All in bytes as stored (compressed where the
/// source is), so that a share of the whole is known before anything is decompressed.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes that the files found hold; a pipe or URL of unknown length adds nothing, so that it may
    /// end up below `read_bytes`. What is given up unread is taken off again.
    pub expected_bytes: AtomicU64,
    /// Bytes read so far.
    pub read_bytes: AtomicU64,
    /// Targets that are asked over the network, as soon as it is known how many; 0 where none are.
    pub targets: AtomicU64,
    /// How many of them are done with, read or lost.
    pub targets_done: AtomicU64,
}

/// What to read and how patiently.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files, directories, globs, `-`, `http(s)` URLs, workloads such as `deploy/web`, as typed.
    pub sources: Vec<String>,
    /// Targets whose name does not match are skipped with that reason, unread. `None` takes all.
    pub target_filter: Option<globset::GlobMatcher>,
    /// Targets of service discoveries, to be asked as URLs are.
    pub listed: Vec<Listed>,
    /// The files that these were found in, as typed.
    pub lists: Vec<String>,
    /// How targets are asked that answer over the network.
    pub live: Live,
    /// The cluster that workloads are of.
    pub cluster: cluster::Options,
    /// Where live targets' bodies are kept: whoever reads a second time gets these again, and nobody is asked.
    pub keep: Option<Arc<Kept>>,
}

impl Options {
    /// How many bodies may have to be waited for at once: whoever reads them must have as many threads, or
    /// one that only trickles holds up others.
    pub fn waits(&self) -> usize {
        if self.cluster.everything || name_workload(&self.sources) {
            // How many there are is known only once they are found.
            return self.live.concurrency;
        }
        let urls = self.sources.iter().filter(|source| address::is_url(source));
        let live = urls.count() + self.listed.len();
        live.min(self.live.concurrency)
    }
}

/// Whether any of these words is a workload, and no file of that name.
pub fn name_workload(words: &[String]) -> bool {
    let is_workload = |word: &String| Named::parse(word).is_some() && !Path::new(word).exists();
    words.iter().any(is_workload)
}

/// Opens everything that `options` names and hands each outcome to `emit`, in a stable order; stops
/// early when `emit` breaks.
///
/// Files come in the order of `options.sources`, within a directory or glob in that of the path's bytes,
/// and within an archive or joined dump in that of the bytes in it. Targets that are asked over the network
/// come behind all files, in whatever order they answer. Nothing is an error here: what cannot be opened is
/// an [`Event::Failed`] with its reason, and the rest goes on.
///
/// Once `cancel` is true, whatever is asked over the network is given up, and comes as a failure even where
/// `emit` breaks.
///
/// # Caveats
/// `emit` may block, but must not read a body itself: those that lie within a larger stream only move
/// while this function runs on. Other threads must take bodies up in the order they were emitted, and
/// read or drop each without waiting for a later one; then nothing here can deadlock, and memory stays
/// bounded whatever the sizes. Not to be called from within an asynchronous runtime.
pub fn read(
    options: &Options,
    progress: &Arc<Progress>,
    cancel: &AtomicBool,
    emit: &mut dyn FnMut(Event) -> ControlFlow<()>,
) {
    let (urls, workloads) = {
        let mut opener = Opener {
            feeder: Feeder::new(Pool::new(), options.target_filter.as_ref(), &mut *emit),
            urls: Vec::new(),
            workloads: Vec::new(),
            progress,
        };
        for input in inputs::list(&options.sources, progress) {
            if opener.open(input).is_break() {
                return;
            }
        }
        (opener.urls, opener.workloads)
    };
    // Whether it was broken off makes no difference: there is nothing behind it.
    let Some(kept) = &options.keep else {
        let _ = sweep(urls, &workloads, options, progress, cancel, emit);
        return;
    };
    if let Some(scrapes) = kept.again(progress) {
        let mut scrapes = scrapes.into_iter().map(Event::Scrape);
        let _ = scrapes.try_for_each(emit);
        return;
    }
    let mut keep = |event| {
        emit(match event {
            Event::Scrape(scrape) => Event::Scrape(kept.keep(scrape)),
            other => other,
        })
    };
    let _ = sweep(urls, &workloads, options, progress, cancel, &mut keep);
    kept.complete();
}

/// Asks everything that answers over the network.
fn sweep(
    urls: Vec<Address>,
    workloads: &[Named],
    options: &Options,
    progress: &Arc<Progress>,
    cancel: &AtomicBool,
    emit: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let in_cluster = options.cluster.everything || !workloads.is_empty();
    if urls.is_empty() && options.listed.is_empty() && !in_cluster {
        return ControlFlow::Continue(());
    }
    let mut pages: Vec<(Target, Address)> = Vec::new();
    for address in urls {
        let target = Target {
            name: address.shown().to_owned(),
            origin: address.shown().to_owned(),
            ..Target::default()
        };
        pages.push((target, address));
    }
    let mut met = HashSet::new();
    for Listed { target, address } in &options.listed {
        if met.insert((address.url(), &target.labels)) {
            pages.push((target.clone(), address.clone()));
        } else {
            emit(Event::Skipped(Skip {
                origin: target.origin.clone(),
                reason: inputs::NAMED_TWICE.to_owned(),
            }))?;
        }
    }
    let web = Web::new(&options.live).map_err(|error| error.to_string());
    let ready = web.and_then(|web| Ok((Arc::new(web), Sweep::new()?)));
    let (web, sweep) = match ready {
        Ok(ready) => ready,
        Err(reason) => {
            if in_cluster {
                emit(Event::Failed(cluster::failure(reason.clone())))?;
            }
            for (Target { name, origin, .. }, _) in pages {
                emit(Event::Failed(Failure {
                    target: name,
                    origin,
                    reason: reason.clone(),
                }))?;
            }
            return ControlFlow::Continue(());
        }
    };
    let stop = |(target, address)| web.stop(target, address);
    let mut stops: Vec<Stop> = pages.into_iter().map(stop).collect();
    let mut after = After::default();
    if in_cluster {
        let found = cluster::find(&options.cluster, workloads);
        let found = sweep.first(found, options.live.deadline, cancel);
        after = take(found, &mut stops, emit)?;
    }
    let orders = Orders {
        live: &options.live,
        filter: options.target_filter.as_ref(),
        progress,
        cancel,
    };
    sweep.run(stops, &orders, emit);
    for remark in after.remarks() {
        emit(Event::Remark(remark))?;
    }
    ControlFlow::Continue(())
}

/// Hands on what a cluster comes to, and adds its stops to `stops`; `None` is a cluster that was given up.
fn take(
    found: Option<Cluster>,
    stops: &mut Vec<Stop>,
    emit: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> ControlFlow<(), After> {
    let Some(found) = found else {
        let reason = "its pods were not found before the run had to end";
        emit(Event::Failed(cluster::failure(reason.to_owned())))?;
        return ControlFlow::Continue(After::default());
    };
    let Cluster {
        stops: new,
        failed,
        skipped,
        remarks,
        after,
    } = found;
    stops.extend(new);
    let failed = failed.into_iter().map(Event::Failed);
    let skipped = skipped.into_iter().map(Event::Skipped);
    let remarks = remarks.into_iter().map(Event::Remark);
    for event in failed.chain(skipped).chain(remarks) {
        emit(event)?;
    }
    ControlFlow::Continue(after)
}

/// Whether a source answers anew each time it is asked: a URL, or a workload of a cluster that no file is named like.
pub fn is_live(source: &str) -> bool {
    let names_workload = || Named::parse(source).is_some();
    address::is_url(source) || (!std::path::Path::new(source).exists() && names_workload())
}

/// `source` as it may be shown: a URL without its credentials, anything else as typed.
pub fn shown(source: &str) -> String {
    address::without_credentials(source)
}

/// Turns what was named into streams.
struct Opener<'e> {
    feeder: Feeder<'e>,
    /// Asked together once all else is read.
    urls: Vec<Address>,
    /// Looked for in the cluster together with these.
    workloads: Vec<Named>,
    progress: &'e Arc<Progress>,
}

impl Opener<'_> {
    fn open(&mut self, input: Input) -> ControlFlow<()> {
        match input {
            Input::Failed(failure) => self.feeder.failed(failure),
            Input::Skipped(Skip { origin, reason }) => self.feeder.skipped(origin, &reason),
            Input::Remark(remark) => self.feeder.remark(remark),
            Input::Stdin => {
                let stdin = Counted::new(io::stdin(), Expected::new(self.progress, 0));
                let place = Place::outermost("stdin".to_owned(), true);
                self.feeder.open(Stream::owned(stdin), place)
            }
            Input::File {
                path,
                named,
                sweep,
                expected,
            } => {
                let mut place = Place::outermost(path.to_string_lossy().into_owned(), named);
                place.sweep = sweep;
                match File::open(&path) {
                    Ok(file) => {
                        place.plain_bytes = file.metadata().map_or(0, |known| known.len());
                        let expected = expected.unwrap_or_else(|| Expected::new(self.progress, 0));
                        let file = Counted::new(file, expected);
                        self.feeder.open(Stream::owned(file), place)
                    }
                    Err(error) => self.feeder.failed(place.failure(fault::describe(&error))),
                }
            }
            Input::Snapshot { path, kind, sweep } => {
                let mut place = Place::outermost(path.to_string_lossy().into_owned(), true);
                place.sweep = sweep;
                snapshot::open(&mut self.feeder, &path, kind, &place, self.progress)
            }
            Input::Url(address) => {
                self.urls.push(address);
                ControlFlow::Continue(())
            }
            Input::Workload(named) => {
                self.workloads.push(named);
                ControlFlow::Continue(())
            }
        }
    }
}
