//! A snapshot that is a directory: each body takes its name when it is whole, the manifest last.
//!
//! Until then a journal says what is complete. It is written line by line, each in one piece, and its last
//! line may be torn when the process is killed: then the body it speaks of counts as not saved.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::Error;
use super::spool::Spool;
use super::temporary;
use super::temporary::Temporary;
use crate::source::manifest::JOURNAL_NAME;
use crate::source::manifest::JournalLine;
use crate::source::manifest::MANIFEST_NAME;
use crate::source::manifest::Manifest;
use crate::source::manifest::SavedTarget;

pub(super) struct Directory {
    path: PathBuf,
    /// Locked while it is written.
    journal: Mutex<File>,
    stored_bytes: AtomicU64,
    /// The directory was made for this snapshot.
    made: bool,
}

/// Whether the manifest at `path` is that of a snapshot.
pub(super) fn is_snapshot(path: &Path) -> bool {
    let manifest = fs::read(path.join(MANIFEST_NAME));
    manifest.is_ok_and(|text| Manifest::parse(&text).is_ok())
}

impl Directory {
    /// Begins a snapshot in `path`; one that is there is removed.
    pub(super) fn open(path: PathBuf, begun: &Manifest) -> Result<Self, Error> {
        let failed = || Error::write(&path);
        let made = fs::symlink_metadata(&path).is_err();
        fs::create_dir_all(&path).map_err(failed())?;
        let place = path.join(JOURNAL_NAME);
        let mut options = OpenOptions::new();
        let journal = options
            .append(true)
            .create(true)
            .open(&place)
            .map_err(failed())?;
        if matches!(journal.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return Err(Error::Busy(path));
        }
        // From here on the journal says that the snapshot is not whole, whatever still lies there.
        journal.set_len(0).map_err(failed())?;
        let directory = Self {
            journal: Mutex::new(journal),
            stored_bytes: AtomicU64::new(0),
            made,
            path,
        };
        directory.note(&JournalLine::Begun(begun.clone()))?;
        directory.clear().map_err(Error::write(&directory.path))?;
        Ok(directory)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the snapshot before, and nothing else.
    fn clear(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(MANIFEST_NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        temporary::remove_abandoned(&self.path.join(MANIFEST_NAME));
        for entry in fs::read_dir(&self.path)? {
            let sweep = entry?;
            if !is_sweep(&sweep.file_name().to_string_lossy()) || !sweep.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(sweep.path())? {
                let body = entry?;
                if is_body(&body.file_name().to_string_lossy()) {
                    fs::remove_file(body.path())?;
                }
            }
            // Somebody else's file in it keeps it.
            let _ = fs::remove_dir(sweep.path());
        }
        Ok(())
    }

    pub(super) fn begin(&self, number: u32, started: Timestamp) -> Result<(), Error> {
        let sweep = self.path.join(format!("sweep-{number}"));
        fs::create_dir_all(&sweep).map_err(Error::write(&sweep))?;
        self.note(&JournalLine::Sweep { number, started })
    }

    pub(super) fn save(&self, body: &mut Spool, saved: &SavedTarget) -> Result<(), Error> {
        let place = self.path.join(&saved.path);
        let hidden = place.with_extension("prom.partial");
        let write = || {
            let mut file = File::create(&hidden)?;
            body.copy_to(&mut file)?;
            drop(file);
            fs::rename(&hidden, &place)
        };
        let written = { write }();
        written.map_err(Error::write(&place))?;
        self.stored_bytes
            .fetch_add(saved.body_bytes, Ordering::Relaxed);
        self.note(&JournalLine::Saved(saved.clone()))
    }

    pub(super) fn note(&self, line: &JournalLine) -> Result<(), Error> {
        let failed = || Error::write(self.path.join(JOURNAL_NAME));
        let mut text = serde_json::to_vec(line)
            .map_err(io::Error::from)
            .map_err(failed())?;
        text.push(b'\n');
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.write_all(&text).map_err(failed())
    }

    pub(super) fn finish(self, manifest: &Manifest) -> Result<u64, Error> {
        let place = self.path.join(MANIFEST_NAME);
        let write = || {
            for sweep in &manifest.sweeps {
                for saved in &sweep.targets {
                    // A manifest that outlasts its bodies would be a lie.
                    File::open(self.path.join(&saved.path))?.sync_all()?;
                }
                temporary::sync_directory(&self.path.join(format!("sweep-{}", sweep.number)));
            }
            let mut text = serde_json::to_vec_pretty(manifest)?;
            text.push(b'\n');
            let mut temporary = Temporary::create(&place)?;
            temporary.file.write_all(&text)?;
            temporary.commit()?;
            fs::remove_file(self.path.join(JOURNAL_NAME))?;
            temporary::sync_directory(&self.path);
            Ok(text.len() as u64)
        };
        let bytes = write().map_err(Error::write(&place))?;
        Ok(bytes + self.stored_bytes.load(Ordering::Relaxed))
    }

    pub(super) fn abandon(self) {
        // Nothing was saved, so there is nothing to lose but empty directories.
        let _ = self.clear();
        let _ = fs::remove_file(self.path.join(JOURNAL_NAME));
        if self.made {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

fn is_sweep(name: &str) -> bool {
    let number = name.strip_prefix("sweep-").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_body(name: &str) -> bool {
    let stem = name
        .strip_suffix(".partial")
        .unwrap_or(name)
        .strip_suffix(".prom");
    stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit()))
}
