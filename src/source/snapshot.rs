//! Reads a snapshot back: whose each body is, and what was lost or passed over when it was saved.
//!
//! In come a manifest and the bodies that follow it in an archive or lie beside it in a directory; out go
//! the events that the sources gave when they were scraped. A body that is not what the manifest says is
//! a failure of its target, and so is one that is missing.

mod directory;
mod verified;

use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

pub(super) use directory::{Kind, kind_of, open};

use crate::source::fault::Fault;
use crate::source::feeder::{Feeder, Place};
use crate::source::manifest::{self, MANIFEST_BYTES, MANIFEST_NAME, Manifest, SavedTarget, Sweep};
use crate::source::pipe;
use crate::source::snapshot::verified::Verified;
use crate::source::stream::{Head, Stream};
use crate::source::{Failure, INTERRUPTED, OTHER_SWEEP, SAME_TARGET, Scrape};

/// Why an archive that was packed from a snapshot by hand is not read.
pub(super) const NO_MANIFEST: &str = "bodies of a snapshot without a manifest.json in front of them, so whose they \
     are is not known: scrape again, or, if it lies behind them, unpack the archive and name the directory";

/// `series.tar.zst#2` is the second sweep in `series.tar.zst`; `None` where no sweep is named.
pub(super) fn split_sweep(source: &str) -> Option<(&str, u32)> {
    let (path, number) = source.rsplit_once('#')?;
    let is_number = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !path.is_empty()).then_some((path, number.parse().ok()?))
}

/// Why a source that is no snapshot has no sweep to read.
pub(super) fn has_no_sweep(number: u32) -> String {
    format!("not a snapshot, so it has no sweep {number}: name it without `#{number}`")
}

/// Whether the member `name` of an archive is the body of some snapshot.
pub(super) fn is_body(name: &str) -> bool {
    let start = name.rfind("sweep-").unwrap_or(0);
    let inner = start == 0 || name.as_bytes()[start - 1] == b'/';
    inner && manifest::is_body_path(&name[start..], None)
}

/// What `name` has in front of `manifest.json`; `None` where it is another file.
pub(super) fn prefix(name: &str) -> Option<&str> {
    let prefix = name.strip_suffix(MANIFEST_NAME)?;
    (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
}

/// Reads the manifest that begins with `head`.
///
/// # Errors
/// Says what is wrong with it, without its name.
pub(super) fn read_manifest(head: Head, rest: Stream<'_>) -> Result<Manifest, String> {
    let mut text = Vec::new();
    rest.rejoined(head)
        .take(MANIFEST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| Fault::of(&error).to_string())?;
    if text.len() as u64 > MANIFEST_BYTES {
        return Err("its manifest.json is longer than any that was written".to_owned());
    }
    Manifest::parse(&text)
}

/// A snapshot whose manifest was read and whose bodies are still to come.
pub(super) struct Reading {
    /// The archive or directory, as shown.
    name: String,
    /// Which of all snapshots named this is.
    number: u32,
    sweep: u32,
    /// Stands in front of every path.
    prefix: String,
    awaited: HashMap<String, SavedTarget>,
}

impl Reading {
    /// Hands out what the manifest says was lost and passed over; the bodies are expected next.
    ///
    /// Breaks with `None` where nothing more is to be read of this snapshot.
    pub(super) fn begin(
        feeder: &mut Feeder<'_>,
        place: &Place,
        prefix: &str,
        manifest: Manifest,
    ) -> ControlFlow<(), Option<Self>> {
        let Some(chosen) = choose(&manifest, place.sweep) else {
            let reason = format!(
                "it has {} and no sweep {}",
                sweeps(manifest.sweeps.len()),
                place.sweep.unwrap_or_default(),
            );
            feeder.failed(place.failure(reason))?;
            return ControlFlow::Continue(None);
        };
        let is_last = chosen + 1 == manifest.sweeps.len();
        if manifest.interrupted && is_last && manifest.sweeps[chosen].complete {
            let after = format!("interrupted after sweep {}: no other followed", chosen + 1);
            feeder.skipped(place.name.clone(), &after)?;
        }
        let mut awaited = HashMap::new();
        let mut number = 0;
        for (index, sweep) in manifest.sweeps.into_iter().enumerate() {
            if index != chosen {
                let origin = format!("{}#{}", place.name, sweep.number);
                feeder.skipped(origin, OTHER_SWEEP)?;
                continue;
            }
            number = sweep.number;
            // A run that was stopped by hand knows what it did not come to, and one that was killed does not.
            let is_told = sweep.failed.iter().any(|lost| lost.reason == INTERRUPTED);
            for lost in sweep.failed {
                feeder.failed(lost.into())?;
            }
            for passed in sweep.skipped {
                feeder.skipped(passed.origin, &passed.reason)?;
            }
            if !sweep.complete {
                cut_short(feeder, place, is_told)?;
            }
            let targets = sweep.targets.into_iter();
            awaited = targets
                .map(|target| (target.path.clone(), target))
                .collect();
        }
        ControlFlow::Continue(Some(Self {
            name: place.name.clone(),
            number: feeder.next_snapshot(),
            sweep: number,
            prefix: prefix.to_owned(),
            awaited,
        }))
    }

    /// Takes the member `name` of an archive, whose bytes are `content`.
    pub(super) fn member(
        &mut self,
        feeder: &mut Feeder<'_>,
        name: &str,
        content: impl Read,
    ) -> ControlFlow<()> {
        let path = name.strip_prefix(self.prefix.as_str()).unwrap_or(name);
        let Some(saved) = self.awaited.remove(path) else {
            if manifest::is_body_path(path, None) && !manifest::is_body_path(path, Some(self.sweep))
            {
                return ControlFlow::Continue(());
            }
            let origin = format!("{}:{name}", self.name);
            return feeder.skipped(origin, "not in the manifest of the snapshot");
        };
        let (feed, body) = pipe::body();
        if self.hand_out(feeder, &saved, body)? {
            pipe::pump(Stream::lent(content), &mut feeder.pool, feed);
        }
        ControlFlow::Continue(())
    }

    /// Hands out one body, unless nobody wants it.
    fn hand_out(
        &self,
        feeder: &mut Feeder<'_>,
        saved: &SavedTarget,
        body: impl BufRead + Send + 'static,
    ) -> ControlFlow<(), bool> {
        let target = saved.target();
        if !feeder.wants(&target) {
            feeder.unwanted(target.origin)?;
            return ControlFlow::Continue(false);
        }
        if !feeder.is_first_of(&target, self.number) {
            let origin = format!("{}:{}", self.name, saved.path);
            feeder.skipped(origin, SAME_TARGET)?;
            return ControlFlow::Continue(false);
        }
        let answer = saved.receipt();
        let place = format!("{}:{}", self.name, saved.path);
        feeder.hand_out(Scrape {
            body: Box::new(Verified::new(body, place, saved)),
            target,
            answer,
        })?;
        ControlFlow::Continue(true)
    }

    /// Ends the snapshot: what has not come will not.
    pub(super) fn finish(self, feeder: &mut Feeder<'_>) -> ControlFlow<()> {
        let mut missing: Vec<SavedTarget> = self.awaited.into_values().collect();
        missing.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        for saved in missing {
            let reason = format!(
                "its body is missing from the snapshot: {} holds no {}",
                self.name, saved.path
            );
            feeder.failed(Failure {
                target: saved.name,
                origin: saved.origin,
                reason,
            })?;
        }
        ControlFlow::Continue(())
    }
}

/// Says that a sweep was not finished: a failure, unless its own targets say so already.
fn cut_short(feeder: &mut Feeder<'_>, place: &Place, is_told: bool) -> ControlFlow<()> {
    if is_told {
        return feeder.skipped(place.name.clone(), "interrupted while it was saved");
    }
    feeder.failed(place.failure(
        "interrupted while it was saved: targets it had not come to are missing".to_owned(),
    ))
}

fn sweeps(count: usize) -> String {
    match count {
        1 => "1 sweep".to_owned(),
        count => format!("{count} sweeps"),
    }
}

/// The index of the sweep that is asked for; else of the last complete one, else of the last.
fn choose(manifest: &Manifest, wanted: Option<u32>) -> Option<usize> {
    let sweeps = &manifest.sweeps;
    match wanted {
        Some(number) => sweeps.iter().position(|sweep| sweep.number == number),
        None => sweeps
            .iter()
            .rposition(|sweep: &Sweep| sweep.complete)
            .or(sweeps.len().checked_sub(1)),
    }
}

/// The error of a body that is not the one that was saved.
fn damaged(place: &str, what: &str) -> io::Error {
    Fault::SnapshotDamaged(format!("{place}: {what}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_named_by_a_number_behind_the_path() {
        assert_eq!(split_sweep("a.tar.zst#2"), Some(("a.tar.zst", 2)));
        assert_eq!(split_sweep("a#b#12"), Some(("a#b", 12)));
        for other in [
            "a.tar.zst",
            "a#",
            "#2",
            "a#0",
            "a#02",
            "a#x",
            "a#+1",
            "a#99999999999",
        ] {
            assert_eq!(split_sweep(other), None, "{other}");
        }
    }

    #[test]
    fn bodies_are_known_by_their_path_wherever_they_were_packed() {
        for name in ["sweep-1/0001.prom", "snap/sweep-12/12345.prom"] {
            assert!(is_body(name), "{name}");
        }
        for name in [
            "mysweep-1/0001.prom",
            "sweep-1/web.prom",
            "0001.prom",
            "sweep-x/0001.prom",
        ] {
            assert!(!is_body(name), "{name}");
        }
        assert_eq!(prefix("manifest.json"), Some(""));
        assert_eq!(prefix("snap/manifest.json"), Some("snap/"));
        assert_eq!(prefix("mymanifest.json"), None);
    }
}
