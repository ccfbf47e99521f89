//! From the workers' counts to a flow: merging, naming and ordering.

use std::collections::BTreeMap;

use foldhash::HashMap;
use foldhash::HashSet;

use super::Arriving;
use super::Count;
use super::Dropped;
use super::DroppedTargets;
use super::Explained;
use super::Failed;
use super::Flow;
use super::LabelSpread;
use super::Lost;
use super::Renamed;
use super::StageFlow;
use super::TargetFlow;
use super::arrivals::Arrivals;
use super::arrivals::Sent;
use super::asked;
use super::asked::LabelsPart;
use super::asked::StageLabels;
use super::counter::Cause;
use super::counter::Counter;
use super::counter::Stage;
use super::difference::family;
use super::explain::Watch;
use super::identity::mark;
use super::labels;
use super::labels::Labels;
use crate::collector::plan::StageKind;
use crate::collector::receiver::Shortfall;

/// One worker's count, ready to be handed to another thread.
#[derive(Debug, Default)]
pub struct Part {
    stages: Vec<StagePart>,
    targets: u64,
    dropped_targets: BTreeMap<(String, u32), u64>,
    lost: Vec<Lost>,
    explained: Vec<Explained>,
}

#[derive(Debug, Default)]
struct StagePart {
    id: String,
    kind: StageKind,
    by_name: BTreeMap<String, Count>,
    data_points: u64,
    body_bytes: u64,
    unchanged: bool,
    label_counts: Vec<u64>,
    dropped: BTreeMap<(String, String, Option<u32>), Count>,
    renamed: BTreeMap<(String, String, u32), u64>,
    failed: BTreeMap<u32, (u64, String)>,
    arrivals: Option<ArrivalsPart>,
    widest: Option<(usize, String)>,
    by_target: Vec<TargetFlow>,
    labels: Vec<LabelsPart>,
}

#[derive(Debug, Default)]
struct ArrivalsPart {
    names: Vec<(String, Count, u128)>,
    /// Names and bounds of what points became, by form.
    forms: Vec<Vec<(u32, Box<[u64]>)>>,
    by_identity: HashMap<u64, Vec<Sent>>,
    samples: u64,
    data_points: u64,
    labels: Labels,
}

impl Counter {
    /// The count without anything that must stay in its thread.
    pub fn finish(self) -> Part {
        let targets = self.names_of_targets.unwrap_or_default();
        let stage = |stage| StagePart::of(stage, &targets);
        Part {
            stages: self.stages.into_iter().map(stage).collect(),
            targets: self.targets,
            dropped_targets: self.dropped_targets.into_iter().collect(),
            lost: self.lost,
            explained: self.watch.map_or_else(Vec::new, Watch::explain),
        }
    }
}

impl StagePart {
    #[expect(
        clippy::iter_over_hash_type,
        reason = "counts do not depend on the order"
    )]
    fn of(stage: Stage, targets: &[(String, String)]) -> Self {
        let Stage {
            id,
            kind,
            by_name,
            data_points,
            body_bytes,
            unchanged,
            mut label_counts,
            dropped,
            renamed,
            failed,
            arrivals,
            widest,
            by_target,
            labels,
        } = stage;
        let mut widest = widest.map(|(labels, family)| (labels, family.to_string()));
        let mut labels: Vec<LabelsPart> = labels.into_iter().map(StageLabels::finish).collect();
        let reason = |cause: Cause| match cause {
            Cause::Rule(rule) => (String::new(), Some(rule)),
            Cause::Shortfall(why) => (words(why).to_owned(), None),
            Cause::Lost(reason) => (reason, None),
        };
        let mut dropped: BTreeMap<_, _> = dropped
            .into_iter()
            .map(|((name, cause), count)| {
                let (reason, rule) = reason(cause);
                ((name.to_string(), reason, rule), count)
            })
            .collect();
        let arrivals = arrivals.map(|mut arrivals| {
            label_counts.clone_from(&arrivals.label_counts);
            for name in arrivals.names() {
                widen(&mut widest, name.most_labels, family(&name.text));
            }
            labels.extend(arrivals.asked.take().map(StageLabels::finish));
            for ((name, reason), count) in &arrivals.dropped {
                dropped.insert((name.to_string(), reason.clone(), None), *count);
            }
            ArrivalsPart::of(arrivals)
        });
        Self {
            id,
            kind,
            by_name: by_name
                .into_iter()
                .map(|(name, count)| (name.to_string(), count))
                .collect(),
            data_points,
            body_bytes,
            unchanged,
            label_counts,
            dropped,
            renamed: renamed
                .into_iter()
                .map(|((from, to, rule), times)| ((from.to_string(), to.to_string(), rule), times))
                .collect(),
            failed: failed.into_iter().collect(),
            arrivals,
            widest,
            by_target: by_target
                .into_iter()
                .filter(|(_, count)| *count != Count::default())
                .map(|(target, count)| TargetFlow {
                    target: targets[target].0.clone(),
                    origin: targets[target].1.clone(),
                    count,
                })
                .collect(),
            labels,
        }
    }
}

impl ArrivalsPart {
    fn of(arrivals: Arrivals) -> Self {
        Self {
            names: arrivals
                .names()
                .iter()
                .map(|name| (name.text.to_string(), name.count, name.fingerprint))
                .collect(),
            forms: arrivals.forms.finish(),
            by_identity: arrivals.by_identity,
            samples: arrivals.samples,
            data_points: arrivals.data_points,
            labels: arrivals.labels.finish(),
        }
    }
}

/// Why samples are in no data point, in words.
pub(super) fn words(why: Shortfall) -> &'static str {
    match why {
        Shortfall::NoCount => "no `_count`: the receiver builds no point without it",
        Shortfall::NoBound => "a bucket or quantile without a bound that is a number",
        Shortfall::Timestamps => "another timestamp than the other samples of its point",
        Shortfall::Created => "became the start time of its counter",
        Shortfall::TargetInfo => "its labels became attributes of the resource",
        Shortfall::ScopeInfo => "its labels became attributes of the scope",
    }
}

/// Puts the workers' counts together.
pub fn merge(name: &str, parts: Vec<Part>) -> Flow {
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else {
        return Flow::default();
    };
    let mut arrivals: Vec<Vec<ArrivalsPart>> = all
        .stages
        .iter_mut()
        .map(|stage| stage.arrivals.take().into_iter().collect())
        .collect();
    for part in parts {
        all.targets += part.targets;
        all.lost.extend(part.lost);
        all.explained.extend(part.explained);
        for (key, targets) in part.dropped_targets {
            *all.dropped_targets.entry(key).or_default() += targets;
        }
        for ((mine, mut theirs), arrivals) in
            all.stages.iter_mut().zip(part.stages).zip(&mut arrivals)
        {
            arrivals.extend(theirs.arrivals.take());
            mine.add(theirs);
        }
    }
    all.lost.sort_unstable();
    // Of each stage, the first target that any worker saw.
    all.explained
        .sort_unstable_by(|a, b| (a.stage, &a.target).cmp(&(b.stage, &b.target)));
    all.explained.dedup_by_key(|explained| explained.stage);
    let mut flow = Flow {
        name: name.to_owned(),
        targets: all.targets,
        dropped_targets: all
            .dropped_targets
            .into_iter()
            .map(|((job, rule), targets)| DroppedTargets { job, rule, targets })
            .collect(),
        lost: all.lost,
        explained: all.explained,
        ..Flow::default()
    };
    for (at, (stage, arrivals)) in all.stages.into_iter().zip(arrivals).enumerate() {
        let unchanged = stage.unchanged;
        let mut stage = stage.finish();
        if unchanged && let Some(before) = flow.stages.last() {
            stage.totals = before.totals;
            stage.names = before.names;
            stage.by_name.clone_from(&before.by_name);
            stage.labels_per_series = before.labels_per_series;
            stage.widest.clone_from(&before.widest);
            stage.by_target.clone_from(&before.by_target);
        }
        if matches!(stage.kind, StageKind::Exporter | StageKind::Storage) {
            let arriving = arrive(at, arrivals, &mut stage);
            flow.arriving.push(arriving);
        }
        flow.stages.push(stage);
    }
    flow
}

impl StagePart {
    fn add(&mut self, other: Self) {
        for (name, count) in other.by_name {
            self.by_name.entry(name).or_default().add(count);
        }
        self.data_points += other.data_points;
        self.body_bytes += other.body_bytes;
        self.unchanged |= other.unchanged;
        if let Some((labels, family)) = other.widest {
            widen(&mut self.widest, labels, &family);
        }
        self.by_target.extend(other.by_target);
        self.labels.extend(other.labels);
        let longer = self.label_counts.len().max(other.label_counts.len());
        self.label_counts.resize(longer, 0);
        for (mine, theirs) in self.label_counts.iter_mut().zip(other.label_counts) {
            *mine += theirs;
        }
        for (key, count) in other.dropped {
            self.dropped.entry(key).or_default().add(count);
        }
        for (key, times) in other.renamed {
            *self.renamed.entry(key).or_default() += times;
        }
        for (rule, (times, message)) in other.failed {
            let failed = self.failed.entry(rule).or_insert((0, message.clone()));
            failed.0 += times;
            failed.1 = failed.1.clone().min(message);
        }
    }

    fn finish(mut self) -> StageFlow {
        self.by_target.sort_by(|a, b| {
            let key = |flow: &TargetFlow| {
                let Count {
                    series,
                    data_points,
                    body_bytes,
                } = flow.count;
                (series, data_points, body_bytes)
            };
            (&a.target, &a.origin, key(a)).cmp(&(&b.target, &b.origin, key(b)))
        });
        let mut totals = Count::default();
        for count in self.by_name.values() {
            totals.add(*count);
        }
        totals.data_points = self.data_points;
        totals.body_bytes += self.body_bytes;
        StageFlow {
            id: self.id,
            kind: self.kind,
            totals,
            names: self.by_name.len() as u64,
            by_name: self.by_name.into_iter().collect(),
            labels_per_series: LabelSpread::of(&self.label_counts),
            widest: self.widest.map(|(_, family)| family),
            by_target: self.by_target,
            labels: asked::merge(&self.labels),
            dropped: self
                .dropped
                .into_iter()
                .map(|((name, reason, rule), count)| Dropped {
                    name,
                    reason,
                    rule,
                    series: count.series,
                    data_points: count.data_points,
                })
                .collect(),
            renamed: self
                .renamed
                .into_iter()
                .map(|((from, to, rule), times)| Renamed {
                    from,
                    to,
                    rule,
                    times,
                })
                .collect(),
            failed: self
                .failed
                .into_iter()
                .map(|(rule, (times, message))| Failed {
                    rule,
                    message,
                    times,
                })
                .collect(),
        }
    }
}

/// Puts together what the workers saw an exporter send, into its stage.
#[expect(
    clippy::iter_over_hash_type,
    reason = "counts do not depend on the order"
)]
fn arrive(at: usize, mut parts: Vec<ArrivalsPart>, stage: &mut StageFlow) -> Arriving {
    let mut names: BTreeMap<String, (Count, u128)> = BTreeMap::new();
    let mut samples = 0;
    let mut data_points = 0;
    let mut labels = Labels::new();
    for part in &mut parts {
        samples += part.samples;
        data_points += part.data_points;
        labels::merge(&mut labels, std::mem::take(&mut part.labels));
        for (name, count, fingerprint) in &part.names {
            let (all, mark) = names.entry(name.clone()).or_default();
            all.add(*count);
            *mark = mark.wrapping_add(*fingerprint);
        }
    }
    // What several payloads send as the same series is one series to the store.
    let numbers: HashMap<&str, u32> = names.keys().map(String::as_str).zip(0..).collect();
    let mut sent_again: Vec<(u32, u128)> = Vec::new();
    let mut seen = HashSet::default();
    for identity in shared_identities(&parts) {
        seen.clear();
        for part in &parts {
            let payloads = part.by_identity.get(&identity).into_iter().flatten();
            for (labels, form) in payloads.flatten() {
                for (name, bounds) in &part.forms[*form as usize] {
                    let (name, ..) = &part.names[*name as usize];
                    let name = numbers.get(name.as_str()).copied().unwrap_or_default();
                    for bound in bounds {
                        if !seen.insert((*labels, name, *bound)) {
                            sent_again.push((name, mark(*labels, *bound)));
                        }
                    }
                }
            }
        }
    }
    let mut counts: Vec<&mut (Count, u128)> = names.values_mut().collect();
    for (name, mark) in sent_again {
        let (count, fingerprint) = &mut *counts[name as usize];
        let bytes = count.body_bytes / count.series.max(1);
        count.series -= 1;
        count.body_bytes -= bytes;
        *fingerprint = fingerprint.wrapping_sub(mark);
    }
    stage.names = names.len() as u64;
    stage.totals = Count::default();
    let mut fingerprints = Vec::with_capacity(names.len());
    stage.by_name.clear();
    for (name, (count, fingerprint)) in names {
        stage.totals.add(count);
        stage.by_name.push((name, count));
        fingerprints.push(fingerprint);
    }
    stage.totals.data_points = data_points;
    Arriving {
        stage: at,
        samples,
        labels: labels::list(labels),
        fingerprints,
    }
}

/// Jobs and instances under which more than one payload was sent.
fn shared_identities(parts: &[ArrivalsPart]) -> HashSet<u64> {
    let mut payloads: HashMap<u64, usize> = HashMap::default();
    for part in parts {
        #[expect(
            clippy::iter_over_hash_type,
            reason = "sums do not depend on the order"
        )]
        for (identity, sent) in &part.by_identity {
            *payloads.entry(*identity).or_default() += sent.len();
        }
    }
    let shared = payloads.into_iter().filter(|(_, sent)| *sent > 1);
    shared.map(|(identity, _)| identity).collect()
}

/// Takes note of the most labels that a series of a family has; of families that have as many, the first counts.
fn widen(widest: &mut Option<(usize, String)>, most: usize, family: &str) {
    let known = widest.as_ref();
    if known.is_none_or(|(known, first)| most > *known || (most == *known && family < &**first)) {
        *widest = Some((most, family.to_owned()));
    }
}
