//! Runs scrapes through the stages of one configuration.
//!
//! In come scrapes, one target after the other; each stage tells a [`Ledger`] what it holds, drops and
//! sends. One simulator for each worker: what it is built from, a `Plan`, is shared.

use super::discover::Decision;
use super::discover::Discover;
use super::discover::Found;
use super::exporters::Exporter;
use super::ledger::Ledger;
use super::ledger::StageId;
use super::pdata::At;
use super::pdata::Metrics;
use super::receiver::Body;
use super::receiver::Job;
use super::receiver::Receiver;
use super::receiver::merge;
use super::relabel::Labels;
use super::relabel::Step;
use super::trace::Processor;
use super::trace::RuleId;
use super::trace::Trace;

/// One pipeline, ready to run.
pub struct Pipeline {
    pub(super) jobs: Vec<RunningJob>,
    pub(super) relabeling: Option<StageId>,
    pub(super) receiver: StageId,
    pub(super) processors: Vec<RunningProcessor>,
    pub(super) exporters: Vec<(StageId, Box<dyn Exporter>)>,
    /// Nothing stands between the scrape and the store: a Prometheus of its own.
    pub(super) storage: Option<StageId>,
}

pub(super) struct RunningJob {
    pub(super) discover: Discover,
    pub(super) job: Job,
    pub(super) receiver: Receiver,
    /// Number of its first metric relabeling rule among those of all jobs.
    pub(super) first_rule: RuleId,
    /// Number of its first target relabeling rule among those of all jobs.
    pub(super) first_target_rule: RuleId,
}

pub(super) struct RunningProcessor {
    pub(super) stage: StageId,
    /// None where it leaves everything as it is, or is not simulated.
    pub(super) processor: Option<Box<dyn Processor>>,
    /// From here on, data points may be the same series.
    pub(super) reshapes: bool,
}

impl Pipeline {
    /// Whether anything in it depends on values, counts or times of data points.
    pub fn reads_values(&self) -> bool {
        let mut processors = self
            .processors
            .iter()
            .filter_map(|running| running.processor.as_ref());
        processors.any(|processor| processor.reads_values())
    }

    /// Keeps what a scrape loop keeps of each target: to be called before the first scrape, where targets are
    /// scraped more than once.
    pub fn expect_scrapes_again(&mut self) {
        for job in &mut self.jobs {
            job.receiver.remember();
        }
    }

    /// From now on, tells the series that metric relabeling leaves: see [`Receiver::tell_relabeled`].
    pub fn tell_relabeled(&mut self) {
        for job in &mut self.jobs {
            job.receiver.tell_relabeled();
        }
    }

    /// What metric relabeling does with one series of a target, in each job that scrapes it: the number of its
    /// first rule, what each rule did, and the labels that are left. Empty where there are no rules.
    pub fn explain_relabeling(
        &self,
        found: &Found,
        labels: &Labels,
    ) -> Vec<(RuleId, Vec<Step>, Labels)> {
        let mut explained = Vec::new();
        for job in &self.jobs {
            let Decision::Scraped(endpoint) = job.discover.decide(found, &mut |_, _| {}) else {
                continue;
            };
            let rules = &job.job.metric_relabel;
            if rules.is_empty() {
                continue;
            }
            let mut labels = labels.clone();
            merge(&mut labels, &endpoint.labels, job.job.honor_labels);
            let steps = rules.explain(&mut labels);
            explained.push((job.first_rule, steps, labels));
        }
        explained
    }

    /// Lets one scrape enter every job.
    pub fn run<L: Ledger>(
        &mut self,
        body: Body<'_>,
        found: &Found,
        ledger: &mut L,
        unjudged: &mut dyn FnMut(RuleId, &str),
    ) {
        for at in 0..self.jobs.len() {
            let job = &mut self.jobs[at];
            let first = job.first_target_rule;
            let decision = job.discover.decide(found, &mut |rule, label| {
                unjudged(first + rule as RuleId, label);
            });
            let endpoint = match decision {
                Decision::Scraped(endpoint) => endpoint,
                Decision::Dropped(rule) => {
                    ledger.target_dropped(&job.job.name, first + rule as RuleId);
                    continue;
                }
            };
            ledger.scraped(body);
            if let Some(stage) = self.storage {
                let (mut received, stored) = job.receiver.store(body, &job.job, &endpoint);
                shift_rules(&mut received, job.first_rule);
                ledger.received(self.relabeling, stage, &received);
                ledger.store(stage, &stored);
                ledger.done();
                continue;
            }
            let mut received = job.receiver.receive(body, &job.job, &endpoint);
            shift_rules(&mut received, job.first_rule);
            ledger.received(self.relabeling, self.receiver, &received);
            ledger.holds(self.receiver, &received.metrics, false);
            self.process(received.metrics, ledger);
            ledger.done();
        }
    }

    /// Lets one payload through the processors and exporters.
    fn process<L: Ledger>(&mut self, mut metrics: Metrics, ledger: &mut L) {
        let mut reshaped = false;
        for running in &mut self.processors {
            let stage = running.stage;
            reshaped |= running.reshapes;
            let processor = match &mut running.processor {
                Some(processor) if !processor.is_transparent() => processor,
                _ => {
                    ledger.unchanged(stage, &metrics, reshaped);
                    continue;
                }
            };
            let mut trace = Tracing { stage, ledger };
            if let Err(refused) = processor.process(&mut metrics, &mut trace) {
                ledger.refused(stage, refused.rule, &refused.message);
                return;
            }
            if metrics.resources.is_empty() {
                return;
            }
            if processor.touches_points() {
                ledger.holds(stage, &metrics, reshaped);
            } else {
                ledger.unchanged(stage, &metrics, reshaped);
            }
        }
        for (stage, exporter) in &mut self.exporters {
            ledger.export(*stage, &metrics, &mut **exporter);
        }
    }
}

fn shift_rules(received: &mut super::receiver::Received, first: RuleId) {
    if let Some(relabeled) = &mut received.relabeled
        && first > 0
    {
        let dropped = std::mem::take(&mut relabeled.dropped);
        let shifted = dropped
            .into_iter()
            .map(|((name, rule), series)| ((name, rule + first as usize), series));
        relabeled.dropped = shifted.collect();
    }
}

/// What a processor tells, with the stage it stands in.
struct Tracing<'a, L> {
    stage: StageId,
    ledger: &'a mut L,
}

impl<L: Ledger> Trace for Tracing<'_, L> {
    fn metric_dropped(&mut self, metrics: &Metrics, at: At, rule: RuleId) {
        self.ledger.metric_dropped(self.stage, metrics, at, rule);
    }

    fn point_dropped(&mut self, metrics: &Metrics, at: At, rule: RuleId) {
        self.ledger.point_dropped(self.stage, metrics, at, rule);
    }

    fn renamed(&mut self, from: &str, to: &str, rule: RuleId) {
        self.ledger.renamed(self.stage, from, to, rule);
    }

    fn failed(&mut self, rule: RuleId, message: &str) {
        self.ledger.failed(self.stage, rule, message);
    }
}
