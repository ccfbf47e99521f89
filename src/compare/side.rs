//! One side of a comparison, from wherever it comes.

use crate::census::Census;
use crate::census::FamilyCount;
use crate::census::FamilyLabel;
use crate::census::LabelCount;
use crate::census::TargetCount;
use crate::census::Totals;
use crate::mesh::Party;
use crate::mesh::Proxy;
use crate::mesh::TargetTraffic;
use crate::mesh::Text;
use crate::survey::Coverage;
use crate::survey::Survey;

/// What a side was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Scrapes, which were counted just now.
    Scrapes,
    /// A saved audit, by which version of the program.
    Audit(String),
}

/// One side.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// What it was made from.
    pub kind: Kind,
    /// What was read, as typed, without credentials.
    pub inputs: Vec<String>,
    /// Which targets it stands for.
    pub coverage: Coverage,
    /// It was stopped before all was read.
    pub interrupted: bool,
    /// Sums over all targets.
    pub totals: Totals,
    /// By name.
    pub families: Vec<Family>,
    /// Over all families, by name.
    pub labels: Vec<Label>,
    /// By name, then origin.
    pub targets: Vec<TargetSeries>,
    /// Who each target is, sorted by its name and origin; `None` where that is not known.
    pub who: Option<Vec<((String, String), Who)>>,
}

/// One family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its type.
    pub family_type: String,
    /// Its sample names, sorted.
    pub sample_names: Vec<String>,
    /// Its series.
    pub series: u64,
    /// Its bytes.
    pub body_bytes: u64,
    /// Its labels, by name.
    pub labels: Vec<Label>,
}

/// One label, of a family or over all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Families that have it.
    pub families: u64,
    /// Series that carry it.
    pub series: u64,
    /// Distinct values.
    pub values: u64,
    /// Series that would vanish without it.
    pub marginal_saving: u64,
    /// It tells the series of a histogram or summary apart.
    pub structural: bool,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSeries {
    /// `Target::name`.
    pub name: String,
    /// `Target::origin`.
    pub origin: String,
    /// Its series.
    pub series: u64,
}

/// Whose scrape it is, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// Namespace.
    pub namespace: Option<Text>,
    /// What runs the pod.
    pub workload: Option<Text>,
    /// Pod.
    pub pod: Option<Text>,
    /// Which proxy speaks.
    pub proxy: Option<Proxy>,
    /// Its version.
    pub version: Option<Text>,
}

impl Side {
    /// What was scraped. Who is who is taken from what was read of traffic; without that it is not known.
    pub fn of_survey(survey: Survey) -> Self {
        let Survey {
            inputs,
            coverage,
            census,
            mesh,
            interrupted,
            ..
        } = survey;
        let Census {
            totals,
            targets,
            families,
            labels,
            ..
        } = census;
        Self {
            kind: Kind::Scrapes,
            inputs,
            coverage,
            interrupted,
            totals,
            families: families.into_iter().map(family).collect(),
            labels: labels.into_iter().map(label).collect(),
            targets: targets.into_iter().map(target).collect(),
            who: mesh.map(|mesh| mesh.targets.into_iter().map(who).collect()),
        }
    }

    /// Whether some of what should have been read was not.
    pub fn is_partial(&self) -> bool {
        self.interrupted || !self.coverage.failed.is_empty()
    }
}

fn family(family: FamilyCount) -> Family {
    let FamilyCount {
        name,
        family_type,
        sample_names,
        series,
        body_bytes,
        labels,
        ..
    } = family;
    Family {
        name,
        family_type: family_type.as_str().to_owned(),
        sample_names,
        series,
        body_bytes,
        labels: labels.into_iter().map(family_label).collect(),
    }
}

fn family_label(label: FamilyLabel) -> Label {
    Label {
        name: label.name,
        families: 1,
        series: label.series,
        values: label.values,
        marginal_saving: label.marginal_saving,
        structural: label.structural,
    }
}

fn label(label: LabelCount) -> Label {
    Label {
        name: label.name,
        families: label.families,
        series: label.series,
        values: label.values,
        marginal_saving: label.marginal_saving,
        structural: label.structural,
    }
}

fn target(target: TargetCount) -> TargetSeries {
    TargetSeries {
        name: target.name,
        origin: target.origin,
        series: target.series,
    }
}

fn who(target: TargetTraffic) -> ((String, String), Who) {
    let TargetTraffic {
        name,
        origin,
        proxy,
        version,
        party,
        ..
    } = target;
    let Party {
        namespace,
        workload,
        pod,
        ..
    } = party;
    let who = Who {
        namespace,
        workload,
        pod,
        // A proxy of Linkerd without traffic says nothing but its version; those of Istio are known by theirs.
        proxy: proxy.or(version.is_some().then_some(Proxy::Linkerd)),
        version,
    };
    ((name, origin), who)
}
