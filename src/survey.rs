//! Reads every target in parallel and folds them into one census, with the coverage that goes with it.
//!
//! In come sources; out goes a [`Survey`]. Each worker folds into a count of its own, and these merge.

mod follow;
mod simulation;
mod tracking;
mod worker;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::thread::ScopedJoinHandle;

use crossbeam_channel::Sender;

use crate::census;
use crate::census::Census;
use crate::census::Tally;
use crate::collector::plan;
use crate::mesh;
use crate::mesh::Mesh;
use crate::mesh::Recorded;
use crate::mesh::latency;
use crate::source;
use crate::source::Event;
use crate::source::Failure;
use crate::source::INTERRUPTED;
use crate::source::Remark;
use crate::source::Scrape;
use crate::source::Skip;
use crate::source::Target;
use crate::waterfall::LabelsAt;
use crate::waterfall::Selector;
pub use follow::First;
pub use follow::Followed;
pub use follow::Instead;
use follow::Search;
pub use simulation::Simulated;
pub use simulation::Unjudged;
pub use tracking::Tracked;
use tracking::Tracker;
pub use tracking::Tracking;
pub use tracking::run_tracking;
use worker::Part;

/// What was counted, and of how much of what was expected.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// The sources as typed, without credentials, and then the lists of targets.
    pub inputs: Vec<String>,
    /// Targets expected, read, lost and passed over.
    pub coverage: Coverage,
    /// What the user should know of how targets were found.
    pub remarks: Vec<Remark>,
    /// The counts, over the targets read to their end.
    pub census: Census,
    /// Where lines were refused, by target name; targets without rejects are absent.
    pub rejects: Vec<TargetRejects>,
    /// What the targets say of their traffic, where that was asked for.
    pub mesh: Option<Mesh>,
    /// Values to hold a later reading against, where that was asked for.
    pub recorded: Option<Remembered>,
    /// What the simulated pipelines made of it, by plan and pipeline, in the order of [`Plan::simulate`].
    pub simulated: Vec<Vec<Simulated>>,
    /// What fits the two selectors of [`Plan::latency`].
    pub latency: Option<latency::Found>,
    /// Stopped by the user before all was read.
    pub interrupted: bool,
}

/// Which targets the numbers stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Targets that should have been read: `scraped + failed.len()`.
    pub expected: u64,
    /// Targets read to their end.
    pub scraped: u64,
    /// Targets lost, and why.
    pub failed: Vec<Failure>,
    /// What was found and deliberately not read.
    pub skipped: Vec<Skip>,
}

/// The lines of one target that were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRejects {
    /// `Target::name`.
    pub target: String,
    /// `Target::origin`.
    pub origin: String,
    /// How many in all.
    pub count: u64,
    /// How many of them hold an unescaped quote in a label value.
    pub unescaped: u64,
    /// The first few, in body order.
    pub first: Vec<RejectedLine>,
}

/// One refused line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// Counts from 1.
    pub line: u64,
    /// In bytes, counts from 1.
    pub column: u64,
    /// Stable name of the reason: `unescaped-label`, `bad-value`, …
    pub kind: String,
    /// What is wrong, in words.
    pub message: String,
    /// The part of the line around the column, raw bytes made valid UTF-8; not yet safe for a terminal.
    pub excerpt: String,
}

/// How to count.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What to read.
    pub sources: source::Options,
    /// Worker threads; at least 1.
    pub workers: usize,
    /// Longest line that is read, in bytes; a longer one is a reject.
    pub max_line_bytes: usize,
    /// Configurations to simulate over the same scrapes; each builds ([`plan::Plan::build`]).
    pub simulate: Vec<plan::Plan>,
    /// What to make of traffic.
    pub traffic: Traffic,
    /// Whose way through the pipelines is to be explained.
    pub watch: Option<Watch>,
    /// What of the samples is to be compared.
    pub latency: Option<latency::Question>,
    /// When the scrapes are taken to have happened, in nanoseconds since 1970.
    pub now_ns: u64,
    /// What is counted beyond the usual.
    pub detail: Detail,
}

/// What is counted only where somebody asks for it, for it costs time and memory.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// How many labels the series have, without any simulation: `Census::labels_per_series`.
    pub labels_per_series: bool,
    /// How many series each sample name has, without any simulation: `Census::names`.
    pub names: bool,
    /// What comes of each target behind each stage: `StageFlow::by_target`. One count for each of both.
    pub by_target: bool,
    /// Labels behind stages: `StageFlow::labels`; and for the stage [`SCRAPE`] `Census::values`, whether anything is
    /// simulated or not. Memory is bounded by the values of each label and family.
    pub labels_at: Vec<LabelsAt>,
}

/// The stage in front of every pipeline: what the targets expose.
pub const SCRAPE: &str = "scrape";

impl Detail {
    /// What the census is asked.
    fn of_census(&self) -> census::Asked {
        let at_scrape = self.labels_at.iter().filter(|at| at.stage == SCRAPE);
        census::Asked {
            labels_per_series: self.labels_per_series,
            names: self.names,
            values_of: at_scrape.map(|at| at.labels.clone()).collect(),
        }
    }
}

/// What to make of traffic.
#[derive(Debug, Clone, Default)]
pub enum Traffic {
    /// Nothing.
    #[default]
    Ignore,
    /// What each proxy counted since it was started.
    Read,
    /// What came since an older survey of the same targets.
    Since(Remembered),
    /// Nothing yet: values are remembered, for [`Traffic::Since`]. Needs a number that nobody knows beforehand.
    Remember(u64),
}

/// The values of one survey, shared by all workers of another. Two are equal where they are the same one.
#[derive(Debug, Clone)]
pub struct Remembered(Arc<Recorded>);

impl PartialEq for Remembered {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Whose way through the pipelines is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// That of all series of one name.
    Name(String),
    /// That of the first series that fits.
    Series(Selector),
}

/// The strings between a running survey and whoever started it. All of it may be read at any time.
#[derive(Debug, Default)]
pub struct Control {
    /// Set to true to stop: targets being read are dropped, and the survey comes back interrupted.
    pub cancel: AtomicBool,
    /// Bytes as stored, expected and read.
    pub progress: Arc<source::Progress>,
    /// Targets read to their end so far.
    pub targets_done: AtomicU64,
    /// Targets lost so far.
    pub targets_failed: AtomicU64,
    /// Decompressed bytes read so far.
    pub body_bytes: AtomicU64,
    /// Series of the targets read to their end so far.
    pub series: AtomicU64,
}

impl Control {
    /// Forgets how far the pass before came. A stop that was asked for stays.
    pub fn start_over(&self) {
        let Self {
            cancel: _,
            progress,
            targets_done,
            targets_failed,
            body_bytes,
            series,
        } = self;
        let source::Progress {
            expected_bytes,
            read_bytes,
            targets,
            targets_done: asked,
        } = &**progress;
        let counters = [
            expected_bytes,
            read_bytes,
            targets,
            asked,
            targets_done,
            targets_failed,
            body_bytes,
            series,
        ];
        for counter in counters {
            counter.store(0, Ordering::Relaxed);
        }
    }
}

/// Reads everything the plan names and counts it. Never fails: what cannot be read is in the coverage.
///
/// One thread finds and opens targets; `workers` others read them, each into a count of its own, and more where
/// so many bodies may have to be waited for at once. The result is the same for any number of workers.
pub fn run(plan: &Plan, control: &Control) -> Survey {
    let (survey, _) = run_with(plan, control, None);
    survey
}

/// The same, and what each worker kept track of.
fn run_with(plan: &Plan, control: &Control, tracking: Option<&Tracking>) -> (Survey, Vec<Tracker>) {
    let workers = plan.workers.max(plan.sources.waits()).max(1);
    let (jobs, inbox) = crossbeam_channel::bounded(workers * 2);
    let (feed, mut parts) = thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(plan, control, jobs));
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                let inbox = inbox.clone();
                scope.spawn(move || worker::run(plan, control, tracking, &inbox))
            })
            .collect();
        let parts: Vec<Part<'_>> = workers.into_iter().filter_map(join).collect();
        (join(feeder), parts)
    });
    let trackers = parts.iter_mut();
    let trackers = trackers.filter_map(|part| part.tracker.take()).collect();
    (collect(plan, control, feed, parts), trackers)
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What came of the sources before any body was read.
#[derive(Default)]
struct Feed {
    failed: Vec<Failure>,
    skipped: Vec<Skip>,
    remarks: Vec<Remark>,
}

/// Hands targets to the workers until there are no more or the survey is cancelled.
fn feed(plan: &Plan, control: &Control, jobs: Sender<Scrape>) -> Feed {
    let mut feed = Feed::default();
    let Control {
        progress, cancel, ..
    } = control;
    source::read(&plan.sources, progress, cancel, &mut |event| {
        match event {
            Event::Scrape(scrape) => {
                if let Err(unsent) = jobs.send(scrape) {
                    feed.failed.push(lost(unsent.0.target, INTERRUPTED));
                }
            }
            Event::Failed(failure) => {
                control.targets_failed.fetch_add(1, Ordering::Relaxed);
                feed.failed.push(failure);
            }
            Event::Skipped(skip) => feed.skipped.push(skip),
            Event::Remark(remark) => feed.remarks.push(remark),
        }
        if cancel.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    // The workers stop when nobody can send any more.
    drop(jobs);
    feed
}

fn lost(target: Target, reason: &str) -> Failure {
    Failure {
        target: target.name,
        origin: target.origin,
        reason: reason.to_owned(),
    }
}

/// Puts the workers' parts together and everything in order.
fn collect(plan: &Plan, control: &Control, feed: Feed, parts: Vec<Part<'_>>) -> Survey {
    let Feed {
        mut failed,
        mut skipped,
        remarks,
    } = feed;
    let mut rejects = Vec::new();
    let mut tally: Option<Tally> = None;
    let mut simulated = Vec::new();
    let mut searches = Vec::new();
    let mut spoken = Vec::new();
    let mut recorded: Option<Recorded> = None;
    let mut probes = Vec::new();
    for part in parts {
        failed.extend(part.failed);
        rejects.extend(part.rejects);
        simulated.push(part.simulated);
        searches.push(part.search);
        if let Some((targets, part)) = part.traffic {
            spoken.push(targets);
            match (&mut recorded, part) {
                (Some(all), Some(part)) => all.merge(part),
                (all, part) => *all = all.take().or(part),
            }
        }
        probes.extend(part.probe);
        match &mut tally {
            Some(tally) => tally.merge(part.tally),
            None => tally = Some(part.tally),
        }
    }
    failed.sort_unstable();
    skipped.sort_unstable();
    rejects.sort_by(|a, b| (&a.target, &a.origin).cmp(&(&b.target, &b.origin)));
    let census = tally.unwrap_or_default().finish();
    let scraped = census.totals.targets;
    let mut simulated = simulation::merge(&plan.simulate, simulated);
    if let Some(Watch::Series(selector)) = &plan.watch {
        let search = Search::merge(searches);
        for (simulated, plan) in simulated.iter_mut().zip(&plan.simulate) {
            let followed = search.follow(selector, plan);
            for (simulated, followed) in simulated.iter_mut().zip(followed) {
                simulated.followed = Some(followed);
            }
        }
    }
    let mesh = match &plan.traffic {
        Traffic::Ignore | Traffic::Remember(_) => None,
        Traffic::Read => Some(mesh::merge(spoken, None)),
        Traffic::Since(older) => Some(mesh::merge(spoken, Some(&older.0))),
    };
    let recorded = match plan.traffic {
        Traffic::Remember(seed) => Some(recorded.unwrap_or_else(|| Recorded::new(seed))),
        _ => None,
    };
    let source::Options { sources, lists, .. } = &plan.sources;
    let shown = sources.iter().map(|typed| source::shown(typed));
    let inputs = shown.chain(lists.iter().cloned()).collect();
    Survey {
        inputs,
        coverage: Coverage {
            expected: scraped + failed.len() as u64,
            scraped,
            failed,
            skipped,
        },
        remarks,
        census,
        rejects,
        mesh,
        recorded: recorded.map(|recorded| Remembered(Arc::new(recorded))),
        simulated,
        latency: plan.latency.as_ref().map(|_| latency::Probe::merge(probes)),
        interrupted: control.cancel.load(Ordering::Relaxed),
    }
}
