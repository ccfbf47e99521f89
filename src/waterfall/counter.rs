//! One worker's count of one pipeline.

use foldhash::HashMap;
use foldhash::HashSet;

use super::Count;
use super::arrivals::Arrivals;
use super::arrivals::Sending;
use super::arrivals::line_bytes;
use super::asked::StageLabels;
use super::bounds::BoundBytes;
use super::explain::Watch;
use super::identity::Identity;
use crate::collector::attributes::Attributes;
use crate::collector::exporters::Exporter;
use crate::collector::ledger::Ledger;
use crate::collector::ledger::StageId;
use crate::collector::pdata::At;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::plan;
use crate::collector::plan::StageKind;
use crate::collector::receiver::Body;
use crate::collector::receiver::Received;
use crate::collector::receiver::Shortfall;
use crate::collector::receiver::Stored;
use crate::collector::shape::PointSeries;
use crate::collector::text::Text;
use crate::collector::trace::RuleId;
use crate::collector::version::Version;

/// Counts what the stages of one pipeline hold, drop and send.
#[derive(Debug, Default)]
pub struct Counter {
    pub(super) stages: Vec<Stage>,
    pub(super) targets: u64,
    pub(super) dropped_targets: HashMap<(String, RuleId), u64>,
    pub(super) lost: Vec<super::Lost>,
    pub(super) watch: Option<Watch>,
    identity: Identity,
    /// Name and origin of the target being simulated.
    target: (String, String),
    /// Those of all so far, if it is counted what each contributes.
    pub(super) names_of_targets: Option<Vec<(String, String)>>,
    parts: HashMap<Text, Names>,
    scratch: Scratch,
    texts: Vec<Text>,
    /// Series of the scrape that came last.
    scraped_series: u64,
    /// What the payload holds behind the stage it passed last.
    held: Vec<(Text, Count)>,
    bounds: BoundBytes,
}

/// Buffers that are used again for each payload.
#[derive(Debug, Default)]
struct Scratch {
    seen: HashSet<u64>,
    entries: HashSet<crate::table::Entry>,
    /// Labels of each row, its bound aside.
    rows: Vec<u16>,
    /// How many bounds each combo has.
    bounds: Vec<u16>,
}

/// The names that a histogram or summary has in exposition.
#[derive(Debug, Clone)]
struct Names {
    bucket: Text,
    count: Text,
    sum: Text,
}

/// What is counted of one stage.
#[derive(Debug, Default)]
pub(super) struct Stage {
    pub(super) id: String,
    pub(super) kind: StageKind,
    pub(super) by_name: HashMap<Text, Count>,
    /// Data points, each once.
    pub(super) data_points: u64,
    /// Bytes of everything as exposition.
    pub(super) body_bytes: u64,
    /// Every payload went through as it was.
    pub(super) unchanged: bool,
    /// Series by their number of labels.
    pub(super) label_counts: Vec<u64>,
    pub(super) dropped: HashMap<(Text, Cause), Count>,
    pub(super) renamed: HashMap<(Text, Text, RuleId), u64>,
    pub(super) failed: HashMap<RuleId, (u64, String)>,
    pub(super) arrivals: Option<Arrivals>,
    /// The most labels that a series has, and the first family that has one.
    pub(super) widest: Option<(usize, Text)>,
    /// What each target contributes, by its index, if that is counted.
    pub(super) by_target: Vec<(usize, Count)>,
    /// Labels, if they are counted; those of what is sent the arrivals have.
    pub(super) labels: Option<StageLabels>,
}

/// Why something was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cause {
    Rule(RuleId),
    Shortfall(Shortfall),
    Lost(String),
}

impl Counter {
    /// A counter of these stages.
    pub fn new(stages: &[plan::Stage]) -> Self {
        let stage = |stage: &plan::Stage| Stage {
            id: stage.id.clone(),
            kind: stage.kind,
            arrivals: matches!(stage.kind, StageKind::Exporter | StageKind::Storage)
                .then(Arrivals::default),
            ..Stage::default()
        };
        Self {
            stages: stages.iter().map(stage).collect(),
            ..Self::default()
        }
    }

    /// Looks out for one name, to explain its way later.
    pub fn watch(&mut self, name: &str, version: Version, stages: &[plan::Stage]) {
        self.watch = Some(Watch::new(name, version, stages));
    }

    /// Says whose scrape comes next.
    pub fn begin_target(&mut self, name: &str, origin: &str) {
        self.target = (name.to_owned(), origin.to_owned());
        if let Some(names) = &mut self.names_of_targets {
            names.push(self.target.clone());
        }
    }

    fn names(&mut self, metric: &Text) -> Names {
        let parts = self.parts.entry(metric.clone()).or_insert_with(|| {
            let with = |suffix: &str| Text::from(format!("{metric}{suffix}"));
            Names {
                bucket: with("_bucket"),
                count: with("_count"),
                sum: with("_sum"),
            }
        });
        parts.clone()
    }

    /// Hands the counts of a metric to `add` by the names they have in exposition.
    fn name_counts(&mut self, metric: &Metric, counts: Counts, mut add: impl FnMut(&Text, Count)) {
        if counts.values.data_points > 0 {
            add(&metric.name, counts.values);
        }
        if is_composite(&metric.data) {
            let names = self.names(&metric.name);
            for (name, count) in [
                (&names.bucket, counts.buckets),
                (&names.count, counts.totals),
                (&names.sum, counts.sums),
            ] {
                if count.series > 0 {
                    add(name, count);
                }
            }
        }
    }

    fn drop_points(
        &mut self,
        stage: StageId,
        metric: &Metric,
        points: impl Iterator<Item = usize>,
        cause: &Cause,
    ) {
        self.bounds.forget_place();
        let mut counts = Counts::default();
        for point in points {
            counts.add(&metric.data, self.bounds.series(&metric.data, point).0);
        }
        let mut dropped = std::mem::take(&mut self.stages[stage].dropped);
        self.name_counts(metric, counts, |name, count| {
            dropped
                .entry((name.clone(), cause.clone()))
                .or_default()
                .add(count);
        });
        self.stages[stage].dropped = dropped;
    }

    fn lose(&mut self, stage: StageId, reason: &str, series: u64) {
        let (target, origin) = self.target.clone();
        self.lost.push(super::Lost {
            target,
            origin,
            stage,
            reason: reason.to_owned(),
            series,
        });
    }

    /// Distinct series of each name of the scrape, handed to `add` with their bytes.
    fn count_scrape(&mut self, body: Body<'_>, mut add: impl FnMut(&Text, Count)) {
        let Body { table, .. } = body;
        for name in self.texts.len()..table.names.len() {
            let name = crate::exposition::unescape(table.names.text(name as u32));
            self.texts
                .push(Text::from(&*String::from_utf8_lossy(&name)));
        }
        let mut repeats: HashMap<u32, u64> = HashMap::default();
        if body.has_repeats {
            self.scratch.entries.clear();
            for entry in table.body.entries.all() {
                let row = table.body.rows.canonical(entry.row());
                let entry = crate::table::Entry::new(row, entry.combo());
                if !self.scratch.entries.insert(entry) {
                    let name = table.combos.all[entry.combo() as usize].name;
                    *repeats.entry(name).or_default() += 1;
                }
            }
        }
        for lines in &table.body.names {
            let repeated = repeats.get(&lines.name).copied().unwrap_or(0);
            let count = Count {
                series: lines.samples - repeated,
                data_points: 0,
                body_bytes: lines.body_bytes,
            };
            add(&self.texts[lines.name as usize], count);
        }
    }

    /// Distinct series of the scrape by their number of labels; behind [`Counter::count_scrape`].
    fn count_scraped_labels(&mut self, body: Body<'_>, into: &mut Vec<u64>) {
        let Body { table, .. } = body;
        let Scratch {
            rows,
            bounds,
            entries,
            ..
        } = &mut self.scratch;
        rows.clear();
        let all = 0..table.body.rows.len() as u32;
        rows.extend(all.map(|row| table.body.rows.label_count(row, &table.pairs) as u16));
        let new = &table.combos.all[bounds.len()..];
        bounds.extend(new.iter().map(|combo| combo.bounds.iter().count() as u16));
        let most = rows.iter().max().map_or(0, |most| usize::from(*most) + 3);
        into.resize(into.len().max(most), 0);
        let mut count = |entry: &crate::table::Entry| {
            let labels = rows[entry.row() as usize] + bounds[entry.combo() as usize];
            into[usize::from(labels)] += 1;
        };
        if body.has_repeats {
            #[expect(
                clippy::iter_over_hash_type,
                reason = "counts do not depend on the order"
            )]
            for entry in entries.iter() {
                count(entry);
            }
        } else {
            table.body.entries.all().iter().for_each(count);
        }
    }
}

/// Series and points of one metric, by part.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    values: Count,
    buckets: Count,
    totals: Count,
    sums: Count,
}

impl Counts {
    /// Adds a data point.
    fn add(&mut self, data: &Data, series: PointSeries) {
        if series.values > 0 || !is_composite(data) {
            self.values.series += series.values;
            self.values.data_points += 1;
        }
        for (count, series) in [
            (&mut self.buckets, series.buckets),
            (&mut self.totals, series.counts),
            (&mut self.sums, series.sums),
        ] {
            count.series += series;
            count.data_points += u64::from(series > 0);
        }
    }
}

fn is_composite(data: &Data) -> bool {
    matches!(data, Data::Histogram { .. } | Data::Summary(_))
}

fn add_at(counts: &mut Vec<u64>, at: usize, by: u64) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += by;
}

pub(super) fn each_metric(metrics: &Metrics) -> impl Iterator<Item = (At, &Metric)> {
    let resources = metrics.resources.iter().enumerate();
    resources.flat_map(|(resource, of_resource)| {
        let scopes = of_resource.scopes.iter().enumerate();
        scopes.flat_map(move |(scope, of_scope)| {
            let metrics = of_scope.metrics.iter().enumerate();
            metrics.map(move |(metric, item)| {
                let at = At {
                    resource,
                    scope,
                    metric,
                    point: 0,
                };
                (at, item)
            })
        })
    })
}

impl Ledger for Counter {
    fn target_dropped(&mut self, job: &str, rule: RuleId) {
        *self
            .dropped_targets
            .entry((job.to_owned(), rule))
            .or_default() += 1;
    }

    fn scraped(&mut self, body: Body<'_>) {
        self.targets += 1;
        let mut stage = std::mem::take(&mut self.stages[0]);
        let mut all_names = Count::default();
        self.count_scrape(body, |name, count| {
            all_names.add(count);
            match stage.by_name.get_mut(&**name) {
                Some(all) => all.add(count),
                None => {
                    stage.by_name.insert(name.clone(), count);
                }
            }
        });
        self.scraped_series = all_names.series;
        self.count_scraped_labels(body, &mut stage.label_counts);
        self.stages[0] = stage;
        self.add_share(0, all_names);
    }

    #[expect(
        clippy::iter_over_hash_type,
        reason = "counts do not depend on the order"
    )]
    fn received(&mut self, relabeling: Option<StageId>, receiver: StageId, got: &Received) {
        if let Some(lost) = &got.lost {
            self.lose(receiver, &lost.reason, self.scraped_series);
        }
        if let (Some(stage), Some(relabeled)) = (relabeling, &got.relabeled) {
            let count = |series: u64| Count {
                series,
                ..Count::default()
            };
            self.add_share(stage, count(relabeled.kept.values().sum()));
            self.count_relabeled_labels(stage, relabeled);
            let stage = &mut self.stages[stage];
            for (name, &left) in &relabeled.kept {
                stage
                    .by_name
                    .entry(name.clone())
                    .or_default()
                    .add(count(left));
            }
            for ((name, rule), &series) in &relabeled.dropped {
                let key = (name.clone(), Cause::Rule(*rule as RuleId));
                stage.dropped.entry(key).or_default().add(count(series));
            }
            for ((from, to), &series) in &relabeled.renamed {
                let key = (from.clone(), to.clone(), 0);
                *stage.renamed.entry(key).or_default() += series;
            }
        }
        for (name, why, samples) in &got.shortfalls {
            let key = (name.clone(), Cause::Shortfall(*why));
            let count = Count {
                series: *samples,
                ..Count::default()
            };
            self.stages[receiver]
                .dropped
                .entry(key)
                .or_default()
                .add(count);
        }
    }

    fn holds(&mut self, stage: StageId, metrics: &Metrics, reshaped: bool) {
        if let Some(watch) = &mut self.watch {
            watch.look(stage, metrics, &self.target.0);
        }
        let mut counted = std::mem::take(&mut self.stages[stage]);
        let before = (counted.data_points, counted.body_bytes);
        self.start_over();
        let mut held = std::mem::take(&mut self.held);
        held.clear();
        let mut kept: Vec<usize> = Vec::new();
        for (at, metric) in each_metric(metrics) {
            let counts = if reshaped {
                kept.clear();
                let resource = &metrics.resources[at.resource].attributes;
                self.distinct_points(metric, resource, &mut kept);
                self.count_points(metric, kept.iter().copied(), &mut counted)
            } else {
                self.count_points(metric, 0..metric.data.len(), &mut counted)
            };
            self.name_counts(metric, counts, |name, count| {
                held.push((name.clone(), count));
                match counted.by_name.get_mut(&**name) {
                    Some(all) => all.add(count),
                    None => {
                        counted.by_name.insert(name.clone(), count);
                    }
                }
            });
        }
        let share = Count {
            series: held.iter().map(|(_, count)| count.series).sum(),
            data_points: counted.data_points - before.0,
            body_bytes: counted.body_bytes - before.1,
        };
        self.stages[stage] = counted;
        self.held = held;
        self.add_share(stage, share);
        self.count_labels_of(stage, metrics, reshaped);
    }

    fn unchanged(&mut self, stage: StageId, metrics: &Metrics, reshaped: bool) {
        self.stages[stage].unchanged = true;
        self.count_labels_of(stage, metrics, reshaped);
    }

    fn metric_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId) {
        let metric = &metrics.resources[at.resource].scopes[at.scope].metrics[at.metric];
        self.drop_points(stage, metric, 0..metric.data.len(), &Cause::Rule(rule));
    }

    fn point_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId) {
        let metric = &metrics.resources[at.resource].scopes[at.scope].metrics[at.metric];
        self.drop_points(stage, metric, at.point..=at.point, &Cause::Rule(rule));
    }

    fn renamed(&mut self, stage: StageId, from: &str, to: &str, rule: RuleId) {
        let key = (from.into(), to.into(), rule);
        *self.stages[stage].renamed.entry(key).or_default() += 1;
    }

    fn failed(&mut self, stage: StageId, rule: RuleId, message: &str) {
        let failed = self.stages[stage].failed.entry(rule);
        failed.or_insert_with(|| (0, message.to_owned())).0 += 1;
    }

    fn refused(&mut self, stage: StageId, rule: RuleId, message: &str) {
        let cause = Cause::Lost(message.to_owned());
        let mut series = 0;
        for (name, count) in std::mem::take(&mut self.held) {
            series += count.series;
            let key = (name, cause.clone());
            self.stages[stage]
                .dropped
                .entry(key)
                .or_default()
                .add(count);
        }
        let failed = self.stages[stage].failed.entry(rule);
        failed.or_insert_with(|| (0, message.to_owned())).0 += 1;
        self.lose(stage, message, series);
    }

    fn export(&mut self, stage: StageId, metrics: &Metrics, exporter: &mut dyn Exporter) {
        self.send(stage, |arrivals| {
            exporter.export(metrics, &mut Sending { arrivals, metrics });
        });
    }

    fn store(&mut self, stage: StageId, stored: &[Stored]) {
        self.send(stage, |arrivals| {
            for sample in stored {
                arrivals.store(sample);
            }
        });
    }

    fn done(&mut self) {
        self.held.clear();
    }
}

impl Counter {
    /// Counts one payload that an exporter sends.
    fn send(&mut self, stage: StageId, send: impl FnOnce(&mut Arrivals)) {
        let counts_targets = self.names_of_targets.is_some();
        let arrivals = self.stages[stage].arrivals.get_or_insert_default();
        let before = counts_targets.then(|| arrivals.sent());
        send(arrivals);
        arrivals.end_payload();
        if let Some(before) = before {
            let share = arrivals.sent().since(before);
            self.add_share(stage, share);
        }
    }

    /// Gets ready to look through a payload.
    pub(super) fn start_over(&mut self) {
        self.bounds.forget_place();
        self.scratch.seen.clear();
    }

    /// The points of a metric that are not the same series as one before.
    pub(super) fn distinct_points(
        &mut self,
        metric: &Metric,
        resource: &Attributes,
        kept: &mut Vec<usize>,
    ) {
        let of_resource = self.identity.labels(sorted(resource).iter().map(pair));
        let name = self.identity.text(&metric.name);
        for point in 0..metric.data.len() {
            let Some(common) = metric.data.common(point) else {
                continue;
            };
            let labels = sorted(&common.attributes);
            let labels = self.identity.labels(labels.iter().map(pair));
            let number = Identity::series(labels, name, of_resource);
            if self.scratch.seen.insert(number) {
                kept.push(point);
            }
        }
    }

    /// Some points of a metric: their series, which come back, and the labels and bytes of these, which are
    /// counted for the stage.
    fn count_points(
        &mut self,
        metric: &Metric,
        points: impl Iterator<Item = usize>,
        stage: &mut Stage,
    ) -> Counts {
        let mut counts = Counts::default();
        let name = metric.name.len() as u64;
        let is_summary = matches!(metric.data, Data::Summary(_));
        let mut most = None;
        for point in points {
            let (series, bound_bytes) = self.bounds.series(&metric.data, point);
            counts.add(&metric.data, series);
            stage.data_points += 1;
            let Some(common) = metric.data.common(point) else {
                continue;
            };
            let labels = common.attributes.len();
            let label_bytes = common.attributes.text_bytes();
            let quantiles = if is_summary { series.values } else { 0 };
            let bounded = series.buckets + quantiles;
            if series.total() > 0 {
                most = most.max(Some(labels + usize::from(bounded > 0)));
            }
            add_at(&mut stage.label_counts, labels, series.total() - bounded);
            if bounded > 0 {
                add_at(&mut stage.label_counts, labels + 1, bounded);
            }
            stage.body_bytes += series.total() * line_bytes(name, label_bytes)
                + series.buckets * 7
                + (series.counts + series.sums) * 6
                + bound_bytes
                + u64::from(common.value_bytes);
        }
        stage.widen(most, &metric.name);
        counts
    }
}

impl Stage {
    /// Takes note of the most labels that a series of a family has.
    fn widen(&mut self, most: Option<usize>, family: &Text) {
        let Some(most) = most else {
            return;
        };
        let known = self.widest.as_ref();
        if known.is_none_or(|(known, first)| most > *known || (most == *known && family < first)) {
            self.widest = Some((most, family.clone()));
        }
    }
}

fn sorted(attributes: &Attributes) -> Vec<(Text, String)> {
    let mut pairs: Vec<(Text, String)> = attributes
        .iter()
        .map(|(key, value)| (key.clone(), value.to_string()))
        .collect();
    pairs.sort_unstable();
    pairs
}

fn pair(pair: &(Text, String)) -> (&str, &str) {
    (&pair.0, &pair.1)
}
