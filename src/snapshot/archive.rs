//! A snapshot in one file: a tar archive in zstd, the manifest first and the newest sweep behind it.
//!
//! A reader goes through once, so it has to know from the start what is coming; a writer knows that at the
//! end. So each sweep is written to a file without a name, as a part of the archive to be, and at the end
//! these parts are put behind the manifest, into a file that takes its name when it is whole.

use std::fs::File;
use std::io;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use jiff::Timestamp;
use zstd::stream::write::Encoder;

use super::Error;
use super::spool::Spool;
use super::temporary;
use super::temporary::Temporary;
use crate::source::manifest::MANIFEST_NAME;
use crate::source::manifest::Manifest;

/// Bodies of one mesh resemble one another: a window over a few of them is worth more than a higher level.
const LEVEL: i32 = 3;
const WINDOW_LOG: u32 = 24;

/// Tar is made of blocks of this size.
const BLOCK_BYTES: u64 = 512;

pub(super) struct Archive {
    /// `None` is standard output.
    place: Option<PathBuf>,
    scratch: PathBuf,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    current: Option<Encoder<'static, File>>,
    done: Vec<File>,
}

impl Archive {
    pub(super) fn to_file(place: PathBuf) -> Result<Self, Error> {
        let parent = place
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let scratch = parent.unwrap_or(Path::new(".")).to_path_buf();
        temporary::remove_abandoned(&place);
        let archive = Self {
            scratch,
            place: Some(place),
            parts: Mutex::default(),
        };
        // Better before everything is scraped than after.
        tempfile::tempfile_in(&archive.scratch).map_err(Error::write(archive.shown()))?;
        Ok(archive)
    }

    pub(super) fn to_stdout(scratch: &Path) -> Self {
        Self {
            place: None,
            scratch: scratch.to_path_buf(),
            parts: Mutex::default(),
        }
    }

    pub(super) fn scratch(&self) -> &Path {
        &self.scratch
    }

    fn shown(&self) -> PathBuf {
        self.place
            .clone()
            .unwrap_or_else(|| PathBuf::from("standard output"))
    }

    pub(super) fn begin(&self) -> Result<(), Error> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let next = tempfile::tempfile_in(&self.scratch).and_then(compressed);
        let next = next.map_err(Error::write(self.shown()))?;
        parts.close().map_err(Error::write(self.shown()))?;
        parts.current = Some(next);
        Ok(())
    }

    pub(super) fn save(&self, body: &mut Spool, path: &str, time: Timestamp) -> Result<(), Error> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(out) = &mut parts.current else {
            return Ok(());
        };
        let bytes = body.bytes();
        member(out, path, bytes, time)
            .and_then(|()| body.copy_to(out))
            .and_then(|()| pad(out, bytes))
            .map_err(Error::write(self.shown()))
    }

    pub(super) fn finish(self, manifest: &Manifest) -> Result<u64, Error> {
        let shown = self.shown();
        let parts = self
            .parts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let written = if let Some(place) = &self.place {
            Temporary::create(place).and_then(|mut temporary| {
                let bytes = assemble(parts, manifest, &mut temporary.file)?;
                temporary.commit()?;
                Ok(bytes)
            })
        } else {
            let mut out = io::stdout().lock();
            let written = assemble(parts, manifest, &mut out);
            match written.and_then(|bytes| out.flush().map(|()| bytes)) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
                written => written,
            }
        };
        written.map_err(Error::write(shown))
    }
}

impl Parts {
    /// Ends the sweep before.
    fn close(&mut self) -> io::Result<()> {
        if let Some(part) = self.current.take() {
            self.done.push(part.finish()?);
        }
        Ok(())
    }
}

/// Writes the whole archive; frames of zstd may follow each other, and so may members of tar.
fn assemble(mut parts: Parts, manifest: &Manifest, out: &mut impl Write) -> io::Result<u64> {
    parts.close()?;
    let mut head = compressed(Vec::new())?;
    let mut text = serde_json::to_vec_pretty(manifest)?;
    text.push(b'\n');
    member(&mut head, MANIFEST_NAME, text.len() as u64, manifest.ended)?;
    head.write_all(&text)?;
    pad(&mut head, text.len() as u64)?;
    let head = head.finish()?;
    out.write_all(&head)?;
    let mut bytes = head.len() as u64;
    for part in parts.done.iter_mut().rev() {
        part.rewind()?;
        bytes += io::copy(part, out)?;
    }
    // Two empty blocks are the end mark.
    let mut end = compressed(Vec::new())?;
    end.write_all(&[0; 2 * BLOCK_BYTES as usize])?;
    let end = end.finish()?;
    out.write_all(&end)?;
    Ok(bytes + end.len() as u64)
}

fn compressed<W: Write>(out: W) -> io::Result<Encoder<'static, W>> {
    let mut encoder = Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.window_log(WINDOW_LOG)?;
    Ok(encoder)
}

/// The header of a member.
fn member(out: &mut impl Write, path: &str, bytes: u64, time: Timestamp) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_path(path)?;
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(u64::try_from(time.as_second()).unwrap_or(0));
    header.set_cksum();
    out.write_all(header.as_bytes())
}

/// Fills the last block of a member of so many `bytes`.
fn pad(out: &mut impl Write, bytes: u64) -> io::Result<()> {
    let missing = bytes.next_multiple_of(BLOCK_BYTES) - bytes;
    out.write_all(&[0; BLOCK_BYTES as usize][..missing as usize])
}
