//! Mistakes in `relabel_configs` and `metric_relabel_configs`.

mod histograms;
mod labels;
mod names;
mod shape;
mod targets;

pub(super) use shape::foreign;

use super::Job;
use super::Linted;
use super::walk::items;
use crate::collector::relabel::Rule as Relabel;
use crate::collector::relabel::Rules;
use crate::collector::relabel::Scheme;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "relabeling/address-without-port",
        Medium,
        "a rule wants a port that may not be there"
    ),
    rule!(
        "relabeling/all-pod-labels",
        Medium,
        "every label of a pod becomes one of series"
    ),
    rule!(
        "relabeling/buckets-remain",
        Low,
        "a bucket is left of each histogram"
    ),
    rule!(
        "relabeling/count-dropped",
        High,
        "a histogram without its count vanishes"
    ),
    rule!(
        "relabeling/foreign-regex",
        High,
        "a pattern of another dialect"
    ),
    rule!(
        "relabeling/hidden-label",
        Medium,
        "a helper label doubles targets"
    ),
    rule!(
        "relabeling/identity-label",
        Medium,
        "job and instance cannot be dropped here"
    ),
    rule!(
        "relabeling/le-spelling",
        High,
        "`le` is spelled otherwise in this release"
    ),
    rule!(
        "relabeling/matches-nothing",
        High,
        "a pattern that matches no known value"
    ),
    rule!(
        "relabeling/no-such-name",
        Medium,
        "a rule names what no proxy exposes"
    ),
    rule!(
        "relabeling/redundant-anchor",
        Info,
        "patterns of rules are anchored already"
    ),
    rule!(
        "relabeling/rename",
        Medium,
        "a metric renamed here loses its type"
    ),
    rule!(
        "relabeling/synthetic-series",
        Medium,
        "`up` and the like pass all rules"
    ),
    rule!(
        "relabeling/wildcard-leak",
        High,
        "a wildcard takes in other families"
    ),
    rule!(
        "relabeling/wrong-stage",
        High,
        "a rule reads labels of another stage"
    ),
];

/// Where rules stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// `relabel_configs`: labels of targets.
    Target,
    /// `metric_relabel_configs`: labels of samples.
    Metric,
}

/// One rule, as written and ready to be applied.
struct RuleNode<'a> {
    stage: Stage,
    node: &'a Node,
    /// None where it refers to what is not known, or no release takes it.
    rule: Option<Relabel>,
}

/// The rules of one job.
struct JobRules<'a> {
    job: Job<'a>,
    target: Vec<RuleNode<'a>>,
    metric: Vec<RuleNode<'a>>,
    /// All metric rules together, where all can be applied.
    all_metric: Option<Rules>,
}

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for job in linted.jobs() {
        let rules = JobRules::new(linted, job);
        for rule in rules.target.iter().chain(&rules.metric) {
            shape::inspect(linted, &rules, rule, findings);
        }
        targets::inspect(linted, &rules, findings);
        names::inspect(linted, &rules, findings);
        histograms::inspect(linted, &rules, findings);
        labels::inspect(linted, &rules, findings);
    }
    labels::of_processors(linted, findings);
}

impl<'a> JobRules<'a> {
    fn new(linted: &Linted<'a>, job: Job<'a>) -> Self {
        let of = |key: &str, stage: Stage| -> Vec<RuleNode<'a>> {
            let nodes = items(job.node.get(key)).iter();
            nodes
                .map(|node| RuleNode::new(linted, node, stage))
                .collect()
        };
        let metric = of("metric_relabel_configs", Stage::Metric);
        let nodes = items(job.node.get("metric_relabel_configs"));
        let all_metric = metric
            .iter()
            .all(|rule| rule.rule.is_some())
            .then(|| Rules::compile(nodes, linted.release(), Scheme::default()).ok());
        Self {
            job,
            target: of("relabel_configs", Stage::Target),
            metric,
            all_metric: all_metric.flatten().filter(|rules| !rules.is_empty()),
        }
    }

    fn subject(&self) -> Subject {
        Subject {
            part: Some(self.job.part()),
            ..Subject::default()
        }
    }

    fn finding(&self, id: &'static str, severity: Severity, message: String) -> Finding {
        Finding::new(id, severity, message).about(self.subject())
    }
}

impl<'a> RuleNode<'a> {
    fn new(linted: &Linted<'a>, node: &'a Node, stage: Stage) -> Self {
        let values = node.entries().iter().map(|entry| &entry.value);
        let mut scalars = values.filter(|value| value.scalar().is_some());
        let is_known = scalars.all(|value| linted.known(value).is_some());
        let compiled = is_known.then(|| {
            let nodes = std::slice::from_ref(node);
            Rules::compile(nodes, linted.release(), Scheme::default()).ok()
        });
        let rule = compiled.flatten();
        Self {
            stage,
            node,
            rule: rule.and_then(|rules| rules.rules().first().cloned()),
        }
    }

    fn regex(&self) -> Option<&'a Node> {
        self.node
            .get("regex")
            .filter(|node| node.scalar().is_some())
    }

    /// The pattern without the anchors that Prometheus puts around it.
    fn pattern(&self) -> &'a str {
        self.regex().and_then(Node::scalar).unwrap_or("(.*)")
    }

    /// Whether it reads this label and no other.
    fn reads_only(&self, label: &str) -> bool {
        self.rule
            .as_ref()
            .is_some_and(|rule| rule.source_labels == [label])
    }

    /// The node of what it reads, to be marked.
    fn source(&self, label: &str) -> Option<&'a Node> {
        let sources = items(self.node.get("source_labels")).iter();
        sources
            .into_iter()
            .find(|node| node.scalar() == Some(label))
    }
}

impl Linted<'_> {
    /// Marks the pattern of a rule, or the rule where it has none.
    fn mark_pattern(&self, rule: &RuleNode<'_>, note: &str, finding: &mut Finding) {
        let place = match rule.regex() {
            Some(regex) => self.value(regex, note),
            None => self.place(rule.node.at, 0, note),
        };
        finding.marks.places.extend(place);
    }
}
