//! Where a snapshot goes, decided before anything is scraped for it.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use super::Error;
use super::directory;
use crate::source::manifest::JOURNAL_NAME;
use crate::source::manifest::MANIFEST_NAME;

/// Endings of an archive's name.
const ENDINGS: [&str; 2] = [".tar.zst", ".tzst"];

/// Where to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// An archive.
    File(PathBuf),
    /// A directory, which may not exist yet.
    Directory(PathBuf),
    /// An archive, to standard output.
    Stdout,
}

impl Destination {
    /// What `typed` names; with `force` a snapshot that is there may be replaced, unless it is among the
    /// `sources`.
    ///
    /// # Errors
    /// The name says nothing, or what is there is in the way.
    pub fn of(typed: &Path, force: bool, sources: &[String]) -> Result<Self, Error> {
        let text = typed.to_string_lossy();
        if text == "-" {
            return Ok(Self::Stdout);
        }
        match fs::metadata(typed) {
            Ok(known) if known.is_dir() => {
                ensure_free(typed, force)?;
                ensure_no_source(typed, sources)?;
                Ok(Self::Directory(typed.to_path_buf()))
            }
            Ok(known) if !known.is_file() => Err(Error::NotOurs {
                path: typed.to_path_buf(),
                what: "neither a file nor a directory",
            }),
            Ok(_) if !is_archive(&text) => Err(Error::Name(typed.to_path_buf())),
            Ok(_) if !force => Err(Error::Exists(typed.to_path_buf())),
            // What a link leads to is replaced, and not the link.
            Ok(_) => Ok(Self::File(
                fs::canonicalize(typed).unwrap_or_else(|_| typed.to_path_buf()),
            )),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::write(typed)(error))
            }
            Err(_) if text.ends_with(['/', std::path::MAIN_SEPARATOR]) => {
                Ok(Self::Directory(typed.to_path_buf()))
            }
            Err(_) if is_archive(&text) => Ok(Self::File(typed.to_path_buf())),
            Err(_) => Err(Error::Name(typed.to_path_buf())),
        }
    }
}

fn is_archive(name: &str) -> bool {
    ENDINGS.iter().any(|ending| {
        let stem = name.strip_suffix(ending);
        stem.is_some_and(|stem| !stem.is_empty() && !stem.ends_with('/'))
    })
}

/// Only an empty directory or a snapshot of ours is written to.
fn ensure_free(path: &Path, force: bool) -> Result<(), Error> {
    let mut entries = fs::read_dir(path).map_err(Error::write(path))?;
    if entries.next().is_none() {
        return Ok(());
    }
    let has = |name: &str| fs::symlink_metadata(path.join(name)).is_ok();
    let is_ours = has(JOURNAL_NAME) || (has(MANIFEST_NAME) && directory::is_snapshot(path));
    if !is_ours {
        return Err(Error::NotOurs {
            path: path.to_path_buf(),
            what: "a directory with something else in it",
        });
    }
    if force {
        Ok(())
    } else {
        Err(Error::Exists(path.to_path_buf()))
    }
}

/// A directory is emptied before it is written, so nothing can be read from it.
fn ensure_no_source(path: &Path, sources: &[String]) -> Result<(), Error> {
    let Ok(place) = fs::canonicalize(path) else {
        return Ok(());
    };
    let lies_in =
        |source: &String| fs::canonicalize(source).is_ok_and(|source| source.starts_with(&place));
    if sources.iter().any(lies_in) {
        return Err(Error::NotOurs {
            path: path.to_path_buf(),
            what: "also a SOURCE",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_archive_or_directory() {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &str, force| Destination::of(&dir.path().join(name), force, &[]);
        let path = |name: &str| dir.path().join(name);
        assert_eq!(
            of("a.tar.zst", false).unwrap(),
            Destination::File(path("a.tar.zst"))
        );
        assert_eq!(
            of("a.tzst", false).unwrap(),
            Destination::File(path("a.tzst"))
        );
        assert_eq!(of("a/", false).unwrap(), Destination::Directory(path("a/")));
        assert_eq!(
            Destination::of(Path::new("-"), false, &[]).unwrap(),
            Destination::Stdout
        );
        assert!(matches!(of("a", false), Err(Error::Name(_))));
        assert!(matches!(of(".tar.zst", false), Err(Error::Name(_))));
        fs::write(path("old.tar.zst"), b"x").unwrap();
        assert!(matches!(of("old.tar.zst", false), Err(Error::Exists(_))));
        assert!(of("old.tar.zst", true).is_ok());
        assert!(matches!(
            of("old.tar.zst/x.tar.zst", false),
            Err(Error::Write { .. })
        ));
    }

    #[test]
    fn a_directory_of_somebody_else_is_left_alone_even_by_force() {
        let dir = tempfile::tempdir().unwrap();
        let of = |force| Destination::of(dir.path(), force, &[]);
        assert!(of(false).is_ok());
        fs::write(dir.path().join("notes.txt"), b"x").unwrap();
        assert!(matches!(of(true), Err(Error::NotOurs { .. })));
        fs::write(dir.path().join(MANIFEST_NAME), b"{}").unwrap();
        assert!(matches!(of(true), Err(Error::NotOurs { .. })));
        fs::write(dir.path().join(JOURNAL_NAME), b"").unwrap();
        assert!(matches!(of(false), Err(Error::Exists(_))));
        assert!(of(true).is_ok());
    }
}
