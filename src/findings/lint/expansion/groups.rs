//! Numbers of groups: `$1`, `${1}`, `$$1`, `$1_suffix`.

use serde_json::json;

use super::super::Linted;
use super::super::walk::Text;
use super::super::walk::items;
use super::dollars::Dollar;
use super::dollars::dollars;
use super::severity;
use crate::collector::config::Shape;
use crate::collector::trial;
use crate::collector::version::Version;
use crate::collector::yaml::Node;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for text in linted.written_texts() {
        let dollars = dollars(text.says);
        let is_group = |dollar: &Dollar<'_>| dollar.begins_with_group();
        if dollars.iter().any(is_group) && !hides_variable(&dollars) {
            findings.extend(group(linted, &text, &dollars));
        }
    }
}

/// Whether a variable stands behind `$${`: another rule is about that.
pub(super) fn hides_variable(dollars: &[Dollar<'_>]) -> bool {
    let escape = dollars
        .iter()
        .position(|dollar| dollar.braces && dollar.is_escaped());
    let behind = escape.map(|at| &dollars[at + 1..]).unwrap_or_default();
    behind
        .iter()
        .any(|dollar| dollar.braces && !dollar.is_escaped() && !dollar.is_group())
}

fn group(linted: &Linted<'_>, text: &Text<'_>, dollars: &[Dollar<'_>]) -> Option<Finding> {
    let meant = meant(text.says);
    let mut refused: Vec<Version> = Vec::new();
    let mut changed: Vec<(String, Vec<Version>)> = Vec::new();
    for release in linted.releases {
        match trial::text(text.says, text.in_list, *release) {
            Err(_) => refused.push(*release),
            Ok((read, _)) if same(&read, &meant) => {}
            Ok((read, _)) => match changed.iter_mut().find(|(known, _)| *known == read) {
                Some((_, releases)) => releases.push(*release),
                None => changed.push((read, vec![*release])),
            },
        }
    }
    let mut wrong = refused.clone();
    wrong.extend(changed.iter().flat_map(|(_, releases)| releases));
    wrong.sort_unstable();
    let first = dollars.iter().find(|dollar| dollar.begins_with_group())?;
    if wrong.is_empty() {
        return None;
    }
    let mut told: Vec<String> = Vec::new();
    if !refused.is_empty() {
        told.push(linted.not_started(&refused));
    }
    for (read, releases) in &changed {
        let who = linted.said(releases, "makes", "make");
        told.push(format!("{who} `{read}` of it without a word"));
    }
    let meant_as = bare(&meant);
    let written = &text.says[first.at..first.end];
    let message = format!("`{written}` is read as a variable: {}", told.join(", "));
    let better = better(text.says, dollars);
    let takes = |release: &Version| {
        let read = trial::text(&better, text.in_list, *release);
        read.is_ok_and(|(read, _)| same(&read, &meant))
    };
    let safe = better != text.says && linted.releases.iter().all(takes);
    let remedy = if safe {
        format!(
            "write `{better}`, which {} `{meant_as}`",
            linted.said(linted.releases, "reads as", "read as")
        )
    } else {
        let fails = linted.held(|release| !takes(&release));
        format!(
            "write `{better}`, which only {} does not read as `{meant_as}`; or run a newer release",
            linted.spelled(&fails)
        )
    };
    let evidence = [
        ("written", json!(text.says)),
        ("meant", json!(meant_as)),
        (
            "refused_by",
            json!((!refused.is_empty()).then(|| linted.spelled(&refused))),
        ),
        (
            "changed_by",
            json!((!changed.is_empty()).then(|| {
                let all: Vec<Version> = changed.iter().flat_map(|(_, all)| all.clone()).collect();
                linted.spelled(&all)
            })),
        ),
        ("instead", json!(better)),
    ];
    let mut finding = Finding::new("expansion/capture-group", severity(linted, &wrong), message)
        .about(about(text))
        .with_evidence(evidence)
        .with_remedy(remedy);
    for dollar in dollars.iter().filter(|dollar| dollar.begins_with_group()) {
        let start = dollar.at + 1 - dollar.run;
        finding
            .marks
            .places
            .extend(linted.part(text.node, start, dollar.end - start, ""));
    }
    if safe && !dollars.iter().any(runs) {
        let edits = dollars.iter().filter(|dollar| needs_escape(dollar));
        let edits: Option<Vec<Edit>> = edits
            .map(|dollar| {
                let new = escaped(text.says, dollar);
                linted.rewrite(text.node, (dollar.at, dollar.end), &new)
            })
            .collect();
        finding.marks.fix = edits.unwrap_or_default();
    }
    Some(finding)
}

/// What the text says once escapes are undone and variables have a value.
fn meant(text: &str) -> String {
    let mut meant = text.to_owned();
    let variables: Vec<String> = dollars(text)
        .iter()
        .filter(|dollar| dollar.braces && !dollar.is_escaped() && !dollar.is_group())
        .map(|dollar| text[dollar.at..dollar.end].to_owned())
        .collect();
    for variable in variables {
        meant = meant.replace(&variable, trial::GUESSED_TEXT);
    }
    meant.replace("$$", "$")
}

/// Whether two templates are the same: braces around a number change nothing where no word goes on behind it.
fn same(left: &str, right: &str) -> bool {
    left == right || bare(left) == bare(right)
}

fn bare(text: &str) -> String {
    let mut out = text.to_owned();
    for dollar in dollars(text).iter().rev() {
        if dollar.braces && dollar.is_group() && !goes_on(text, dollar.end) {
            out.replace_range(dollar.at + 1..dollar.end, dollar.name);
        }
    }
    out
}

/// Whether a word goes on at this byte.
fn goes_on(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    next.is_some_and(|char| char.is_alphanumeric() || char == '_')
}

fn needs_escape(dollar: &Dollar<'_>) -> bool {
    dollar.begins_with_group() && !dollar.is_escaped()
}

/// How a group is written so that most releases take it.
fn escaped(text: &str, dollar: &Dollar<'_>) -> String {
    if dollar.braces && goes_on(text, dollar.end) {
        format!("$${{{}}}", dollar.name)
    } else {
        format!("$${}", dollar.name)
    }
}

fn better(text: &str, dollars: &[Dollar<'_>]) -> String {
    let mut better = text.to_owned();
    for dollar in dollars
        .iter()
        .rev()
        .filter(|dollar| dollar.begins_with_group())
    {
        if needs_escape(dollar) {
            better.replace_range(dollar.at..dollar.end, &escaped(text, dollar));
        } else if dollar.braces && !goes_on(text, dollar.end) {
            // Escaped braces: 0.104 does not take them.
            better.replace_range(dollar.at + 1..dollar.end, dollar.name);
        }
    }
    better
}

fn about(text: &Text<'_>) -> Subject {
    let mut keys = text.keys.iter();
    let part = match (keys.next(), keys.next()) {
        (Some(section), Some(id)) => {
            let role = section.strip_suffix('s').unwrap_or(section);
            Some(format!("{role} {id}"))
        }
        _ => None,
    };
    Subject {
        part,
        ..Subject::default()
    }
}

/// Whether a number without braces goes on as a word.
fn runs(dollar: &Dollar<'_>) -> bool {
    !dollar.braces && dollar.begins_with_group() && !dollar.is_group()
}

/// `$1_suffix`, which names a group that does not exist, wherever a rule writes a label.
pub(super) fn runs_on(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let texts = linted.written_texts();
    for job in linted.jobs() {
        for list in ["relabel_configs", "metric_relabel_configs"] {
            for rule in items(job.node.get(list)) {
                for key in ["replacement", "target_label"] {
                    let Some(read) = rule.get(key) else {
                        continue;
                    };
                    let mut texts = texts.iter();
                    let Some(written) = texts.find(|text| text.node.at == read.at) else {
                        continue;
                    };
                    let subject = Subject {
                        part: Some(job.part()),
                        ..Subject::default()
                    };
                    findings.extend(run_on(linted, read, written, key, subject));
                }
            }
        }
    }
}

fn run_on(
    linted: &Linted<'_>,
    read: &Node,
    written: &Text<'_>,
    key: &str,
    subject: Subject,
) -> Option<Finding> {
    let template = linted.known(read)?;
    // What a release refuses stays as written: `$$1_x` then has one sign too many.
    let found = dollars(template);
    let dollar = found
        .iter()
        .find(|dollar| runs(dollar) && dollar.run % 2 == 1)?;
    let digits = dollar.name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, word) = dollar.name.split_at(digits);
    let is_prometheus = *linted.shape == Shape::Prometheus;
    let sign = if is_prometheus { "$" } else { "$$" };
    let instead = format!("{sign}{{{number}}}{word}");
    let in_file = dollars(written.says);
    let place = in_file.iter().find(|own| own.name == dollar.name)?;
    let start = place.at + 1 - place.run;
    let mut better = written.says.to_owned();
    better.replace_range(start..place.end, &instead);
    let expected = format!("${{{number}}}{word}");
    let takes = |release: &Version| {
        is_prometheus
            || trial::text(&better, written.in_list, *release)
                .is_ok_and(|(read, _)| read.contains(&expected))
    };
    let fails = linted.held(|release| !takes(&release));
    let effect = if key == "target_label" {
        "the rule writes to a label that is called something else, or nothing"
    } else {
        "what stands for it is empty"
    };
    let mut remedy = format!("write `{instead}`");
    if !fails.is_empty() {
        remedy = format!(
            "{remedy}, which {} alone does not take",
            linted.spelled(&fails)
        );
    }
    let mut finding = Finding::new(
        "expansion/name-runs-on",
        Severity::High,
        format!(
            "`${}` is the group called `{}`, which no pattern has: {effect}",
            dollar.name, dollar.name
        ),
    )
    .about(subject)
    .with_evidence([
        ("written", json!(written.says)),
        ("group", json!(dollar.name)),
        ("instead", json!(instead)),
    ])
    .with_remedy(remedy);
    finding
        .marks
        .places
        .extend(linted.part(written.node, start, place.end - start, ""));
    if fails.is_empty() {
        let edit = linted.rewrite(written.node, (start, place.end), &instead);
        finding.marks.fix.extend(edit);
    }
    Some(finding)
}
