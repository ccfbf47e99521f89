//! The way of one series through a pipeline: what it is behind each stage, and which rule or clause decided.
//!
//! In comes a scrape that holds nothing but this series, or for one of a histogram or summary all that belong to
//! the same data point; out goes a [`Way`]. Followed alone, it is told apart from all others whatever a stage
//! makes of it.

mod sent;

use sent::Sent;
use sent::part_fits;

use super::difference::SYNTHETIC;
use super::explain::Clause;
use super::explain::alone;
use super::explain::judge;
use super::finish::words;
use crate::collector::discover::Found;
use crate::collector::exporters::Exporter;
use crate::collector::ledger::Ledger;
use crate::collector::ledger::StageId;
use crate::collector::pdata::At;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::plan::Layout;
use crate::collector::plan::Stage;
use crate::collector::receiver::Body;
use crate::collector::receiver::Received;
use crate::collector::receiver::Shortfall;
use crate::collector::receiver::Stored;
use crate::collector::relabel::Labels;
use crate::collector::relabel::Step;
use crate::collector::simulator::Pipeline;
use crate::collector::trace::RuleId;
use crate::collector::version::Version;

/// Name and value of each label.
pub type Pairs = Vec<(String, String)>;

/// One series on its way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Way {
    /// One for each stage of the pipeline.
    pub stages: Vec<Passage>,
    /// Job and rule of target relabeling, for each job that does not scrape its target.
    pub not_scraped: Vec<(String, u32)>,
}

/// What one stage does to the series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passage {
    /// Whether it gets as far.
    pub reached: bool,
    /// What it is behind the stage: nothing where it is gone, several where it was multiplied.
    pub here: Vec<Here>,
    /// What took it away.
    pub dropped: Vec<Gone>,
    /// Rules that could not be judged, with the message.
    pub failed: Vec<(u32, String)>,
    /// What each rule of metric relabeling saw and did.
    pub relabeling: Vec<Relabeling>,
    /// What the metric is called that the clauses were judged for.
    pub metric: Option<String>,
    /// The clauses of a filter's conditions.
    pub clauses: Vec<Clause>,
}

/// A series or data point at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Here {
    /// Its name: of a metric within a Collector.
    pub name: String,
    /// `gauge`, `sum`, `histogram`, … within a Collector; empty for a series.
    pub kind: &'static str,
    /// Its own labels, sorted.
    pub labels: Pairs,
    /// Attributes of the resource around it, sorted; none for a series.
    pub resource: Pairs,
}

/// Something that ended the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The rule that decided, if one did.
    pub rule: Option<u32>,
    /// Why, in words; empty where the rule says it all.
    pub reason: String,
}

/// One rule of metric relabeling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relabeling {
    /// Number of the rule in its stage.
    pub rule: u32,
    /// The values of its source labels, joined.
    pub value: String,
    /// Whether its pattern matched; `None` where nothing is compared.
    pub matched: Option<bool>,
    /// Labels that it changed: name, before, behind.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
    /// Whether it dropped the series.
    pub dropped: bool,
}

/// The series that is followed.
#[derive(Debug, Clone)]
pub struct Sought<'a> {
    /// Its sample name.
    pub name: &'a str,
    /// Its labels as exposed, `le` and `quantile` among them.
    pub labels: &'a Pairs,
}

/// Lets the scrape of one series through a pipeline that nothing has been through.
pub fn follow(
    layout: &Layout,
    version: Version,
    pipeline: &mut Pipeline,
    body: Body<'_>,
    found: &Found,
    sought: &Sought<'_>,
) -> Way {
    let mut recorder = Recorder {
        stages: &layout.stages,
        sought,
        relabeled: relabeled(pipeline, found, sought),
        way: Way {
            stages: vec![Passage::default(); layout.stages.len()],
            not_scraped: Vec::new(),
        },
        held: layout.stages.iter().map(|_| None).collect(),
        last: 0,
    };
    pipeline.run(body, found, &mut recorder, &mut |_, _| {});
    recorder.finish(version)
}

/// What metric relabeling does with the series, and what is left of it.
fn relabeled(
    pipeline: &Pipeline,
    found: &Found,
    sought: &Sought<'_>,
) -> Vec<(Vec<Relabeling>, Option<Here>)> {
    let mut labels = Labels::new();
    for (name, value) in sought.labels {
        labels.set_str(name, value);
    }
    labels.set_str("__name__", sought.name);
    let explained = pipeline.explain_relabeling(found, &labels).into_iter();
    let explained = explained.map(|(first_rule, steps, left)| {
        let is_dropped = steps.last().is_some_and(|step| step.dropped);
        let steps = steps.into_iter().map(|step| step_of(first_rule, step));
        (steps.collect(), (!is_dropped).then(|| here_of(&left)))
    });
    explained.collect()
}

fn step_of(first_rule: RuleId, step: Step) -> Relabeling {
    let text = |text: Option<crate::collector::text::Text>| text.map(|text| text.to_string());
    let changes = step.changes.into_iter();
    Relabeling {
        rule: first_rule + step.rule as RuleId,
        value: step.value,
        matched: step.matched,
        changes: changes
            .map(|change| {
                let (before, after) = (text(change.before), text(change.after));
                (change.name.to_string(), before, after)
            })
            .collect(),
        dropped: step.dropped,
    }
}

fn here_of(labels: &Labels) -> Here {
    let name = labels.get("__name__").map_or("", |name| name.as_str());
    let own = labels
        .iter()
        .filter(|(name, _)| name.as_str() != "__name__");
    Here {
        name: name.to_owned(),
        kind: "",
        labels: own
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        resource: Pairs::new(),
    }
}

struct Recorder<'a> {
    stages: &'a [Stage],
    sought: &'a Sought<'a>,
    relabeled: Vec<(Vec<Relabeling>, Option<Here>)>,
    way: Way,
    /// The payload behind each stage that it got behind.
    held: Vec<Option<Metrics>>,
    /// The stage that it got behind last.
    last: StageId,
}

impl Recorder<'_> {
    fn is_ours(metric: &Metric) -> bool {
        !SYNTHETIC.contains(&metric.name.as_str())
    }

    fn gone(&mut self, stage: StageId, rule: Option<u32>, reason: &str) {
        let passage = &mut self.way.stages[stage];
        passage.reached = true;
        let gone = Gone {
            rule,
            reason: reason.to_owned(),
        };
        if !passage.dropped.contains(&gone) {
            passage.dropped.push(gone);
        }
    }

    fn lost(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId) {
        let metric = &metrics.resources[at.resource].scopes[at.scope].metrics[at.metric];
        if Self::is_ours(metric) {
            self.gone(stage, Some(rule), "");
        }
    }

    /// The clauses of each filter that it got to, judged for what came there.
    fn finish(self, version: Version) -> Way {
        let Self {
            stages,
            mut way,
            held,
            ..
        } = self;
        for (at, stage) in stages.iter().enumerate() {
            if stage.component != "filter" {
                continue;
            }
            let before = held[..at].iter().rev().flatten().next();
            let ours = before.and_then(|metrics| {
                metrics.resources.iter().find_map(|resource| {
                    resource.scopes.iter().find_map(|scope| {
                        let mut metrics = scope.metrics.iter();
                        let metric = metrics.find(|metric| Self::is_ours(metric))?;
                        Some((metric.name.to_string(), alone(resource, scope, metric)))
                    })
                })
            });
            if let Some((name, mut metrics)) = ours {
                way.stages[at].reached = true;
                way.stages[at].metric = Some(name);
                way.stages[at].clauses = judge(stage, &mut metrics, version);
            }
        }
        way
    }
}

impl Ledger for Recorder<'_> {
    fn target_dropped(&mut self, job: &str, rule: RuleId) {
        self.way.not_scraped.push((job.to_owned(), rule));
    }

    fn scraped(&mut self, _: Body<'_>) {
        self.way.stages[0].reached = true;
        self.way.stages[0].here = vec![Here {
            name: self.sought.name.to_owned(),
            kind: "",
            labels: self.sought.labels.clone(),
            resource: Pairs::new(),
        }];
        self.last = 0;
    }

    fn received(&mut self, relabeling: Option<StageId>, receiver: StageId, got: &Received) {
        if let Some(stage) = relabeling {
            for (steps, left) in std::mem::take(&mut self.relabeled) {
                let passage = &mut self.way.stages[stage];
                passage.reached = true;
                for step in steps.iter().filter(|step| step.dropped) {
                    passage.dropped.push(Gone {
                        rule: Some(step.rule),
                        reason: String::new(),
                    });
                }
                passage.relabeling.extend(steps);
                passage.here.extend(left);
            }
        }
        if let Some(lost) = &got.lost {
            self.gone(receiver, None, &lost.reason);
        }
        for (name, why, _) in &got.shortfalls {
            let is_ours = name.as_str() == self.sought.name;
            let is_info = *why == Shortfall::TargetInfo;
            if is_ours && (!is_info || self.sought.name == "target_info") {
                self.gone(receiver, None, words(*why));
            }
        }
    }

    fn holds(&mut self, stage: StageId, metrics: &Metrics, _: bool) {
        let passage = &mut self.way.stages[stage];
        passage.reached = true;
        passage.here.extend(points(metrics));
        self.held[stage] = Some(metrics.clone());
        self.last = stage;
    }

    fn unchanged(&mut self, stage: StageId, _: &Metrics, _: bool) {
        self.way.stages[stage].here = self.way.stages[self.last].here.clone();
        self.way.stages[stage].reached = !self.way.stages[stage].here.is_empty();
        self.held[stage] = self.held[self.last].clone();
        self.last = stage;
    }

    fn metric_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId) {
        self.lost(stage, metrics, at, rule);
    }

    fn point_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId) {
        self.lost(stage, metrics, at, rule);
    }

    fn renamed(&mut self, _: StageId, _: &str, _: &str, _: RuleId) {}

    fn failed(&mut self, stage: StageId, rule: RuleId, message: &str) {
        let failed = (rule, message.to_owned());
        let passage = &mut self.way.stages[stage];
        if !passage.failed.contains(&failed) {
            passage.failed.push(failed);
        }
    }

    fn refused(&mut self, stage: StageId, rule: RuleId, message: &str) {
        self.gone(stage, Some(rule), message);
    }

    fn export(&mut self, stage: StageId, metrics: &Metrics, exporter: &mut dyn Exporter) {
        let mut sent = Sent::new(metrics, self.sought);
        exporter.export(metrics, &mut sent);
        let Sent {
            parts,
            others,
            dropped,
            ..
        } = sent;
        let passage = &mut self.way.stages[stage];
        passage.reached = points(metrics).next().is_some();
        passage
            .here
            .extend(if parts.is_empty() { others } else { parts });
        for reason in dropped {
            self.gone(stage, None, &reason);
        }
    }

    fn store(&mut self, stage: StageId, stored: &[Stored]) {
        let before = self.way.stages[..stage].iter().rev();
        let before: Vec<Here> = before
            .flat_map(|passage| passage.here.iter().cloned())
            .collect();
        let passage = &mut self.way.stages[stage];
        passage.reached = true;
        for sample in stored {
            let name = sample.name.as_str();
            let has_come = before.iter().any(|here| here.name == name);
            if SYNTHETIC.contains(&name) || !has_come {
                continue;
            }
            let labels: Pairs = sample
                .labels
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect();
            if part_fits(self.sought, |label| {
                let found = labels.iter().find(|(name, _)| name == label);
                found.map(|(_, value)| value.clone())
            }) {
                passage.here.push(Here {
                    name: name.to_owned(),
                    kind: "",
                    labels,
                    resource: Pairs::new(),
                });
            }
        }
    }

    fn done(&mut self) {}
}

/// The data points of a payload that the scrape brought.
fn points(metrics: &Metrics) -> impl Iterator<Item = Here> {
    let mut all = Vec::new();
    for resource in &metrics.resources {
        let around = sorted(resource.attributes.iter());
        for metric in resource.scopes.iter().flat_map(|scope| &scope.metrics) {
            if !Recorder::is_ours(metric) {
                continue;
            }
            let points = (0..metric.data.len()).filter_map(|point| metric.data.common(point));
            all.extend(points.map(|common| Here {
                name: metric.name.to_string(),
                kind: kind(&metric.data),
                labels: sorted(common.attributes.iter()),
                resource: around.clone(),
            }));
        }
    }
    all.into_iter()
}

fn kind(data: &Data) -> &'static str {
    match data {
        Data::None => "no type",
        Data::Gauge(_) => "gauge",
        Data::Sum { .. } => "sum",
        Data::Histogram { .. } => "histogram",
        Data::ExponentialHistogram { .. } => "exponential histogram",
        Data::Summary(_) => "summary",
    }
}

fn sorted<'a, K: std::fmt::Display + 'a, V: std::fmt::Display + 'a>(
    pairs: impl Iterator<Item = (&'a K, &'a V)>,
) -> Pairs {
    let mut pairs: Pairs = pairs
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect();
    pairs.sort_unstable();
    pairs
}
