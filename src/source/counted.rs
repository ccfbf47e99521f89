//! Tells whoever draws progress how far the reading of stored bytes has come.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::source::Progress;

/// Part of [`Progress::expected_bytes`] that one file still owes. What it never delivers, because it
/// is skipped, unreadable or given up, is taken back on drop, so that the whole can be reached.
pub(super) struct Expected {
    progress: Arc<Progress>,
    left: u64,
}

impl Expected {
    pub(super) fn new(progress: &Arc<Progress>, bytes: u64) -> Self {
        progress.expected_bytes.fetch_add(bytes, Ordering::Relaxed);
        Self {
            progress: Arc::clone(progress),
            left: bytes,
        }
    }

    fn delivered(&mut self, bytes: u64) {
        self.progress.read_bytes.fetch_add(bytes, Ordering::Relaxed);
        // A file that grew while it was read owes nothing more.
        self.left = self.left.saturating_sub(bytes);
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        let expected = &self.progress.expected_bytes;
        expected.fetch_sub(self.left, Ordering::Relaxed);
    }
}

/// A reader of stored bytes that reports each read.
pub(super) struct Counted<R> {
    inner: R,
    expected: Expected,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(inner: R, expected: Expected) -> Self {
        Self { inner, expected }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.expected.delivered(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(progress: &Progress) -> (u64, u64) {
        (
            progress.expected_bytes.load(Ordering::Relaxed),
            progress.read_bytes.load(Ordering::Relaxed),
        )
    }

    #[test]
    fn takes_back_what_was_never_read() {
        let progress = Arc::new(Progress::default());
        let mut reader = Counted::new(&b"0123456789"[..], Expected::new(&progress, 10));
        let mut four = [0; 4];
        reader.read_exact(&mut four).unwrap();
        assert_eq!(numbers(&progress), (10, 4));
        drop(reader);
        assert_eq!(numbers(&progress), (4, 4));
    }

    #[test]
    fn owes_nothing_when_a_file_grew() {
        let progress = Arc::new(Progress::default());
        let mut reader = Counted::new(&b"0123456789"[..], Expected::new(&progress, 3));
        io::copy(&mut reader, &mut io::sink()).unwrap();
        drop(reader);
        assert_eq!(numbers(&progress), (3, 10));
    }
}
