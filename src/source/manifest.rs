//! The manifest of a snapshot: what was saved, what was lost, and of whom; as it stands in `manifest.json`.
//!
//! In comes JSON of a file that may be damaged or hostile; out goes a [`Manifest`] that agrees with itself,
//! or what is wrong with it. Format: `docs/snapshot.md`.

use std::collections::BTreeMap;
use std::collections::HashSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::source::{Failure, Receipt, Skip, Target};

/// What [`Manifest::format`] says.
pub const FORMAT: &str = "meshctl-snapshot";

/// Grows when a reader of an earlier version would misread what is written now.
pub const FORMAT_VERSION: u32 = 1;

/// The file that makes an archive or a directory a snapshot.
pub const MANIFEST_NAME: &str = "manifest.json";

/// Stands in a directory until its manifest does: one JSON object a line, a [`JournalLine`] each.
pub const JOURNAL_NAME: &str = "manifest.partial.jsonl";

/// A manifest longer than this is none: that is a hundred thousand targets with forty labels each.
pub const MANIFEST_BYTES: u64 = 512 << 20;

/// Everything that is known of a snapshot but the bodies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "meshctl snapshot manifest")]
pub struct Manifest {
    /// `meshctl-snapshot`; the first key, by which a snapshot is recognised.
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    /// 1.
    #[schemars(extend("const" = FORMAT_VERSION))]
    pub format_version: u32,
    /// Version of the program that wrote it.
    pub meshctl_version: String,
    /// The sources as typed, without credentials.
    pub sources: Vec<String>,
    /// When the first sweep began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: Timestamp,
    /// When the last sweep ended.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub ended: Timestamp,
    /// Stopped before all that was asked for was done.
    pub interrupted: bool,
    /// What was made unrecognisable, and how; null where everything is as it was scraped.
    pub redaction: Option<Redaction>,
    /// In the order they were made; the last complete one is what a reader takes.
    pub sweeps: Vec<Sweep>,
}

/// One pass over all targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sweep {
    /// Counts from 1.
    pub number: u32,
    /// When it began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: Timestamp,
    /// When it ended.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub ended: Timestamp,
    /// Whether every source was come to; targets may still have failed.
    pub complete: bool,
    /// Targets that should have been read: `scraped_targets` and those in `failed`.
    pub expected_targets: u64,
    /// Targets whose body was saved.
    pub scraped_targets: u64,
    /// The targets whose body was saved, by `path`.
    pub targets: Vec<SavedTarget>,
    /// Targets that were lost, and why.
    pub failed: Vec<LostTarget>,
    /// What was found and deliberately not read.
    pub skipped: Vec<PassedOver>,
}

/// One saved body, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedTarget {
    /// Where the body lies in the archive or directory: `sweep-1/0001.prom`.
    #[schemars(extend("pattern" = r"^sweep-[0-9]+/[0-9]{4,}\.prom$"))]
    pub path: String,
    /// What reports call the target.
    pub name: String,
    /// Its namespace, where discovery told.
    pub namespace: Option<String>,
    /// Its pod, where discovery told.
    pub pod: Option<String>,
    /// Its container, where discovery told.
    pub container: Option<String>,
    /// Host and port a scraper connects to, where discovery told.
    pub address: Option<String>,
    /// What runs its pod, as `deployment/web`, where discovery told.
    pub workload: Option<String>,
    /// The file, archive member or URL (without credentials) the body came from.
    pub origin: String,
    /// Labels that service discovery gave the target.
    pub labels: BTreeMap<String, String>,
    /// When the request was sent; null where no server was asked, such as for a file.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started: Option<Timestamp>,
    /// From the request to the end of the body; null where that is not known.
    pub duration_seconds: Option<f64>,
    /// Status of the HTTP answer.
    pub status: Option<u16>,
    /// Headers of the answer that say what the body is, in the order they came.
    pub headers: Vec<Header>,
    /// Length of the saved body.
    pub body_bytes: u64,
    /// SHA-256 of the saved body, in hexadecimal digits.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    pub body_sha256: String,
}

/// One header of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// In lower case.
    pub name: String,
    /// As it came.
    pub value: String,
}

/// A target that was expected and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LostTarget {
    /// What reports call it.
    pub target: String,
    /// The file, archive member or URL (without credentials).
    pub origin: String,
    /// What went wrong.
    pub reason: String,
}

/// Something that was deliberately not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PassedOver {
    /// The file, archive member or URL (without credentials).
    pub origin: String,
    /// Why.
    pub reason: String,
}

/// What was made unrecognisable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Redaction {
    /// `hmac-sha256`.
    pub method: String,
    /// Tells keys apart without telling anything of them: equal in two snapshots of the same key.
    pub key_id: String,
    /// Labels of which at least one value was replaced, by name.
    pub labels: Vec<RedactedLabel>,
    /// Lines that could not be read and were replaced by a comment: what they hold is unknown.
    pub refused_lines: u64,
    /// Comments that were replaced by `# redacted: a comment`.
    pub comments: u64,
}

/// A label of which values were replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RedactedLabel {
    /// Name of the label, in bodies or in what discovery said.
    pub name: String,
    /// Distinct values that were replaced.
    pub values: u64,
}

/// One line of the journal that stands in a directory while it is being written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalLine {
    /// The first line: a manifest without sweeps.
    Begun(Manifest),
    /// A sweep began.
    Sweep {
        /// Its number.
        number: u32,
        /// When.
        started: Timestamp,
    },
    /// A body lies in its place.
    Saved(SavedTarget),
    /// A target was lost.
    Failed(LostTarget),
    /// Something was passed over.
    Skipped(PassedOver),
    /// Every source of the sweep was come to.
    Swept {
        /// When.
        ended: Timestamp,
    },
}

/// JSON Schema of `manifest.json`.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Manifest>()
        .to_value()
}

/// Whether a file that begins with `head` is the manifest of a snapshot, or was meant to be.
pub(super) fn begins_in(head: &[u8]) -> bool {
    let mut rest = head.trim_ascii_start();
    for part in ["{", "\"format\"", ":", "\"meshctl-snapshot\""] {
        let Some(behind) = rest.strip_prefix(part.as_bytes()) else {
            return false;
        };
        rest = behind.trim_ascii_start();
    }
    true
}

/// Whether `path` is that of a body in a snapshot, whose sweep is `number` where one is given.
pub(super) fn is_body_path(path: &str, number: Option<u32>) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((sweep, body)) = path
        .strip_prefix("sweep-")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let body = body.strip_suffix(".prom").unwrap_or_default();
    let right = number.is_none_or(|number| number.to_string() == sweep);
    digits(sweep) && right && digits(body) && body.len() >= 4
}

impl Manifest {
    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// Says what is wrong with it, without its name.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Begin {
            format: String,
            format_version: u32,
        }
        let damaged = |error: serde_json::Error| {
            format!("its manifest.json is damaged ({error}): fetch or save the snapshot again")
        };
        let begin: Begin = serde_json::from_slice(text).map_err(damaged)?;
        if begin.format != FORMAT {
            return Err("its manifest.json is not that of a snapshot".to_owned());
        }
        if begin.format_version != FORMAT_VERSION {
            return Err(format!(
                "a snapshot of format {}, of which this version knows only {FORMAT_VERSION}: use a \
                 newer meshctl",
                begin.format_version
            ));
        }
        let manifest: Self = serde_json::from_slice(text).map_err(damaged)?;
        manifest.ensure_consistent()?;
        Ok(manifest)
    }

    /// Puts a manifest together from the journal of a directory that was never finished.
    ///
    /// The last line may be torn; it is left out.
    ///
    /// # Errors
    /// Says what is wrong with it, without its name.
    pub(super) fn of_journal(text: &[u8]) -> Result<Self, String> {
        const NOTHING: &str = "interrupted before anything was saved: scrape again";
        let mut manifest: Option<Self> = None;
        let whole = memchr::memrchr(b'\n', text).map_or(&text[..0], |end| &text[..end]);
        for (index, line) in whole.split(|byte| *byte == b'\n').enumerate() {
            let line: JournalLine = serde_json::from_slice(line).map_err(|error| {
                format!("line {} of its journal is damaged ({error})", index + 1)
            })?;
            match (&mut manifest, line) {
                (None, JournalLine::Begun(begun)) => manifest = Some(begun),
                (Some(manifest), line) => manifest.take(line),
                (None, _) => break,
            }
        }
        let Some(mut manifest) = manifest else {
            return Err(NOTHING.to_owned());
        };
        if manifest.sweeps.is_empty() {
            return Err(NOTHING.to_owned());
        }
        manifest.interrupted = true;
        manifest.ensure_consistent()?;
        Ok(manifest)
    }

    fn take(&mut self, line: JournalLine) {
        if let JournalLine::Sweep { number, started } = line {
            return self.sweeps.push(Sweep::begun(number, started));
        }
        let Some(sweep) = self.sweeps.last_mut() else {
            return;
        };
        match line {
            JournalLine::Saved(target) => sweep.targets.push(target),
            JournalLine::Failed(failed) => sweep.failed.push(failed),
            JournalLine::Skipped(skipped) => sweep.skipped.push(skipped),
            JournalLine::Swept { ended } => (sweep.ended, sweep.complete) = (ended, true),
            JournalLine::Begun(_) | JournalLine::Sweep { .. } => {}
        }
        sweep.count();
    }

    /// Refuses what no writer writes; paths above all, which lead to files.
    fn ensure_consistent(&self) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("its manifest.json contradicts itself: {what}"));
        if self.sweeps.is_empty() {
            return wrong("it has no sweep");
        }
        let mut paths = HashSet::new();
        for (sweep, number) in self.sweeps.iter().zip(1_u32..) {
            if sweep.number != number {
                return wrong("sweeps are not counted from 1 on");
            }
            let targets = sweep.targets.len() as u64;
            if sweep.scraped_targets != targets
                || sweep.expected_targets != targets + sweep.failed.len() as u64
            {
                return wrong("the coverage is not that of the targets in it");
            }
            for target in &sweep.targets {
                if !is_body_path(&target.path, Some(number)) {
                    return wrong("a body's path leads out of its sweep");
                }
                if !paths.insert(&target.path) {
                    return wrong("two targets have one body");
                }
            }
        }
        Ok(())
    }
}

impl Sweep {
    /// A sweep of which nothing is known yet.
    pub fn begun(number: u32, started: Timestamp) -> Self {
        Self {
            number,
            started,
            ended: started,
            complete: false,
            expected_targets: 0,
            scraped_targets: 0,
            targets: Vec::new(),
            failed: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Sets the coverage to what the lists say.
    pub fn count(&mut self) {
        self.scraped_targets = self.targets.len() as u64;
        self.expected_targets = self.scraped_targets + self.failed.len() as u64;
    }
}

impl SavedTarget {
    /// The target as discovery described it.
    pub fn target(&self) -> Target {
        Target {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            pod: self.pod.clone(),
            container: self.container.clone(),
            origin: self.origin.clone(),
            address: self.address.clone(),
            workload: self.workload.clone(),
            labels: self.labels.clone().into_iter().collect(),
        }
    }

    /// What the server answered, if one was asked.
    pub fn receipt(&self) -> Option<Receipt> {
        let headers = self.headers.iter();
        Some(Receipt {
            started: self.started?,
            status: self.status?,
            headers: headers
                .map(|header| (header.name.clone(), header.value.clone()))
                .collect(),
        })
    }
}

impl From<Failure> for LostTarget {
    fn from(failure: Failure) -> Self {
        let Failure {
            target,
            origin,
            reason,
        } = failure;
        Self {
            target,
            origin,
            reason,
        }
    }
}

impl From<LostTarget> for Failure {
    fn from(lost: LostTarget) -> Self {
        let LostTarget {
            target,
            origin,
            reason,
        } = lost;
        Self {
            target,
            origin,
            reason,
        }
    }
}

impl From<Skip> for PassedOver {
    fn from(skip: Skip) -> Self {
        let Skip { origin, reason } = skip;
        Self { origin, reason }
    }
}

impl From<PassedOver> for Skip {
    fn from(passed: PassedOver) -> Self {
        let PassedOver { origin, reason } = passed;
        Self { origin, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let time: Timestamp = "2026-11-28T10:00:00Z".parse().unwrap();
        Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            meshctl_version: "0.1.0".to_owned(),
            sources: vec!["web.prom".to_owned()],
            started: time,
            ended: time,
            interrupted: false,
            redaction: None,
            sweeps: vec![Sweep::begun(1, time)],
        }
    }

    fn saved(path: &str) -> SavedTarget {
        SavedTarget {
            path: path.to_owned(),
            name: "web".to_owned(),
            namespace: None,
            pod: None,
            container: None,
            address: None,
            workload: None,
            origin: "web.prom".to_owned(),
            labels: BTreeMap::new(),
            started: None,
            duration_seconds: None,
            status: None,
            headers: Vec::new(),
            body_bytes: 5,
            body_sha256: "0".repeat(64),
        }
    }

    #[test]
    fn a_manifest_is_recognised_by_its_first_key() {
        let text = serde_json::to_vec_pretty(&manifest()).unwrap();
        assert!(begins_in(&text));
        assert!(begins_in(b"{\"format\":\"meshctl-snapshot\",\n"));
        assert!(!begins_in(
            b"{\"version\":1,\"format\":\"meshctl-snapshot\"}"
        ));
        assert!(!begins_in(b"{\"schemaVersion\": 2}"));
        assert_eq!(Manifest::parse(&text), Ok(manifest()));
    }

    #[test]
    fn a_newer_format_is_refused_before_it_is_read() {
        let text = br#"{"format":"meshctl-snapshot","format_version":2,"new":true}"#;
        let reason = Manifest::parse(text).unwrap_err();
        insta::assert_snapshot!(reason, @"a snapshot of format 2, of which this version knows only 1: use a newer meshctl");
    }

    #[test]
    fn a_body_lies_in_its_sweep_and_nowhere_else() {
        let refused = |path: &str| {
            let mut manifest = manifest();
            manifest.sweeps[0].targets.push(saved(path));
            manifest.sweeps[0].count();
            manifest.ensure_consistent().is_err()
        };
        assert!(!refused("sweep-1/0001.prom"));
        for path in [
            "../../etc/passwd",
            "/etc/passwd",
            "sweep-1/../../x.prom",
            "sweep-2/0001.prom",
            "sweep-1/1.prom",
            "sweep-1/0001.prom/",
            "",
        ] {
            assert!(refused(path), "{path}");
        }
    }

    #[test]
    fn a_coverage_that_does_not_add_up_is_refused() {
        let mut wrong = manifest();
        wrong.sweeps[0].expected_targets = 1;
        assert!(wrong.ensure_consistent().is_err());
        wrong.sweeps.clear();
        assert!(wrong.ensure_consistent().is_err());
    }

    #[test]
    fn a_journal_comes_to_what_was_saved_and_a_torn_line_to_nothing() {
        let mut begun = manifest();
        begun.sweeps.clear();
        let lines = [
            JournalLine::Begun(begun.clone()),
            JournalLine::Sweep {
                number: 1,
                started: begun.started,
            },
            JournalLine::Saved(saved("sweep-1/0001.prom")),
            JournalLine::Saved(saved("sweep-1/0002.prom")),
        ];
        let mut text: Vec<u8> = Vec::new();
        for line in &lines {
            text.extend(serde_json::to_vec(line).unwrap());
            text.push(b'\n');
        }
        for torn in 2..40 {
            let cut = &text[..text.len() - torn];
            let manifest = Manifest::of_journal(cut).unwrap();
            assert!(manifest.interrupted && !manifest.sweeps[0].complete);
            assert_eq!(manifest.sweeps[0].scraped_targets, 1);
        }
        let whole = Manifest::of_journal(&text).unwrap();
        assert_eq!(whole.sweeps[0].expected_targets, 2);
        assert!(Manifest::of_journal(b"").is_err());
        assert!(Manifest::of_journal(b"{}\n").is_err());
    }
}
