//! One body on its way from a target to the snapshot: an archive wants its length in front of it.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

/// A body up to this size waits in memory, a larger one in a file without a name.
const MEMORY_BYTES: usize = 4 << 20;

/// Takes one body after the other.
pub(super) struct Spool {
    /// Where files without a name are made.
    scratch: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
    bytes: u64,
    hasher: Sha256,
}

impl Spool {
    pub(super) fn new(scratch: &Path) -> Self {
        Self {
            scratch: scratch.to_path_buf(),
            memory: Vec::new(),
            file: None,
            bytes: 0,
            hasher: Sha256::new(),
        }
    }

    /// Forgets the body before.
    pub(super) fn clear(&mut self) {
        self.memory.clear();
        self.file = None;
        self.bytes = 0;
        self.hasher = Sha256::new();
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of the body, in hexadecimal digits.
    pub(super) fn sha256(&self) -> String {
        let digest = self.hasher.clone().finalize();
        digest
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// Writes the whole body to `out`.
    pub(super) fn copy_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.rewind()?;
            let copied = io::copy(&mut file.take(self.bytes), out)?;
            if copied < self.bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            return Ok(());
        }
        out.write_all(&self.memory)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() && self.memory.len() + bytes.len() > MEMORY_BYTES {
            let mut file = tempfile::tempfile_in(&self.scratch)?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes)?,
            None => self.memory.extend_from_slice(bytes),
        }
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_bodies_come_out_as_they_went_in() {
        let mut spool = Spool::new(&std::env::temp_dir());
        for size in [0, 5, MEMORY_BYTES, MEMORY_BYTES + 1, 3 * MEMORY_BYTES, 7] {
            let body: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            spool.clear();
            for part in body.chunks(100_000) {
                spool.write_all(part).unwrap();
            }
            let mut out = Vec::new();
            spool.copy_to(&mut out).unwrap();
            assert!(out == body, "{size}");
            assert_eq!(spool.bytes(), size as u64);
            let mut digits = String::new();
            for byte in Sha256::digest(&body) {
                let _ = write!(digits, "{byte:02x}");
            }
            assert_eq!(spool.sha256(), digits);
        }
    }
}
