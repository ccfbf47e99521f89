//! Mistakes in OTTL's own language: texts, functions, statements that come back to themselves.

use serde_json::json;

use super::Linted;
use super::relabeling::foreign;
use super::statements::Ottl;
use super::statements::Tree;
use super::statements::text_argument;
use crate::collector::decode::nearest;
use crate::collector::ottl::ast::Call;
use crate::collector::ottl::datapoints;
use crate::collector::ottl::editors;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::functions;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!("ottl/copied-again", Medium, "a copy is copied again"),
    rule!("ottl/escape", High, "a backslash that has to be doubled"),
    rule!("ottl/foreign-regex", High, "a pattern of another dialect"),
    rule!(
        "ottl/unknown-function",
        High,
        "a function that the release does not have"
    ),
];

/// Functions with a pattern among their arguments, and which it is.
const PATTERNS: [(&str, usize); 7] = [
    ("ExtractPatterns", 1),
    ("IsMatch", 1),
    ("delete_matching_keys", 1),
    ("keep_matching_keys", 1),
    ("replace_all_patterns", 2),
    ("replace_pattern", 1),
    ("replace_matching_keys", 1),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for text in linted.ottl() {
        let subject = Subject {
            part: Some(text.processor.part()),
            ..Subject::default()
        };
        let mut own: Vec<Finding> = escape(linted, &text).into_iter().collect();
        if let Some(tree) = text.tree(linted) {
            tree.calls(&mut |call| {
                own.extend(function(linted, &text, call));
                own.extend(pattern(linted, &text, call));
            });
            own.extend(copied(linted, &text, &tree));
        }
        findings.extend(
            own.into_iter()
                .map(|finding| finding.about(subject.clone())),
        );
    }
}

/// `\d` in a text, where Go's rules for texts want `\\d`.
fn escape(linted: &Linted<'_>, text: &Ottl<'_>) -> Option<Finding> {
    let wrong = wrong_escapes(text.text);
    let first = *wrong.first()?;
    let written = text.text.get(first..).and_then(|rest| {
        let second = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
        rest.get(..second)
    })?;
    let mut finding = Finding::new(
        "ottl/escape",
        Severity::High,
        format!("`{written}` is no escape of a text: no release starts with it"),
    )
    .with_evidence([("escape", json!(written)), ("count", json!(wrong.len()))])
    .with_remedy(format!(
        "double the backslash: `\\{written}`; between double quotes of YAML each is doubled once more"
    ));
    for at in &wrong {
        finding
            .marks
            .places
            .extend(linted.part(text.node, *at, 2, ""));
    }
    let edits = wrong
        .iter()
        .map(|at| linted.rewrite(text.node, (*at, *at), "\\"));
    let edits: Option<Vec<Edit>> = edits.collect();
    finding.marks.fix = edits.unwrap_or_default();
    Some(finding)
}

/// The bytes of backslashes in texts of OTTL that Go does not take.
fn wrong_escapes(text: &str) -> Vec<usize> {
    let mut wrong = Vec::new();
    let mut inside = false;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => inside = !inside,
            '\\' if inside => {
                let next = chars.next().map(|(_, next)| next);
                let known = |next: char| "abfnrtvxuU\\\"".contains(next) || next.is_digit(8);
                if !next.is_some_and(known) {
                    wrong.push(at);
                }
            }
            _ => {}
        }
    }
    // An odd number of quotes is another mistake.
    if inside { Vec::new() } else { wrong }
}

/// A function that some of the releases do not have.
fn function(linted: &Linted<'_>, text: &Ottl<'_>, call: &Call) -> Option<Finding> {
    let tables = functions::tables().iter().chain(editors::tables());
    let all: Vec<&'static Function> = tables.copied().flatten().chain(datapoints::TABLE).collect();
    let named = |function: &&&Function| function.name == call.name;
    let forms: Vec<&&Function> = all.iter().filter(named).collect();
    let lacking = linted.held(|release| !forms.iter().any(|form| form.is_in(release)));
    if lacking.is_empty() {
        return None;
    }
    let who = linted.spelled(&lacking);
    let since = forms.iter().map(|form| form.since).min();
    let until = forms.iter().map(|form| form.until).max();
    let gone = until.filter(|until| lacking.iter().all(|release| release.is_from(*until)));
    let name = &call.name;
    let (message, remedy) = if let Some(until) = gone {
        (
            format!(
                "`{name}` went with 0.{until}: {}",
                linted.not_started(&lacking)
            ),
            format!("write it without `{name}`"),
        )
    } else if let Some(since) = since {
        (
            format!(
                "`{name}` came with 0.{since}: {}",
                linted.not_started(&lacking)
            ),
            format!("run 0.{since} or a later release, or write it without `{name}`"),
        )
    } else {
        let known: Vec<&str> = all.iter().map(|function| function.name).collect();
        let close = nearest(&call.name, &known);
        (
            format!("no release has a function `{}`", call.name),
            close.map_or_else(
                || "correct its name".to_owned(),
                |close| format!("did you mean `{close}`?"),
            ),
        )
    };
    let severity = if linted.is_meant || lacking.contains(&linted.release()) {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut finding = Finding::new("ottl/unknown-function", severity, message)
        .with_evidence([
            ("function", json!(call.name)),
            ("since", json!(since.map(|since| format!("0.{since}.0")))),
            ("refused_by", json!(who)),
        ])
        .with_remedy(remedy);
    let place = linted.part(text.node, call.span.start, call.name.len(), "");
    finding.marks.places.extend(place);
    Some(finding)
}

fn pattern(linted: &Linted<'_>, text: &Ottl<'_>, call: &Call) -> Option<Finding> {
    let (_, index) = PATTERNS.iter().find(|(name, _)| *name == call.name)?;
    let (pattern, span) = text_argument(call, *index)?;
    let mut finding = foreign(pattern)?;
    finding.id = "ottl/foreign-regex";
    let place = linted.part(text.node, span.start, span.len(), "");
    finding.marks.places.extend(place);
    Some(finding)
}

/// `copy_metric` without a condition: the copy is seen by the statement that made it.
fn copied(linted: &Linted<'_>, text: &Ottl<'_>, tree: &Tree) -> Option<Finding> {
    let Tree::Statement(statement) = tree else {
        return None;
    };
    if statement.editor.name != "copy_metric" || statement.condition.is_some() {
        return None;
    }
    let mut finding = Finding::new(
        "ottl/copied-again",
        Severity::Medium,
        "copies are made of every metric, and each copy goes through the statements that follow too",
    )
    .with_evidence([("statement", json!(text.text))])
    .with_remedy("say which metric is meant: `… where metric.name == \"…\"`");
    let span = &statement.editor.span;
    finding
        .marks
        .places
        .extend(linted.part(text.node, span.start, span.len(), ""));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_escapes_are_those_inside_of_texts() {
        assert_eq!(wrong_escapes(r#"IsMatch(name, "a\d\\d\n\.")"#), [16, 23]);
        assert_eq!(
            wrong_escapes(r#"name == "\"\101\x41" and "\d"#),
            [] as [usize; 0]
        );
    }
}
