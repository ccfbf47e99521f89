//! In which order what changed is listed.

use std::cmp::Ordering;
use std::cmp::Reverse;

use super::super::document::CountChangeEntry;
use super::super::document::FamilyChangeEntry;
use super::super::document::LabelChangeEntry;
use super::super::document::WorkloadChangeEntry;

/// What families, labels and workloads are ordered by; names break ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangeOrder {
    /// How much it changed, whichever way, most first: in series, of labels in what removing them would save.
    #[default]
    Change,
    /// What came to it, most first; those that became less last.
    Growth,
    /// Growth in percent, most first; what is new before.
    Percent,
    /// Series that disappeared and appeared together, most first. Of labels, values that came.
    Churn,
    /// Series now, most first.
    Series,
    /// Name alone.
    Name,
}

impl ChangeOrder {
    pub(super) fn families(self, a: &FamilyChangeEntry<'_>, b: &FamilyChangeEntry<'_>) -> Ordering {
        let churn = |family: &FamilyChangeEntry<'_>| {
            let churn = family.churn;
            churn.map_or(0, |churn| churn.disappeared_series + churn.appeared_series)
        };
        self.by(a.series, b.series, churn(a), churn(b))
            .then_with(|| a.name.cmp(b.name))
    }

    pub(super) fn workloads(
        self,
        a: &WorkloadChangeEntry<'_>,
        b: &WorkloadChangeEntry<'_>,
    ) -> Ordering {
        let churn = |workload: &WorkloadChangeEntry<'_>| {
            workload.disappeared_series + workload.appeared_series
        };
        self.by(a.series, b.series, churn(a), churn(b))
            .then_with(|| (a.namespace, a.workload).cmp(&(b.namespace, b.workload)))
    }

    pub(super) fn labels(self, a: &LabelChangeEntry<'_>, b: &LabelChangeEntry<'_>) -> Ordering {
        let (savings, more) = (
            [a.marginal_saving_series, b.marginal_saving_series],
            [a.values, b.values],
        );
        let grown = |of: [CountChangeEntry; 2]| of.map(|count| count.growth);
        let changed = |of: [CountChangeEntry; 2]| of.map(|count| count.growth.unsigned_abs());
        // The largest first: the other one is compared with it.
        match self {
            Self::Growth => {
                let ([a, b], [c, d]) = (grown(savings), grown(more));
                (b, d).cmp(&(a, c))
            }
            Self::Change => {
                let ([a, b], [c, d]) = (changed(savings), changed(more));
                (b, d).cmp(&(a, c))
            }
            Self::Churn => {
                let ([a, b], [c, d]) = (grown(more), grown(savings));
                (b, d).cmp(&(a, c))
            }
            Self::Percent => self.by(a.values, b.values, 0, 0),
            Self::Series => b.series.after.cmp(&a.series.after),
            Self::Name => Ordering::Equal,
        }
        .then_with(|| a.name.cmp(b.name))
    }

    fn by(self, a: CountChangeEntry, b: CountChangeEntry, churn_a: u64, churn_b: u64) -> Ordering {
        let percent = |count: CountChangeEntry| match count.growth_percent {
            Some(percent) => percent,
            None if count.after > 0 => f64::INFINITY,
            None => 0.0,
        };
        match self {
            Self::Growth => b.growth.cmp(&a.growth),
            Self::Change => {
                let change = |count: CountChangeEntry| Reverse(count.growth.unsigned_abs());
                change(a).cmp(&change(b))
            }
            Self::Percent => percent(b).total_cmp(&percent(a)),
            Self::Churn => churn_b.cmp(&churn_a),
            Self::Series => b.after.cmp(&a.after),
            Self::Name => Ordering::Equal,
        }
    }
}
