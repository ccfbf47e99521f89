//! Rules that take histograms apart.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::Linted;
use super::super::patterns::alternatives;
use super::super::patterns::literal;
use super::super::patterns::named;
use super::JobRules;
use super::RuleNode;
use crate::collector::relabel::Action;
use crate::collector::relabel::Outcome;
use crate::collector::relabel::Rules;
use crate::collector::version::Version;
use crate::findings::Finding;
use crate::findings::Severity;

/// How many names a message lists.
const LISTED: usize = 4;

/// The release from which bounds have a decimal point before rules see them: contrib 0.120.0 is the first on
/// Prometheus 3.
const DECIMAL_BOUNDS_FROM: u16 = 120;

/// Bounds that are whole numbers, as proxies have them.
const BOUNDS: [u32; 17] = [
    1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 500, 1000, 5000, 10_000, 50_000,
];

/// Histograms by the number of the rule that takes a part of them away.
type ByRule<'a> = Vec<(usize, Vec<&'a str>)>;

pub(super) fn inspect(linted: &Linted<'_>, rules: &JobRules<'_>, findings: &mut Vec<Finding>) {
    if let Some(all) = rules
        .all_metric
        .as_ref()
        .filter(|all| all.reads_only_name())
    {
        parts(linted, rules, all, findings);
    }
    for rule in &rules.metric {
        findings.extend(bounds(linted, rules, rule));
    }
}

/// What becomes of buckets and counts of each histogram that is known or named.
fn parts(linted: &Linted<'_>, rules: &JobRules<'_>, all: &Rules, findings: &mut Vec<Finding>) {
    let mut bases: BTreeSet<String> = BTreeSet::new();
    let families = linted.exposed.families.iter();
    bases.extend(
        families
            .filter(|family| family.kind == "histogram")
            .map(|family| family.name.clone()),
    );
    for rule in &rules.metric {
        let names = alternatives(rule.pattern());
        let names = names.iter().filter_map(|(_, part)| literal(part));
        bases.extend(names.filter_map(|name| Some(name.strip_suffix("_bucket")?.to_owned())));
    }
    let (mut lost, mut left) = (ByRule::new(), ByRule::new());
    for base in &bases {
        let judge = |suffix: &str| all.judge_name(&format!("{base}{suffix}"));
        let (by_rule, rule) = match (judge("_bucket"), judge("_count")) {
            (Outcome::Kept, Outcome::Dropped { rule }) => (&mut lost, rule),
            (Outcome::Dropped { rule }, Outcome::Kept) => (&mut left, rule),
            _ => continue,
        };
        match by_rule.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, names)) => names.push(base),
            None => by_rule.push((rule, vec![base])),
        }
    }
    for (rule, names) in lost {
        let message = format!(
            "{} {} without `_count`, and the receiver makes no histogram of what has none: nothing of it is sent",
            named(&names, LISTED),
            if names.len() == 1 {
                "is left"
            } else {
                "are left"
            }
        );
        findings.extend(
            part(
                linted,
                rules,
                rule,
                &names,
                "relabeling/count-dropped",
                Severity::High,
                message,
            )
            .map(|finding| finding.with_remedy("keep `_count` beside `_bucket`")),
        );
    }
    for (rule, names) in left {
        let message = format!(
            "{} {} its count, from which the exporter makes the bucket `le=\"+Inf\"` again",
            named(&names, LISTED),
            if names.len() == 1 {
                "keeps"
            } else {
                "keep, each,"
            }
        );
        findings.extend(part(linted, rules, rule, &names, "relabeling/buckets-remain", Severity::Low, message)
            .map(|finding| finding.with_remedy(
                "to be rid of the histogram, drop `_count` too; for the count alone, make a sum of it: `extract_count_metric` of the transform processor",
            )));
    }
}

fn part(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: usize,
    names: &[&str],
    id: &'static str,
    severity: Severity,
    message: String,
) -> Option<Finding> {
    let rule = rules.metric.get(rule)?;
    let mut finding = rules
        .finding(id, severity, message)
        .with_evidence([("histograms", json!(names))]);
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}

/// Bounds that a pattern spells as only some releases do.
fn bounds(linted: &Linted<'_>, rules: &JobRules<'_>, rule: &RuleNode<'_>) -> Option<Finding> {
    let compiled = rule.rule.as_ref()?;
    let reads_le = compiled.source_labels.iter().any(|label| label == "le");
    let compares = matches!(
        compiled.action,
        Action::Keep | Action::Drop | Action::Replace
    );
    if !reads_le || !compares || compiled.source_labels.len() > 2 {
        return None;
    }
    let others: Vec<&str> = match &compiled.source_labels[..] {
        [_] => vec![""],
        _ => linted
            .exposed
            .sample_names()
            .filter(|name| name.ends_with("_bucket"))
            .collect(),
    };
    let is_hit = |bound: &str| {
        others.iter().any(|other| {
            let values = compiled.source_labels.iter();
            let values = values.map(|label| if label == "le" { bound } else { other });
            let joined: Vec<&str> = values.collect();
            compiled.regex.is_match(&joined.join(&compiled.separator))
        })
    };
    let whole: Vec<String> = BOUNDS
        .iter()
        .map(u32::to_string)
        .filter(|bound| is_hit(bound))
        .collect();
    let decimal: Vec<String> = BOUNDS
        .iter()
        .map(|bound| format!("{bound}.0"))
        .filter(|bound| is_hit(bound))
        .collect();
    let (written, blind): (&[String], fn(Version) -> bool) = match (&whole[..], &decimal[..]) {
        ([], []) => return None,
        (written, []) => (written, |release| release.is_from(DECIMAL_BOUNDS_FROM)),
        ([], written) => (written, |release| !release.is_from(DECIMAL_BOUNDS_FROM)),
        _ => return None,
    };
    let blind = linted.held(blind);
    if blind.is_empty() {
        return None;
    }
    let first = written.first()?;
    let number = first.trim_end_matches(".0");
    let (here, there) = if whole.is_empty() {
        (format!("{number}.0"), number.to_owned())
    } else {
        (number.to_owned(), format!("{number}.0"))
    };
    let severity = if linted.is_meant || blind.contains(&linted.release()) {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut finding = rules
        .finding(
            "relabeling/le-spelling",
            severity,
            format!(
                "{} rules the bound `{there}` where this one looks for `{here}`: it has no effect",
                linted.said(&blind, "hands", "hand")
            ),
        )
        .with_evidence([
            ("bounds", json!(written)),
            ("no_effect_in", json!(linted.spelled(&blind))),
        ])
        .with_remedy(format!(
            "write `{number}(\\.0)?`, which matches both spellings"
        ));
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}
