//! A body under the eyes of whoever runs: counts what is read of it, and ends when the user stops.

use std::io;
use std::io::BufRead;
use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use super::INTERRUPTED;

/// A body that counts what is read of it and ends with an error when the run is cancelled.
pub struct Watched<'a> {
    body: Box<dyn BufRead + Send>,
    /// Bytes read so far, of all bodies.
    read: &'a AtomicU64,
    cancel: &'a AtomicBool,
}

impl<'a> Watched<'a> {
    /// Adds what is read to `read`, until `cancel` is true.
    pub fn new(body: Box<dyn BufRead + Send>, read: &'a AtomicU64, cancel: &'a AtomicBool) -> Self {
        Self { body, read, cancel }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let chunk = self.body.fill_buf()?;
        // Asked after the wait for the chunk: it may have been long.
        if self.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other(INTERRUPTED));
        }
        Ok(chunk)
    }

    fn consume(&mut self, count: usize) {
        self.body.consume(count);
        self.read.fetch_add(count as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_counts_until_the_run_is_cancelled() {
        let (count, cancel) = (AtomicU64::new(3), AtomicBool::new(false));
        let mut body = Watched::new(Box::new(&b"0123456789"[..]), &count, &cancel);
        let mut four = [0; 4];
        body.read_exact(&mut four).unwrap();
        assert_eq!((&four, count.load(Ordering::Relaxed)), (b"0123", 7));
        cancel.store(true, Ordering::Relaxed);
        let error = body.read(&mut four).unwrap_err();
        assert_eq!(error.to_string(), INTERRUPTED);
        assert_eq!(count.load(Ordering::Relaxed), 7);
    }
}
