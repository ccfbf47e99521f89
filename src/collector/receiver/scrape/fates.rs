//! What relabeling does with a sample whose labels stay as scraped, and how much has to be looked at for that.

use super::Body;
use super::Receiver;
use crate::collector::receiver::intake::is_attribute;
use crate::collector::receiver::job::Endpoint;
use crate::collector::receiver::job::Job;
use crate::collector::receiver::merge::merge;
use crate::collector::relabel::Labels;
use crate::collector::relabel::Outcome;
use crate::collector::text::Text;
use crate::table::Entry;
use crate::table::NO_BOUND;
use crate::table::Table;
use crate::table::TextId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Dropped(usize),
}

/// How much has to be looked at of each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Nothing: labels stay as scraped.
    AsScraped,
    /// Its name decides whether it stays; its labels stay as scraped.
    ByName,
    /// Its labels decide whether it stays, and stay as scraped.
    ByLabels,
    /// Its labels change.
    Changed,
}

/// The labels of the row looked at last.
#[derive(Debug, Default)]
pub(super) struct ByLabels {
    row: Option<u32>,
    labels: Labels,
}

impl Receiver {
    /// How much has to be looked at of each sample of this target.
    pub(super) fn route(&self, table: &Table, job: &Job, endpoint: &Endpoint) -> Route {
        let special = |name: &str| {
            !is_attribute(name)
                || name.starts_with("otel_scope_")
                || endpoint.label(name).is_some()
                || job
                    .external_labels
                    .iter()
                    .any(|(own, _)| own.as_str() == name)
        };
        let clashes = (0..table.pairs.key_count() as u32)
            .any(|key| std::str::from_utf8(table.pairs.key_name(key)).is_ok_and(special));
        let info = (0..table.names.len() as u32)
            .any(|name| matches!(table.names.text(name), b"target_info" | b"otel_scope_info"));
        let rules = &job.metric_relabel;
        let odd_names = !job.utf8_names && has_odd_names(table);
        let is_stored = self.stored.is_some();
        if clashes
            || info
            || odd_names
            || is_stored
            || self.memory.is_some()
            || (self.tells_relabeled && !rules.is_empty())
            || job.limits.look_at_labels()
        {
            Route::Changed
        } else if rules.is_empty() {
            Route::AsScraped
        } else if rules.reads_only_name() {
            Route::ByName
        } else if rules.is_keep_drop_only() {
            Route::ByLabels
        } else {
            Route::Changed
        }
    }

    pub(super) fn fate_of_name(&mut self, name: TextId, job: &Job) -> Fate {
        if let Some(Some(fate)) = self.fates.get(name as usize) {
            return *fate;
        }
        let fate = match job.metric_relabel.judge_name(self.intake.name_of(name)) {
            Outcome::Kept => Fate::Kept,
            Outcome::Dropped { rule } => Fate::Dropped(rule),
        };
        self.fates
            .resize(self.fates.len().max(name as usize + 1), None);
        self.fates[name as usize] = Some(fate);
        fate
    }

    pub(super) fn fate_of_labels(
        &mut self,
        entry: Entry,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
        by_labels: &mut ByLabels,
    ) -> Fate {
        let ByLabels { row, labels } = by_labels;
        if *row != Some(entry.row()) {
            *row = Some(entry.row());
            *labels = self.labels_of_row(entry, body.table);
            merge(labels, &endpoint.labels, job.honor_labels);
        }
        labels.set(
            "__name__".into(),
            self.intake.name(entry.combo(), body.table).clone(),
        );
        let mut with_bounds = false;
        for (key, value) in self.bounds(entry, body.table, job) {
            with_bounds = true;
            labels.set(key, value);
        }
        let fate = fate(job, labels);
        if with_bounds {
            labels.remove("le");
            labels.remove("quantile");
        }
        fate
    }

    pub(super) fn labels_of_row(&self, entry: Entry, table: &Table) -> Labels {
        let mut labels = Labels::default();
        for &pair in table.body.rows.pairs(entry.row()) {
            let (key, value) = self.intake.pair(pair);
            labels.set(key, value);
        }
        labels
    }

    /// `le` and `quantile` of a sample, as relabeling sees them.
    pub(super) fn bounds(
        &self,
        entry: Entry,
        table: &Table,
        job: &Job,
    ) -> impl Iterator<Item = (Text, Text)> {
        let bounds = table.combos.all[entry.combo() as usize].bounds;
        let found = [bounds.le, bounds.quantile]
            .map(|pair| (pair != NO_BOUND).then(|| self.intake.bound_text(pair, job.version)));
        found.into_iter().flatten()
    }
}

pub(super) fn fate(job: &Job, labels: &mut Labels) -> Fate {
    match job.metric_relabel.process(labels) {
        Outcome::Kept => Fate::Kept,
        Outcome::Dropped { rule } => Fate::Dropped(rule),
    }
}

/// Whether some name needs quotes, which releases without UTF-8 names refuse.
fn has_odd_names(table: &Table) -> bool {
    let odd_name = |name: u32| {
        std::str::from_utf8(table.names.text(name)).is_ok_and(|name| !is_legacy_name(name))
    };
    let odd_key = |key: u32| {
        std::str::from_utf8(table.pairs.key_name(key)).is_ok_and(|name| !is_legacy_label(name))
    };
    (0..table.names.len() as u32).any(odd_name) || (0..table.pairs.key_count() as u32).any(odd_key)
}

pub(super) fn is_valid_name(name: &str, job: &Job) -> bool {
    !name.is_empty() && (job.utf8_names || is_legacy_name(name))
}

pub(super) fn is_valid_label(name: &str, job: &Job) -> bool {
    !name.is_empty() && (job.utf8_names || is_legacy_label(name))
}

fn is_legacy_name(name: &str) -> bool {
    name.bytes().enumerate().all(|(at, byte)| {
        byte.is_ascii_alphabetic()
            || matches!(byte, b'_' | b':')
            || (at > 0 && byte.is_ascii_digit())
    })
}

fn is_legacy_label(name: &str) -> bool {
    is_legacy_name(name) && !name.contains(':')
}
