//! One pass over all targets: a thread finds and opens them, others save their bodies.

use std::collections::BTreeMap;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;

use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;
use jiff::Timestamp;

use super::Clock;
use super::Control;
use super::Error;
use super::Plan;
use super::redact::Halt;
use super::redact::Redactor;
use super::redact::Rewriter;
use super::spool::Spool;
use super::store::Store;
use crate::source;
use crate::source::Event;
use crate::source::Failure;
use crate::source::INTERRUPTED;
use crate::source::Receipt;
use crate::source::Remark;
use crate::source::Scrape;
use crate::source::Skip;
use crate::source::Target;
use crate::source::Watched;
use crate::source::manifest::Header;
use crate::source::manifest::JournalLine;
use crate::source::manifest::SavedTarget;
use crate::source::manifest::Sweep;

/// Headers that say what a body is, when it was made and by what.
const HEADERS: [&str; 5] = [
    "content-type",
    "content-encoding",
    "content-length",
    "date",
    "server",
];

/// What one pass works with.
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan,
    pub(super) control: Control<'r>,
    pub(super) clock: &'r dyn Clock,
    pub(super) store: &'r Store,
    pub(super) redactor: Option<&'r Redactor>,
    pub(super) number: u32,
}

/// A body to save, and where.
struct Job {
    path: String,
    scrape: Scrape,
}

/// What has become known so far, and what went wrong with the snapshot itself.
struct Gathered {
    sweep: Sweep,
    remarks: Vec<Remark>,
    broken: Option<Error>,
}

impl Run<'_> {
    /// Saves what there is, and gives what the user should know of how it was found.
    ///
    /// # Errors
    /// The snapshot cannot be written.
    pub(super) fn sweep(&self) -> Result<(Sweep, Vec<Remark>), Error> {
        let started = self.clock.now();
        self.store.begin(self.number, started)?;
        let gathered = Mutex::new(Gathered {
            sweep: Sweep::begun(self.number, started),
            remarks: Vec::new(),
            broken: None,
        });
        let sources = &self.plan.sources;
        let workers = self.plan.workers.max(sources.waits()).max(1);
        let (jobs, inbox) = crossbeam_channel::bounded(workers * 2);
        thread::scope(|scope| {
            for _ in 0..workers {
                let inbox = inbox.clone();
                scope.spawn(|| self.work(inbox, started, &gathered));
            }
            // Moved in here, so that the workers stop when the feeder does.
            self.feed(jobs, &gathered);
        });
        let Gathered {
            mut sweep,
            remarks,
            broken,
        } = gathered
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = broken {
            return Err(error);
        }
        sweep.ended = self.clock.now();
        sweep.complete = !self.control.is_cancelled();
        if sweep.complete {
            self.store
                .note(&JournalLine::Swept { ended: sweep.ended })?;
        }
        sweep
            .targets
            .sort_unstable_by(|one, other| one.path.cmp(&other.path));
        sweep.failed.sort_unstable_by(|one, other| {
            (&one.target, &one.origin, &one.reason).cmp(&(
                &other.target,
                &other.origin,
                &other.reason,
            ))
        });
        sweep.skipped.sort_unstable_by(|one, other| {
            (&one.origin, &one.reason).cmp(&(&other.origin, &other.reason))
        });
        sweep.count();
        Ok((sweep, remarks))
    }

    /// Hands targets to the workers until there are no more.
    fn feed(&self, jobs: Sender<Job>, gathered: &Mutex<Gathered>) {
        let mut index = 0_u64;
        let Control {
            progress, cancel, ..
        } = self.control;
        source::read(&self.plan.sources, progress, cancel, &mut |event| {
            match event {
                Event::Scrape(scrape) => {
                    index += 1;
                    let path = format!("sweep-{}/{index:04}.prom", self.number);
                    if let Err(unsent) = jobs.send(Job { path, scrape }) {
                        self.lost(unsent.0.scrape.target, INTERRUPTED, gathered);
                    }
                }
                Event::Failed(failure) => self.failed(failure, gathered),
                Event::Skipped(skip) => self.skipped(skip, gathered),
                Event::Remark(remark) => lock(gathered).remarks.push(remark),
            }
            if self.control.is_cancelled() || lock(gathered).broken.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        drop(jobs);
    }

    fn work(&self, inbox: Receiver<Job>, sweep_started: Timestamp, gathered: &Mutex<Gathered>) {
        let mut spool = Spool::new(self.store.scratch());
        let redactor = self.redactor;
        let mut rewriter =
            redactor.map(|redactor| Rewriter::new(redactor, self.plan.max_line_bytes));
        for Job { path, scrape } in inbox {
            let Scrape {
                target,
                body,
                answer,
            } = scrape;
            if lock(gathered).broken.is_some() {
                continue;
            }
            spool.clear();
            let Control {
                body_bytes, cancel, ..
            } = self.control;
            let mut body = Watched::new(body, body_bytes, cancel);
            let read = match &mut rewriter {
                Some(rewriter) => rewriter.rewrite(&mut body, &mut spool),
                None => copy(&mut body, &mut spool),
            };
            match read {
                Ok(()) => {
                    let now = self.clock.now();
                    let saved = self.saved(path, target, answer, &spool, (sweep_started, now));
                    match self.store.save(&mut spool, &saved, now) {
                        Ok(()) => {
                            self.control.targets_done.fetch_add(1, Ordering::Relaxed);
                            lock(gathered).sweep.targets.push(saved);
                        }
                        Err(error) => {
                            lock(gathered).broken.get_or_insert(error);
                        }
                    }
                }
                Err(Halt::Write(error)) => {
                    let error = Error::write(self.store.scratch())(error);
                    lock(gathered).broken.get_or_insert(error);
                }
                Err(Halt::Read(_)) if self.control.is_cancelled() => {
                    self.lost(target, INTERRUPTED, gathered);
                }
                Err(Halt::Read(error)) => self.lost(target, &error.to_string(), gathered),
            }
        }
    }

    /// What the manifest says of a body; `times` are those of the sweep's beginning and of now.
    fn saved(
        &self,
        path: String,
        target: Target,
        answer: Option<Receipt>,
        body: &Spool,
        times: (Timestamp, Timestamp),
    ) -> SavedTarget {
        let target = match self.redactor {
            Some(redactor) => redactor.target(target),
            None => target,
        };
        let Target {
            name,
            namespace,
            pod,
            container,
            origin,
            address,
            workload,
            labels,
        } = target;
        let (sweep_started, now) = times;
        let asked = answer.as_ref().map(|answer| answer.started);
        // A body from another snapshot was asked for long ago, and how long it took is not known.
        let duration = asked.filter(|asked| *asked >= sweep_started);
        SavedTarget {
            path,
            name,
            namespace,
            pod,
            container,
            address,
            workload,
            origin,
            labels: BTreeMap::from_iter(labels),
            started: asked,
            duration_seconds: duration.map(|asked| now.duration_since(asked).as_secs_f64()),
            status: answer.as_ref().map(|answer| answer.status),
            headers: self.headers(answer),
            body_bytes: body.bytes(),
            body_sha256: body.sha256(),
        }
    }

    fn headers(&self, answer: Option<Receipt>) -> Vec<Header> {
        let headers = answer.into_iter().flat_map(|answer| answer.headers);
        let kept = headers.filter(|(name, _)| {
            let is_shown = self.redactor.is_none() || Redactor::keeps_header(name);
            HEADERS.contains(&name.as_str()) && is_shown
        });
        kept.map(|(name, value)| Header { name, value }).collect()
    }

    fn lost(&self, target: Target, reason: &str, gathered: &Mutex<Gathered>) {
        let failure = Failure {
            target: target.name,
            origin: target.origin,
            reason: reason.to_owned(),
        };
        self.failed(failure, gathered);
    }

    fn failed(&self, failure: Failure, gathered: &Mutex<Gathered>) {
        self.control.targets_failed.fetch_add(1, Ordering::Relaxed);
        let failure = match self.redactor {
            Some(redactor) => redactor.failure(failure),
            None => failure,
        };
        let noted = self
            .store
            .note(&JournalLine::Failed(failure.clone().into()));
        let mut gathered = lock(gathered);
        gathered.sweep.failed.push(failure.into());
        gathered.take(noted);
    }

    fn skipped(&self, skip: Skip, gathered: &Mutex<Gathered>) {
        let skip = match self.redactor {
            Some(redactor) => redactor.skip(skip),
            None => skip,
        };
        let noted = self.store.note(&JournalLine::Skipped(skip.clone().into()));
        let mut gathered = lock(gathered);
        gathered.sweep.skipped.push(skip.into());
        gathered.take(noted);
    }
}

impl Gathered {
    fn take(&mut self, noted: Result<(), Error>) {
        if let Err(error) = noted {
            self.broken.get_or_insert(error);
        }
    }
}

fn lock(gathered: &Mutex<Gathered>) -> MutexGuard<'_, Gathered> {
    gathered.lock().unwrap_or_else(PoisonError::into_inner)
}

fn copy(body: &mut dyn BufRead, out: &mut impl Write) -> Result<(), Halt> {
    loop {
        let chunk = match body.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Halt::Read(error)),
        };
        out.write_all(chunk).map_err(Halt::Write)?;
        let length = chunk.len();
        body.consume(length);
    }
}
