//! One worker: reads targets into a count of its own.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;

use super::Control;
use super::Plan;
use super::RejectedLine;
use super::TargetRejects;
use super::Tracker;
use super::Tracking;
use super::Traffic;
use super::Watch;
use super::follow::Search;
use super::lost;
use super::simulation::Parts;
use super::simulation::Simulation;
use crate::census::Tally;
use crate::collector::receiver::Body;
use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Reject;
use crate::exposition::RejectKind;
use crate::exposition::Sample;
use crate::exposition::Tolerated;
use crate::exposition::Visitor;
use crate::mesh;
use crate::mesh::Recorded;
use crate::mesh::TargetTraffic;
use crate::mesh::latency::Probe;
use crate::source::Failure;
use crate::source::INTERRUPTED;
use crate::source::Scrape;
use crate::source::Watched;
use crate::table::Keep;

/// Refused lines of one target that are kept with their text. All are counted.
const KEPT_REJECTS: usize = 10;

/// Bytes of a refused line that are kept on either side of the place where it went wrong.
const EXCERPT_BYTES: usize = 60;

/// What one worker came to.
pub(super) struct Part<'a> {
    pub(super) tally: Tally,
    pub(super) failed: Vec<Failure>,
    pub(super) rejects: Vec<TargetRejects>,
    pub(super) simulated: Parts,
    pub(super) search: Search,
    /// What the targets say of traffic, and what is remembered of it.
    pub(super) traffic: Option<(Vec<TargetTraffic>, Option<Recorded>)>,
    /// Where something is to be compared.
    pub(super) probe: Option<Probe<'a>>,
    /// Where series are kept track of.
    pub(super) tracker: Option<Tracker>,
}

/// Reads targets, one after the other.
struct Worker<'a> {
    plan: &'a Plan,
    control: &'a Control,
    reader: Reader,
    simulation: Simulation,
    traffic: Option<mesh::Builder>,
    part: Part<'a>,
}

/// Reads targets until no more come; `None` where none came. A worker sets out when the first one does: where
/// many bodies may have to be waited for, there are more threads than targets at times.
pub(super) fn run<'a>(
    plan: &'a Plan,
    control: &'a Control,
    tracking: Option<&Tracking>,
    inbox: &Receiver<Scrape>,
) -> Option<Part<'a>> {
    let first = inbox.recv().ok()?;
    let scrapes = iter::once(first).chain(inbox);
    let mut worker = Worker::new(plan, control);
    worker.part.tracker = tracking.map(Tracker::new);
    Some(worker.run(scrapes))
}

impl<'a> Worker<'a> {
    fn new(plan: &'a Plan, control: &'a Control) -> Self {
        let simulation = Simulation::new(plan);
        let mut tally = Tally::with_threads(plan.workers);
        tally.ask(plan.detail.of_census());
        // Whatever is followed is written down again, with its value.
        let follows = matches!(plan.watch, Some(Watch::Series(_)));
        tally.keep(if follows {
            Keep::Values
        } else {
            simulation.keeps()
        });
        let traffic = match &plan.traffic {
            Traffic::Ignore => None,
            Traffic::Read => Some(mesh::Builder::new()),
            Traffic::Since(older) => Some(mesh::Builder::since(Arc::clone(&older.0))),
            Traffic::Remember(seed) => Some(mesh::Builder::recording(*seed)),
        };
        if traffic.is_some() {
            tally.measure(mesh::measured);
        }
        Self {
            plan,
            control,
            reader: Reader::new(plan.max_line_bytes),
            simulation,
            traffic,
            part: Part {
                tally,
                failed: Vec::new(),
                rejects: Vec::new(),
                simulated: Parts::new(),
                search: Search::default(),
                traffic: None,
                probe: plan.latency.as_ref().map(Probe::new),
                tracker: None,
            },
        }
    }

    fn run(mut self, scrapes: impl Iterator<Item = Scrape>) -> Part<'a> {
        for scrape in scrapes {
            if self.control.cancel.load(Ordering::Relaxed) {
                self.part.failed.push(lost(scrape.target, INTERRUPTED));
            } else {
                self.read(scrape);
            }
        }
        self.part.simulated = self.simulation.finish();
        self.part.traffic = self.traffic.map(mesh::Builder::finish);
        self.part
    }

    fn read(&mut self, scrape: Scrape) {
        let Scrape {
            target,
            body,
            answer: _,
        } = scrape;
        let Control {
            body_bytes, cancel, ..
        } = self.control;
        let mut body = Watched::new(body, body_bytes, cancel);
        if let Some(probe) = &mut self.part.probe {
            probe.start(&target);
        }
        let mut count = Count {
            tally: &mut self.part.tally,
            probe: self.part.probe.as_mut(),
            rejects: TargetRejects {
                target: target.name.clone(),
                origin: target.origin.clone(),
                count: 0,
                unescaped: 0,
                first: Vec::new(),
            },
            samples: 0,
            refused: None,
        };
        match self.reader.read(&mut body, &mut count) {
            Ok(lines) => {
                let Count { refused, .. } = &count;
                let refused = refused.clone();
                if count.rejects.count > 0 {
                    self.part.rejects.push(count.rejects);
                }
                let samples = lines.samples;
                let series = self.part.tally.fold_target(&target, lines);
                if let Some(traffic) = &mut self.traffic {
                    let has_repeats = series < samples;
                    traffic.target(&target, self.part.tally.table(), has_repeats);
                }
                if !self.simulation.is_empty() {
                    let refused = refused.as_ref();
                    let body = Body {
                        table: self.part.tally.table(),
                        bytes: lines.bytes,
                        refused: refused.map(|(reason, samples)| (&**reason, *samples)),
                        has_repeats: series < lines.samples,
                        time_ns: self.plan.now_ns,
                    };
                    self.simulation.run(&target, body);
                    if let Some(Watch::Series(selector)) = &self.plan.watch {
                        self.part.search.look(selector, &target, body);
                    }
                }
                if let Some(tracker) = &mut self.part.tracker {
                    tracker.target(&target, self.part.tally.table());
                }
                self.part.tally.drop_target();
                if let Some(probe) = &mut self.part.probe {
                    probe.end_target();
                }
                let Control {
                    targets_done,
                    series: all_series,
                    ..
                } = self.control;
                targets_done.fetch_add(1, Ordering::Relaxed);
                all_series.fetch_add(series, Ordering::Relaxed);
            }
            Err(error) => {
                self.part.tally.drop_target();
                if let Some(probe) = &mut self.part.probe {
                    probe.drop_target();
                }
                let stopped = self.control.cancel.load(Ordering::Relaxed);
                let reason = if stopped {
                    INTERRUPTED.to_owned()
                } else {
                    error.to_string()
                };
                self.part.failed.push(lost(target, &reason));
                self.control.targets_failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Takes what the reader finds in one target.
struct Count<'a, 'q> {
    tally: &'a mut Tally,
    probe: Option<&'a mut Probe<'q>>,
    rejects: TargetRejects,
    /// Samples read so far.
    samples: u64,
    /// The first line that costs a scraper the whole scrape: why, and how many samples stand before it.
    refused: Option<(String, u64)>,
}

impl Count<'_, '_> {
    fn refuse(&mut self, line: u64, message: &str) {
        let samples = self.samples;
        self.refused
            .get_or_insert_with(|| (format!("line {line}: {message}"), samples));
    }
}

impl Visitor for Count<'_, '_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.tally.sample(sample);
        if let Some(probe) = &mut self.probe {
            probe.sample(sample);
        }
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.tally.metadata(metadata);
        if let Some(probe) = &mut self.probe {
            probe.metadata(metadata);
        }
    }

    fn tolerated(&mut self, line: u64, what: Tolerated) {
        // The lexer of Prometheus passes over blanks before a name.
        if what != Tolerated::Indented {
            self.refuse(line, what.message());
        }
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        // Prometheus text knows no `# UNIT`, and nobody knows what a line holds that is too long to read.
        let is_unit = reject.text.trim_ascii_start().starts_with(b"#")
            && reject.text.windows(4).take(16).any(|word| word == b"UNIT");
        if !is_unit && reject.kind != RejectKind::LineTooLong {
            self.refuse(reject.line, reject.kind.message());
        }
        self.rejects.count += 1;
        self.rejects.unescaped += u64::from(reject.kind == RejectKind::UnescapedLabel);
        if self.rejects.first.len() < KEPT_REJECTS {
            self.rejects.first.push(RejectedLine {
                line: reject.line,
                column: reject.column,
                kind: reject.kind.as_str().to_owned(),
                message: reject.kind.message().to_owned(),
                excerpt: excerpt(reject),
            });
        }
    }
}

/// The line around the place where it went wrong.
fn excerpt(reject: &Reject<'_>) -> String {
    let at = (reject.column as usize - 1).min(reject.text.len());
    let start = at.saturating_sub(EXCERPT_BYTES);
    let end = (at + EXCERPT_BYTES).min(reject.text.len());
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let part = String::from_utf8_lossy(&reject.text[start..end]);
    let (before, behind) = (cut(start > 0), cut(end < reject.text.len()));
    format!("{before}{part}{behind}")
}
