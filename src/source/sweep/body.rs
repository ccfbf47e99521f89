//! One body on its way from the network, where nobody may wait, to a thread that reads it and may.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use crate::source::fault::Fault;
use crate::source::sweep::visit::Held;

/// Pieces in flight. The network gives some tens of kilobytes at a time, at most 400; one piece is read while
/// the next arrives.
const PIECES: usize = 2;

/// How a body ended; nothing in it while it goes on, or when it was given up.
type End = Arc<OnceLock<Result<(), Fault>>>;

/// The network's end of a body.
pub(super) struct Feed {
    sender: mpsc::Sender<Bytes>,
    end: End,
}

impl Feed {
    /// Waits for room; `false` when nobody reads this body any more.
    pub(super) async fn piece(&self, piece: Bytes) -> bool {
        self.sender.send(piece).await.is_ok()
    }

    /// Ends the body, well or with what broke it. Dropped without, it was given up, however good it looks.
    pub(super) fn end(self, end: Result<(), Fault>) {
        // Set only here, and before the reader can see that no more comes.
        let _ = self.end.set(end);
    }
}

/// The reader's end of a body.
pub(super) struct Body {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
    end: End,
    /// Given back when nobody reads on.
    _held: Held,
}

/// A new body: what feeds it, and what reads it.
pub(super) fn body(held: Held) -> (Feed, Body) {
    let (sender, receiver) = mpsc::channel(PIECES);
    let end = End::default();
    let body = Body {
        receiver,
        piece: Bytes::new(),
        end: Arc::clone(&end),
        _held: held,
    };
    (Feed { sender, end }, body)
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => {
                    return match self.end.get() {
                        Some(Ok(())) => Ok(0),
                        Some(Err(fault)) => Err(fault.clone().into()),
                        None => Err(Fault::Abandoned.into()),
                    };
                }
            }
        }
        let count = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use std::sync::atomic::Ordering;

    use tokio::runtime::Builder;
    use tokio::sync::Semaphore;

    use crate::source::Progress;

    use super::*;

    /// What a reader gets of a body that is fed `pieces` and then ends as `end` says, or is given up.
    fn read(pieces: u8, end: Option<Result<(), Fault>>) -> (Vec<u8>, io::Result<usize>, usize) {
        let places = Arc::new(Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned().unwrap();
        let progress = Arc::new(Progress::default());
        let (feed, mut body) = body(Held::new(place, &progress));
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            let end = body.read_to_end(&mut bytes);
            (bytes, end)
        });
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for number in 0..pieces {
                assert!(feed.piece(Bytes::from(vec![number; 3])).await);
            }
            assert_eq!(places.available_permits(), 0);
            assert_eq!(progress.targets_done.load(Ordering::Relaxed), 0);
            match end {
                Some(end) => feed.end(end),
                None => drop(feed),
            }
        });
        let (bytes, end) = reader.join().unwrap();
        assert_eq!(progress.targets_done.load(Ordering::Relaxed), 1);
        (bytes, end, places.available_permits())
    }

    #[test]
    fn arrives_whole_and_then_gives_its_place_back() {
        let (bytes, end, places) = read(5, Some(Ok(())));
        assert_eq!(bytes, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
        assert_eq!((end.unwrap(), places), (15, 1));
    }

    #[test]
    fn a_fault_comes_after_the_bytes_before_it() {
        let (bytes, end, _) = read(1, Some(Err(Fault::TarTruncated)));
        assert_eq!(bytes, [0, 0, 0]);
        assert_eq!(Fault::of(&end.unwrap_err()), Fault::TarTruncated);
    }

    #[test]
    fn a_body_that_is_given_up_has_no_good_end() {
        let (_, end, _) = read(1, None);
        assert_eq!(Fault::of(&end.unwrap_err()), Fault::Abandoned);
    }
}
