//! A stream of bytes somewhere inside a source: its head, to recognise it by, and who may read the rest.

use std::io::{self, Read};

use crate::source::container::Compression;
use crate::source::decode::{Gunzip, Unzstd};
use crate::source::fault::Fault;
use crate::source::limited::Limited;

/// How much of a stream is looked at to recognise it. A tar header needs 512 bytes, a zstd frame 4;
/// the rest is for an exposition whose first lines are broken or whose first labels are long.
const HEAD_BYTES: usize = 64 * 1024;

/// Bytes to read, with or without strings attached.
pub(super) enum Stream<'a> {
    /// Stands alone: a worker may take it away and read it when it likes.
    Owned(Box<dyn Read + Send>),
    /// Part of something that goes on behind it, so that only the feeder can read it, and now.
    Lent(Box<dyn Read + 'a>),
}

impl<'a> Stream<'a> {
    pub(super) fn owned(reader: impl Read + Send + 'static) -> Self {
        Self::Owned(Box::new(reader))
    }

    pub(super) fn lent(reader: impl Read + 'a) -> Self {
        Self::Lent(Box::new(reader))
    }

    /// The same bytes decompressed, whoever reads them: nothing is decompressed yet.
    ///
    /// # Errors
    /// When the decoder cannot be set up, which takes memory only.
    pub(super) fn decompressed(self, compression: Compression) -> io::Result<Self> {
        Ok(match (self, compression) {
            (Self::Owned(inner), Compression::Gzip) => Self::owned(Gunzip::new(inner)),
            (Self::Lent(inner), Compression::Gzip) => Self::lent(Gunzip::new(inner)),
            (Self::Owned(inner), Compression::Zstd) => Self::owned(Unzstd::new(inner)?),
            (Self::Lent(inner), Compression::Zstd) => Self::lent(Unzstd::new(inner)?),
        })
    }

    /// The same bytes, broken after `limit` of them.
    pub(super) fn limited(self, limit: u64) -> Self {
        match self {
            Self::Owned(inner) => Self::owned(Limited::new(inner, limit)),
            Self::Lent(inner) => Self::lent(Limited::new(inner, limit)),
        }
    }

    /// The stream as it was before `head` was taken from it.
    pub(super) fn rejoined(self, head: Head) -> Self {
        match self {
            Self::Owned(rest) => Self::owned(Rejoined::new(head, rest)),
            Self::Lent(rest) => Self::lent(Rejoined::new(head, rest)),
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Owned(inner) => inner.read(into),
            Self::Lent(inner) => inner.read(into),
        }
    }
}

/// The first bytes of a stream.
pub(super) struct Head {
    /// At most [`HEAD_BYTES`]; fewer where the stream is shorter or broke.
    pub(super) bytes: Vec<u8>,
    /// Nothing comes after `bytes`.
    pub(super) complete: bool,
    /// What broke right after `bytes`.
    pub(super) fault: Option<Fault>,
}

impl Head {
    /// Reads the head of `stream`, waiting for slow ones.
    pub(super) fn take(stream: &mut impl Read) -> Self {
        let mut bytes = vec![0; HEAD_BYTES];
        let filled = fill(stream, &mut bytes);
        bytes.truncate(filled.bytes);
        Self {
            complete: matches!(filled.end, Some(Ok(()))),
            fault: filled.end.and_then(Result::err),
            bytes,
        }
    }

    /// Nothing but blanks, and nothing more to come.
    pub(super) fn is_blank(&self) -> bool {
        (self.complete || self.fault.is_some()) && self.bytes.trim_ascii().is_empty()
    }
}

/// What [`fill`] came to.
pub(super) struct Filled {
    /// How much of the buffer holds something now.
    pub(super) bytes: usize,
    /// Set when nothing can follow: the end of the stream, or what broke it.
    pub(super) end: Option<Result<(), Fault>>,
}

/// Reads until `buffer` is full or nothing more comes.
pub(super) fn fill(stream: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> Filled {
    let mut bytes = 0;
    while bytes < buffer.len() {
        match stream.read(&mut buffer[bytes..]) {
            Ok(0) => {
                let end = Some(Ok(()));
                return Filled { bytes, end };
            }
            Ok(count) => bytes += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let end = Some(Err(Fault::of(&error)));
                return Filled { bytes, end };
            }
        }
    }
    Filled { bytes, end: None }
}

/// A head in front of the rest it came from.
struct Rejoined<R> {
    head: Vec<u8>,
    given: usize,
    fault: Option<Fault>,
    rest: R,
}

impl<R> Rejoined<R> {
    fn new(head: Head, rest: R) -> Self {
        Self {
            head: head.bytes,
            given: 0,
            fault: head.fault,
            rest,
        }
    }
}

impl<R: Read> Read for Rejoined<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given < self.head.len() {
            let count = (&self.head[self.given..]).read(into)?;
            self.given += count;
            if self.given == self.head.len() {
                // The rest may be long and many bodies may wait: give the head's memory back.
                self.head = Vec::new();
                self.given = 0;
            }
            return Ok(count);
        }
        match &self.fault {
            Some(fault) => Err(fault.clone().into()),
            None => self.rest.read(into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes and then breaks.
    struct Breaks(&'static [u8]);

    impl Read for Breaks {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(Fault::GzipTruncated.into()),
                count => Ok(count),
            }
        }
    }

    #[test]
    fn a_head_and_its_rest_are_the_stream_again() {
        let whole: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let mut stream = Stream::lent(&whole[..]);
        let head = Head::take(&mut stream);
        assert_eq!(head.bytes.len(), HEAD_BYTES);
        assert!(!head.complete);
        let mut again = Vec::new();
        stream.rejoined(head).read_to_end(&mut again).unwrap();
        assert!(again == whole);
    }

    #[test]
    fn an_error_in_the_head_comes_after_its_bytes_and_stays() {
        let mut stream = Stream::owned(Breaks(b"up 1\n"));
        let head = Head::take(&mut stream);
        assert_eq!(head.fault, Some(Fault::GzipTruncated));
        let mut stream = stream.rejoined(head);
        let mut text = Vec::new();
        assert!(stream.read_to_end(&mut text).is_err());
        assert_eq!(text, b"up 1\n");
        assert!(stream.read(&mut [0; 8]).is_err());
    }
}
