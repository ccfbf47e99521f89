//! Finds what the user named: walks directories and expands globs before anything is opened, so that
//! the order is fixed and the amount of work is known from the start.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::source::address::{self, Address};
use crate::source::cluster::Named;
use crate::source::counted::Expected;
use crate::source::fault::{Fault, describe};
use crate::source::snapshot::{self, Kind};
use crate::source::{Failure, Progress, Remark, Skip};

pub(super) const NAMED_TWICE: &str = "named twice";
const NOT_REGULAR: &str = "not a regular file";
const BROKEN_LINK: &str = "a broken symbolic link: what it points to does not exist";
const SOCKET: &str = "a socket, which cannot be read: name a file or the URL of an endpoint";

/// One thing to open, or what is already known about it.
pub(super) enum Input {
    File {
        path: PathBuf,
        /// Typed by the user, rather than found in a directory or by a glob.
        named: bool,
        /// Which sweep of the snapshot in it is asked for.
        sweep: Option<u32>,
        /// For a file of known size.
        expected: Option<Expected>,
    },
    /// A directory that is a snapshot.
    Snapshot {
        path: PathBuf,
        kind: Kind,
        /// Which sweep is asked for.
        sweep: Option<u32>,
    },
    Stdin,
    Url(Address),
    Workload(Named),
    Failed(Failure),
    Skipped(Skip),
    Remark(Remark),
}

/// Lists what `sources` name: in the order they were typed, and within each by the bytes of the paths.
pub(super) fn list(sources: &[String], progress: &Arc<Progress>) -> Vec<Input> {
    let mut listing = Listing {
        progress,
        met: HashSet::new(),
        inputs: Vec::new(),
    };
    for source in sources {
        listing.source(source);
    }
    listing.inputs
}

/// What makes two ways to name something the same thing.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Stdin,
    Url(String),
    Workload(Named),
    Path(PathBuf, Option<u32>),
}

struct Listing<'p> {
    progress: &'p Arc<Progress>,
    met: HashSet<Identity>,
    inputs: Vec<Input>,
}

impl Listing<'_> {
    fn source(&mut self, source: &str) {
        if source == "-" {
            if self.is_new(Identity::Stdin, "stdin") {
                self.inputs.push(Input::Stdin);
            }
        } else if address::is_url(source) {
            self.url(source);
        } else {
            self.path(source);
        }
    }

    fn url(&mut self, source: &str) {
        match Address::parse(source) {
            Ok(address) => {
                let identity = Identity::Url(address.url().to_string());
                if self.is_new(identity, address.shown()) {
                    self.inputs.push(Input::Url(address));
                }
            }
            Err(reason) => self.failed(&address::without_secrets(source), reason),
        }
    }

    fn path(&mut self, source: &str) {
        let path = Path::new(source);
        match fs::metadata(path) {
            Ok(metadata) => {
                if let Some(named) = Named::parse(source) {
                    let text = format!(
                        "{source} is read as the file or directory of that name, not as {named}"
                    );
                    self.inputs.push(Input::Remark(Remark::Note(text)));
                }
                self.existing(path, &metadata, true, None);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match snapshot::split_sweep(source) {
                    Some((path, sweep)) => self.sweep(source, Path::new(path), sweep),
                    None => self.absent(source),
                }
            }
            Err(error) => self.failed(&address::without_credentials(source), describe(&error)),
        }
    }

    /// One sweep of the snapshot at `path`, if that exists.
    fn sweep(&mut self, source: &str, path: &Path, sweep: u32) {
        match fs::metadata(path) {
            Ok(metadata) => self.existing(path, &metadata, true, Some(sweep)),
            Err(_) => self.absent(source),
        }
    }

    /// A path that exists, whatever it is.
    fn existing(&mut self, path: &Path, metadata: &Metadata, named: bool, sweep: Option<u32>) {
        if !metadata.is_dir() {
            self.file(path, metadata, named, sweep);
        } else if let Some(kind) = snapshot::kind_of(path) {
            self.snapshot(path, kind, sweep);
        } else if let Some(number) = sweep {
            self.failed(&path.to_string_lossy(), snapshot::has_no_sweep(number));
        } else {
            self.directory(path);
        }
    }

    fn snapshot(&mut self, path: &Path, kind: Kind, sweep: Option<u32>) {
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if self.is_new(Identity::Path(identity, sweep), &path.to_string_lossy()) {
            self.inputs.push(Input::Snapshot {
                path: path.to_path_buf(),
                kind,
                sweep,
            });
        }
    }

    /// A path that does not exist: a broken link, a glob or a mistake.
    fn absent(&mut self, source: &str) {
        if is_link(Path::new(source)) {
            self.failed(source, BROKEN_LINK.to_owned());
        } else if let Some(named) = Named::parse(source) {
            if self.is_new(Identity::Workload(named.clone()), source) {
                self.inputs.push(Input::Workload(named));
            }
        } else if source.contains(['*', '?', '[']) {
            self.glob(source);
        } else if source.is_empty() {
            self.failed("\"\"", "an empty name names nothing".to_owned());
        } else {
            let reason = if address::is_nearly_url(source) {
                "no such file; a URL begins with http:// or https://"
            } else {
                "no such file"
            };
            self.failed(&address::without_credentials(source), reason.to_owned());
        }
    }

    fn glob(&mut self, pattern: &str) {
        let options = glob::MatchOptions {
            require_literal_leading_dot: true,
            ..glob::MatchOptions::new()
        };
        let matches = match glob::glob_with(pattern, options) {
            Ok(matches) => matches,
            Err(error) => {
                let reason = format!("no such file, and not a glob either: {}", error.msg);
                return self.failed(&address::without_credentials(pattern), reason);
            }
        };
        let mut found: Vec<(PathBuf, Option<String>)> = matches
            .map(|found| match found {
                Ok(path) => (path, None),
                Err(error) => (error.path().to_path_buf(), Some(describe(error.error()))),
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| bytes(one).cmp(bytes(other)));
        if found.is_empty() {
            let name = address::without_credentials(pattern);
            self.failed(&name, "no file matches".to_owned());
        }
        for (path, unreadable) in found {
            match unreadable {
                Some(reason) => self.failed(&path.to_string_lossy(), reason),
                None => self.matched(&path),
            }
        }
    }

    /// A path that a glob came to.
    fn matched(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) => self.existing(path, &metadata, false, None),
            Err(_) if is_link(path) => {
                self.failed(&path.to_string_lossy(), BROKEN_LINK.to_owned());
            }
            Err(error) => self.failed(&path.to_string_lossy(), describe(&error)),
        }
    }

    fn directory(&mut self, directory: &Path) {
        let mut found: Vec<Found> = walk(directory);
        found.sort_by(|one, other| bytes(&one.path).cmp(bytes(&other.path)));
        if !found.iter().any(|found| found.what.counts_as_file()) {
            let reason = "the directory holds no file to read".to_owned();
            self.failed(&directory.to_string_lossy(), reason);
        }
        for Found { path, what } in found {
            let name = path.to_string_lossy();
            match what {
                What::File(metadata) => self.file(&path, &metadata, false, None),
                What::Snapshot(kind) => self.snapshot(&path, kind, None),
                What::Skipped(reason) => self.skipped(&name, reason),
                What::Failed(reason) => self.failed(&name, reason),
            }
        }
    }

    fn file(&mut self, path: &Path, metadata: &Metadata, named: bool, sweep: Option<u32>) {
        let name = path.to_string_lossy();
        if !named && !metadata.is_file() {
            return self.skipped(&name, NOT_REGULAR);
        }
        if is_socket(metadata) {
            return self.failed(&name, SOCKET.to_owned());
        }
        // A pipe that a shell passes as /dev/fd/63 has no path that could be resolved.
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if self.is_new(Identity::Path(identity, sweep), &name) {
            let expected = metadata
                .is_file()
                .then(|| Expected::new(self.progress, metadata.len()));
            self.inputs.push(Input::File {
                path: path.to_path_buf(),
                named,
                sweep,
                expected,
            });
        }
    }

    /// Whether `identity` was not met before; if it was, `shown` is passed over.
    fn is_new(&mut self, identity: Identity, shown: &str) -> bool {
        let is_new = self.met.insert(identity);
        if !is_new {
            self.skipped(shown, NAMED_TWICE);
        }
        is_new
    }

    fn failed(&mut self, name: &str, reason: String) {
        self.inputs.push(Input::Failed(Failure {
            target: name.to_owned(),
            origin: name.to_owned(),
            reason,
        }));
    }

    fn skipped(&mut self, name: &str, reason: &str) {
        self.inputs.push(Input::Skipped(Skip {
            origin: name.to_owned(),
            reason: reason.to_owned(),
        }));
    }
}

#[cfg(unix)]
fn is_socket(metadata: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_socket(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_socket(_: &Metadata) -> bool {
    false
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// Something met in a directory.
struct Found {
    path: PathBuf,
    what: What,
}

enum What {
    File(Metadata),
    Snapshot(Kind),
    Skipped(&'static str),
    Failed(String),
}

impl What {
    fn counts_as_file(&self) -> bool {
        matches!(self, Self::File(_) | Self::Snapshot(_) | Self::Failed(_))
    }
}

/// All that lies below `directory`, in no particular order. Links are followed, in circles once.
fn walk(directory: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    let mut walk = WalkDir::new(directory)
        .min_depth(1)
        .follow_links(true)
        .into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) if is_hidden(entry.path()) => {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                found.push(Found {
                    path: entry.into_path(),
                    what: What::Skipped("hidden"),
                });
            }
            Ok(entry) if entry.file_type().is_dir() => {
                if let Some(kind) = snapshot::kind_of(entry.path()) {
                    walk.skip_current_dir();
                    found.push(Found {
                        path: entry.into_path(),
                        what: What::Snapshot(kind),
                    });
                }
            }
            Ok(entry) => found.push(met(entry)),
            Err(error) => found.push(missed(&error, directory)),
        }
    }
    found
}

/// What paths are ordered by: `Path` itself compares part by part.
fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

fn met(entry: DirEntry) -> Found {
    let what = match entry.metadata() {
        Ok(metadata) if metadata.is_file() => What::File(metadata),
        Ok(_) => What::Skipped(NOT_REGULAR),
        Err(error) => What::Failed(walk_reason(&error)),
    };
    Found {
        path: entry.into_path(),
        what,
    }
}

fn missed(error: &walkdir::Error, directory: &Path) -> Found {
    let path = error.path().unwrap_or(directory).to_path_buf();
    let what = if path != directory && is_hidden(&path) {
        What::Skipped("hidden")
    } else if error.loop_ancestor().is_some() {
        What::Skipped("a symbolic link to a directory it lies in")
    } else if is_link(&path) {
        What::Failed(BROKEN_LINK.to_owned())
    } else {
        What::Failed(walk_reason(error))
    };
    Found { path, what }
}

fn walk_reason(error: &walkdir::Error) -> String {
    match error.io_error() {
        Some(error) => Fault::of(error).to_string(),
        None => "it cannot be read".to_owned(),
    }
}
