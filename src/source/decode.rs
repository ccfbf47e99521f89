//! Decompression, with errors that a person can act on.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use crate::source::fault::Fault;

/// Compressed bytes are read in pieces of this size: large enough that a system call costs nothing,
/// small enough to have one for each worker and each layer of nesting.
const STORED_BYTES: usize = 128 * 1024;

/// Decompresses gzip of any number of members, as `gunzip` does.
pub(super) struct Gunzip<R> {
    /// `None` once a member has ended and the next has not begun, or after the last.
    member: Option<GzDecoder<BufReader<R>>>,
    fault: Option<Fault>,
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(stored: R) -> Self {
        let stored = BufReader::with_capacity(STORED_BYTES, stored);
        Self {
            member: Some(GzDecoder::new(stored)),
            fault: None,
        }
    }

    /// Goes on to the next member; `false` when there is none.
    fn next_member(&mut self) -> io::Result<bool> {
        let Some(member) = self.member.take() else {
            return Ok(false);
        };
        let mut stored = member.into_inner();
        // Archives on block devices are padded with zeros, which gunzip passes over too.
        loop {
            let ahead = stored.fill_buf()?;
            if ahead.is_empty() {
                return Ok(false);
            }
            let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                break;
            }
            stored.consume(zeros);
        }
        self.member = Some(GzDecoder::new(stored));
        Ok(true)
    }

    fn read_member(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(into)?;
            if count > 0 {
                return Ok(count);
            }
            if !self.next_member()? {
                break;
            }
        }
        Ok(0)
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().into());
        }
        if into.is_empty() {
            return Ok(0);
        }
        self.read_member(into)
            .map_err(|error| explained(error, gzip_fault, &mut self.fault))
    }
}

/// Decompresses zstd of any number of frames, skippable ones included.
pub(super) struct Unzstd<R: Read> {
    frames: zstd::stream::read::Decoder<'static, BufReader<R>>,
    fault: Option<Fault>,
}

impl<R: Read> Unzstd<R> {
    /// # Errors
    /// When there is no memory for a decoder.
    pub(super) fn new(stored: R) -> io::Result<Self> {
        let stored = BufReader::with_capacity(STORED_BYTES, stored);
        Ok(Self {
            frames: zstd::stream::read::Decoder::with_buffer(stored)?,
            fault: None,
        })
    }
}

impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().into());
        }
        self.frames
            .read(into)
            .map_err(|error| explained(error, zstd_fault, &mut self.fault))
    }
}

/// Words for a decoder's error, kept in `last` so that a second read cannot look like a good end.
fn explained(
    error: io::Error,
    name: fn(&io::Error) -> Fault,
    last: &mut Option<Fault>,
) -> io::Error {
    if error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    // What lies below the decoder (the disk, a tar around it) has its own words already.
    let fault = if error.raw_os_error().is_some() {
        Fault::of(&error)
    } else {
        Fault::within(&error).unwrap_or_else(|| name(&error))
    };
    *last = Some(fault.clone());
    fault.into()
}

fn gzip_fault(error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return Fault::GzipTruncated;
    }
    let text = error.to_string();
    let what = if text.contains("checksum") {
        "its checksum does not match"
    } else if text.contains("header") {
        "what follows its first part is not gzip"
    } else {
        "its compressed data makes no sense"
    };
    Fault::GzipDamaged(what.to_owned())
}

fn zstd_fault(error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return Fault::ZstdTruncated;
    }
    let text = error.to_string();
    if text.contains("too much memory") {
        return Fault::ZstdWindow;
    }
    let what = if text.contains("checksum") {
        "its checksum does not match"
    } else if text.contains("Unknown frame") {
        "what follows its first part is not zstd"
    } else {
        "its compressed data makes no sense"
    };
    Fault::ZstdDamaged(what.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn gunzip(stored: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Gunzip::new(stored).read_to_end(&mut bytes).map(|_| bytes)
    }

    fn unzstd(stored: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Unzstd::new(stored)?.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn reads_every_member_of_a_gzip_file_and_the_padding_after_them() {
        let mut stored = gzip(b"up 1\n");
        stored.extend(gzip(b""));
        stored.extend(gzip(b"down 0\n"));
        stored.extend([0; 700]);
        assert_eq!(gunzip(&stored).unwrap(), b"up 1\ndown 0\n");
    }

    #[test]
    fn a_gzip_file_cut_anywhere_is_called_truncated() {
        let stored = gzip(b"up 1\nup 2\nup 3\n");
        for cut in 1..stored.len() {
            let error = gunzip(&stored[..cut]).unwrap_err();
            assert_eq!(Fault::of(&error), Fault::GzipTruncated, "cut at {cut}");
        }
    }

    #[test]
    fn names_what_is_wrong_with_a_gzip_file() {
        let mut stored = gzip(b"up 1\nup 2\nup 3\n");
        let checksum = stored.len() - 8;
        stored[checksum] ^= 1;
        insta::assert_snapshot!(gunzip(&stored).unwrap_err(), @"gzip stream is damaged (its checksum does not match): fetch or compress it again");
        let mut stored = gzip(b"up 1\n");
        stored.extend(b"and then some text that is longer than a header");
        insta::assert_snapshot!(gunzip(&stored).unwrap_err(), @"gzip stream is damaged (what follows its first part is not gzip): fetch or compress it again");
    }

    #[test]
    fn keeps_failing_after_an_error() {
        let stored = gzip(b"up 1\n");
        let mut reader = Gunzip::new(&stored[..stored.len() - 1]);
        let mut bytes = Vec::new();
        assert!(reader.read_to_end(&mut bytes).is_err());
        assert!(reader.read(&mut [0; 8]).is_err());
    }

    #[test]
    fn reads_every_frame_of_a_zstd_file() {
        let mut stored = zstd::encode_all(&b"up 1\n"[..], 1).unwrap();
        // A skippable frame of four bytes, as pzstd writes in front of each real one.
        stored.extend([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
        stored.extend(zstd::encode_all(&b"down 0\n"[..], 1).unwrap());
        assert_eq!(unzstd(&stored).unwrap(), b"up 1\ndown 0\n");
    }

    #[test]
    fn a_zstd_file_cut_anywhere_is_called_truncated() {
        let stored = zstd::encode_all(&b"up 1\nup 2\nup 3\n"[..], 1).unwrap();
        for cut in 1..stored.len() {
            let error = unzstd(&stored[..cut]).unwrap_err();
            assert_eq!(Fault::of(&error), Fault::ZstdTruncated, "cut at {cut}");
        }
    }

    #[test]
    fn names_what_is_wrong_with_a_zstd_file() {
        let mut stored = zstd::encode_all(&b"up 1\n"[..], 1).unwrap();
        stored.extend(b"and then some text");
        insta::assert_snapshot!(unzstd(&stored).unwrap_err(), @"zstd stream is damaged (what follows its first part is not zstd): fetch or compress it again");
    }

    #[test]
    fn passes_on_what_a_reader_below_has_explained() {
        struct Below;
        impl Read for Below {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(Fault::TarTruncated.into())
            }
        }
        let mut bytes = Vec::new();
        let error = Gunzip::new(Below).read_to_end(&mut bytes).unwrap_err();
        assert_eq!(Fault::of(&error), Fault::TarTruncated);
    }
}
