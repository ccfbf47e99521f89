//! Asks many targets at once, each in its own time, and hands out their bodies as they arrive.
//!
//! In come [`Stop`]s, each with its own [`Route`]; out go the events of each, in no particular order. Whatever
//! one target does (nothing, too little, too slowly, too much), it becomes that target's failure with its
//! reason; the others do not wait for it, and all of them end by the deadline.
//!
//! Each stop has a task of its own ([`visit`]) on a small asynchronous runtime. `concurrency` of them are at
//! work at a time: a place is taken before the target is asked and given back once its body was read to the
//! end or dropped. So that many bodies are alive at most, each with a few pieces in flight ([`body`]), and
//! memory is bounded whatever the targets send. What a body is (packed, joined, no metrics at all) is found
//! out by the feeder's machinery as with files, in a thread for each visit at work, because its beginning has
//! to be waited for.
//!
//! Whoever reads the bodies must have as many threads as bodies may be waited for at once
//! ([`Options::waits`](super::Options::waits)): then a body that only trickles holds up nobody.

mod body;
mod page;
mod patience;
mod retry;
mod visit;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use crossbeam_channel::{Receiver, select};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use globset::GlobMatcher;
use http::{HeaderMap, StatusCode};
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::source::fault::Fault;
use crate::source::sweep::visit::Round;
use crate::source::{Event, INTERRUPTED, Live, Progress, Target};

/// One stop of a sweep: who is scraped and how it is reached.
pub(super) struct Stop {
    /// Name and origin are set; the origin is what members of an archive are named after.
    pub(super) target: Target,
    pub(super) route: Box<dyn Route>,
}

/// How a target's metrics are asked for: by URL, through a forwarded port, through an API server.
pub(super) trait Route: Send + Sync + 'static {
    /// Sends one request, up to the head of its answer. Is dropped when it takes too long, and called again
    /// where another try may help. Redirects are followed inside, or they are an answer that is no metrics.
    fn request(&self) -> BoxFuture<'_, Result<Answer, Refusal>>;

    /// `text` that the target sent without the secrets that it was sent before.
    fn without_secrets(&self, text: &str) -> String {
        text.to_owned()
    }
}

/// The head of an answer, and its body as it comes.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// As sent: what is compressed comes compressed.
    pub(super) body: BoxStream<'static, Result<Bytes, Fault>>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Refusal {
    /// One line without credentials and without the target's name.
    pub(super) reason: String,
    /// Whether another try may help.
    pub(super) may_pass: bool,
}

/// Threads that move bytes between sockets and bodies: what they do is little beside counting.
const NETWORK_THREADS: usize = 2;

/// How long a stop by the user may go unnoticed.
const TICK: Duration = Duration::from_millis(50);

/// What sweeps run on.
pub(super) struct Sweep {
    runtime: Runtime,
}

/// What a sweep is told by whoever wants it.
pub(super) struct Orders<'o> {
    pub(super) live: &'o Live,
    /// Targets of known pods that do not match are passed over without being asked.
    pub(super) filter: Option<&'o GlobMatcher>,
    pub(super) progress: &'o Arc<Progress>,
    /// Once true, the sweep ends at once.
    pub(super) cancel: &'o AtomicBool,
}

impl Sweep {
    /// # Errors
    /// When the system has no threads or sockets left; says so.
    pub(super) fn new(live: &Live) -> Result<Self, String> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(NETWORK_THREADS)
            // One that recognises a body and one that looks up a name, for each visit at work.
            .max_blocking_threads(2 * live.concurrency + NETWORK_THREADS)
            .thread_name("sweep")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| Fault::of(&error).to_string())?;
        Ok(Self { runtime })
    }

    /// What else has to happen on the same runtime, such as finding the stops.
    #[expect(dead_code, reason = "for routes that have to be found first")]
    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Visits all `stops`; every one ends in at least one event. Comes back when all bodies were read to
    /// their end or dropped.
    ///
    /// When `orders.cancel` becomes true, everything under way is given up, and what is not read to its end
    /// is handed out as a failure, whether `emit` breaks or not. If it breaks for another reason, nothing
    /// more is handed out.
    pub(super) fn run(
        self,
        stops: Vec<Stop>,
        orders: &Orders<'_>,
        emit: &mut dyn FnMut(Event) -> ControlFlow<()>,
    ) {
        let Orders {
            live,
            filter,
            progress,
            cancel,
        } = *orders;
        let runtime = self.runtime;
        let (round, bodies, rest) = Round::new(live, filter, progress);
        let round = Arc::new(round);
        let mut visits: Vec<AbortHandle> = Vec::new();
        for stop in stops {
            if is_unwanted(&stop.target, filter) {
                visit::pass_over(&round, stop.target.origin);
            } else {
                let visit = visit::visit(Arc::clone(&round), stop);
                visits.push(runtime.spawn(visit).abort_handle());
            }
        }
        let expected = visits.len() as u64;
        progress.targets.fetch_add(expected, Ordering::Relaxed);
        // The channels end when the last visit does.
        drop(round);
        hand_on(bodies, rest, &visits, cancel, emit);
        // Somebody may still wait for the system to look up a name, which cannot be stopped.
        runtime.shutdown_background();
    }
}

/// Whether it is known before anything is asked that `target` is not wanted. A page without a known pod may
/// yet hold those of many, as a joined dump.
fn is_unwanted(target: &Target, filter: Option<&GlobMatcher>) -> bool {
    match (&target.pod, filter) {
        (Some(pod), Some(filter)) => !filter.is_match(&target.name) && !filter.is_match(pod),
        _ => false,
    }
}

/// Hands on what the visits come to, until the last has ended.
fn hand_on(
    mut bodies: Receiver<Event>,
    mut rest: Receiver<Event>,
    visits: &[AbortHandle],
    cancel: &AtomicBool,
    emit: &mut dyn FnMut(Event) -> ControlFlow<()>,
) {
    let mut stopped = false;
    let mut unwanted = false;
    let mut open = 2;
    while open > 0 {
        let heard = select! {
            recv(bodies) -> event => event.map_or(Heard::LastBody, Heard::Event),
            recv(rest) -> event => event.map_or(Heard::LastOther, Heard::Event),
            default(TICK) => Heard::Nothing,
        };
        if !stopped && (unwanted || cancel.load(Ordering::Relaxed)) {
            stopped = true;
            visits.iter().for_each(AbortHandle::abort);
        }
        match heard {
            Heard::Event(_) if unwanted => {}
            Heard::Event(event) => {
                let event = if stopped { interrupted(event) } else { event };
                let wants_no_more = emit(event).is_break();
                unwanted = wants_no_more && !cancel.load(Ordering::Relaxed);
            }
            Heard::LastBody => {
                bodies = crossbeam_channel::never();
                open -= 1;
            }
            Heard::LastOther => {
                rest = crossbeam_channel::never();
                open -= 1;
            }
            Heard::Nothing => {}
        }
    }
}

/// What came of the visits.
enum Heard {
    Event(Event),
    LastBody,
    LastOther,
    Nothing,
}

/// What goes wrong after the user's stop goes wrong because of it.
fn interrupted(event: Event) -> Event {
    match event {
        Event::Failed(mut failure) => {
            INTERRUPTED.clone_into(&mut failure.reason);
            Event::Failed(failure)
        }
        other => other,
    }
}
