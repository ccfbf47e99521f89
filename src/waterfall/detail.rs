//! What a counter counts beyond the usual: what comes of each target, and labels family by family.

use std::borrow::Cow;

use super::Count;
use super::LabelsAt;
use super::arrivals::Arrivals;
use super::asked::StageLabels;
use super::counter::Counter;
use super::counter::each_metric;
use crate::collector::ledger::StageId;
use crate::collector::pdata::Metrics;
use crate::collector::plan::StageKind;
use crate::collector::receiver::Relabeled;

impl Counter {
    /// From now on, counts what each target contributes to each stage.
    pub fn count_targets(&mut self) {
        self.names_of_targets.get_or_insert_default();
    }

    /// From now on, counts these labels behind these stages. What stands at the scrape the census tells.
    pub fn count_labels(&mut self, at: &[LabelsAt]) {
        for stage in &mut self.stages {
            let asked = at.iter().filter(|at| at.stage == stage.id);
            let asked: Vec<_> = asked.map(|at| at.labels.clone()).collect();
            if asked.is_empty() || stage.kind == StageKind::Scrape {
                continue;
            }
            let labels = StageLabels::new(asked);
            match &mut stage.arrivals {
                Some(arrivals) => arrivals.asked = Some(labels),
                None => stage.labels = Some(labels),
            }
        }
    }

    /// Whether it counts the labels of what relabeling leaves, and has to be told of each series.
    pub fn looks_at_relabeled(&self) -> bool {
        let mut stages = self.stages.iter();
        stages.any(|stage| stage.kind == StageKind::Relabeling && stage.labels.is_some())
    }

    /// Adds to what the target at hand contributes to a stage.
    pub(super) fn add_share(&mut self, stage: StageId, count: Count) {
        let Some(targets) = &self.names_of_targets else {
            return;
        };
        let target = targets.len() - 1;
        let shares = &mut self.stages[stage].by_target;
        match shares.last_mut() {
            Some((last, all)) if *last == target => all.add(count),
            _ => shares.push((target, count)),
        }
    }

    /// Counts the labels of what is there behind a stage, if they are asked for.
    pub(super) fn count_labels_of(&mut self, stage: StageId, metrics: &Metrics, reshaped: bool) {
        let Some(mut labels) = self.stages[stage].labels.take() else {
            return;
        };
        self.start_over();
        let mut kept = Vec::new();
        for (at, metric) in each_metric(metrics) {
            if reshaped {
                kept.clear();
                let resource = &metrics.resources[at.resource].attributes;
                self.distinct_points(metric, resource, &mut kept);
                labels.count_metric(metric, kept.iter().copied());
            } else {
                labels.count_metric(metric, 0..metric.data.len());
            }
        }
        self.stages[stage].labels = Some(labels);
    }

    /// Counts the labels of what relabeling leaves, if they are asked for.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "counts do not depend on the order"
    )]
    pub(super) fn count_relabeled_labels(&mut self, stage: StageId, relabeled: &Relabeled) {
        let Some(labels) = &mut self.stages[stage].labels else {
            return;
        };
        for (name, pairs) in &relabeled.series {
            let family = labels.family_of_sample(name);
            let pairs = pairs.iter().filter(|(name, _)| &**name != "__name__");
            labels.read(pairs.map(|(name, value)| (name, Cow::Borrowed(value))));
            labels.count(family, 1);
        }
    }
}

impl Arrivals {
    /// What has been sent so far.
    pub(super) fn sent(&self) -> Count {
        let mut sent = Count::default();
        for name in self.names() {
            sent.add(name.count);
        }
        sent.data_points = self.data_points;
        sent
    }
}

impl Count {
    /// What was added since it was `before`.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            series: self.series - before.series,
            data_points: self.data_points - before.data_points,
            body_bytes: self.body_bytes - before.body_bytes,
        }
    }
}
