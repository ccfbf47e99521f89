//! Goes through a tar archive once, front to back, and opens each file in it.
//!
//! Member names are only ever shown, never written to. Extended names are read here and not by the
//! library, which would hold whatever size a hostile archive claims for them.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::{Archive, Entry, EntryType, PaxExtensions};

use crate::source::fault::Fault;
use crate::source::feeder::{Feeder, Place};
use crate::source::manifest;
use crate::source::snapshot::{self, Reading};
use crate::source::stream::{Head, Stream};

/// An extended name longer than this is no name. Linux takes 4096 bytes, and pax records add others.
const EXTENSION_BYTES: u64 = 64 * 1024;

/// Opens every file of the archive in `stream`, which is named and nested as `place` says.
pub(super) fn unpack(
    feeder: &mut Feeder<'_>,
    stream: Stream<'_>,
    place: &Place,
) -> ControlFlow<()> {
    let ran_out = Cell::new(false);
    let mut archive = Archive::new(Watched {
        inner: stream,
        ran_out: &ran_out,
    });
    let mut members = Members::default();
    let mut nature = Nature::Unknown;
    let outcome = match archive.entries() {
        Ok(entries) => {
            let mut outcome = Ok(());
            for entry in entries.raw(true) {
                match entry.and_then(|entry| members.next(entry)) {
                    Ok(Some(member)) => member.open(feeder, place, &mut nature)?,
                    Ok(None) => {}
                    Err(error) => {
                        outcome = Err(tar_fault(&error));
                        break;
                    }
                }
            }
            outcome
        }
        Err(error) => Err(tar_fault(&error)),
    };
    let outcome = outcome.and_then(|()| {
        // The archive's end is marked, and behind it only padding follows; reading that tells whether
        // the compression around it is whole.
        let marked = !ran_out.get();
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(|error| Fault::of(&error))?;
        Ok(marked)
    });
    let reason = match outcome {
        Ok(true) if members.files == 0 => Some("an archive without a file in it".to_owned()),
        Ok(true) => None,
        Ok(false) => Some("the tar archive has no end mark: it may have been cut short".to_owned()),
        Err(fault) => Some(match &members.last {
            Some(last) => format!("{fault}; whatever follows `{last}` is lost"),
            None => fault.to_string(),
        }),
    };
    if let Some(reason) = reason {
        feeder.failed(place.failure(reason))?;
    }
    match nature {
        Nature::Snapshot(reading) => reading.finish(feeder),
        _ => ControlFlow::Continue(()),
    }
}

/// What an archive turned out to be.
enum Nature {
    /// No file of it was seen yet.
    Unknown,
    /// Files that lie in it, each for itself.
    Foreign,
    /// Bodies with a manifest in front of them.
    Snapshot(Reading),
    /// Why it is not read has been said.
    Refused,
}

/// A reader that remembers whether it was read to its end.
struct Watched<'c, R> {
    inner: R,
    ran_out: &'c Cell<bool>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if count == 0 && !into.is_empty() {
            self.ran_out.set(true);
        }
        Ok(count)
    }
}

/// What is known of an archive's members so far.
#[derive(Default)]
struct Members {
    /// What the extensions in front of the next member say of it.
    ahead: Ahead,
    /// Hashes of the names met: eight bytes for a member, however long its name.
    met: HashSet<u64>,
    hasher: RandomState,
    files: u64,
    last: Option<String>,
}

#[derive(Default)]
struct Ahead {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Members {
    /// Takes the next entry: a member to open, or `None` for a directory or what only describes the
    /// member behind it.
    ///
    /// # Errors
    /// When the archive ends within the entry, or cannot be followed any further.
    fn next<'a, R: Read>(&mut self, mut entry: Entry<'a, R>) -> io::Result<Option<Member<'a, R>>> {
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => {
                let mut path = extension(&mut entry)?;
                path.truncate(
                    path.iter()
                        .position(|byte| *byte == 0)
                        .unwrap_or(path.len()),
                );
                self.ahead.path = Some(path);
                return Ok(None);
            }
            EntryType::XHeader => {
                let records = extension(&mut entry)?;
                self.ahead.take(&records);
                return Ok(None);
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => return Ok(None),
            _ => {}
        }
        let Ahead { path, size, sparse } = std::mem::take(&mut self.ahead);
        let left = entry.size();
        if size.is_some_and(|size| size != left) {
            return Err(damaged("a member above 8 GiB, which is not read"));
        }
        if entry
            .header()
            .as_gnu()
            .is_some_and(tar::GnuHeader::is_extended)
            && kind.is_gnu_sparse()
        {
            return Err(damaged("a file stored sparsely, which is not read"));
        }
        let path = path.unwrap_or_else(|| entry.path_bytes().into_owned());
        if kind.is_dir() || path.ends_with(b"/") {
            return Ok(None);
        }
        let name = String::from_utf8_lossy(&path);
        let name = name.trim_start_matches("./").to_owned();
        self.last = Some(name.clone());
        self.files += 1;
        let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous) && !sparse;
        let pass_over = if !is_file {
            Some("not a regular file")
        } else if name.split('/').any(is_hidden) {
            Some("hidden")
        } else if !self.met.insert(self.hasher.hash_one(&name)) {
            Some("named twice")
        } else {
            None
        };
        Ok(Some(Member {
            name,
            pass_over,
            content: Content { entry, left },
        }))
    }
}

fn is_hidden(part: &str) -> bool {
    part.starts_with('.') && part != "." && part != ".."
}

impl Ahead {
    /// Takes what matters here from pax records: the rest is about owners and times.
    fn take(&mut self, records: &[u8]) {
        for record in PaxExtensions::new(records).flatten() {
            match record.key_bytes() {
                b"path" => self.path = Some(record.value_bytes().to_vec()),
                b"size" => self.size = record.value().ok().and_then(|size| size.parse().ok()),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

/// The content of an extension, which is read only as far as it can be sensible.
fn extension(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    let size = entry.size();
    if size > EXTENSION_BYTES {
        return Err(damaged("a member's name of absurd length"));
    }
    let mut content = Vec::with_capacity(size as usize);
    entry.read_to_end(&mut content)?;
    if (content.len() as u64) < size {
        return Err(Fault::TarTruncated.into());
    }
    Ok(content)
}

fn damaged(what: &str) -> io::Error {
    Fault::TarDamaged(what.to_owned()).into()
}

/// One member that is not a directory.
struct Member<'a, R: Read> {
    name: String,
    /// Why it is not opened.
    pass_over: Option<&'static str>,
    content: Content<'a, R>,
}

impl<R: Read> Member<'_, R> {
    fn open(
        mut self,
        feeder: &mut Feeder<'_>,
        archive: &Place,
        nature: &mut Nature,
    ) -> ControlFlow<()> {
        let name = format!("{}:{}", archive.name, self.name);
        if let Some(reason) = self.pass_over {
            return feeder.skipped(name, reason);
        }
        let mut head = None;
        match nature {
            Nature::Snapshot(reading) => {
                return reading.member(feeder, &self.name, self.content);
            }
            Nature::Refused => return ControlFlow::Continue(()),
            Nature::Unknown => {
                *nature = Nature::Foreign;
                if let Some(prefix) = snapshot::prefix(&self.name) {
                    let begin = Head::take(&mut self.content);
                    if manifest::begins_in(&begin.bytes) {
                        let rest = Stream::lent(self.content);
                        *nature = begun(feeder, archive, prefix, begin, rest)?;
                        return ControlFlow::Continue(());
                    }
                    head = Some(begin);
                }
            }
            Nature::Foreign => {}
        }
        let refused = archive.sweep.map(snapshot::has_no_sweep);
        let bodies = || snapshot::is_body(&self.name).then(|| snapshot::NO_MANIFEST.to_owned());
        if let Some(reason) = refused.or_else(bodies) {
            *nature = Nature::Refused;
            return feeder.failed(archive.failure(reason));
        }
        let mut place = Place::outermost(name, false);
        place.depth = archive.depth;
        let stream = Stream::lent(self.content);
        let stream = match head {
            Some(head) => stream.rejoined(head),
            None => stream,
        };
        feeder.open(stream, place)
    }
}

/// Begins to read a snapshot, from its manifest on.
fn begun(
    feeder: &mut Feeder<'_>,
    archive: &Place,
    prefix: &str,
    head: Head,
    rest: Stream<'_>,
) -> ControlFlow<(), Nature> {
    let reading = match snapshot::read_manifest(head, rest) {
        Ok(manifest) => Reading::begin(feeder, archive, prefix, manifest)?,
        Err(reason) => {
            feeder.failed(archive.failure(reason))?;
            None
        }
    };
    ControlFlow::Continue(reading.map_or(Nature::Refused, Nature::Snapshot))
}

/// A member's bytes. The library ends short ones quietly; here that is an error.
struct Content<'a, R: Read> {
    entry: Entry<'a, R>,
    left: u64,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.entry.read(into)?;
        if count == 0 && self.left > 0 && !into.is_empty() {
            return Err(Fault::TarTruncated.into());
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

fn tar_fault(error: &io::Error) -> Fault {
    if error.raw_os_error().is_some() {
        return Fault::of(error);
    }
    Fault::within(error).unwrap_or_else(|| {
        let text = error.to_string();
        if text.contains("unexpected EOF") || text.contains("failed to read entire block") {
            Fault::TarTruncated
        } else if text.contains("checksum") {
            Fault::TarDamaged("a member's header does not match its checksum".to_owned())
        } else {
            Fault::TarDamaged("a member's header makes no sense".to_owned())
        }
    })
}
