//! Ends a stream that holds more than anybody wants to read, such as a small one that unpacks to terabytes.

use std::io::{self, Read};

use crate::source::fault::Fault;

/// A reader of at most so many bytes. One more is an error, and stays one.
pub(super) struct Limited<R> {
    inner: R,
    limit: u64,
    left: u64,
    is_exceeded: bool,
}

impl<R: Read> Limited<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self {
            inner,
            limit,
            left: limit,
            is_exceeded: false,
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            // A stream of exactly so many bytes is fine.
            self.is_exceeded = self.is_exceeded || self.inner.read(&mut [0])? > 0;
            return if self.is_exceeded {
                Err(Fault::TooLarge(self.limit).into())
            } else {
                Ok(0)
            };
        }
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(into.len());
        let count = self.inner.read(&mut into[..room])?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], limit: u64) -> (Vec<u8>, Option<Fault>) {
        let mut read = Vec::new();
        let end = Limited::new(bytes, limit).read_to_end(&mut read);
        (read, end.err().map(|error| Fault::of(&error)))
    }

    #[test]
    fn only_what_is_longer_is_an_error() {
        assert_eq!(read(b"up 1\n", 5), (b"up 1\n".to_vec(), None));
        assert_eq!(read(b"up 1\n", 6), (b"up 1\n".to_vec(), None));
        assert_eq!(
            read(b"up 1\n", 4),
            (b"up 1".to_vec(), Some(Fault::TooLarge(4)))
        );
    }

    #[test]
    fn keeps_failing_after_the_end() {
        let mut longer = Limited::new(&b"1234"[..], 3);
        assert_eq!(longer.read(&mut [0; 8]).unwrap(), 3);
        assert!(longer.read(&mut [0; 8]).is_err());
        assert!(longer.read(&mut [0; 8]).is_err());
    }
}
