//! Conditions about names of metrics.

use serde_json::json;

use super::super::Linted;
use super::super::patterns::named;
use super::super::patterns::splits;
use super::super::statements::Ottl;
use super::super::statements::Tree;
use super::super::statements::is_name;
use super::super::statements::leaves;
use super::super::statements::name_pattern;
use super::super::walk::items;
use crate::collector::config::Role;
use crate::collector::ottl::ast::Bool;
use crate::collector::ottl::ast::BoolKind;
use crate::collector::ottl::ast::Compare;
use crate::collector::ottl::ast::Expr;
use crate::collector::ottl::ast::ExprKind;
use crate::collector::regex::GoRegex;
use crate::collector::yaml::Node;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;

/// How many names a message lists.
const LISTED: usize = 4;

/// How many a finding lists.
const IN_EVIDENCE: usize = 50;

/// Ends of names of a histogram's lines.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

pub(super) fn inspect(
    linted: &Linted<'_>,
    condition: &Ottl<'_>,
    tree: &Tree,
    findings: &mut Vec<Finding>,
) {
    let Some(root) = tree.condition() else {
        return;
    };
    leaves(root, false, &[], &mut |leaf, negated, _| {
        let finding = match (name_pattern(leaf), compared(leaf)) {
            (Some((pattern, span)), _) => {
                let at = (span.start, span.end);
                never(linted, &Name::Pattern(pattern), negated)
                    .map(|finding| finding.at_part(linted, condition, at))
                    .or_else(|| unanchored(linted, condition, (root, leaf, negated), pattern, at))
            }
            (None, Some((name, expr))) => {
                never(linted, &Name::Exact(name), negated).map(|finding| {
                    finding.at_part(linted, condition, (expr.span.start, expr.span.end))
                })
            }
            _ => None,
        };
        findings.extend(finding.map(|finding| finding.about(part(condition))));
    });
}

/// A finding still without a place.
trait AtPart {
    fn at_part(self, linted: &Linted<'_>, condition: &Ottl<'_>, span: (usize, usize)) -> Self;
}

impl AtPart for Finding {
    fn at_part(mut self, linted: &Linted<'_>, condition: &Ottl<'_>, span: (usize, usize)) -> Self {
        let place = linted.part(condition.node, span.0, span.1 - span.0, "");
        self.marks.places.extend(place);
        self
    }
}

fn part(condition: &Ottl<'_>) -> Subject {
    Subject {
        part: Some(condition.processor.part()),
        ..Subject::default()
    }
}

/// The text that a name is compared with.
fn compared(leaf: &Bool) -> Option<(&str, &Expr)> {
    let BoolKind::Compare { left, op, right } = &leaf.kind else {
        return None;
    };
    if !matches!(op, Compare::Eq | Compare::Ne) {
        return None;
    }
    match (&left.kind, &right.kind) {
        (ExprKind::Str(text), _) if is_name(right) => Some((text.as_str(), left)),
        (_, ExprKind::Str(text)) if is_name(left) => Some((text.as_str(), right)),
        _ => None,
    }
}

/// How a condition names metrics.
enum Name<'a> {
    Exact(&'a str),
    Pattern(&'a str),
}

impl Name<'_> {
    fn written(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Pattern(text) => text,
        }
    }

    fn compiled(&self) -> Option<GoRegex> {
        match self {
            Self::Exact(_) => None,
            Self::Pattern(pattern) => GoRegex::new(pattern).ok(),
        }
    }

    fn is_match(&self, compiled: Option<&GoRegex>, name: &str) -> bool {
        match self {
            Self::Exact(text) => *text == name,
            Self::Pattern(_) => compiled.is_some_and(|compiled| compiled.is_match(name)),
        }
    }
}

/// Names that no metric has where a processor looks at it.
fn never(linted: &Linted<'_>, name: &Name<'_>, negated: bool) -> Option<Finding> {
    let compiled = name.compiled();
    let is_match = |text: &str| name.is_match(compiled.as_ref(), text);
    if linted.exposed.metric_names().any(is_match) {
        return None;
    }
    let keeps = if negated {
        "nothing is kept by it"
    } else {
        "nothing is dropped by it"
    };
    if is_match("target_info") {
        let finding = Finding::new(
            "filter/target-info",
            Severity::Medium,
            format!("`target_info` is made by the exporter, behind every processor: {keeps}"),
        );
        return Some(
            finding
                .with_evidence([("name", json!(name.written()))])
                .with_remedy("switch it off where it is made: `target_info: {enabled: false}` of the exporter"),
        );
    }
    let mut families = linted.exposed.families.iter();
    let family = families.find(|family| {
        family.has_points() && family.sample_names.iter().any(|sample| is_match(sample))
    });
    let of_bucket = match name {
        Name::Exact(text) => text.strip_suffix("_bucket"),
        Name::Pattern(_) => None,
    };
    let base = family.map(|family| family.name.as_str()).or(of_bucket)?;
    let suffix = PARTS
        .iter()
        .find(|suffix| is_match(&format!("{base}{suffix}")));
    Some(
        Finding::new(
            "filter/histogram-parts",
            Severity::High,
            format!(
                "`{}` is no metric here: all lines of a histogram are one, called `{base}`; {keeps}",
                suffix.map_or_else(|| name.written().to_owned(), |suffix| format!("{base}{suffix}")),
            ),
        )
        .with_evidence([("name", json!(name.written())), ("metric", json!(base))])
        .with_remedy(format!(
            "write `{base}`; single lines can be dropped only by metric_relabel_configs, and only `_sum` without harm"
        )),
    )
}

/// What a pattern without anchors takes in beside what it would with them.
fn unanchored(
    linted: &Linted<'_>,
    condition: &Ottl<'_>,
    (root, leaf, negated): (&Bool, &Bool, bool),
    pattern: &str,
    (start, end): (usize, usize),
) -> Option<Finding> {
    let loose = GoRegex::new(pattern).ok()?;
    let (better, tight) = anchored(linted, pattern)?;
    let outcome = |name: &str, own: &GoRegex| holds(root, leaf, own, name);
    let names = linted.exposed.metric_names();
    let leaked: Vec<&str> = names
        .filter(|name| loose.is_match(name) && outcome(name, &loose) != outcome(name, &tight))
        .collect();
    if leaked.is_empty() {
        return None;
    }
    let (severity, verb) = if negated {
        (Severity::Medium, "keeps")
    } else {
        (Severity::High, "drops")
    };
    let count = leaked.len();
    let mut finding = Finding::new(
        "filter/unanchored-match",
        severity,
        format!(
            "`{pattern}` matches anywhere in a name, and also {verb} {}",
            named(&leaked, LISTED)
        ),
    )
    .with_evidence([
        ("pattern", json!(pattern)),
        ("anchored", json!(better.pattern)),
        (
            "metrics",
            json!(leaked.iter().take(IN_EVIDENCE).collect::<Vec<_>>()),
        ),
        ("metrics_count", json!(count)),
    ])
    .with_remedy(format!("anchor it: `{}`", better.pattern))
    .at_part(linted, condition, (start, end));
    // Inside of the quotes.
    let front = linted.rewrite(condition.node, (start + 1, start + 1), better.front);
    let back = linted.rewrite(condition.node, (end - 1, end - 1), better.back);
    let edits: Option<Vec<Edit>> = match (better.front, better.back) {
        ("", _) => back.map(|edit| vec![edit]),
        (_, "") => front.map(|edit| vec![edit]),
        _ => front.zip(back).map(|(front, back)| vec![front, back]),
    };
    finding.marks.fix = edits.unwrap_or_default();
    Some(finding)
}

/// A pattern with anchors.
struct Anchored {
    pattern: String,
    front: &'static str,
    back: &'static str,
}

/// The pattern between anchors; only at the front, where it would match nothing else.
fn anchored(linted: &Linted<'_>, pattern: &str) -> Option<(Anchored, GoRegex)> {
    let ends = |text: &str| text.ends_with('$') && !text.ends_with("\\$");
    let (has_front, has_back) = (pattern.starts_with('^'), ends(pattern));
    let splits = splits(pattern);
    if has_front && has_back && !splits {
        return None;
    }
    let both = match (splits, has_front, has_back) {
        (true, false, false) => ("^(?:", ")$"),
        // Anchors of single alternatives are meant as such.
        (true, ..) => return None,
        (false, true, _) => ("", "$"),
        (false, _, true) => ("^", ""),
        (false, false, false) => ("^", "$"),
    };
    let only_front = match (splits, has_front) {
        (true, _) => ("^(?:", ")"),
        (false, false) => ("^", ""),
        (false, true) => return None,
    };
    [both, only_front].into_iter().find_map(|(front, back)| {
        let text = format!("{front}{pattern}{back}");
        let compiled = GoRegex::new(&text).ok()?;
        let matches = linted
            .exposed
            .metric_names()
            .any(|name| compiled.is_match(name));
        let pattern = text;
        matches.then_some((
            Anchored {
                pattern,
                front,
                back,
            },
            compiled,
        ))
    })
}

/// Whether a condition holds for a metric of this name, with another pattern in the place of one of its parts;
/// `None` where that is not up to the name.
fn holds(condition: &Bool, replaced: &Bool, by: &GoRegex, name: &str) -> Option<bool> {
    if std::ptr::eq(condition, replaced) {
        return Some(by.is_match(name));
    }
    let part = |part: &Bool| holds(part, replaced, by, name);
    match &condition.kind {
        BoolKind::Literal(value) => Some(*value),
        BoolKind::Group(inner) => part(inner),
        BoolKind::Not(inner) => part(inner).map(|value| !value),
        BoolKind::And(parts) => joined(parts.iter().map(part), false),
        BoolKind::Or(parts) => joined(parts.iter().map(part), true),
        BoolKind::Call(_) => {
            let (pattern, _) = name_pattern(condition)?;
            Some(GoRegex::new(pattern).ok()?.is_match(name))
        }
        BoolKind::Compare { op, .. } => {
            let (text, _) = compared(condition)?;
            Some((text == name) == (*op == Compare::Eq))
        }
    }
}

/// Parts joined by `or` or `and`; `decides` is the value of a part that decides the whole.
fn joined(parts: impl Iterator<Item = Option<bool>>, decides: bool) -> Option<bool> {
    let mut unknown = false;
    for part in parts {
        match part {
            Some(value) if value == decides => return Some(decides),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decides)
}

/// `include` and `exclude` with `match_type: regexp`.
pub(super) fn legacy(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for processor in linted.of_kind(Role::Processor, "filter") {
        let metrics = processor.entry.value.get("metrics");
        for (side, negated) in [("include", true), ("exclude", false)] {
            let Some(side) = metrics.and_then(|metrics| metrics.get(side)) else {
                continue;
            };
            let kind = side.get("match_type").and_then(Node::scalar);
            for node in items(side.get("metric_names")) {
                let Some(text) = linted.known(node) else {
                    continue;
                };
                let is_pattern = kind == Some("regexp");
                let name = if is_pattern {
                    Name::Pattern(text)
                } else {
                    Name::Exact(text)
                };
                let found = never(linted, &name, negated).or_else(|| {
                    is_pattern
                        .then(|| legacy_leak(linted, node, text, negated))
                        .flatten()
                });
                let Some(mut finding) = found else {
                    continue;
                };
                finding.subject.part = Some(processor.part());
                finding.marks.places.extend(linted.value(node, ""));
                findings.push(finding);
            }
        }
    }
}

fn legacy_leak(linted: &Linted<'_>, node: &Node, pattern: &str, negated: bool) -> Option<Finding> {
    let loose = GoRegex::new(pattern).ok()?;
    let (better, tight) = anchored(linted, pattern)?;
    let names = linted.exposed.metric_names();
    let leaked: Vec<&str> = names
        .filter(|name| loose.is_match(name) && !tight.is_match(name))
        .collect();
    if leaked.is_empty() {
        return None;
    }
    let (severity, verb) = if negated {
        (Severity::Medium, "keeps")
    } else {
        (Severity::High, "drops")
    };
    let mut finding = Finding::new(
        "filter/legacy-regexp",
        severity,
        format!(
            "`match_type: regexp` matches anywhere in a name: `{pattern}` also {verb} {}",
            named(&leaked, LISTED)
        ),
    )
    .with_evidence([
        ("pattern", json!(pattern)),
        ("anchored", json!(better.pattern)),
        (
            "metrics",
            json!(leaked.iter().take(IN_EVIDENCE).collect::<Vec<_>>()),
        ),
        ("metrics_count", json!(leaked.len())),
    ])
    .with_remedy(format!("anchor it: `{}`", better.pattern));
    if linted.is_as_written(node, pattern) {
        let edit = linted.rewrite(node, (0, pattern.len()), &better.pattern);
        finding.marks.fix.extend(edit);
    }
    Some(finding)
}
