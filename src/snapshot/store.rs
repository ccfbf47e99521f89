//! What both kinds of snapshot do with bodies and with what becomes known.

use std::path::Path;

use jiff::Timestamp;

use super::Destination;
use super::Error;
use super::archive::Archive;
use super::directory::Directory;
use super::spool::Spool;
use crate::source::manifest::JournalLine;
use crate::source::manifest::Manifest;
use crate::source::manifest::SavedTarget;

/// A snapshot that is being written, by several threads.
pub(super) enum Store {
    Archive(Archive),
    Directory(Directory),
}

impl Store {
    pub(super) fn open(
        destination: Destination,
        scratch: &Path,
        begun: &Manifest,
    ) -> Result<Self, Error> {
        Ok(match destination {
            Destination::File(path) => Self::Archive(Archive::to_file(path)?),
            Destination::Stdout => Self::Archive(Archive::to_stdout(scratch)),
            Destination::Directory(path) => Self::Directory(Directory::open(path, begun)?),
        })
    }

    /// Where a body may wait.
    pub(super) fn scratch(&self) -> &Path {
        match self {
            Self::Archive(archive) => archive.scratch(),
            Self::Directory(directory) => directory.path(),
        }
    }

    /// What comes now belongs to sweep `number`.
    pub(super) fn begin(&self, number: u32, started: Timestamp) -> Result<(), Error> {
        match self {
            Self::Archive(archive) => archive.begin(),
            Self::Directory(directory) => directory.begin(number, started),
        }
    }

    /// Takes a body and whose it is.
    pub(super) fn save(
        &self,
        body: &mut Spool,
        saved: &SavedTarget,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self {
            Self::Archive(archive) => archive.save(body, &saved.path, saved.started.unwrap_or(now)),
            Self::Directory(directory) => directory.save(body, saved),
        }
    }

    /// Notes what would be lost if this process was killed now.
    pub(super) fn note(&self, line: &JournalLine) -> Result<(), Error> {
        match self {
            Self::Archive(_) => Ok(()),
            Self::Directory(directory) => directory.note(line),
        }
    }

    /// Completes the snapshot; comes back with the bytes it takes.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<u64, Error> {
        match self {
            Self::Archive(archive) => archive.finish(manifest),
            Self::Directory(directory) => directory.finish(manifest),
        }
    }

    /// Leaves nothing behind.
    pub(super) fn abandon(self) {
        if let Self::Directory(directory) = self {
            directory.abandon();
        }
    }
}
