//! Hands bodies that only the feeder can read to workers, in chunks from a fixed pool of buffers.
//!
//! All bodies share one [`Pool`] of a few megabytes, so memory is bounded however large or many the
//! bodies are. The feeder waits for a free buffer, workers wait for a chunk, and this cannot deadlock
//! as long as two things hold outside: bodies are taken up in the order they were handed out, and each
//! is read or dropped without waiting for a later one or for the feeder. Then, when the feeder waits,
//! every buffer lies in a body. All bodies but the last are pumped to their end, so whoever reads the
//! first of them never waits, and gives buffers back by reading or dropping it; the same is then true
//! of the next. A worker that waits for the last body holds no buffer, for it gives its chunk back
//! before it asks for another, and the feeder holds none while it waits for one.

use std::io::{self, BufRead, Read};
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use crate::source::fault::Fault;
use crate::source::stream::{Stream, fill};

/// One read of a file; large enough to make its system call and its hand-over cheap, small enough that
/// the bytes are still in the processor's cache when a worker gets them.
const CHUNK_BYTES: usize = 256 * 1024;

/// Chunks in flight: 4 MiB, which keeps two workers busy on bodies that follow each other.
const CHUNKS: usize = 16;

/// Buffers that go round between the feeder and the workers.
pub(super) struct Pool {
    spare: Receiver<Vec<u8>>,
    home: Sender<Vec<u8>>,
    made: usize,
    chunk_bytes: usize,
}

impl Pool {
    pub(super) fn new() -> Self {
        Self::of(CHUNK_BYTES)
    }

    /// A pool of chunks of `chunk_bytes`, for tests that want their boundaries everywhere.
    pub(super) fn of(chunk_bytes: usize) -> Self {
        let (home, spare) = crossbeam_channel::unbounded();
        Self {
            spare,
            home,
            made: 0,
            chunk_bytes,
        }
    }

    /// How much is worth reading at once.
    pub(super) fn chunk_bytes(&self) -> usize {
        self.chunk_bytes
    }

    /// A buffer of at least `bytes`, once there is one.
    pub(super) fn buffer(&mut self, bytes: usize) -> Vec<u8> {
        let mut buffer = if let Ok(buffer) = self.spare.try_recv() {
            buffer
        } else if self.made < CHUNKS {
            self.made += 1;
            Vec::new()
        } else {
            // The pool holds a sender itself, so this can only wait, never fail.
            self.spare.recv().unwrap_or_default()
        };
        if buffer.len() < bytes {
            buffer.resize(bytes, 0);
        }
        buffer
    }

    /// Makes `buffer` a chunk that comes back here when nobody needs it any more.
    pub(super) fn chunk(&self, buffer: Vec<u8>) -> Arc<Chunk> {
        Arc::new(Chunk {
            buffer,
            home: self.home.clone(),
        })
    }
}

/// A buffer that is shared by those who read parts of it.
pub(super) struct Chunk {
    buffer: Vec<u8>,
    home: Sender<Vec<u8>>,
}

impl Chunk {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // Nobody waits for buffers once the feeder is gone: then this one is simply freed.
        let _ = self.home.send(mem::take(&mut self.buffer));
    }
}

enum Message {
    Bytes(Arc<Chunk>, Range<usize>),
    Broken(Fault),
    /// A body that ends without this was given up, however good it looks.
    End,
}

/// The feeder's end of one body.
pub(super) struct Feed {
    sender: Sender<Message>,
}

impl Feed {
    /// Sends part of a chunk; `false` when nobody reads this body any more. Never waits: what is in
    /// flight is bounded by the pool.
    pub(super) fn bytes(&self, chunk: &Arc<Chunk>, range: Range<usize>) -> bool {
        let message = Message::Bytes(Arc::clone(chunk), range);
        self.sender.send(message).is_ok()
    }

    /// Ends the body, well or with what broke it; `false` when nobody was there to hear it.
    pub(super) fn end(self, end: Result<(), Fault>) -> bool {
        let message = match end {
            Ok(()) => Message::End,
            Err(fault) => Message::Broken(fault),
        };
        self.sender.send(message).is_ok()
    }
}

/// The reader's end of one body.
pub(super) struct Body {
    receiver: Receiver<Message>,
    current: Option<(Arc<Chunk>, Range<usize>)>,
    end: Option<Result<(), Fault>>,
}

/// A new body: what feeds it, and what reads it.
pub(super) fn body() -> (Feed, Body) {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let body = Body {
        receiver,
        current: None,
        end: None,
    };
    (Feed { sender }, body)
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_none() {
            match &self.end {
                Some(Ok(())) => return Ok(&[]),
                Some(Err(fault)) => return Err(fault.clone().into()),
                None => {}
            }
            match self.receiver.recv() {
                Ok(Message::Bytes(_, range)) if range.start == range.end => {}
                Ok(Message::Bytes(chunk, range)) => self.current = Some((chunk, range)),
                Ok(Message::Broken(fault)) => self.end = Some(Err(fault)),
                Ok(Message::End) => self.end = Some(Ok(())),
                Err(_) => self.end = Some(Err(Fault::Abandoned)),
            }
        }
        let current = self.current.as_ref();
        Ok(current.map_or(&[], |(chunk, range)| &chunk.bytes()[range.clone()]))
    }

    fn consume(&mut self, count: usize) {
        if let Some((_, range)) = &mut self.current {
            range.start += count;
            // Give the chunk back before waiting for another: the feeder may be waiting for it.
            if range.start == range.end {
                self.current = None;
            }
        }
    }
}

/// Reads all of `stream` into `feed`, or as much as somebody wants.
pub(super) fn pump(mut stream: Stream<'_>, pool: &mut Pool, feed: Feed) {
    loop {
        let size = pool.chunk_bytes();
        let mut buffer = pool.buffer(size);
        let filled = fill(&mut stream, &mut buffer[..size]);
        let chunk = pool.chunk(buffer);
        if filled.bytes > 0 && !feed.bytes(&chunk, 0..filled.bytes) {
            return;
        }
        // Held over the next wait for a buffer, this chunk could be the one waited for.
        drop(chunk);
        if let Some(end) = filled.end {
            feed.end(end);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn bodies_larger_than_the_pool_arrive_whole_while_others_wait_behind_them() {
        let whole: Vec<u8> = (0..100_000_u32).map(|n| (n % 253) as u8).collect();
        let (queue, bodies) = crossbeam_channel::unbounded::<Body>();
        thread::scope(|scope| {
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    let bodies = bodies.clone();
                    let whole = &whole;
                    scope.spawn(move || {
                        let mut count = 0;
                        for mut body in bodies {
                            let mut read = Vec::new();
                            body.read_to_end(&mut read).unwrap();
                            assert!(read == *whole);
                            count += 1;
                        }
                        count
                    })
                })
                .collect();
            let mut pool = Pool::of(1000);
            for _ in 0..20 {
                let (feed, body) = body();
                queue.send(body).unwrap();
                pump(Stream::lent(&whole[..]), &mut pool, feed);
            }
            drop(queue);
            let read: i32 = readers
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .sum();
            assert_eq!(read, 20);
            assert!(pool.made <= CHUNKS);
        });
    }

    #[test]
    fn a_body_nobody_wants_stops_being_pumped_and_its_buffers_come_back() {
        let mut pool = Pool::of(10);
        for _ in 0..100 {
            let (feed, mut body) = body();
            let buffer = pool.buffer(10);
            let chunk = pool.chunk(buffer);
            assert!(feed.bytes(&chunk, 0..10));
            drop(chunk);
            body.read_exact(&mut [0; 3]).unwrap();
            drop(body);
            pump(Stream::lent(io::repeat(7)), &mut pool, feed);
        }
        assert!(pool.made <= CHUNKS);
    }

    #[test]
    fn a_feeder_that_goes_away_leaves_an_error_and_no_good_end() {
        let (feed, mut body) = body();
        drop(feed);
        let error = body.read(&mut [0; 3]).unwrap_err();
        assert_eq!(Fault::of(&error), Fault::Abandoned);
    }

    #[test]
    fn an_error_comes_after_the_bytes_before_it() {
        let mut pool = Pool::of(10);
        let (feed, mut body) = body();
        let buffer = pool.buffer(4);
        let chunk = pool.chunk(buffer);
        feed.bytes(&chunk, 0..4);
        feed.end(Err(Fault::TarTruncated));
        let mut bytes = Vec::new();
        let error = body.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(bytes.len(), 4);
        assert_eq!(Fault::of(&error), Fault::TarTruncated);
        assert!(body.read(&mut [0; 3]).is_err());
    }
}
