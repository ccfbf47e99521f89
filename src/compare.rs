//! Two readings of a mesh, held against each other: what grew, what came and went, which series stayed.
//!
//! In come two [`Side`]s, each from scrapes or from a saved audit, and what was found of their series; out goes a
//! [`Comparison`], plain data in a total order. What a side does not tell is `None` in it, never 0. Comparing in the
//! other order gives the mirror of it, but for the pods that are gone, which are those of the newer side.

pub mod audit;
mod families;
mod pods;
mod side;
mod targets;
mod workloads;

use crate::census::Totals;
use crate::census::churn::Churn;
use crate::census::churn::MatchedBy;
use crate::census::churn::Turnover;
use crate::mesh::NamedPods;
use crate::mesh::Proxy;

pub use side::Family;
pub use side::Kind;
pub use side::Label;
pub use side::Side;
pub use side::TargetSeries;
pub use side::Who;

/// A count on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// On the older side.
    pub before: u64,
    /// On the newer side.
    pub after: u64,
}

impl Change {
    /// What came to it; negative where it became less.
    pub fn growth(self) -> i64 {
        self.after as i64 - self.before as i64
    }

    /// The same in percent of what there was; `None` where there was nothing.
    pub fn percent(self) -> Option<f64> {
        (self.before > 0).then(|| self.growth() as f64 * 100.0 / self.before as f64)
    }

    /// Whether both are the same.
    pub fn is_none(self) -> bool {
        self.before == self.after
    }

    fn add(&mut self, other: Self) {
        self.before += other.before;
        self.after += other.after;
    }
}

/// On which side something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// On both.
    Both,
    /// On the newer side only.
    Came,
    /// On the older side only.
    Went,
}

impl Status {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Came => "came",
            Self::Went => "went",
        }
    }

    fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (true, false) => Self::Went,
            (false, true) => Self::Came,
            _ => Self::Both,
        }
    }
}

/// How two sides differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Sums over all targets.
    pub totals: TotalsChange,
    /// Which series stayed; `None` where a side does not hold its series.
    pub churn: Option<SeriesChange>,
    /// All families, by name.
    pub families: Vec<FamilyChange>,
    /// All labels over all families, by name.
    pub labels: Vec<LabelChange>,
    /// What runs the pods, by namespace and name; `None` where a side does not tell.
    pub workloads: Option<Vec<WorkloadChange>>,
    /// All targets: those of the older side by name, then those that came.
    pub targets: Vec<TargetChange>,
    /// Versions of proxies; `None` where a side does not tell.
    pub versions: Option<Vec<VersionChange>>,
    /// Pods that series of the newer side name, and which of them are gone; `None` where that cannot be told.
    pub pods: Option<PodsNamed>,
}

/// Sums over all targets, on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TotalsChange {
    /// Targets read to their end.
    pub targets: Change,
    /// Distinct families.
    pub families: Change,
    /// Distinct sample names.
    pub names: Change,
    /// Distinct label names.
    pub labels: Change,
    /// Distinct (target, name, label set).
    pub series: Change,
    /// Bytes of all bodies.
    pub body_bytes: Change,
    /// Data points a Collector makes of them.
    pub otlp_data_points: Change,
}

/// Which series stayed, over all targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeriesChange {
    /// In both readings.
    pub stayed: u64,
    /// Of these, those that are of another family than before.
    pub moved: u64,
    /// Gone from targets that are still there.
    pub disappeared: u64,
    /// New in targets that were there.
    pub appeared: u64,
    /// Gone with their targets.
    pub disappeared_with_targets: u64,
    /// New with their targets.
    pub appeared_with_targets: u64,
}

/// One family on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyChange {
    /// Its name.
    pub name: String,
    /// On which side it is.
    pub status: Status,
    /// Its type before, if it was there.
    pub type_before: Option<String>,
    /// Its type now, if it is there.
    pub type_after: Option<String>,
    /// Its series.
    pub series: Change,
    /// Its bytes.
    pub body_bytes: Change,
    /// Which of its series stayed.
    pub churn: Option<Turnover>,
    /// Its sample names that are new.
    pub names_came: Vec<String>,
    /// Its sample names that are gone.
    pub names_went: Vec<String>,
    /// Its labels that came, went or changed, by name.
    pub labels: Vec<LabelChange>,
    /// Workloads with more or fewer of its series, by namespace and name; `None` where a side does not tell.
    pub workloads: Option<Vec<WorkloadSeries>>,
    /// Families of the other side that have taken over or given series, with how many: their `# TYPE` line changed.
    pub moved: Vec<MovedSeries>,
}

impl FamilyChange {
    /// Whether anything but its bytes is another than before.
    pub fn is_changed(&self) -> bool {
        let churned = self.churn.is_some_and(|churn| {
            churn.disappeared() > 0
                || churn.appeared() > 0
                || churn.moved_in > 0
                || churn.moved_out > 0
        });
        self.status != Status::Both
            || !self.series.is_none()
            || churned
            || self.type_before != self.type_after
            || !self.names_came.is_empty()
            || !self.names_went.is_empty()
            || !self.labels.is_empty()
    }
}

/// Series that went from one family to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MovedSeries {
    /// The family on the older side.
    pub from: String,
    /// The family on the newer side.
    pub to: String,
    /// How many.
    pub series: u64,
}

/// One label on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelChange {
    /// Its name.
    pub name: String,
    /// On which side it is.
    pub status: Status,
    /// It tells the series of a histogram or summary apart, on either side.
    pub structural: bool,
    /// Families that have it.
    pub families: Change,
    /// Series that carry it.
    pub series: Change,
    /// Distinct values.
    pub values: Change,
    /// Series that would vanish without it.
    pub marginal_saving: Change,
}

impl LabelChange {
    /// Whether it is another than before.
    pub fn is_changed(&self) -> bool {
        self.status != Status::Both
            || !self.values.is_none()
            || !self.marginal_saving.is_none()
            || !self.series.is_none()
            || !self.families.is_none()
    }
}

/// Series of one family in one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadSeries {
    /// Its namespace, where that is known.
    pub namespace: Option<String>,
    /// Its name; `None` for all targets of which it is not known.
    pub workload: Option<String>,
    /// Series.
    pub series: Change,
}

/// One workload on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadChange {
    /// Its namespace, where that is known.
    pub namespace: Option<String>,
    /// Its name; `None` for all targets of which it is not known.
    pub workload: Option<String>,
    /// Its targets.
    pub targets: Change,
    /// Targets that are new.
    pub came: u64,
    /// Targets that are gone.
    pub went: u64,
    /// Series of its targets.
    pub series: Change,
    /// Series that are gone, with their targets or without.
    pub disappeared: u64,
    /// Series that are new, with their targets or without.
    pub appeared: u64,
}

/// One target on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChange {
    /// Its name on the older side.
    pub before: Option<String>,
    /// Its name on the newer side.
    pub after: Option<String>,
    /// By what both were found to be one.
    pub matched_by: Option<MatchedBy>,
    /// Its series.
    pub series: Change,
    /// Which of them stayed.
    pub churn: Option<Turnover>,
}

impl TargetChange {
    /// On which side it is.
    pub fn status(&self) -> Status {
        Status::of(self.before.is_some(), self.after.is_some())
    }

    /// What it is called now, or was.
    pub fn name(&self) -> &str {
        let name = self.after.as_deref().or(self.before.as_deref());
        name.unwrap_or_default()
    }
}

/// How many targets say that they are of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    /// Which proxy; `None` for targets that say nothing as a proxy does.
    pub proxy: Option<Proxy>,
    /// Its version; `None` where it does not tell.
    pub version: Option<String>,
    /// Targets.
    pub targets: Change,
}

/// Pods that labels of the newer side name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodsNamed {
    /// Those that are gone: targets of the older side and not of the newer one, of which everything was read.
    pub gone: Vec<PodNamed>,
    /// Those of which that cannot be told.
    pub untold: Vec<PodNamed>,
    /// Those that are targets of the newer side: how many, and in how many series.
    pub there: (u64, u64),
}

/// A pod, as a label names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodNamed {
    /// The label.
    pub label: String,
    /// Its namespace, where a label beside it tells.
    pub namespace: Option<String>,
    /// Its name.
    pub pod: String,
    /// Series that name it.
    pub series: u64,
    /// Why it cannot be told whether it is gone.
    pub why: Option<Untold>,
}

/// Why it cannot be told whether a pod is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Untold {
    /// It is a target on neither side: it may be without a proxy, or was not asked.
    NeverATarget,
    /// It was a target, and not all of the newer side could be read.
    NotAllRead,
}

impl Untold {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverATarget => "never-a-target",
            Self::NotAllRead => "not-all-read",
        }
    }
}

/// What was found of the series of two sides that were both scraped.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// How the series relate.
    pub churn: &'a Churn,
    /// Pods that the newer side names.
    pub pods: &'a NamedPods,
}

/// Holds two sides against each other.
pub fn compare(before: &Side, after: &Side, found: Option<Found<'_>>) -> Comparison {
    let churn = found.map(|found| found.churn);
    let whole = |of: fn(&Totals) -> u64| Change {
        before: of(&before.totals),
        after: of(&after.totals),
    };
    let totals = TotalsChange {
        targets: whole(|totals| totals.targets),
        families: whole(|totals| totals.families),
        names: whole(|totals| totals.names),
        labels: Change {
            before: before.labels.len() as u64,
            after: after.labels.len() as u64,
        },
        series: whole(|totals| totals.series),
        body_bytes: whole(|totals| totals.body_bytes),
        otlp_data_points: whole(|totals| totals.otlp_data_points),
    };
    let works = churn.and_then(|churn| workloads::compare(before, after, churn));
    let (workloads, by_family) = works.unzip();
    Comparison {
        totals,
        churn: churn.map(targets::series),
        families: families::compare(before, after, churn, by_family),
        labels: families::labels(&before.labels, &after.labels),
        workloads,
        targets: targets::compare(before, after, churn),
        versions: targets::versions(before, after),
        pods: found.and_then(|found| pods::compare(before, after, found.pods)),
    }
}
