//! A side from what `meshctl audit -o json` wrote.
//!
//! In comes the document; out goes a [`Side`]. Keys that are not needed are passed over unread. What the document
//! does not hold (which series there are, who the targets are) stays unknown. A document that was cut, by `--limit` or
//! `--family`, is refused: what is missing in it would look as if it had gone.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Family;
use super::Kind;
use super::Label;
use super::Side;
use super::TargetSeries;
use crate::census::Totals;
use crate::source::Failure;
use crate::source::Skip;
use crate::survey::Coverage;

/// The version of the document that is read.
pub const SCHEMA_VERSION: u32 = 1;

/// Why a document cannot be a side of a comparison.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// It is broken, or has not the keys of an audit.
    #[error("no audit that can be read: {0}; write it with `meshctl audit SOURCE -o json`")]
    Broken(String),
    /// Another program wrote it, or a later one.
    #[error(
        "an audit of schema version {0}, and this meshctl reads version {SCHEMA_VERSION}: compare with the meshctl \
         that wrote it, or write it anew with this one"
    )]
    Version(u64),
    /// It says no version.
    #[error(
        "no audit that can be read: it has no `schema_version`; write it with `meshctl audit SOURCE -o json`"
    )]
    NoVersion,
    /// Part of it was left out when it was written.
    #[error("{0}: what is missing would look as if it had gone; write it anew without that flag")]
    Cut(String),
}

/// Whether a text begins as a JSON object does. A line of a scrape may begin with a brace as well, and no colon
/// follows its first text: `{"http.requests",a="b"} 1`.
pub fn is_document(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let Some(inside) = text.trim_ascii_start().strip_prefix(b"{") else {
        return false;
    };
    let Some(key) = inside.trim_ascii_start().strip_prefix(b"\"") else {
        return false;
    };
    let mut rest = key.iter().enumerate();
    let end = rest.find_map(|(at, byte)| (*byte == b'"').then_some(at));
    end.is_some_and(|end| key[end + 1..].trim_ascii_start().starts_with(b":"))
}

/// Reads the document.
///
/// # Errors
/// It is broken, of another version, or was cut.
pub fn read(text: &[u8]) -> Result<Side, AuditError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let broken = |error: serde_json::Error| AuditError::Broken(error.to_string());
    // Keys of another version may be others, so that goes first.
    let head: Head = serde_json::from_slice(text).map_err(broken)?;
    match head.schema_version {
        None => return Err(AuditError::NoVersion),
        Some(version) if version != u64::from(SCHEMA_VERSION) => {
            return Err(AuditError::Version(version));
        }
        Some(_) => {}
    }
    let document: Document = serde_json::from_slice(text).map_err(broken)?;
    document.ensure_whole()?;
    Ok(document.side())
}

#[derive(Deserialize)]
struct Head {
    schema_version: Option<u64>,
}

#[derive(Deserialize)]
struct Document {
    meshctl_version: String,
    inputs: Vec<String>,
    coverage: CoverageEntry,
    interrupted: bool,
    family_filter: Option<String>,
    totals: TotalsEntry,
    targets: Vec<TargetEntry>,
    families: Vec<FamilyEntry>,
    labels: Vec<LabelEntry>,
}

#[derive(Deserialize)]
struct CoverageEntry {
    expected: u64,
    scraped: u64,
    failed: Vec<FailureEntry>,
    skipped: Vec<SkipEntry>,
}

#[derive(Deserialize)]
struct FailureEntry {
    target: String,
    origin: String,
    reason: String,
}

#[derive(Deserialize)]
struct SkipEntry {
    origin: String,
    reason: String,
}

#[derive(Deserialize)]
struct TotalsEntry {
    targets: u64,
    families: u64,
    names: u64,
    series: u64,
    samples: u64,
    rejects: u64,
    duplicates: u64,
    body_bytes: u64,
    otlp_data_points: u64,
}

#[derive(Deserialize)]
struct TargetEntry {
    name: String,
    origin: String,
    series: u64,
}

#[derive(Deserialize)]
struct FamilyEntry {
    name: String,
    #[serde(rename = "type")]
    family_type: String,
    sample_names: Vec<String>,
    series: u64,
    body_bytes: u64,
    labels: Vec<FamilyLabelEntry>,
}

#[derive(Deserialize)]
struct FamilyLabelEntry {
    name: String,
    series: u64,
    values: u64,
    marginal_saving_series: u64,
    structural: bool,
}

#[derive(Deserialize)]
struct LabelEntry {
    name: String,
    families: u64,
    series: u64,
    values: u64,
    marginal_saving_series: u64,
    structural: bool,
}

impl Document {
    fn ensure_whole(&self) -> Result<(), AuditError> {
        if let Some(filter) = &self.family_filter {
            let cut =
                format!("it was written with --family '{filter}' and holds no other families");
            return Err(AuditError::Cut(cut));
        }
        let held = self.families.len() as u64;
        if held != self.totals.families {
            let all = self.totals.families;
            let cut = format!("it holds {held} of its {all} families, as --limit cut it");
            return Err(AuditError::Cut(cut));
        }
        let of_families = self.families.iter().flat_map(|family| &family.labels);
        let all: BTreeSet<&str> = of_families.map(|label| label.name.as_str()).collect();
        let held = self.labels.len();
        if held != all.len() {
            let all = all.len();
            let cut = format!("it holds {held} of its {all} labels, as --limit cut it");
            return Err(AuditError::Cut(cut));
        }
        Ok(())
    }

    fn side(self) -> Side {
        let Self {
            meshctl_version,
            inputs,
            coverage,
            interrupted,
            family_filter: _,
            totals,
            targets,
            families,
            labels,
        } = self;
        let mut families: Vec<Family> = families.into_iter().map(FamilyEntry::family).collect();
        families.sort_by(|a, b| a.name.cmp(&b.name));
        let mut labels: Vec<Label> = labels.into_iter().map(LabelEntry::label).collect();
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        Side {
            kind: Kind::Audit(meshctl_version),
            inputs,
            coverage: coverage.coverage(),
            interrupted,
            totals: totals.totals(),
            families,
            labels,
            targets: targets.into_iter().map(TargetEntry::target).collect(),
            who: None,
        }
    }
}

impl CoverageEntry {
    fn coverage(self) -> Coverage {
        let failed = self.failed.into_iter().map(|failure| Failure {
            target: failure.target,
            origin: failure.origin,
            reason: failure.reason,
        });
        let skipped = self.skipped.into_iter().map(|skip| Skip {
            origin: skip.origin,
            reason: skip.reason,
        });
        Coverage {
            expected: self.expected,
            scraped: self.scraped,
            failed: failed.collect(),
            skipped: skipped.collect(),
        }
    }
}

impl TotalsEntry {
    fn totals(self) -> Totals {
        let Self {
            targets,
            families,
            names,
            series,
            samples,
            rejects,
            duplicates,
            body_bytes,
            otlp_data_points,
        } = self;
        Totals {
            targets,
            families,
            names,
            series,
            samples,
            rejects,
            duplicates,
            body_bytes,
            otlp_data_points,
        }
    }
}

impl TargetEntry {
    fn target(self) -> TargetSeries {
        let Self {
            name,
            origin,
            series,
        } = self;
        TargetSeries {
            name,
            origin,
            series,
        }
    }
}

impl FamilyEntry {
    fn family(self) -> Family {
        let mut labels: Vec<Label> = self
            .labels
            .into_iter()
            .map(FamilyLabelEntry::label)
            .collect();
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        Family {
            name: self.name,
            family_type: self.family_type,
            sample_names: self.sample_names,
            series: self.series,
            body_bytes: self.body_bytes,
            labels,
        }
    }
}

impl FamilyLabelEntry {
    fn label(self) -> Label {
        Label {
            name: self.name,
            families: 1,
            series: self.series,
            values: self.values,
            marginal_saving: self.marginal_saving_series,
            structural: self.structural,
        }
    }
}

impl LabelEntry {
    fn label(self) -> Label {
        Label {
            name: self.name,
            families: self.families,
            series: self.series,
            values: self.values,
            marginal_saving: self.marginal_saving_series,
            structural: self.structural,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_told_from_a_scrape() {
        for document in [
            "{\"schema_version\":1}",
            " \n{\n  \"schema_version\": 1,",
            "\u{feff}{ \"a\" : 1",
        ] {
            assert!(is_document(document.as_bytes()), "{document}");
        }
        for other in [
            "",
            "{",
            "{}",
            "{\"http.requests\",a=\"b\"} 1",
            "{\"http.requests\"} 1",
            "# TYPE a counter",
            "[1]",
        ] {
            assert!(!is_document(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn broken_text_says_where() {
        let error = read(b"{\n  \"schema_version\": 1,\n  oops").unwrap_err();
        let said = error.to_string();
        assert!(said.contains("line 3 column 3"), "{said}");
    }

    #[test]
    fn versions_that_are_not_known_are_refused_before_anything_else() {
        let error = read(b"{\"schema_version\": 2, \"totals\": 7}").unwrap_err();
        assert!(matches!(error, AuditError::Version(2)), "{error}");
        let error = read(b"{\"totals\": 7}").unwrap_err();
        assert!(matches!(error, AuditError::NoVersion), "{error}");
        let error = read(b"{\"schema_version\": 1}").unwrap_err();
        assert!(error.to_string().contains("meshctl_version"), "{error}");
    }
}
