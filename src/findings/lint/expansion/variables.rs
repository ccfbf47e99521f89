//! Variables: `$NODE`, `${NODE:-x}`, and those behind an escape.

use serde_json::json;

use super::super::Linted;
use super::super::walk::Text;
use super::dollars::Dollar;
use super::dollars::dollars;
use super::groups::hides_variable;
use super::severity;
use crate::collector::trial;
use crate::collector::version::Version;
use crate::findings::Finding;
use crate::findings::Severity;

/// The first release that knows `${env:X:-default}`.
const DEFAULTS_FROM: u16 = 110;

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for text in linted.written_texts() {
        if !text.says.contains('$') {
            continue;
        }
        let dollars = dollars(text.says);
        for dollar in dollars.iter().filter(|dollar| !dollar.is_escaped()) {
            if dollar.braces {
                findings.extend(default(linted, &text, dollar));
            } else if dollar.is_called_like_a_variable() {
                findings.extend(plain(linted, &text, dollar));
            }
        }
        if hides_variable(&dollars) {
            findings.extend(hidden(linted, &text, &dollars));
        }
    }
}

fn default(linted: &Linted<'_>, text: &Text<'_>, dollar: &Dollar<'_>) -> Option<Finding> {
    let (name, default) = dollar.name.split_once(":-")?;
    let (is_named, name) = match name.strip_prefix("env:") {
        Some(name) => (true, name),
        None => (false, name),
    };
    let is_variable = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let old = linted.held(|release| !release.is_from(DEFAULTS_FROM));
    if !is_variable || (is_named && old.is_empty()) {
        return None;
    }
    let instead = format!("${{env:{name}:-{default}}}");
    let (message, wrong) = if is_named {
        let before = linted.said(
            &old,
            "does not start with it, or makes nothing of it",
            "do not start with it, or make nothing of it",
        );
        let message = format!("a default is known only from 0.110 on: {before}");
        (message, old.clone())
    } else {
        let message = format!(
            "`{name}:-` is read as a scheme, not as a variable with a default: no release starts with it"
        );
        (message, linted.releases.to_vec())
    };
    let remedy = match (is_named, old.is_empty()) {
        (_, true) => format!("write `{instead}`"),
        (false, false) => format!(
            "write `{instead}`, which is known from 0.110 on; before, set {name} for the Collector itself"
        ),
        (true, false) => {
            format!("set {name} for the Collector itself, or run 0.110 or a later release")
        }
    };
    let written = &text.says[dollar.at..dollar.end];
    let mut finding = Finding::new("expansion/default-value", severity(linted, &wrong), message)
        .with_evidence([
            ("written", json!(written)),
            ("variable", json!(name)),
            ("wrong_for", json!(linted.spelled(&wrong))),
        ])
        .with_remedy(remedy);
    finding
        .marks
        .places
        .extend(linted.part(text.node, dollar.at, dollar.end - dollar.at, ""));
    if !is_named && old.is_empty() {
        let edit = linted.rewrite(text.node, (dollar.at, dollar.end), &instead);
        finding.marks.fix.extend(edit);
    }
    Some(finding)
}

fn plain(linted: &Linted<'_>, text: &Text<'_>, dollar: &Dollar<'_>) -> Option<Finding> {
    let (mut literal, mut refused): (Vec<Version>, Vec<Version>) = (Vec::new(), Vec::new());
    for release in linted.releases {
        match trial::text(text.says, text.in_list, *release) {
            Err(_) => refused.push(*release),
            Ok((_, names)) if names.iter().any(|name| name == dollar.name) => {}
            Ok(_) => literal.push(*release),
        }
    }
    let mut wrong = literal.clone();
    wrong.extend(&refused);
    wrong.sort_unstable();
    if wrong.is_empty() {
        return None;
    }
    let mut told = Vec::new();
    if !literal.is_empty() {
        told.push(linted.said(&literal, "takes it as it stands", "take it as it stands"));
    }
    if !refused.is_empty() {
        told.push(linted.not_started(&refused));
    }
    let name = dollar.name;
    let instead = format!("${{env:{name}}}");
    let mut finding = Finding::new(
        "expansion/plain-variable",
        severity(linted, &wrong),
        format!("`${name}` stands for no variable: {}", told.join(", ")),
    )
    .with_evidence([
        ("variable", json!(name)),
        (
            "literal_in",
            json!((!literal.is_empty()).then(|| linted.spelled(&literal))),
        ),
        (
            "refused_by",
            json!((!refused.is_empty()).then(|| linted.spelled(&refused))),
        ),
    ])
    .with_remedy(format!(
        "write `{instead}`, which every release takes; for a `$` that is meant as such, `$${name}`"
    ));
    finding
        .marks
        .places
        .extend(linted.part(text.node, dollar.at, dollar.end - dollar.at, ""));
    if dollar.run == 1 {
        let edit = linted.rewrite(text.node, (dollar.at, dollar.end), &instead);
        finding.marks.fix.extend(edit);
    }
    Some(finding)
}

fn hidden(linted: &Linted<'_>, text: &Text<'_>, dollars: &[Dollar<'_>]) -> Option<Finding> {
    let escape = dollars
        .iter()
        .find(|dollar| dollar.braces && dollar.is_escaped())?;
    let variable = dollars.iter().find(|dollar| {
        dollar.at > escape.at && dollar.braces && !dollar.is_escaped() && !dollar.is_group()
    })?;
    let written = &text.says[variable.at..variable.end];
    let (mut literal, mut refused): (Vec<Version>, Vec<Version>) = (Vec::new(), Vec::new());
    for release in linted.releases {
        match trial::text(text.says, text.in_list, *release) {
            Err(_) => refused.push(*release),
            Ok((read, _)) if read.contains(written) => literal.push(*release),
            Ok(_) => {}
        }
    }
    let mut told = Vec::new();
    if !literal.is_empty() {
        told.push(linted.said(&literal, "leaves it as it stands", "leave it as it stands"));
    }
    if !refused.is_empty() {
        told.push(linted.not_started(&refused));
    }
    if told.is_empty() {
        return None;
    }
    let before = &text.says[escape.at - 1..escape.end];
    let mut finding = Finding::new(
        "expansion/hidden-variable",
        Severity::High,
        format!(
            "the search for variables ends at `{before}`, before `{written}`: {}",
            told.join(", ")
        ),
    )
    .with_evidence([
        ("variable", json!(written)),
        ("escape", json!(before)),
        (
            "literal_in",
            json!((!literal.is_empty()).then(|| linted.spelled(&literal))),
        ),
        (
            "refused_by",
            json!((!refused.is_empty()).then(|| linted.spelled(&refused))),
        ),
    ]);
    let place = |dollar: &Dollar<'_>, start: usize, note: &str| {
        linted.part(text.node, start, dollar.end - start, note)
    };
    finding
        .marks
        .places
        .extend(place(variable, variable.at, "not replaced"));
    finding
        .marks
        .places
        .extend(place(escape, escape.at - 1, "the search ends here"));
    let bare = format!("$${}", escape.name);
    let mut better = text.says.to_owned();
    better.replace_range(escape.at - 1..escape.end, &bare);
    let mends = |release: &Version| {
        let read = trial::text(&better, text.in_list, *release);
        read.is_ok_and(|(read, names)| !read.contains(written) && !names.is_empty())
    };
    let goes_on =
        text.says[escape.end..].starts_with(|char: char| char.is_alphanumeric() || char == '_');
    if escape.is_group() && !goes_on && linted.releases.iter().all(mends) {
        let edit = linted.rewrite(text.node, (escape.at - 1, escape.end), &bare);
        finding.marks.fix.extend(edit);
        finding.remedy = format!("write the group without braces: `{bare}`");
    } else {
        finding = finding.with_remedy(
            "put the variable before what is escaped, or write the group without braces",
        );
    }
    Some(finding)
}
