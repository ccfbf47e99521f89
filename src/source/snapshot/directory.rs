//! A snapshot that is a directory: `manifest.json` and bodies beside it, or the journal of one that was
//! never finished.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use crate::source::counted::{Counted, Expected};
use crate::source::fault::describe;
use crate::source::feeder::{Feeder, Place};
use crate::source::manifest::{
    self, JOURNAL_NAME, MANIFEST_BYTES, MANIFEST_NAME, Manifest, SavedTarget,
};
use crate::source::snapshot::Reading;
use crate::source::{Failure, Progress};

/// How much of a `manifest.json` tells whose it is.
const HEAD_BYTES: u64 = 256;

/// Why a directory of bodies is not read.
const NO_MANIFEST: &str = "bodies of a snapshot and no manifest.json, so whose they are is not known: fetch that too, \
     or scrape again";

/// What makes a directory a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Kind {
    /// It has a manifest.
    Whole,
    /// It was being written when its writer ended.
    Interrupted,
    /// It has bodies of a snapshot, and neither manifest nor journal.
    WithoutManifest,
}

/// What kind of snapshot `directory` is, if it is any. Reads a few bytes.
pub(in crate::source) fn kind_of(directory: &Path) -> Option<Kind> {
    if head_of(&directory.join(MANIFEST_NAME)).is_some_and(|head| manifest::begins_in(&head)) {
        return Some(Kind::Whole);
    }
    if fs::symlink_metadata(directory.join(JOURNAL_NAME)).is_ok() {
        return Some(Kind::Interrupted);
    }
    let first = directory.join("sweep-1");
    let mut bodies = fs::read_dir(first).ok()?;
    let is_body = |name: &str| manifest::is_body_path(&format!("sweep-1/{name}"), None);
    bodies
        .any(|body| body.is_ok_and(|body| body.file_name().to_str().is_some_and(is_body)))
        .then_some(Kind::WithoutManifest)
}

fn head_of(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let file = File::open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(())?;
    file.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Hands out everything in the snapshot at `path`.
pub(in crate::source) fn open(
    feeder: &mut Feeder<'_>,
    path: &Path,
    kind: Kind,
    place: &Place,
    progress: &Arc<Progress>,
) -> ControlFlow<()> {
    let manifest = match manifest_of(path, kind) {
        Ok(manifest) => manifest,
        Err(reason) => return feeder.failed(place.failure(reason)),
    };
    let Some(mut reading) = Reading::begin(feeder, place, "", manifest)? else {
        return ControlFlow::Continue(());
    };
    let mut targets: Vec<SavedTarget> =
        std::mem::take(&mut reading.awaited).into_values().collect();
    targets.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    for saved in targets {
        match File::open(path.join(&saved.path)) {
            Ok(file) => {
                let bytes = file.metadata().map_or(0, |known| known.len());
                let file = Counted::new(file, Expected::new(progress, bytes));
                let body = BufReader::with_capacity(feeder.pool.chunk_bytes(), file);
                reading.hand_out(feeder, &saved, body)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // Told at the end, with the others that are missing.
                reading.awaited.insert(saved.path.clone(), saved);
            }
            Err(error) => feeder.failed(Failure {
                target: saved.name,
                origin: path.join(&saved.path).to_string_lossy().into_owned(),
                reason: describe(&error),
            })?,
        }
    }
    reading.finish(feeder)
}

fn manifest_of(path: &Path, kind: Kind) -> Result<Manifest, String> {
    let name = match kind {
        Kind::Whole => MANIFEST_NAME,
        Kind::Interrupted => JOURNAL_NAME,
        Kind::WithoutManifest => return Err(NO_MANIFEST.to_owned()),
    };
    let unreadable = |error| format!("its {name} cannot be read: {}", describe(&error));
    let mut text = Vec::new();
    File::open(path.join(name))
        .and_then(|file| file.take(MANIFEST_BYTES + 1).read_to_end(&mut text))
        .map_err(unreadable)?;
    if text.len() as u64 > MANIFEST_BYTES {
        return Err(format!("its {name} is longer than any that was written"));
    }
    match kind {
        Kind::Interrupted => Manifest::of_journal(&text),
        _ => Manifest::parse(&text),
    }
}
