//! Splits a joined dump, as `linkerd diagnostics` writes it, into the bodies of its targets.
//!
//! The dump passes through once, in chunks: only the places that may hold a header are looked at, found
//! with a substring search over whole chunks, and everything between goes out uncopied. What is kept
//! from one chunk to the next is at most the beginning of a body and the beginning of a header.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use memchr::memmem::Finder;

use crate::source::fault::Fault;
use crate::source::feeder::{EMPTY, Feeder, Place};
use crate::source::header::{self, Found, HEADER_BYTES, Header};
use crate::source::pipe::{self, Chunk, Feed};
use crate::source::shape;
use crate::source::stream::{Stream, fill};
use crate::source::tally::{Missing, Tally};
use crate::source::{Failure, Target};

/// What every header holds and few other places do.
const NEEDLE: &[u8] = b"\n# POD ";

/// The longest beginning of a header that does not hold the needle yet: `#`, CR, LF, `# POD`.
const HELD_BYTES: usize = 8;

/// An error of the scraping tool may quote a whole answer; this much of it tells what happened.
const ERROR_CHARS: usize = 300;

/// Splits `stream`, which begins a joined dump, and emits each of its bodies.
pub(super) fn split(feeder: &mut Feeder<'_>, stream: Stream<'_>, place: &Place) -> ControlFlow<()> {
    let splitter = Splitter {
        feeder,
        place,
        finder: Finder::new(NEEDLE),
        state: State::Opening(None),
        at_line_start: true,
        tally: Tally::default(),
    };
    splitter.run(stream)
}

/// Where in a dump the splitter is.
enum State {
    /// At the first bytes of a body; too few of them have come to tell what it is. `None` is what
    /// stands before the first header.
    Opening(Option<Header>),
    /// In a body that somebody reads.
    Feeding(Feed),
    /// In a body that nobody reads.
    Passing,
}

struct Splitter<'s, 'e> {
    feeder: &'s mut Feeder<'e>,
    place: &'s Place,
    finder: Finder<'static>,
    state: State,
    /// Whether the first byte of the chunk begins a line.
    at_line_start: bool,
    tally: Tally,
}

/// How far the current body reaches within a chunk.
struct Reach {
    /// Up to here the bytes are certainly the body's.
    limit: usize,
    /// The header at `limit` that ends the body.
    header: Option<Header>,
}

impl Splitter<'_, '_> {
    fn run(mut self, mut stream: Stream<'_>) -> ControlFlow<()> {
        let mut kept = Vec::with_capacity(2 * HEADER_BYTES);
        loop {
            let size = self.feeder.pool.chunk_bytes();
            let mut buffer = self.feeder.pool.buffer(2 * HEADER_BYTES + size);
            buffer[..kept.len()].copy_from_slice(&kept);
            let filled = fill(&mut stream, &mut buffer[kept.len()..][..size]);
            let length = kept.len() + filled.bytes;
            let chunk = self.feeder.pool.chunk(buffer);
            let done = self.digest(&chunk, length, filled.end.as_ref())?;
            kept.clear();
            kept.extend_from_slice(&chunk.bytes()[done..length]);
            // Held over the next wait for a buffer, this chunk could be the one waited for.
            drop(chunk);
            if let Some(end) = filled.end {
                return self.finish(end);
            }
        }
    }

    /// Hands on what is certain in the first `length` bytes of `chunk`; returns how many these are.
    fn digest(
        &mut self,
        chunk: &Arc<Chunk>,
        length: usize,
        end: Option<&Result<(), Fault>>,
    ) -> ControlFlow<(), usize> {
        let mut from = 0;
        loop {
            let reach = self.reach(&chunk.bytes()[..length], from, end.is_some());
            let closed = if reach.header.is_some() {
                Some(&Ok(()))
            } else {
                end
            };
            let range = from..reach.limit;
            let done = if self.is_open_question(&range, closed) {
                from
            } else {
                self.pass_on(chunk, range, closed)?;
                match reach.header {
                    Some(header) => {
                        from = reach.limit + header.length;
                        self.begin(header)?;
                        continue;
                    }
                    None => reach.limit,
                }
            };
            self.at_line_start = self.begins_line(chunk.bytes(), done);
            return ControlFlow::Continue(done);
        }
    }

    /// Finds the end of the body that goes on at `from`.
    fn reach(&self, bytes: &[u8], from: usize, at_end: bool) -> Reach {
        let mut search = from;
        while let Some(found) = self.finder.find(&bytes[search..]) {
            let line_end = search + found;
            search = line_end + 1;
            let Some(start) = self.lone_hash(bytes, from, line_end) else {
                continue;
            };
            let header = match header::at(&bytes[start..], at_end) {
                Found::Header(header) => Some(header),
                Found::Unfinished => None,
                Found::Other => continue,
            };
            return Reach {
                limit: start,
                header,
            };
        }
        let held = if at_end { 0 } else { HELD_BYTES };
        Reach {
            limit: from.max(bytes.len().saturating_sub(held)),
            header: None,
        }
    }

    /// The place of the `#` that stands alone on the line ending at `line_end`, not before `from`.
    fn lone_hash(&self, bytes: &[u8], from: usize, line_end: usize) -> Option<usize> {
        let line = &bytes[from..line_end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = from + line.strip_suffix(b"#")?.len();
        self.begins_line(bytes, start).then_some(start)
    }

    fn begins_line(&self, bytes: &[u8], at: usize) -> bool {
        match at.checked_sub(1) {
            Some(before) => bytes[before] == b'\n',
            None => self.at_line_start,
        }
    }

    /// Whether more of the body must come before it is known what it is.
    fn is_open_question(&self, range: &Range<usize>, closed: Option<&Result<(), Fault>>) -> bool {
        matches!(self.state, State::Opening(_)) && closed.is_none() && range.len() < HEADER_BYTES
    }

    fn pass_on(
        &mut self,
        chunk: &Arc<Chunk>,
        range: Range<usize>,
        closed: Option<&Result<(), Fault>>,
    ) -> ControlFlow<()> {
        if let State::Opening(header) = &mut self.state {
            let header = header.take();
            self.state = match self.opened(header, &chunk.bytes()[range.clone()], closed)? {
                Some(feed) => State::Feeding(feed),
                None => State::Passing,
            };
        }
        if let State::Feeding(feed) = &self.state
            && !range.is_empty()
            && !feed.bytes(chunk, range)
        {
            self.state = State::Passing;
        }
        ControlFlow::Continue(())
    }

    /// Tells what the body that begins with `bytes` is; returns where to feed it, if it is wanted.
    fn opened(
        &mut self,
        header: Option<Header>,
        bytes: &[u8],
        closed: Option<&Result<(), Fault>>,
    ) -> ControlFlow<(), Option<Feed>> {
        // No more than is always there, so that the answer never depends on where chunks end.
        let view = &bytes[..bytes.len().min(HEADER_BYTES)];
        let blank = bytes.len() < HEADER_BYTES && view.trim_ascii().is_empty();
        let target = match header {
            Some(header) => target(header, self.place),
            None if blank => return ControlFlow::Continue(None),
            None if shape::is_exposition(view) => self.place.target(),
            None => {
                let origin = self.place.name.clone();
                self.feeder
                    .skipped(origin, "text before the first `# POD` header")?;
                return ControlFlow::Continue(None);
            }
        };
        if !self.feeder.wants(&target) {
            let origin = format!("{}:{}", target.origin, target.name);
            self.feeder.unwanted(origin)?;
            return ControlFlow::Continue(None);
        }
        let reason = match closed {
            Some(Err(fault)) if blank => Some(fault.to_string()),
            _ if blank => Some(EMPTY.to_owned()),
            _ => error_block(view),
        };
        if let Some(reason) = reason {
            self.feeder.failed(Failure {
                target: target.name,
                origin: target.origin,
                reason,
            })?;
            return ControlFlow::Continue(None);
        }
        let (feed, body) = pipe::body();
        self.feeder.scrape(target, Box::new(body))?;
        ControlFlow::Continue(Some(feed))
    }

    /// Ends the current body, as the next one's header has come.
    fn begin(&mut self, header: Header) -> ControlFlow<()> {
        let missing = self.tally.count(&header);
        let before = std::mem::replace(&mut self.state, State::Opening(Some(header)));
        if let State::Feeding(feed) = before {
            feed.end(Ok(()));
        }
        self.tell(missing)
    }

    fn finish(mut self, end: Result<(), Fault>) -> ControlFlow<()> {
        let untold = match self.state {
            // Whoever reads the body learns of the fault, and it fails with it.
            State::Feeding(feed) => {
                feed.end(end);
                None
            }
            State::Opening(_) | State::Passing => end.err(),
        };
        self.state = State::Passing;
        if let Some(fault) = untold {
            self.feeder.failed(self.place.failure(fault.to_string()))?;
        }
        let missing = self.tally.close();
        self.tell(missing)
    }

    /// Tells that a dump lacks something, if it does.
    fn tell(&mut self, missing: Option<Missing>) -> ControlFlow<()> {
        match missing {
            Some(missing) => self.cut_short(&missing),
            None => ControlFlow::Continue(()),
        }
    }

    fn cut_short(&mut self, missing: &Missing) -> ControlFlow<()> {
        let Missing { of, seen } = missing;
        self.feeder.failed(Failure {
            target: format!("{} of {of} bodies", of - seen),
            origin: self.place.name.clone(),
            reason: format!("the dump says {of} bodies and holds {seen}: it was cut short"),
        })
    }
}

fn target(header: Header, place: &Place) -> Target {
    let name = match &header.container {
        Some(container) => format!("{}/{container}", header.pod),
        None => header.pod.clone(),
    };
    Target {
        name,
        pod: Some(header.pod),
        container: header.container,
        origin: place.name.clone(),
        ..Target::default()
    }
}

/// What the scraping tool wrote in place of a body, on one line.
fn error_block(body: &[u8]) -> Option<String> {
    let text = body.trim_ascii().strip_prefix(b"# ERROR")?;
    let text = text
        .strip_prefix(b":")
        .or_else(|| text.strip_prefix(b" "))?;
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(ERROR_CHARS).collect();
    Some(if line.is_empty() {
        "the dump holds an error without a text".to_owned()
    } else {
        line
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::thread;

    use proptest::prelude::*;

    use super::*;
    use crate::source::Event;
    use crate::source::pipe::Pool;

    /// What a dump comes to when it is read in chunks of `chunk_bytes`: a line for each event.
    fn split_in_chunks(dump: &[u8], chunk_bytes: usize) -> Vec<String> {
        let (queue, events) = crossbeam_channel::unbounded();
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut emit = |event| {
                    queue.send(event).unwrap();
                    ControlFlow::Continue(())
                };
                let mut feeder = Feeder::new(Pool::of(chunk_bytes), None, &mut emit);
                let place = Place::outermost("dump".to_owned(), true);
                split(&mut feeder, Stream::lent(dump), &place)
            });
            let line = |event| match event {
                Event::Scrape(mut scrape) => {
                    let mut body = String::new();
                    scrape.body.read_to_string(&mut body).unwrap();
                    format!("{}: {body:?}", scrape.target.name)
                }
                Event::Failed(failure) => format!("{failure:?}"),
                Event::Skipped(skip) => format!("{skip:?}"),
                Event::Remark(remark) => format!("{remark:?}"),
            };
            events.into_iter().map(line).collect()
        })
    }

    /// Whole headers, parts of headers, and what may surround them.
    fn piece() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just("#"),
            Just("#\r"),
            Just("##"),
            Just(""),
            Just("# POD web-1 (1 of 3)"),
            Just("# POD web-2 (2 of 3)\r"),
            Just("# POD web-3 (3 of"),
            Just("# CONTAINER proxy "),
            Just("# ERROR: no such pod"),
            Just("up 1"),
            Just("# HELP up # POD web-1 (1 of 3)"),
        ];
        let lines = proptest::collection::vec(line, 1..6).prop_map(|lines| lines.join("\n") + "\n");
        prop_oneof![
            3 => lines,
            3 => (1..4_u8, any::<bool>()).prop_map(|(index, container)| {
                let container = if container { "# CONTAINER c \n" } else { "" };
                format!("#\n# POD web-{index} ({index} of 3)\n{container}#\n")
            }),
            1 => (0..3000_usize).prop_map(|length| "up 1\n".repeat(length / 5)),
            1 => (0..3000_usize).prop_map(|length| " ".repeat(length)),
            1 => (0..3000_usize).prop_map(|length| format!("#\n# POD {}", "w".repeat(length))),
            1 => "[#\r\n PODx]{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn the_split_is_the_same_whatever_the_chunks(
            pieces in proptest::collection::vec(piece(), 0..8),
            chunk_bytes in prop_oneof![1..40_usize, 40..4000_usize],
        ) {
            let dump = pieces.concat();
            let whole = split_in_chunks(dump.as_bytes(), 1 << 20);
            prop_assert_eq!(split_in_chunks(dump.as_bytes(), chunk_bytes), whole);
        }
    }

    #[test]
    fn a_body_behind_a_page_of_blanks_is_not_taken_for_empty() {
        let blanks = " ".repeat(2 * HEADER_BYTES);
        let dump = format!("#\n# POD web-1 (1 of 1)\n#\n{blanks}\nup 1\n");
        for chunk_bytes in [10, 1 << 20] {
            let lines = split_in_chunks(dump.as_bytes(), chunk_bytes);
            assert_eq!(lines, [format!("web-1: {:?}", format!("{blanks}\nup 1\n"))]);
        }
    }

    #[test]
    fn takes_errors_with_and_without_a_colon_and_on_several_lines() {
        let text = |body: &str| error_block(body.as_bytes());
        assert_eq!(text("# ERROR: a\n b\n").as_deref(), Some("a b"));
        assert_eq!(text("\n# ERROR a").as_deref(), Some("a"));
        assert_eq!(text("# ERRORS a"), None);
        assert_eq!(text("up 1\n# ERROR: a"), None);
        assert!(text("# ERROR: ").is_some());
    }
}
