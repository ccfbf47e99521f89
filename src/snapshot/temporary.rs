//! A file that appears under its name when it is whole.
//!
//! It is written beside its place under a hidden name, and locked meanwhile. A run that is killed leaves it
//! behind; the next run for the same place finds it unlocked and removes it.

use std::ffi::OsStr;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// How such a file's name ends.
const ENDING: &str = ".meshctl-partial";

/// Names that are tried before giving up; each is taken by a run for the same place at the same time.
const ATTEMPTS: u32 = 100;

pub(super) struct Temporary {
    pub(super) file: File,
    path: PathBuf,
    place: PathBuf,
    committed: bool,
}

impl Temporary {
    /// A new, empty file for `place`; what killed runs left behind for it is removed.
    pub(super) fn create(place: &Path) -> io::Result<Self> {
        remove_abandoned(place);
        let (directory, name) = parts(place);
        for attempt in 0..ATTEMPTS {
            let mut hidden = begin(name);
            hidden.push(format!("{}-{attempt}{ENDING}", std::process::id()));
            let path = directory.join(hidden);
            let mut options = OpenOptions::new();
            let file = match options.write(true).create_new(true).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // Another run may have taken it for abandoned before it was locked.
            let locked = match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) => false,
                // Without locks it can only be left behind, which is harmless.
                Ok(()) | Err(fs::TryLockError::Error(_)) => true,
            };
            if locked && fs::symlink_metadata(&path).is_ok() {
                return Ok(Self {
                    file,
                    path,
                    place: place.to_path_buf(),
                    committed: false,
                });
            }
        }
        Err(io::Error::other("too many runs write there at once"))
    }

    /// Puts the file in its place, on the disk too; what was there is gone.
    pub(super) fn commit(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, &self.place)?;
        self.committed = true;
        sync_directory(parts(&self.place).0);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.committed {
            // Why it was given up is said elsewhere; what stays is removed by the next run.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes what killed runs left behind for `place`.
pub(super) fn remove_abandoned(place: &Path) {
    let (directory, name) = parts(place);
    let start = begin(name);
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let found = found.as_encoded_bytes();
        if !found.starts_with(start.as_encoded_bytes()) || !found.ends_with(ENDING.as_bytes()) {
            continue;
        }
        let opened = OpenOptions::new().write(true).open(entry.path());
        if opened.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes names in `directory` last; where that cannot be asked for, they last as long as the system likes.
pub(super) fn sync_directory(directory: &Path) {
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
}

/// How hidden names for the file `name` begin.
fn begin(name: &OsStr) -> std::ffi::OsString {
    let mut start = std::ffi::OsString::from(".");
    start.push(name);
    start.push(".");
    start
}

/// Directory and name of `place`.
fn parts(place: &Path) -> (&Path, &OsStr) {
    let directory = place
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let name = place.file_name().unwrap_or_default();
    (directory.unwrap_or(Path::new(".")), name)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a.tar.zst");
        fs::write(&place, b"old").unwrap();
        let mut given_up = Temporary::create(&place).unwrap();
        given_up.file.write_all(b"half").unwrap();
        drop(given_up);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        let mut new = Temporary::create(&place).unwrap();
        new.file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"old");
        new.commit().unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a.tar.zst"]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_running_one_writes_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a.tar.zst");
        let left = format!(".a.tar.zst.1-0{ENDING}");
        let others = format!(".b.tar.zst.1-0{ENDING}");
        fs::write(dir.path().join(&left), b"half").unwrap();
        fs::write(dir.path().join(&others), b"half").unwrap();
        let running = Temporary::create(&place).unwrap();
        let second = Temporary::create(&place).unwrap();
        assert_eq!(names(dir.path()).len(), 3);
        assert!(!dir.path().join(&left).exists() && running.path.exists() && second.path.exists());
        drop((running, second));
        assert_eq!(names(dir.path()), [others]);
    }
}
