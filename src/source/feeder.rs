//! Unwraps one source after the other and hands out what is inside.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;

use globset::GlobMatcher;

use crate::source::container::Container;
use crate::source::fault::Fault;
use crate::source::pipe::{self, Pool};
use crate::source::stream::{Head, Stream};
use crate::source::{
    Event, Failure, Receipt, Remark, Scrape, Skip, Target, archive, header, joined, shape, snapshot,
};

/// Archives within archives that are opened: `.tar.gz` is two. Deeper nesting is a mistake or a bomb.
const NESTING: u32 = 4;

/// From this size on a file is read here while a worker counts what was read: one worker has it alone, and
/// what the system takes to copy it is a fifth of the whole.
const LARGE_BYTES: u64 = 16 << 20;

/// Why a source without a byte is a failure and not a target with nothing to say.
pub(super) const EMPTY: &str = "empty: nothing was scraped into it, so check what wrote it";

/// Why a target is not read that the user's filter does not let through.
pub(super) const UNWANTED: &str = "does not match --target";

const NOT_AN_EXPOSITION: &str = "not an exposition";

/// Where a stream was found.
pub(super) struct Place {
    /// As shown: `archive.tar.zst:member/path`.
    pub(super) name: String,
    /// Whether the user named it, rather than something it lies in: then it must be readable.
    pub(super) named: bool,
    /// How many archives it was taken out of.
    pub(super) depth: u32,
    /// Size of a file that is not packed; 0 where that is not known.
    pub(super) plain_bytes: u64,
    /// Which sweep of a snapshot is asked for; what is no snapshot has none.
    pub(super) sweep: Option<u32>,
    /// Who the target is, where that was known before its body was opened.
    pub(super) known: Option<Target>,
}

impl Place {
    /// A place that is not inside an archive.
    pub(super) fn outermost(name: String, named: bool) -> Self {
        Self {
            name,
            named,
            depth: 0,
            plain_bytes: 0,
            sweep: None,
            known: None,
        }
    }

    /// Where `target` was reached.
    pub(super) fn of(target: Target) -> Self {
        Self {
            known: Some(target.clone()),
            ..Self::outermost(target.origin, true)
        }
    }

    /// The target whose only body is here.
    pub(super) fn target(&self) -> Target {
        self.known.clone().unwrap_or_else(|| Target {
            name: self.name.clone(),
            origin: self.name.clone(),
            ..Target::default()
        })
    }

    pub(super) fn failure(&self, reason: String) -> Failure {
        let Target { name, origin, .. } = self.target();
        Failure {
            target: name,
            origin,
            reason,
        }
    }
}

/// What the reading of all sources shares.
pub(super) struct Feeder<'e> {
    pub(super) pool: Pool,
    filter: Option<&'e GlobMatcher>,
    emit: &'e mut dyn FnMut(Event) -> ControlFlow<()>,
    answer: Option<Receipt>,
    limit: Option<u64>,
    snapshots: u32,
    /// Hashes of the targets that snapshots held, with the number of the snapshot.
    owners: HashMap<u64, u32>,
    hasher: RandomState,
}

impl<'e> Feeder<'e> {
    pub(super) fn new(
        pool: Pool,
        filter: Option<&'e GlobMatcher>,
        emit: &'e mut dyn FnMut(Event) -> ControlFlow<()>,
    ) -> Self {
        Self {
            pool,
            filter,
            emit,
            answer: None,
            limit: None,
            snapshots: 0,
            owners: HashMap::new(),
            hasher: RandomState::new(),
        }
    }

    /// All bodies are parts of one answer, which began with `answer`.
    pub(super) fn answered(mut self, answer: Receipt) -> Self {
        self.answer = Some(answer);
        self
    }

    /// Streams with more than `bytes` bytes are broken, packed or unpacked.
    pub(super) fn limited(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Opens whatever `stream` turns out to be, down to the bodies in it.
    pub(super) fn open(&mut self, mut stream: Stream<'_>, mut place: Place) -> ControlFlow<()> {
        loop {
            if let Some(limit) = self.limit {
                stream = stream.limited(limit);
            }
            let head = Head::take(&mut stream);
            let Some(container) = Container::of(&head.bytes) else {
                return self.text(stream, head, &place);
            };
            if place.depth == NESTING {
                let reason = format!("more than {NESTING} archives within one another: unpack it");
                return self.failed(place.failure(reason));
            }
            place.depth += 1;
            place.plain_bytes = 0;
            stream = stream.rejoined(head);
            match container {
                Container::Tar => return archive::unpack(self, stream, &place),
                Container::Compressed(compression) => match stream.decompressed(compression) {
                    Ok(decompressed) => stream = decompressed,
                    Err(error) => {
                        let reason = Fault::of(&error).to_string();
                        return self.failed(place.failure(reason));
                    }
                },
            }
        }
    }

    /// Hands out what is packed in nothing any more.
    fn text(&mut self, stream: Stream<'_>, mut head: Head, place: &Place) -> ControlFlow<()> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        if let Some(number) = place.sweep {
            return self.failed(place.failure(snapshot::has_no_sweep(number)));
        }
        if head.bytes.starts_with(BYTE_ORDER_MARK) {
            // Windows editors and shells write it; in front of a first sample it would spoil its name.
            head.bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if head.is_blank() {
            let reason = head.fault.map(|fault| fault.to_string());
            return self.failed(place.failure(reason.unwrap_or_else(|| EMPTY.to_owned())));
        }
        if header::begins_in(&head.bytes, head.complete) {
            return joined::split(self, stream.rejoined(head), place);
        }
        if shape::is_exposition(&head.bytes) {
            return self.single(stream.rejoined(head), place);
        }
        match head.fault {
            Some(fault) => self.failed(place.failure(fault.to_string())),
            None if place.named => self.failed(place.failure(shape::describe(&head.bytes))),
            None => self.skipped(place.name.clone(), NOT_AN_EXPOSITION),
        }
    }

    /// Hands out the one body that `stream` is.
    fn single(&mut self, stream: Stream<'_>, place: &Place) -> ControlFlow<()> {
        let target = place.target();
        if !self.wants(&target) {
            return self.unwanted(target.origin);
        }
        match stream {
            Stream::Owned(body) if place.plain_bytes < LARGE_BYTES => {
                let body = BufReader::with_capacity(self.pool.chunk_bytes(), body);
                self.scrape(target, Box::new(body))
            }
            stream => {
                let (feed, body) = pipe::body();
                self.scrape(target, Box::new(body))?;
                pipe::pump(stream, &mut self.pool, feed);
                ControlFlow::Continue(())
            }
        }
    }

    /// A number for one more snapshot.
    pub(super) fn next_snapshot(&mut self) -> u32 {
        self.snapshots += 1;
        self.snapshots
    }

    /// Whether `target` was not met before in another snapshot than `snapshot`. One endpoint at two times
    /// is one target, and must not be counted as two.
    pub(super) fn is_first_of(&mut self, target: &Target, snapshot: u32) -> bool {
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
        let place = (namespace, pod, container, address, workload, labels);
        match self
            .owners
            .entry(self.hasher.hash_one((name, origin, place)))
        {
            Entry::Occupied(owner) => *owner.get() == snapshot,
            Entry::Vacant(free) => {
                free.insert(snapshot);
                true
            }
        }
    }

    /// Whether the user's filter lets `target` through.
    pub(super) fn wants(&self, target: &Target) -> bool {
        self.filter.is_none_or(|filter| {
            let further = [&target.pod, &target.workload];
            let mut further = further.into_iter().flatten();
            filter.is_match(&target.name) || further.any(|name| filter.is_match(name))
        })
    }

    pub(super) fn scrape(
        &mut self,
        target: Target,
        body: Box<dyn BufRead + Send>,
    ) -> ControlFlow<()> {
        let answer = self.answer.clone();
        self.hand_out(Scrape {
            target,
            body,
            answer,
        })
    }

    pub(super) fn hand_out(&mut self, scrape: Scrape) -> ControlFlow<()> {
        (self.emit)(Event::Scrape(scrape))
    }

    pub(super) fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        (self.emit)(Event::Failed(failure))
    }

    pub(super) fn skipped(&mut self, origin: String, reason: &str) -> ControlFlow<()> {
        let reason = reason.to_owned();
        (self.emit)(Event::Skipped(Skip { origin, reason }))
    }

    pub(super) fn remark(&mut self, remark: Remark) -> ControlFlow<()> {
        (self.emit)(Event::Remark(remark))
    }

    pub(super) fn unwanted(&mut self, origin: String) -> ControlFlow<()> {
        self.skipped(origin, UNWANTED)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn tar(members: &[&[u8]]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (number, content) in members.iter().enumerate() {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            // Long enough to need an extension of its own.
            let name = format!("{}/{number}", "pod".repeat(50));
            builder.append_data(&mut header, name, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// Every kind of thing that can be opened, whole.
    fn sound() -> Vec<Vec<u8>> {
        let body = b"# TYPE up gauge\nup 1\n".repeat(50);
        let dump = b"#\n# POD a (1 of 2)\n#\nup 1\n#\n# POD b (2 of 2)\n#\n# ERROR: c\n".to_vec();
        let packed = zstd::encode_all(&body[..], 1).unwrap();
        let archive = tar(&[&body, &dump, &gzip(&body), &packed]);
        let packed_archive = gzip(&archive);
        vec![body, dump, packed, archive, packed_archive]
    }

    proptest! {
        #[test]
        fn damage_anywhere_ends_in_events_and_never_in_a_panic(
            sound in select(sound()),
            damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..6),
            cut in proptest::option::of(any::<Index>()),
        ) {
            let mut bytes = sound;
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let mut bodies = Vec::new();
            let mut events = 0;
            let mut emit = |event| {
                events += 1;
                if let Event::Scrape(scrape) = event {
                    bodies.push(scrape.body);
                }
                ControlFlow::Continue(())
            };
            let mut feeder = Feeder::new(Pool::new(), None, &mut emit);
            let place = Place::outermost("x".to_owned(), true);
            let _ = feeder.open(Stream::owned(io::Cursor::new(bytes)), place);
            // All of it fits in the pool, so that nobody has to read meanwhile.
            for mut body in bodies {
                let _ = io::copy(&mut body, &mut io::sink());
            }
            prop_assert!(events > 0);
        }
    }
}
