//! What there was when a baseline was written: small, sorted, one line for each thing, so that a change shows as
//! the lines that changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use serde::Deserialize;
use serde::Serialize;

use super::Scope;
use super::Unit;
use super::policy::Budget;
use super::policy::Matching;
use super::policy::Stage;
use super::view::Context;
use super::view::View;
use crate::survey::Survey;

/// The version of the format that is written and read.
const SCHEMA_VERSION: u64 = 1;

/// What there was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema_version: u64,
    meshctl_version: String,
    /// Targets read.
    pub(super) targets: u64,
    /// Distinct series of all targets.
    pub(super) series: u64,
    /// Bytes of all bodies.
    pub(super) body_bytes: u64,
    /// What each exporter sends, by pipeline and exporter.
    pub(super) arrives: BTreeMap<String, Arrived>,
    /// By name.
    pub(super) families: BTreeMap<String, Family>,
    /// By name, over all families.
    pub(super) labels: BTreeMap<String, Label>,
    /// By namespace and name.
    pub(super) workloads: BTreeMap<String, Workload>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrived {
    pub(super) series: u64,
    pub(super) body_bytes: u64,
    pub(super) families: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub(super) series: u64,
    pub(super) labels: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Label {
    pub(super) values: u64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Workload {
    pub(super) targets: u64,
    pub(super) series: u64,
}

/// A baseline that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is not what `--update-baseline` writes.
    #[error("line {line}, column {column}: {message}; write it anew with --update-baseline")]
    Broken {
        /// Counts from 1.
        line: usize,
        /// Counts from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is of another version of the format.
    #[error(
        "it is of version {0} of the format, and this program reads {SCHEMA_VERSION}; write it anew with --update-baseline"
    )]
    Version(u64),
}

impl Baseline {
    /// What there is now.
    pub fn of(survey: &Survey, context: Context) -> Self {
        let census = &survey.census;
        let mut baseline = Self {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION").to_owned(),
            targets: census.totals.targets,
            series: census.totals.series,
            body_bytes: census.totals.body_bytes,
            ..Self::default()
        };
        for family in census.families.iter().filter(|family| family.series > 0) {
            let labels = family.labels.iter().filter(|label| label.values > 0);
            let known = Family {
                series: family.series,
                labels: labels.map(|label| label.name.clone()).collect(),
            };
            baseline.families.insert(family.name.clone(), known);
        }
        for label in census.labels.iter().filter(|label| label.values > 0) {
            let known = Label {
                values: label.values,
            };
            baseline.labels.insert(label.name.clone(), known);
        }
        let scrape = View::of_scrape(survey, context);
        for (owner, cost) in scrape.targets() {
            let workload = baseline
                .workloads
                .entry(owner.workload.clone())
                .or_default();
            workload.targets += 1;
            workload.series += cost.series;
        }
        for view in View::all(survey, &Stage::Arrives, context) {
            let total = view.total();
            let families = view.families().iter();
            let arrived = Arrived {
                series: total.series,
                body_bytes: total.body_bytes,
                families: families
                    .map(|(name, cost)| ((*name).to_owned(), cost.series))
                    .collect(),
            };
            baseline.arrives.insert(view.path(), arrived);
        }
        baseline
    }

    /// Reads what [`Baseline::write`] wrote.
    ///
    /// # Errors
    /// It is something else, or of another version.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Versioned {
            schema_version: u64,
        }
        let broken = |error: serde_json::Error| BaselineError::Broken {
            line: error.line(),
            column: error.column(),
            message: error
                .to_string()
                .split(" at line")
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let Versioned { schema_version } = serde_json::from_str(text).map_err(broken)?;
        if schema_version != SCHEMA_VERSION {
            return Err(BaselineError::Version(schema_version));
        }
        serde_json::from_str(text).map_err(broken)
    }

    /// Writes it, one line for each family, label and workload.
    ///
    /// # Errors
    /// Whatever `out` says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{{")?;
        writeln!(out, "  \"schema_version\": {},", self.schema_version)?;
        writeln!(
            out,
            "  \"meshctl_version\": {},",
            serde_json::to_string(&self.meshctl_version)?
        )?;
        writeln!(out, "  \"targets\": {},", self.targets)?;
        writeln!(out, "  \"series\": {},", self.series)?;
        writeln!(out, "  \"body_bytes\": {},", self.body_bytes)?;
        write_map(out, "arrives", &self.arrives, ",")?;
        write_map(out, "families", &self.families, ",")?;
        write_map(out, "labels", &self.labels, ",")?;
        write_map(out, "workloads", &self.workloads, "")?;
        writeln!(out, "}}")
    }

    /// What a budget's value was, as far as a baseline has it.
    pub(super) fn value(
        &self,
        view: &View<'_>,
        budget: &Budget,
        unit: Unit,
        name: &str,
    ) -> Option<f64> {
        let arrived = || {
            view.is_end()
                .then(|| self.arrives.get(&view.path()))
                .flatten()
        };
        let series = |series: u64| match unit {
            Unit::Series => Some(series as f64),
            Unit::SamplesPerSecond => Some(view.rate(series)),
            _ => None,
        };
        match (budget.scope, view.is_scrape()) {
            (Scope::Total, true) if unit == Unit::BodyBytes => Some(self.body_bytes as f64),
            (Scope::Total, true) => series(self.series),
            (Scope::Total, false) if unit == Unit::BodyBytes => Some(arrived()?.body_bytes as f64),
            (Scope::Total, false) => series(arrived()?.series),
            (Scope::Family, _) => series(self.family_series(view, name)?),
            (Scope::Label, true) if matches!(budget.matching, Matching::Each(_)) => {
                Some(self.labels.get(name)?.values as f64)
            }
            (Scope::Workload, true) => series(self.workload_series(name)?),
            (Scope::Namespace, true) => {
                let workloads = self.workloads.iter();
                let of_it = workloads.filter(|(workload, _)| {
                    workload
                        .split_once('/')
                        .is_some_and(|(namespace, _)| namespace == name)
                });
                let sum = of_it.map(|(_, workload)| workload.series).sum::<u64>();
                series(sum).filter(|sum| *sum > 0.0)
            }
            _ => None,
        }
    }

    pub(super) fn family_series(&self, view: &View<'_>, name: &str) -> Option<u64> {
        if view.is_scrape() {
            return Some(self.families.get(name)?.series);
        }
        let arrived = view.is_end().then(|| self.arrives.get(&view.path()))??;
        arrived.families.get(name).copied()
    }

    pub(super) fn workload_series(&self, name: &str) -> Option<u64> {
        Some(self.workloads.get(name)?.series)
    }

    /// What changed since, in a sentence; `None` where nothing did.
    pub fn changes(&self, newer: &Self) -> Option<String> {
        let keys = |older: &BTreeMap<String, Family>, newer: &BTreeMap<String, Family>| {
            older
                .keys()
                .filter(|name| !newer.contains_key(*name))
                .count()
        };
        let mut said = Vec::new();
        if self.series != newer.series {
            let difference = newer.series as i64 - self.series as i64;
            said.push(format!(
                "series {} → {} ({difference:+})",
                self.series, newer.series
            ));
        }
        if self.targets != newer.targets {
            said.push(format!("targets {} → {}", self.targets, newer.targets));
        }
        for (count, word) in [
            (keys(&newer.families, &self.families), "new"),
            (keys(&self.families, &newer.families), "gone"),
        ] {
            if count > 0 {
                let noun = if count == 1 { "family" } else { "families" };
                said.push(format!("{count} {noun} {word}"));
            }
        }
        if said.is_empty() && !self.is_same(newer) {
            said.push("the same totals, otherwise made up".to_owned());
        }
        (!said.is_empty()).then(|| said.join(", "))
    }

    fn is_same(&self, other: &Self) -> bool {
        let known = Self {
            meshctl_version: other.meshctl_version.clone(),
            ..self.clone()
        };
        known == *other
    }
}

fn write_map<T: Serialize>(
    out: &mut dyn Write,
    key: &str,
    map: &BTreeMap<String, T>,
    comma: &str,
) -> io::Result<()> {
    if map.is_empty() {
        return writeln!(out, "  \"{key}\": {{}}{comma}");
    }
    writeln!(out, "  \"{key}\": {{")?;
    for (at, (name, value)) in map.iter().enumerate() {
        let end = if at + 1 < map.len() { "," } else { "" };
        let (name, value) = (serde_json::to_string(name)?, serde_json::to_string(value)?);
        writeln!(out, "    {name}: {value}{end}")?;
    }
    writeln!(out, "  }}{comma}")
}

#[cfg(test)]
mod tests;
