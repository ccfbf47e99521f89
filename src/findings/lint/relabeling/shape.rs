//! How patterns are written: anchors that are there anyway, and words of other dialects.

use serde_json::json;

use super::super::Linted;
use super::super::patterns::splits;
use super::JobRules;
use super::RuleNode;
use crate::collector::regex::Fault;
use crate::collector::regex::GoRegex;
use crate::collector::regex::RegexError;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(regex) = rule.regex() else {
        return;
    };
    let Some(pattern) = linted.known(regex) else {
        return;
    };
    if let Some(mut finding) = foreign(pattern) {
        finding.subject = rules.subject();
        finding.marks.places.extend(linted.value(regex, ""));
        findings.push(finding);
    } else if rule.rule.is_some() {
        findings.extend(anchors(linted, rules, rule, pattern));
    }
}

/// What Go refuses and other dialects know.
pub(in crate::findings::lint) fn foreign(pattern: &str) -> Option<Finding> {
    let error = GoRegex::new(pattern).err()?;
    let RegexError::Syntax { fault, excerpt } = &error else {
        return None;
    };
    let remedy = match fault {
        Fault::PerlSyntax if excerpt.starts_with("(?=") || excerpt.starts_with("(?!") => {
            "Go's dialect (RE2) has no lookahead: match what may follow, or use a second rule that drops"
        }
        Fault::PerlSyntax if excerpt.starts_with("(?<") => {
            "Go's dialect (RE2) has no lookbehind: match what may stand before, or use a second rule"
        }
        Fault::PerlSyntax => "Go's dialect (RE2) does not have this group: write it without",
        Fault::Escape => {
            "Go's dialect (RE2) does not have this escape, nor references to groups: spell out what it stands for"
        }
        Fault::NestedRepetition => {
            "Go's dialect (RE2) has no possessive repetition: leave the second sign out"
        }
        _ => return None,
    };
    Some(
        Finding::new(
            "relabeling/foreign-regex",
            Severity::High,
            format!("no release takes this pattern: {fault}: `{excerpt}`"),
        )
        .with_evidence([("pattern", json!(pattern)), ("part", json!(excerpt))])
        .with_remedy(remedy),
    )
}

/// `^` in front or `$` at the end, which are there anyway.
fn anchors(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    rule: &RuleNode<'_>,
    pattern: &str,
) -> Option<Finding> {
    let regex = rule.regex()?;
    let front = pattern.starts_with('^');
    let body = &pattern[usize::from(front)..];
    let back = body.len() > 1 && body.ends_with('$') && !body.ends_with("\\$");
    if !front && !back || pattern.len() < 2 {
        return None;
    }
    let written = linted.known(regex)?;
    let end = pattern.len();
    let mut finding = rules
        .finding(
            "relabeling/redundant-anchor",
            Severity::Info,
            "a pattern of relabeling has to match from end to end anyway".to_owned(),
        )
        .with_evidence([("pattern", json!(pattern))])
        .with_remedy("leave `^` and `$` out");
    if splits(pattern) {
        finding.message.push_str(", in all of its alternatives");
    }
    let mut edits = Vec::new();
    if front {
        finding.marks.places.extend(linted.part(regex, 0, 1, ""));
        edits.push(linted.rewrite(regex, (0, 1), ""));
    }
    if back {
        finding
            .marks
            .places
            .extend(linted.part(regex, end - 1, 1, ""));
        edits.push(linted.rewrite(regex, (end - 1, end), ""));
    }
    // `$$` in the file is one `$` here, and both would have to go.
    let is_as_written = linted.is_as_written(regex, written);
    if let (true, Some(edits)) = (is_as_written, edits.into_iter().collect()) {
        finding.marks.fix = edits;
    }
    Some(finding)
}
