//! Keeps the bodies of live targets as they are read, so that further passes ask nobody a second time.
//!
//! In come the scrapes of the first pass, each with its body; out come the same scrapes, as often as they are
//! wanted. Bodies go through memory in pieces, into one file without a name, each piece packed by itself. A body
//! that was not read to its end is not kept, as it did not count. Where the disk takes no more, the first pass
//! goes on, and there is no other.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::Progress;
use super::Receipt;
use super::Scrape;
use super::Target;
use super::fault;

/// So much of a body is packed at once.
const PIECE_BYTES: usize = 256 << 10;

/// Metrics pack to a tenth at the fastest level already.
const LEVEL: i32 = 1;

/// What was read of live targets.
#[derive(Debug)]
pub struct Kept {
    /// Where the file is made.
    scratch: PathBuf,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    file: Option<File>,
    /// Where the next piece goes.
    end: u64,
    bodies: Vec<Arc<Body>>,
    /// The first pass is over.
    is_complete: bool,
    /// Why not all is kept.
    broken: Option<String>,
}

#[derive(Debug, Clone)]
struct Body {
    target: Target,
    answer: Option<Receipt>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    at: u64,
    packed_bytes: usize,
    bytes: usize,
}

impl Kept {
    /// Nothing is kept yet; what will be is written to a file in `scratch`, once there is something.
    pub fn new(scratch: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            scratch,
            store: Mutex::default(),
        })
    }

    /// Why a further pass would miss something; `None` where it misses nothing.
    pub fn broken(&self) -> Option<String> {
        self.store().broken.clone()
    }

    /// The same scrape, whose body is kept as it is read.
    pub(super) fn keep(self: &Arc<Self>, scrape: Scrape) -> Scrape {
        let Scrape {
            target,
            body,
            answer,
        } = scrape;
        let draft = Body {
            target: target.clone(),
            answer: answer.clone(),
            pieces: Vec::new(),
        };
        let body = Keeping {
            body,
            kept: Arc::clone(self),
            gathered: Vec::new(),
            draft: Some(draft),
        };
        Scrape {
            target,
            body: Box::new(body),
            answer,
        }
    }

    /// No more comes: from now on it is read again.
    pub(super) fn complete(&self) {
        self.store().is_complete = true;
    }

    /// All scrapes that were kept; `None` before the first pass is over.
    pub(super) fn again(self: &Arc<Self>, progress: &Arc<Progress>) -> Option<Vec<Scrape>> {
        let store = self.store();
        if !store.is_complete {
            return None;
        }
        progress
            .expected_bytes
            .fetch_add(store.end, Ordering::Relaxed);
        let scrapes = store.bodies.iter().map(|body| Scrape {
            target: body.target.clone(),
            answer: body.answer.clone(),
            body: Box::new(Again {
                kept: Arc::clone(self),
                progress: Arc::clone(progress),
                body: Arc::clone(body),
                next: 0,
                piece: Vec::new(),
                at: 0,
            }),
        });
        Some(scrapes.collect())
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a piece; `None` where it could not be, which is remembered.
    fn put(&self, bytes: &[u8]) -> Option<Piece> {
        let packed = zstd::bulk::compress(bytes, LEVEL);
        let mut store = self.store();
        if store.broken.is_some() {
            return None;
        }
        let at = store.end;
        let written = packed.and_then(|packed| {
            if store.file.is_none() {
                store.file = Some(tempfile::tempfile_in(&self.scratch)?);
            }
            if let Some(file) = &mut store.file {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(&packed)?;
            }
            Ok(packed.len())
        });
        match written {
            Ok(packed_bytes) => {
                store.end += packed_bytes as u64;
                Some(Piece {
                    at,
                    packed_bytes,
                    bytes: bytes.len(),
                })
            }
            Err(error) => {
                let reason = fault::describe(&error);
                let place = self.scratch.display();
                store.broken = Some(format!("{place} does not take them: {reason}"));
                None
            }
        }
    }

    fn get(&self, piece: Piece) -> io::Result<Vec<u8>> {
        let mut packed = vec![0; piece.packed_bytes];
        if let Some(file) = &mut self.store().file {
            file.seek(SeekFrom::Start(piece.at))?;
            file.read_exact(&mut packed)?;
        }
        zstd::bulk::decompress(&packed, piece.bytes)
    }
}

/// A body that is read for the first time.
struct Keeping {
    body: Box<dyn BufRead + Send>,
    kept: Arc<Kept>,
    /// Read, and not yet a piece.
    gathered: Vec<u8>,
    /// `None` once it is kept or lost.
    draft: Option<Body>,
}

impl Keeping {
    fn put(&mut self) {
        let Some(draft) = &mut self.draft else {
            return;
        };
        if !self.gathered.is_empty() {
            match self.kept.put(&self.gathered) {
                Some(piece) => draft.pieces.push(piece),
                None => self.draft = None,
            }
            self.gathered.clear();
        }
    }
}

impl Read for Keeping {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Keeping {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.body.fill_buf() {
            Ok([]) => {
                self.put();
                if let Some(body) = self.draft.take() {
                    self.kept.store().bodies.push(Arc::new(body));
                }
            }
            Ok(_) => {}
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.draft = None;
                }
                return Err(error);
            }
        }
        self.body.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What is consumed is there: asking for it again gives the same.
        if count > 0
            && self.draft.is_some()
            && let Ok(chunk) = self.body.fill_buf()
        {
            let read = &chunk[..count.min(chunk.len())];
            self.gathered.extend_from_slice(read);
        }
        self.body.consume(count);
        if self.gathered.len() >= PIECE_BYTES {
            self.put();
        }
    }
}

/// A body that is read once more.
struct Again {
    kept: Arc<Kept>,
    progress: Arc<Progress>,
    body: Arc<Body>,
    /// Index of the next piece.
    next: usize,
    piece: Vec<u8>,
    /// How much of the piece is read.
    at: usize,
}

impl Read for Again {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Again {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.piece.len()
            && let Some(piece) = self.body.pieces.get(self.next)
        {
            self.piece = self.kept.get(*piece)?;
            self.at = 0;
            self.next += 1;
            let read = &self.progress.read_bytes;
            read.fetch_add(piece.packed_bytes as u64, Ordering::Relaxed);
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.piece.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrape(name: &str, body: impl BufRead + Send + 'static) -> Scrape {
        Scrape {
            target: Target {
                name: name.to_owned(),
                ..Target::default()
            },
            body: Box::new(body),
            answer: None,
        }
    }

    fn again(kept: &Arc<Kept>) -> Vec<(String, Vec<u8>)> {
        let progress = Arc::new(Progress::default());
        let scrapes = kept.again(&progress).unwrap();
        let read = scrapes.into_iter().map(|mut scrape| {
            let mut bytes = Vec::new();
            scrape.body.read_to_end(&mut bytes).unwrap();
            (scrape.target.name, bytes)
        });
        let all = read.collect();
        let read = progress.read_bytes.load(Ordering::Relaxed);
        assert_eq!(read, progress.expected_bytes.load(Ordering::Relaxed));
        all
    }

    #[test]
    fn bodies_come_again_as_often_as_they_are_wanted() {
        let kept = Kept::new(std::env::temp_dir());
        let progress = Arc::new(Progress::default());
        let mut expected = Vec::new();
        for size in [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES / 2] {
            let body: Vec<u8> = (0..size).map(|at| (at * at % 251) as u8).collect();
            let mut read = Vec::new();
            let mut first = kept.keep(scrape(&size.to_string(), io::Cursor::new(body.clone())));
            assert!(kept.again(&progress).is_none());
            first.body.read_to_end(&mut read).unwrap();
            assert!(read == body, "{size}");
            expected.push((size.to_string(), body));
        }
        kept.complete();
        assert!(again(&kept) == expected);
        assert!(again(&kept) == expected);
        assert_eq!(kept.broken(), None);
    }

    /// Breaks off behind its first bytes.
    struct Broken(bool);

    impl Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            into[0] = b'a';
            Ok(1)
        }
    }

    #[test]
    fn what_breaks_off_or_is_dropped_is_not_kept() {
        let kept = Kept::new(std::env::temp_dir());
        let mut broken = kept.keep(scrape("broken", io::BufReader::new(Broken(false))));
        assert!(broken.body.read_to_end(&mut Vec::new()).is_err());
        let mut dropped = kept.keep(scrape("dropped", &b"ab"[..]));
        let mut one = [0];
        dropped.body.read_exact(&mut one).unwrap();
        drop(dropped);
        kept.complete();
        assert!(again(&kept).is_empty());
        assert_eq!(kept.broken(), None);
    }

    #[test]
    fn a_disk_that_takes_nothing_costs_the_further_passes_alone() {
        let kept = Kept::new(PathBuf::from("/there/is/no/such/directory"));
        let mut read = Vec::new();
        let mut whole = kept.keep(scrape("whole", &b"ab"[..]));
        whole.body.read_to_end(&mut read).unwrap();
        assert_eq!(read, b"ab");
        kept.complete();
        assert!(again(&kept).is_empty());
        assert!(kept.broken().unwrap().contains("/there/is/no"));
    }
}
