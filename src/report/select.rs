//! Which families, labels and findings are shown, and in which order: filter, sort, limit.

use crate::census::FamilyCount;
use crate::census::FamilyLabel;
use crate::census::LabelCount;
use crate::census::Redundancy;
use crate::census::Spread;
use crate::census::ValueCount;
use crate::census::class::ValueClass;
use crate::exposition::FamilyType;
use crate::findings::Finding;
use crate::report::Command;
use crate::report::Page;
use crate::report::order::LabelOrder;

/// Findings that `filter` is about; the others are those of an audit.
const ABOUT_PIPELINES: &str = "collector/";

/// One label of the survey, or of one family where that is set.
#[derive(Clone, Copy)]
pub(super) struct LabelRow<'a> {
    pub(super) family: Option<&'a FamilyCount>,
    pub(super) name: &'a str,
    pub(super) families: u64,
    pub(super) series: u64,
    pub(super) values: u64,
    pub(super) top_values: &'a [ValueCount],
    pub(super) saves: u64,
    pub(super) redundancy: &'a Redundancy,
    pub(super) structural: bool,
    pub(super) body_bytes: u64,
    pub(super) class: Option<ValueClass>,
}

impl<'a> LabelRow<'a> {
    pub(super) fn of_family(family: &'a FamilyCount, label: &'a FamilyLabel) -> Self {
        Self {
            family: Some(family),
            name: &label.name,
            families: 1,
            series: label.series,
            values: label.values,
            top_values: &label.top_values,
            saves: label.marginal_saving,
            redundancy: &label.redundancy,
            structural: label.structural,
            body_bytes: label.body_bytes,
            class: label.class,
        }
    }

    fn of_survey(label: &'a LabelCount) -> Self {
        Self {
            family: None,
            name: &label.name,
            families: label.families,
            series: label.series,
            values: label.values,
            top_values: &label.top_values,
            saves: label.marginal_saving,
            redundancy: &label.redundancy,
            structural: label.structural,
            body_bytes: label.body_bytes,
            class: label.class,
        }
    }

    /// Costs bytes and no series.
    pub(super) fn is_redundant(&self) -> bool {
        *self.redundancy != Redundancy::None
    }

    /// The labels that determine it: empty for one that is constant, and for one that is not redundant.
    pub(super) fn determined_by(&self) -> &'a [String] {
        match self.redundancy {
            Redundancy::DeterminedBy(labels) => labels,
            Redundancy::None | Redundancy::Constant => &[],
        }
    }

    /// What dropping a structural label destroys.
    pub(super) fn destroys(&self) -> &'static str {
        match (self.family.map(|family| family.family_type), self.name) {
            (Some(FamilyType::Histogram | FamilyType::GaugeHistogram), _) | (None, "le") => {
                "histogram"
            }
            (Some(FamilyType::Summary), _) | (None, "quantile") => "summary",
            _ => "family",
        }
    }
}

/// The part of a list that is shown, and how long the list is.
pub(super) struct Selection<T> {
    pub(super) shown: Vec<T>,
    pub(super) of: usize,
}

impl<T> Selection<T> {
    /// The first `limit`, or all where that is `None` or 0.
    fn first(mut all: Vec<T>, limit: Option<usize>) -> Self {
        let of = all.len();
        all.truncate(limit.filter(|limit| *limit > 0).unwrap_or(of));
        Self { shown: all, of }
    }
}

impl<'a> Page<'a> {
    /// The target with the most series of a family; `None` where all have the same number.
    pub(super) fn outlier(&self, spread: &Spread) -> Option<&'a str> {
        let target = self.survey.census.targets.get(spread.max_target)?;
        (spread.max > spread.min).then_some(target.name.as_str())
    }

    /// Families that the view is about, in its order; `limit` stands where none was typed.
    pub(super) fn families(&self, limit: Option<usize>) -> Selection<&'a FamilyCount> {
        Selection::first(self.all_families(), self.limit(limit, Command::Families))
    }

    fn all_families(&self) -> Vec<&'a FamilyCount> {
        let filter = self.view.family.as_ref();
        let matches = |family: &&FamilyCount| filter.is_none_or(|glob| glob.is_match(&family.name));
        let mut all: Vec<_> = self.survey.census.families.iter().filter(matches).collect();
        all.sort_by(|a, b| self.view.families.compare(a, b));
        all
    }

    /// Labels that the view is about, in its order: of the survey, or of each family with a filter.
    pub(super) fn labels(&self, limit: Option<usize>) -> Selection<LabelRow<'a>> {
        Selection::first(self.all_labels(), self.limit(limit, Command::Labels))
    }

    pub(super) fn all_labels(&self) -> Vec<LabelRow<'a>> {
        let mut rows: Vec<_> = if self.view.family.is_some() {
            let families = self.all_families().into_iter();
            families.flat_map(|family| self.labels_of(family)).collect()
        } else {
            let labels = self.survey.census.labels.iter();
            labels.map(LabelRow::of_survey).collect()
        };
        sort_labels(&mut rows, self.view.labels);
        rows
    }

    /// Labels over the whole survey, whatever families the view is about.
    pub(super) fn survey_labels(&self, limit: Option<usize>) -> Selection<LabelRow<'a>> {
        let all = self.survey.census.labels.iter();
        let mut rows: Vec<_> = all.map(LabelRow::of_survey).collect();
        sort_labels(&mut rows, self.view.labels);
        Selection::first(rows, self.limit(limit, Command::Labels))
    }

    /// All labels of one family, in the view's order.
    pub(super) fn labels_of(&self, family: &'a FamilyCount) -> Vec<LabelRow<'a>> {
        let labels = family.labels.iter();
        let mut rows: Vec<_> = labels
            .map(|label| LabelRow::of_family(family, label))
            .collect();
        sort_labels(&mut rows, self.view.labels);
        rows
    }

    /// Findings, most severe first.
    pub(super) fn findings(&self, limit: Option<usize>) -> Selection<&'a Finding> {
        let shown = |finding: &&Finding| {
            self.view.command != Command::Filter || finding.id.starts_with(ABOUT_PIPELINES)
        };
        let mut all: Vec<_> = self.findings.iter().filter(shown).collect();
        all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Selection::first(all, self.limit(limit, Command::Audit))
    }

    /// A typed limit is for the lists that the command is about: all of them in an audit.
    fn limit(&self, otherwise: Option<usize>, list: Command) -> Option<usize> {
        let about = self.view.command == Command::Audit || self.view.command == list;
        self.view.limit.filter(|_| about).or(otherwise)
    }
}

fn sort_labels(rows: &mut [LabelRow<'_>], order: LabelOrder) {
    let count = |row: &LabelRow<'_>| match order {
        LabelOrder::Saves => row.saves,
        LabelOrder::Values => row.values,
        LabelOrder::Bytes => row.body_bytes,
        LabelOrder::Families => row.families,
        LabelOrder::Name => 0,
    };
    rows.sort_by(|a, b| {
        let [family_a, family_b] = [a, b].map(|row| row.family.map(|family| &family.name));
        count(b)
            .cmp(&count(a))
            .then_with(|| a.name.cmp(b.name))
            .then_with(|| family_a.cmp(&family_b))
    });
}
