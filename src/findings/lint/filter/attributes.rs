//! Conditions about attributes.

use serde_json::json;

use super::super::Linted;
use super::super::statements::Ottl;
use super::super::statements::Tree;
use super::super::statements::attribute;
use super::super::statements::leaves;
use super::super::walk::items;
use crate::collector::config::Role;
use crate::collector::ottl::ast::Bool;
use crate::collector::ottl::ast::BoolKind;
use crate::collector::ottl::ast::Compare;
use crate::collector::ottl::ast::Expr;
use crate::collector::ottl::ast::ExprKind;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;

/// Attributes of the resource that the receiver always sets.
const ALWAYS: [&str; 2] = ["service.instance.id", "service.name"];

pub(super) fn inspect(
    linted: &Linted<'_>,
    condition: &Ottl<'_>,
    tree: &Tree,
    findings: &mut Vec<Finding>,
) {
    let Some(root) = tree.condition() else {
        return;
    };
    let subject = Subject {
        part: Some(condition.processor.part()),
        ..Subject::default()
    };
    leaves(root, false, &[], &mut |leaf, negated, beside| {
        let found = match &leaf.kind {
            BoolKind::Compare { left, op, right } => {
                let drops = condition.processor.kind == "filter";
                number(linted, condition, left, *op, right).or_else(|| {
                    let missing = || missing(linted, condition, leaf, negated, beside);
                    drops.then(missing).flatten()
                })
            }
            BoolKind::Call(call) if call.name == "HasAttrOnDatapoint" => {
                let mut finding = Finding::new(
                    "filter/first-datapoint",
                    Severity::Medium,
                    "only the first data point that has the attribute is looked at, and the whole metric goes or stays by it",
                )
                .with_evidence([("function", json!(call.name))])
                .with_remedy(
                    "write a condition for data points, in `datapoint`: `attributes[\"…\"] == \"…\"`",
                );
                let span = &call.span;
                finding.marks.places.extend(linted.part(
                    condition.node,
                    span.start,
                    span.len(),
                    "",
                ));
                Some(finding)
            }
            _ => None,
        };
        findings.extend(found.map(|finding| finding.about(subject.clone())));
    });
}

/// `attributes["port"] == 4191`.
fn number(
    linted: &Linted<'_>,
    condition: &Ottl<'_>,
    left: &Expr,
    op: Compare,
    right: &Expr,
) -> Option<Finding> {
    let number = |expr: &Expr| matches!(expr.kind, ExprKind::Int(_) | ExprKind::Float(_));
    let (key, value) = match (attribute(left), attribute(right)) {
        (Some((key, _)), None) if number(right) => (key, right),
        (None, Some((key, _))) if number(left) => (key, left),
        _ => return None,
    };
    if written_by_processors(linted, key) {
        return None;
    }
    let written = condition.text.get(value.span.clone())?;
    let (severity, effect) = match op {
        Compare::Ne => (Severity::High, "it always differs"),
        _ => (Severity::High, "this never holds"),
    };
    let mut finding = Finding::new(
        "filter/number-compare",
        severity,
        format!("the label `{key}` is a text, and no text equals or exceeds the number {written}: {effect}"),
    )
    .with_evidence([("attribute", json!(key)), ("number", json!(written))]);
    let span = (value.span.start, value.span.end);
    finding
        .marks
        .places
        .extend(linted.part(condition.node, span.0, span.1 - span.0, ""));
    if matches!(op, Compare::Eq | Compare::Ne) {
        let text = format!("\"{written}\"");
        finding.remedy = format!("compare it with the text: `{text}`");
        finding
            .marks
            .fix
            .extend(linted.rewrite(condition.node, span, &text));
    } else {
        finding.remedy = format!("make a number of it first: `Int(attributes[\"{key}\"])`");
    }
    Some(finding)
}

/// Whether some processor may make a number of an attribute.
fn written_by_processors(linted: &Linted<'_>, key: &str) -> bool {
    let is_number = |action: &Node| {
        let is_own = action.get("key").and_then(Node::scalar) == Some(key);
        let value = action.get("value").map(|value| &value.kind);
        let converts = action.get("converted_type").is_some();
        is_own && (converts || matches!(value, Some(Kind::Int(..) | Kind::Float(..))))
    };
    let by_actions = linted
        .components(Role::Processor)
        .into_iter()
        .any(|processor| {
            let settings = &processor.entry.value;
            let actions = settings.get("actions").or(settings.get("attributes"));
            items(actions).iter().any(is_number)
        });
    let quoted = format!("\"{key}\"");
    by_actions
        || linted
            .ottl()
            .iter()
            .any(|text| text.is_statement && text.text.contains(&quoted))
}

/// `attributes["x"] != "y"`, which holds where there is no x.
fn missing(
    linted: &Linted<'_>,
    condition: &Ottl<'_>,
    leaf: &Bool,
    negated: bool,
    beside: &[&Bool],
) -> Option<Finding> {
    let BoolKind::Compare { left, op, right } = &leaf.kind else {
        return None;
    };
    let differs = match op {
        Compare::Ne => !negated,
        Compare::Eq => negated,
        _ => false,
    };
    let (key, is_resource) = attribute(left).or(attribute(right))?;
    let other = if attribute(left).is_some() {
        right
    } else {
        left
    };
    let is_text = matches!(&other.kind, ExprKind::Str(_));
    let always = (is_resource || condition.list == "resource") && ALWAYS.contains(&key);
    if !differs || !is_text || always || beside.iter().any(|part| is_guard(part, key)) {
        return None;
    }
    let families = linted.exposed.families.iter();
    let known = families
        .clone()
        .filter(|family| !family.labels.is_empty())
        .count();
    let lacking = families
        .filter(|family| {
            !family.labels.is_empty() && !family.labels.iter().any(|label| label == key)
        })
        .count();
    let of_points = !is_resource && condition.list != "resource";
    if of_points && known > 0 && lacking == 0 {
        return None;
    }
    let mut message = format!("this holds wherever there is no `{key}`, and drops that too");
    if of_points && known > 0 {
        message = format!(
            "{message}: {lacking} of {known} families of {} have no such label",
            linted.exposed.whose
        );
    }
    let mut finding = Finding::new("filter/missing-attribute", Severity::Medium, message)
        .with_evidence([
            ("attribute", json!(key)),
            ("families_without", json!(of_points.then_some(lacking))),
        ])
        .with_remedy(format!(
            "say that it has to be there: `attributes[\"{key}\"] != nil and …`"
        ));
    let span = &leaf.span;
    finding
        .marks
        .places
        .extend(linted.part(condition.node, span.start, span.len(), ""));
    Some(finding)
}

/// `attributes["x"] != nil`.
fn is_guard(part: &Bool, key: &str) -> bool {
    match &part.kind {
        BoolKind::Group(inner) => is_guard(inner, key),
        BoolKind::Compare { left, right, .. } => {
            let nil = |expr: &Expr| matches!(expr.kind, ExprKind::Nil);
            let own = |expr: &Expr| attribute(expr).is_some_and(|(own, _)| own == key);
            (own(left) && nil(right)) || (own(right) && nil(left))
        }
        _ => false,
    }
}
