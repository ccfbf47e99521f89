//! One stop of a sweep from its first try to the end of its body.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crossbeam_channel::{Receiver, Sender};
use futures_util::StreamExt;
use globset::GlobMatcher;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, SERVER};
use http::{HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::{task, time};

use crate::source::counted::{Counted, Expected};
use crate::source::fault::{Fault, seconds};
use crate::source::feeder::{self, Feeder, Place};
use crate::source::pipe::Pool;
use crate::source::stream::Stream;
use crate::source::sweep::body::{self, Body, Feed};
use crate::source::sweep::page::page;
use crate::source::sweep::patience::{Deadline, Missed, Patience};
use crate::source::sweep::{Answer, Stop, retry};
use crate::source::{Event, Failure, Live, Progress, Receipt, Skip, Target};

/// Read at once from a body. Every visit at work has a few of these.
const CHUNK_BYTES: usize = 64 * 1024;

/// What the visits of one sweep share.
pub(super) struct Round {
    live: Live,
    filter: Option<GlobMatcher>,
    progress: Arc<Progress>,
    deadline: Deadline,
    places: Arc<Semaphore>,
    /// Bodies wait here for somebody to read them; only threads that may wait send any.
    bodies: Sender<Event>,
    /// All other events. Without a limit, because visits must not wait for a reader.
    rest: Sender<Event>,
}

impl Round {
    /// Begins now. Comes with what is heard of bodies, and of all else.
    pub(super) fn new(
        live: &Live,
        filter: Option<&GlobMatcher>,
        progress: &Arc<Progress>,
    ) -> (Self, Receiver<Event>, Receiver<Event>) {
        let places = live.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        let (bodies, bodies_inbox) = crossbeam_channel::bounded(places);
        let (rest, rest_inbox) = crossbeam_channel::unbounded();
        let round = Self {
            live: live.clone(),
            filter: filter.cloned(),
            progress: Arc::clone(progress),
            deadline: Deadline::new(live.deadline),
            places: Arc::new(Semaphore::new(places)),
            bodies,
            rest,
        };
        (round, bodies_inbox, rest_inbox)
    }
}

/// What a target holds while it is at work.
pub(super) struct Held {
    /// Its place among those that are visited at once.
    _place: OwnedSemaphorePermit,
    progress: Arc<Progress>,
}

impl Held {
    pub(super) fn new(place: OwnedSemaphorePermit, progress: &Arc<Progress>) -> Self {
        Self {
            _place: place,
            progress: Arc::clone(progress),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.progress.targets_done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Why one try came to nothing.
struct Attempt {
    reason: String,
    may_pass: bool,
    /// How long the server wants to be left alone.
    wanted: Option<time::Duration>,
}

impl Attempt {
    fn last(reason: String) -> Self {
        Self {
            reason,
            may_pass: false,
            wanted: None,
        }
    }
}

/// A target that nothing has been said of yet. Dropped like that, it is lost: no stop goes without a word.
struct Ticket {
    target: Target,
    round: Arc<Round>,
    is_open: bool,
}

impl Ticket {
    fn fail(mut self, reason: String) {
        self.say_lost(reason);
    }

    fn say_lost(&mut self, reason: String) {
        self.is_open = false;
        self.round
            .progress
            .targets_done
            .fetch_add(1, Ordering::Relaxed);
        let failure = Failure {
            target: self.target.name.clone(),
            origin: self.target.origin.clone(),
            reason,
        };
        // With nobody to hear it, there is no report to miss it in.
        let _ = self.round.rest.send(Event::Failed(failure));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.is_open {
            self.say_lost(Fault::Abandoned.to_string());
        }
    }
}

/// Says that a target is not asked because the user does not want it.
pub(super) fn pass_over(round: &Round, origin: String) {
    let reason = feeder::UNWANTED.to_owned();
    // With nobody to hear it, there is no report to miss it in.
    let _ = round.rest.send(Event::Skipped(Skip { origin, reason }));
}

/// Visits one stop; ends when its body has been handed over to its last byte, or its failure told.
pub(super) async fn visit(round: Arc<Round>, stop: Stop) {
    let ticket = Ticket {
        target: stop.target.clone(),
        round: Arc::clone(&round),
        is_open: true,
    };
    let mut patience = Patience::new(round.live.timeout, round.deadline);
    let mut tries = 0;
    let (answer, first, receipt, place) = loop {
        let place = Arc::clone(&round.places).acquire_owned();
        // The semaphore is never closed, so that only the deadline can end this.
        let Ok(Ok(place)) = round.deadline.bound(place).await else {
            let after = seconds(round.deadline.after);
            return ticket.fail(format!(
                "not asked: the sweep's deadline of {after} came first; a longer --deadline may help"
            ));
        };
        tries += 1;
        match attempt(&round, &stop, &mut patience).await {
            Ok((answer, first, receipt)) => break (answer, first, receipt, place),
            Err(attempt) => {
                // Whoever waits to try again leaves their place to others.
                drop(place);
                if let Err(reason) = pause(&round, attempt, tries).await {
                    return ticket.fail(reason);
                }
            }
        }
    };
    let expected = content_length(&answer.headers).min(round.live.max_body_bytes);
    let (feed, body) = body::body(Held::new(place, &round.progress));
    task::spawn_blocking(move || open(ticket, body, receipt, expected));
    pump(&round, answer, first, feed, &mut patience).await;
}

/// Waits until another try makes sense.
///
/// # Errors
/// When none does; says why there is no body.
async fn pause(round: &Round, attempt: Attempt, tries: u32) -> Result<(), String> {
    let Attempt {
        reason,
        may_pass,
        wanted,
    } = attempt;
    if !may_pass || tries > round.live.retries {
        return Err(match tries {
            1 => reason,
            _ => format!("{reason} (tried {tries} times)"),
        });
    }
    let pause = retry::pause(tries).max(wanted.unwrap_or_default());
    if round.deadline.is_within(pause) {
        let after = seconds(round.deadline.after);
        return Err(match wanted {
            Some(wanted) => format!(
                "{reason}: to be asked again after {}, which is beyond the sweep's deadline of {after}",
                seconds(wanted)
            ),
            None => {
                format!("{reason}, and the sweep's deadline of {after} left no time to try again")
            }
        });
    }
    time::sleep(pause).await;
    Ok(())
}

/// Asks once: for an answer that may be metrics, and the first piece of its body, `None` where it has none.
async fn attempt(
    round: &Round,
    stop: &Stop,
    patience: &mut Patience,
) -> Result<(Answer, Option<Bytes>, Receipt), Attempt> {
    let started = (round.live.clock)();
    let unanswered = |missed| {
        Attempt::last(match missed {
            Missed::Timeout => format!("no answer within {}", seconds(round.live.timeout)),
            Missed::Deadline => {
                let after = seconds(round.deadline.after);
                format!("no answer before the sweep's deadline of {after}")
            }
        })
    };
    let answer = patience.wait(stop.route.request()).await;
    let mut answer = match answer.map_err(unanswered)? {
        Ok(answer) => answer,
        Err(refusal) => {
            return Err(Attempt {
                reason: refusal.reason,
                may_pass: refusal.may_pass,
                wanted: None,
            });
        }
    };
    if answer.status != StatusCode::OK {
        let page = page(&mut answer, patience).await;
        let page = page.map(|page| stop.route.without_secrets(&page));
        return Err(Attempt {
            reason: in_words(answer.status, page),
            may_pass: retry::may_pass(answer.status),
            wanted: retry::wanted(&answer.headers, (round.live.clock)()),
        });
    }
    unreadable(&answer.headers).map_or(Ok(()), |reason| Err(Attempt::last(reason)))?;
    let first = match patience.wait(answer.body.next()).await {
        Ok(None) => None,
        Ok(Some(Ok(first))) => Some(first),
        Ok(Some(Err(fault))) => {
            return Err(Attempt {
                reason: fault.to_string(),
                may_pass: true,
                wanted: None,
            });
        }
        Err(missed) => {
            let fault = late(round, missed, patience, 0);
            return Err(Attempt::last(fault.to_string()));
        }
    };
    let receipt = Receipt {
        started,
        status: answer.status.as_u16(),
        headers: kept(&answer.headers),
    };
    Ok((answer, first, receipt))
}

fn in_words(status: StatusCode, page: Option<String>) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    let text = format!("HTTP {} {reason}", status.as_u16());
    match page {
        Some(page) => format!("{}: {page}", text.trim_end()),
        None => text.trim_end().to_owned(),
    }
}

/// Why a body with these headers cannot be read, if so.
fn unreadable(headers: &HeaderMap) -> Option<String> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if value(CONTENT_TYPE).is_some_and(|kind| kind.contains("protobuf")) {
        return Some("the server sends protobuf although asked for text".to_owned());
    }
    let encoding = value(CONTENT_ENCODING).unwrap_or_default().trim();
    // What is packed is recognised by its bytes, as with files.
    let known = ["", "identity", "gzip", "x-gzip", "zstd"];
    if known
        .iter()
        .any(|known| encoding.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let shown: String = encoding
        .chars()
        .filter(|c| !c.is_control())
        .take(40)
        .collect();
    Some(format!(
        "the server packs its answer with `{shown}` although asked for gzip"
    ))
}

/// What is worth keeping of an answer's head. Nothing in it is a secret.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let worth = [CONTENT_TYPE, CONTENT_ENCODING, DATE, SERVER];
    let headers = headers.iter().filter(|(name, _)| worth.contains(name));
    let texts = headers.filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    texts.collect()
}

fn content_length(headers: &HeaderMap) -> u64 {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

/// Moves the rest of the body to whoever reads it.
async fn pump(
    round: &Round,
    mut answer: Answer,
    first: Option<Bytes>,
    feed: Feed,
    patience: &mut Patience,
) {
    let Some(mut piece) = first else {
        return feed.end(Ok(()));
    };
    let mut bytes = 0;
    loop {
        bytes += piece.len() as u64;
        match round.deadline.bound(feed.piece(piece)).await {
            Ok(true) => {}
            // Nobody reads on: what they did not like about it, they say.
            Ok(false) => return,
            Err(missed) => return feed.end(Err(late(round, missed, patience, bytes))),
        }
        piece = match patience.wait(answer.body.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(fault))) => return feed.end(Err(fault)),
            Ok(None) => return feed.end(Ok(())),
            Err(missed) => return feed.end(Err(late(round, missed, patience, bytes))),
        };
    }
}

/// What is wrong with a body of which only `bytes` bytes came in time.
fn late(round: &Round, missed: Missed, patience: &Patience, bytes: u64) -> Fault {
    match missed {
        Missed::Deadline => Fault::Deadline(round.deadline.after),
        // The last wait took most of the time: nothing was coming any more.
        Missed::Timeout if patience.last >= round.live.timeout / 2 => {
            Fault::Stalled(round.live.timeout, bytes)
        }
        Missed::Timeout => Fault::Slow(round.live.timeout, bytes),
    }
}

/// Finds out what the body is and hands out what is in it. Runs in a thread of its own.
fn open(mut ticket: Ticket, body: Body, receipt: Receipt, expected: u64) {
    let round = Arc::clone(&ticket.round);
    let target = ticket.target.clone();
    let mut emit = |event: Event| {
        ticket.is_open = false;
        let way = match &event {
            Event::Scrape(_) => &round.bodies,
            Event::Failed(_) | Event::Skipped(_) => &round.rest,
        };
        match way.send(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    let body = Counted::new(body, Expected::new(&round.progress, expected));
    let mut feeder = Feeder::new(Pool::of(CHUNK_BYTES), round.filter.as_ref(), &mut emit)
        .answered(receipt)
        .limited(round.live.max_body_bytes);
    // Whether anybody wants to hear more is for the other visits to find out.
    let _ = feeder.open(Stream::owned(body), Place::of(target));
}
