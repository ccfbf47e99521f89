//! What a stage tells of its own doing: what it dropped, renamed or added, and which rule made it.

use super::pdata::At;
use super::pdata::Metrics;
use super::position::Position;

/// Number of a rule within its stage: an index into what the stage lists as its rules.
pub type RuleId = u32;

/// One rule of a stage, as it is shown to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The condition, statement, pattern or option, as written.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// Takes what a stage does to a payload. Called before the change is made, while the item is still there.
pub trait Trace {
    /// A whole metric goes.
    fn metric_dropped(&mut self, metrics: &Metrics, at: At, rule: RuleId);
    /// One data point goes.
    fn point_dropped(&mut self, metrics: &Metrics, at: At, rule: RuleId);
    /// A metric gets another name; all of its points go on under it.
    fn renamed(&mut self, from: &str, to: &str, rule: RuleId);
    /// A rule could not be judged for an item, which goes on as if the rule were not there.
    fn failed(&mut self, rule: RuleId, message: &str);
}

/// A trace that is not looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Untraced;

impl Trace for Untraced {
    fn metric_dropped(&mut self, _: &Metrics, _: At, _: RuleId) {}
    fn point_dropped(&mut self, _: &Metrics, _: At, _: RuleId) {}
    fn renamed(&mut self, _: &str, _: &str, _: RuleId) {}
    fn failed(&mut self, _: RuleId, _: &str) {}
}

/// A payload that a stage refuses as a whole: all of it is lost, the synthetic series included.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// The rule that refused it.
    pub rule: RuleId,
    /// In the Collector's words where they are known.
    pub message: String,
}

/// One processor of a pipeline, ready to run.
pub trait Processor {
    /// Its rules, in the order of their numbers.
    fn rules(&self) -> &[Rule];

    /// Changes one payload. An item that comes out empty is taken out as the real processor does.
    ///
    /// # Errors
    /// The payload is refused.
    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused>;

    /// Whether it may change metrics and data points, rather than what stands around them: resources and
    /// scopes.
    fn touches_points(&self) -> bool {
        true
    }

    /// Whether what it does may depend on values, counts or times of data points.
    fn reads_values(&self) -> bool {
        true
    }

    /// Whether it leaves every name, label and series as it is, for every payload.
    fn is_transparent(&self) -> bool {
        false
    }
}
