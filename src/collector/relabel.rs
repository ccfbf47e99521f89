//! Relabeling: the rules of `relabel_configs` and `metric_relabel_configs`, applied to labels.
//!
//! In come rules as they stand in a configuration, and one set of labels at a time; out goes the changed set,
//! or which rule dropped it. Rules that Prometheus would not start with are errors at their place.

mod apply;
mod case;
mod explain;
mod labels;
mod names;
mod partly;
mod rule;
mod written;

use std::cell::RefCell;

use super::position::ConfigError;
use super::regex::Captures;
use super::text::Text;
use super::trace;
use super::version::Version;
use super::yaml::Node;

pub use explain::Change;
pub use explain::Step;
pub use labels::Labels;
pub use names::Names;
pub use names::Scheme;
pub use partly::Partly;
pub use partly::Unjudged;
pub use rule::Action;
pub use rule::Rule;

use rule::Raw;
use rule::Unreadable;

/// The name of the label that holds the name of a metric.
const METRIC_NAME: &str = "__name__";

/// The first release that checks rules only when all are read: contrib 0.139.0 is on Prometheus v0.307.1
/// (`model/relabel/relabel.go`, `Validate`). It decides which of several errors is told.
const CHECKED_TOGETHER: u16 = 139;

/// What became of a set of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on, maybe changed.
    Kept,
    /// It goes no further.
    Dropped {
        /// Number of the rule that dropped it; counts from 0.
        rule: usize,
    },
}

/// A list of rules, ready to be applied. Built once per thread.
#[derive(Debug, Clone)]
pub struct Rules {
    list: Vec<Rule>,
    names: Names,
    scratch: RefCell<Scratch>,
}

/// Memory that is used again from set to set.
#[derive(Debug, Clone, Default)]
struct Scratch {
    value: String,
    name: String,
    out: String,
    captures: Captures,
    copies: Vec<(Text, Text)>,
}

impl Rules {
    /// Reads a list of rules; an empty one keeps everything as it is.
    ///
    /// # Errors
    /// Prometheus would not start with one of them.
    pub fn compile(nodes: &[Node], version: Version, scheme: Scheme) -> Result<Self, ConfigError> {
        let names = Names::new(version, scheme);
        let mut raws = Vec::with_capacity(nodes.len());
        let mut wrong_kind = None;
        for node in nodes {
            let raw = match Raw::decode(node, version) {
                Ok(raw) => raw,
                Err(Unreadable::Text(error)) => return Err(error),
                Err(Unreadable::Kind(error)) => {
                    wrong_kind.get_or_insert(error);
                    continue;
                }
            };
            if !version.is_from(CHECKED_TOGETHER) {
                raw.check(names)?;
            }
            raws.push(raw);
        }
        if let Some(error) = wrong_kind {
            return Err(error);
        }
        for raw in &raws {
            raw.check(names)?;
        }
        let rules = nodes.iter().zip(raws);
        let rules = rules.map(|(node, raw)| Rule::new(node, raw));
        Ok(Self {
            list: rules.collect(),
            names,
            scratch: RefCell::default(),
        })
    }

    /// The rules in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.list
    }

    /// The rules as they are shown to the user, in their order.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &trace::Rule> {
        self.list.iter().map(|rule| &rule.shown)
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether no rule changes a label.
    pub fn is_keep_drop_only(&self) -> bool {
        self.list.iter().all(|rule| rule.action.only_filters())
    }

    /// Whether the name of a metric decides alone, so that one answer holds for all its series.
    pub fn reads_only_name(&self) -> bool {
        self.list.iter().all(|rule| {
            let matches = matches!(rule.action, Action::Keep | Action::Drop);
            matches && rule.source_labels == [METRIC_NAME]
        })
    }

    /// What becomes of any set of labels with this metric name, where [`Rules::reads_only_name`].
    pub fn judge_name(&self, name: &str) -> Outcome {
        let dropping = self.list.iter().position(|rule| {
            let matches = rule.regex.is_match(name);
            match rule.action {
                Action::Keep => !matches,
                _ => matches,
            }
        });
        dropping.map_or(Outcome::Kept, |rule| Outcome::Dropped { rule })
    }

    /// Applies the rules. A set that is dropped is left as it was when the dropping rule saw it.
    pub fn process(&self, labels: &mut Labels) -> Outcome {
        let mut scratch = self.scratch.borrow_mut();
        let scratch = &mut *scratch;
        for (index, rule) in self.list.iter().enumerate() {
            if !rule.apply(labels, self.names, scratch) {
                return Outcome::Dropped { rule: index };
            }
        }
        Outcome::Kept
    }
}
