//! Rules about names of samples: what they keep beside what they seem to.

use serde_json::json;

use super::super::Linted;
use super::super::SYNTHETIC;
use super::super::patterns::alternatives;
use super::super::patterns::before_wildcard;
use super::super::patterns::behind_wildcard;
use super::super::patterns::literal;
use super::super::patterns::named;
use super::JobRules;
use super::RuleNode;
use crate::collector::regex::GoRegex;
use crate::collector::relabel::Action;
use crate::findings::Finding;
use crate::findings::Severity;

/// The label that holds a name.
const NAME: &str = "__name__";

/// How many names a message lists.
const LISTED: usize = 5;

/// How many a finding lists.
const IN_EVIDENCE: usize = 50;

/// How many synthetic series there always are.
const ALWAYS: usize = 5;

pub(super) fn inspect(linted: &Linted<'_>, rules: &JobRules<'_>, findings: &mut Vec<Finding>) {
    for rule in &rules.metric {
        let Some(compiled) = &rule.rule else {
            continue;
        };
        let is_filter = matches!(compiled.action, Action::Keep | Action::Drop);
        if !is_filter || !rule.reads_only(NAME) {
            continue;
        }
        let keeps = compiled.action == Action::Keep;
        let samples: Vec<&str> = linted.exposed.sample_names().collect();
        let is_match = |name: &&&str| compiled.regex.is_match(name);
        let matched = samples.iter().filter(is_match).count();
        findings.extend(synthetic(linted, rules, rule, keeps, matched));
        if matched == 0 {
            findings.extend(nothing(linted, rules, rule, keeps, &samples));
            continue;
        }
        findings.extend(leak(linted, rules, rule, keeps, &samples));
        if keeps {
            missing(linted, rules, rule, findings);
        }
    }
}

/// A pattern that would match names if it were not anchored.
fn nothing(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    keeps: bool,
    samples: &[&str],
) -> Option<Finding> {
    let loose = GoRegex::new(rule.pattern()).ok()?;
    let within: Vec<&str> = samples
        .iter()
        .copied()
        .filter(|name| loose.is_match(name))
        .collect();
    if within.is_empty() {
        return None;
    }
    let effect = if keeps {
        "the rule drops every one of them"
    } else {
        "the rule drops none"
    };
    let mut finding = rules
        .finding(
            "relabeling/matches-nothing",
            if keeps { Severity::High } else { Severity::Medium },
            format!(
                "`{}` has to match a name from end to end, and matches none that {} expose: {effect}",
                rule.pattern(),
                linted.exposed.whose
            ),
        )
        .with_evidence([
            ("pattern", json!(rule.pattern())),
            ("matched_names", json!(0)),
            ("names_that_contain_it", json!(within.iter().take(IN_EVIDENCE).collect::<Vec<_>>())),
        ])
        .with_remedy(format!(
            "spell out the rest of the names, as in {}",
            named(&within, 3)
        ));
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}

/// Alternatives whose wildcard takes in families that are called otherwise.
fn leak(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    keeps: bool,
    samples: &[&str],
) -> Option<Finding> {
    let release = linted.release();
    let regex = rule.regex()?;
    let mut leaked: Vec<&str> = Vec::new();
    let mut parts: Vec<(usize, &str)> = Vec::new();
    // What another alternative names on its own account is wanted.
    let all = alternatives(rule.pattern());
    let wanted: Vec<GoRegex> = all
        .iter()
        .filter(|(_, part)| meant(linted, part).is_none())
        .filter_map(|(_, part)| GoRegex::relabel(part, release).ok())
        .collect();
    for (at, part) in all {
        let Some(narrow) = meant(linted, part) else {
            continue;
        };
        let (Ok(wide), Ok(narrow)) = (
            GoRegex::relabel(part, release),
            GoRegex::relabel(&narrow, release),
        ) else {
            continue;
        };
        if !samples.iter().any(|name| narrow.is_match(name)) {
            continue;
        }
        let more = samples.iter().copied().filter(|name| {
            wide.is_match(name)
                && !narrow.is_match(name)
                && !wanted.iter().any(|other| other.is_match(name))
        });
        let before = leaked.len();
        leaked.extend(more);
        if leaked.len() > before {
            parts.push((at, part));
        }
    }
    leaked.sort_unstable();
    leaked.dedup();
    if leaked.is_empty() {
        return None;
    }
    let families = families(linted, &leaked);
    let (first, verb) = (parts.first()?.1, if keeps { "keeps" } else { "drops" });
    let mut finding = rules
        .finding(
            "relabeling/wildcard-leak",
            if keeps { Severity::Medium } else { Severity::High },
            format!(
                "`{first}` also {verb} {} of {}",
                if families.len() == 1 { "a family" } else { "families" },
                linted.exposed.whose,
            ) + &format!(": {}", named(&families, LISTED)),
        )
        .with_evidence([
            ("pattern", json!(rule.pattern())),
            ("families", json!(families.iter().take(IN_EVIDENCE).collect::<Vec<_>>())),
            ("names", json!(leaked.len())),
        ])
        .with_remedy(
            "leave out the wildcard, or spell out which suffixes are meant: `name(_bucket|_count|_sum)`",
        );
    for (at, part) in parts {
        let place = linted.part(regex, at, part.len(), "");
        finding.marks.places.extend(place);
    }
    Some(finding)
}

/// What an alternative with a wildcard seems to mean: without one at the front what stands behind it, and for
/// one behind the name of a family this family alone.
fn meant(linted: &Linted<'_>, part: &str) -> Option<String> {
    if let Some(rest) = behind_wildcard(part).filter(|rest| rest.len() > 3) {
        return Some(meant(linted, rest).unwrap_or_else(|| rest.to_owned()));
    }
    let name = literal(before_wildcard(part)?)?;
    let mut families = linted.exposed.families.iter();
    let family =
        families.find(|family| family.name == name || family.sample_names.contains(&name))?;
    Some(family.sample_names.join("|"))
}

fn families<'a>(linted: &'a Linted<'_>, samples: &[&'a str]) -> Vec<&'a str> {
    let family = |name: &&'a str| {
        let family = linted.exposed.family_of(name);
        family.map_or(*name, |family| family.name.as_str())
    };
    let mut families: Vec<&str> = samples.iter().map(family).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// Alternatives of a list of names to keep that no proxy exposes, where the others are a proxy's.
fn missing(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(regex) = rule.regex() else {
        return;
    };
    let release = linted.release();
    for (at, part) in alternatives(rule.pattern()) {
        let Ok(compiled) = GoRegex::relabel(part, release) else {
            continue;
        };
        let is_exposed = linted
            .exposed
            .sample_names()
            .any(|name| compiled.is_match(name));
        let is_synthetic = SYNTHETIC.iter().any(|name| compiled.is_match(name));
        if is_exposed || is_synthetic || part.is_empty() {
            continue;
        }
        let mut families = linted.exposed.families.iter();
        let whole = families.find(|family| family.has_points() && compiled.is_match(&family.name));
        let (severity, why, remedy) = match whole {
            Some(family) => (
                Severity::Medium,
                format!("`{part}` is a {}: its samples are called otherwise, and none is kept", family.kind),
                format!("write `{}(_bucket|_count|_sum)`", family.name),
            ),
            None => (
                Severity::Low,
                format!("`{part}` matches no name that {} expose", linted.exposed.whose),
                "correct the name, or leave it out; with --dump it is held against what your proxies expose"
                    .to_owned(),
            ),
        };
        let mut finding = rules
            .finding("relabeling/no-such-name", severity, why)
            .with_evidence([
                ("pattern", json!(part)),
                ("family", json!(whole.map(|family| &family.name))),
            ])
            .with_remedy(remedy);
        finding
            .marks
            .places
            .extend(linted.part(regex, at, part.len(), ""));
        findings.push(finding);
    }
}

/// `up` and the like, which no rule for samples ever sees.
fn synthetic(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    keeps: bool,
    matched: usize,
) -> Option<Finding> {
    let compiled = rule.rule.as_ref()?;
    let hit: Vec<&str> = SYNTHETIC
        .into_iter()
        .filter(|name| compiled.regex.is_match(name) != keeps)
        .collect();
    // `up` first: it is the one that is known.
    let hit: Vec<&str> = hit.into_iter().rev().collect();
    let is_meant = !keeps && matched == 0;
    if hit.is_empty() || (!keeps && !is_meant) {
        return None;
    }
    let (severity, message, remedy) = if keeps {
        (
            Severity::Info,
            format!(
                "{ALWAYS} series of each target pass this list all the same: `up` and `scrape_*` are added behind it"
            ),
            "where they are not wanted, drop them with a filter processor",
        )
    } else {
        (
            Severity::Medium,
            format!(
                "{} cannot be dropped here: the receiver adds {} behind these rules",
                named(&hit, LISTED),
                if hit.len() == 1 { "it" } else { "them" }
            ),
            "drop them with a filter processor: `name == \"up\" or IsMatch(name, \"^scrape_\")`",
        )
    };
    let mut finding = rules
        .finding("relabeling/synthetic-series", severity, message)
        .with_evidence([("pattern", json!(rule.pattern())), ("names", json!(hit))])
        .with_remedy(remedy);
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}
