//! What a simulation tells whoever counts: what each stage holds, drops and sends.

use super::exporters::Exporter;
use super::pdata::At;
use super::pdata::Metrics;
use super::receiver::Body;
use super::receiver::Received;
use super::receiver::Stored;
use super::trace::RuleId;

/// Index of a stage within its pipeline.
pub type StageId = usize;

/// Takes what becomes of one target after the other in one pipeline.
///
/// For each scrape of a target: [`Ledger::scraped`], [`Ledger::received`], then for each stage in order whatever it does and then
/// [`Ledger::holds`], at the end [`Ledger::done`]. A payload that is lost gets no further.
pub trait Ledger {
    /// Target relabeling dropped a target of a job.
    fn target_dropped(&mut self, job: &str, rule: RuleId);
    /// A target of a job is scraped.
    fn scraped(&mut self, body: Body<'_>);
    /// What metric relabeling and the receiver made of the scrape. `relabeling` is the stage of the former.
    fn received(&mut self, relabeling: Option<StageId>, receiver: StageId, received: &Received);
    /// What is there behind a stage. `reshaped`: data points may be the same series by now.
    fn holds(&mut self, stage: StageId, metrics: &Metrics, reshaped: bool);
    /// A stage that leaves everything as it was: what is there, and whether data points may be the same series.
    fn unchanged(&mut self, stage: StageId, metrics: &Metrics, reshaped: bool);
    /// A stage drops a metric.
    fn metric_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId);
    /// A stage drops a data point.
    fn point_dropped(&mut self, stage: StageId, metrics: &Metrics, at: At, rule: RuleId);
    /// A stage gives a metric another name.
    fn renamed(&mut self, stage: StageId, from: &str, to: &str, rule: RuleId);
    /// A rule could not be judged.
    fn failed(&mut self, stage: StageId, rule: RuleId, message: &str);
    /// A stage refuses the payload as a whole.
    fn refused(&mut self, stage: StageId, rule: RuleId, message: &str);
    /// An exporter is to send the payload.
    fn export(&mut self, stage: StageId, metrics: &Metrics, exporter: &mut dyn Exporter);
    /// A Prometheus stores the samples of a scrape.
    fn store(&mut self, stage: StageId, stored: &[Stored]);
    /// The payload has been through.
    fn done(&mut self);
}
