//! Writes a comment for a pull request, in GitHub's Markdown: totals, tables, findings, coverage.
//!
//! Hostile text becomes a code span where it is a name and is taken apart where it is a sentence, so
//! that it cannot end a cell, link, embed HTML, mention a person or refer to an issue.

use crate::census::FamilyCount;
use crate::census::Redundancy;
use crate::report::Command;
use crate::report::Page;
use crate::report::Style;
use crate::report::grpc;
use crate::report::numbers;
use crate::report::pipeline;
use crate::report::redundant::NEVER_ALONE;
use crate::report::select::LabelRow;
use crate::report::summary;
use crate::report::text::truncate;

/// Rows of each table and findings where no limit was typed.
const SHOWN: usize = 10;
/// Longest name or value; a comment has a size limit, and a value may be a megabyte.
const LONGEST: usize = 200;

/// The whole comment.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = vec![
        format!("### meshctl {}", page.view.command.as_str()),
        String::new(),
    ];
    let counts = [summary::coverage_items(page), summary::count_items(page)].concat();
    lines.push(counts.join(page.style.dot()));
    if matches!(page.view.command, Command::Audit | Command::Families) {
        lines.extend(families(page));
    }
    if matches!(page.view.command, Command::Audit | Command::Labels) {
        lines.extend(labels(page));
    }
    if matches!(page.view.command, Command::Audit | Command::Filter) {
        lines.extend(pipeline::markdown::lines(page));
    }
    if page.view.command == Command::Audit {
        lines.extend(grpc::overview::markdown(page));
    }
    lines.extend(findings(page));
    lines.extend(coverage(page));
    lines
}

fn families(page: Page<'_>) -> Vec<String> {
    let selection = page.families(Some(SHOWN));
    if selection.shown.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("Families", selection.shown.len(), selection.of);
    lines.push("| Family | Type | Series | Share | Names | Bytes |".to_owned());
    lines.push("|:--|:--|--:|--:|--:|--:|".to_owned());
    lines.extend(
        selection
            .shown
            .iter()
            .map(|family| family_row(page, family)),
    );
    lines
}

fn family_row(page: Page<'_>, family: &FamilyCount) -> String {
    row(&[
        code(page, &family.name),
        family.family_type.as_str().to_owned(),
        numbers::grouped(family.series),
        numbers::share(family.series, page.survey.census.totals.series),
        numbers::grouped(family.sample_names.len() as u64),
        numbers::bytes(family.body_bytes),
    ])
}

fn labels(page: Page<'_>) -> Vec<String> {
    let selection = page.labels(Some(SHOWN));
    if selection.shown.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("Labels", selection.shown.len(), selection.of);
    let by_family = page.view.family.is_some();
    let [family, rule] = if by_family {
        ["| Family ", "|:--"]
    } else {
        ["", ""]
    };
    lines.push(format!(
        "{family}| Label | Saves | Share | Values | Families | Bytes | Why |"
    ));
    lines.push(format!("{rule}|:--|--:|--:|--:|--:|--:|:--|"));
    lines.extend(selection.shown.iter().map(|label| label_row(page, label)));
    lines
}

fn label_row(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let total = page.survey.census.totals.series;
    let [saves, share] = if label.structural {
        [page.style.dash().to_owned(), String::new()]
    } else {
        [
            numbers::grouped(label.saves),
            numbers::share(label.saves, total),
        ]
    };
    let why = if label.structural {
        format!("structural: the {} goes", label.destroys())
    } else if !label.determined_by().is_empty() {
        format!(
            "redundant: determined by {}",
            code(page, &label.determined_by().join(", "))
        )
    } else if *label.redundancy == Redundancy::Constant {
        "redundant: constant".to_owned()
    } else if label.is_redundant() {
        format!("redundant: {NEVER_ALONE}")
    } else {
        label
            .class
            .map_or("", |class| class.as_str())
            .replace('_', " ")
    };
    let mut cells = Vec::new();
    cells.extend(label.family.map(|family| code(page, &family.name)));
    cells.extend([
        code(page, label.name),
        saves,
        share,
        numbers::grouped(label.values),
        numbers::grouped(label.families),
        numbers::bytes(label.body_bytes),
        why,
    ]);
    row(&cells)
}

pub(super) fn findings(page: Page<'_>) -> Vec<String> {
    let selection = page.findings(Some(SHOWN));
    if selection.shown.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("Findings", selection.shown.len(), selection.of);
    for finding in selection.shown {
        let severity = finding.severity.as_str();
        lines.push(format!(
            "- **{severity}** {}: {}  ",
            code(page, finding.id),
            prose(page, &finding.message)
        ));
        lines.push(format!(
            "  {} {}",
            page.style.arrow(),
            prose(page, &finding.remedy)
        ));
    }
    lines
}

pub(super) fn coverage(page: Page<'_>) -> Vec<String> {
    let coverage = &page.survey.coverage;
    let skipped = summary::skipped(page);
    if coverage.failed.is_empty() && skipped.is_none() && !page.survey.interrupted {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "#### Coverage".to_owned(), String::new()];
    lines.push(format!("- {}", summary::coverage(page)));
    if page.survey.interrupted {
        lines.push("- interrupted: only what was read until then is counted".to_owned());
    }
    for failure in coverage.failed.iter().take(SHOWN) {
        let [target, reason] = [code(page, &failure.target), prose(page, &failure.reason)];
        lines.push(format!("- failed {target}: {reason}"));
    }
    let more = coverage.failed.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("- failed {} more", numbers::grouped(more as u64)));
    }
    lines.extend(skipped.map(|skipped| format!("- skipped {}", prose(page, &skipped))));
    lines
}

pub(super) fn heading(title: &str, shown: usize, of: usize) -> Vec<String> {
    let heading = if shown < of {
        format!("#### {title} ({})", numbers::of(shown, of))
    } else {
        format!("#### {title}")
    };
    vec![String::new(), heading, String::new()]
}

pub(super) fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// A name as code. Within it GitHub looks for no link, mention or issue. Backticks, pipes and backslashes
/// end or bend a code span in a table, so names that have any are written as HTML with entities.
pub(super) fn code(page: Page<'_>, name: &str) -> String {
    code_in(page.style, name)
}

/// The same where there is no page.
pub(super) fn code_in(style: &Style, name: &str) -> String {
    let name = style.safe(name);
    let name = truncate(&name, LONGEST, style.ellipsis());
    let is_plain = |c: char| c.is_alphanumeric() || " _:./,-()=+@#\"'{}$*?;%".contains(c);
    if name.chars().all(is_plain) && !name.trim().is_empty() && name.trim() == name {
        format!("`{name}`")
    } else {
        let entities = name.chars().map(|c| match c {
            c if c.is_alphanumeric() || c == ' ' => c.to_string(),
            c => entity(c),
        });
        format!("<code>{}</code>", entities.collect::<String>())
    }
}

/// A sentence as text. What Markdown reads is written as entities, and what GitHub looks for in the text
/// afterwards (`@name`, `#1`) as code.
pub(super) fn prose(page: Page<'_>, sentence: &str) -> String {
    prose_in(page.style, sentence)
}

/// The same where there is no page.
pub(super) fn prose_in(style: &Style, sentence: &str) -> String {
    let sentence = style.safe(sentence);
    let sentence = truncate(&sentence, 4 * LONGEST, style.ellipsis());
    let mut text = String::with_capacity(sentence.len());
    let mut before = ' ';
    for (at, c) in sentence.char_indices() {
        let rest = &sentence[at..];
        match c {
            '@' | '#' => {
                text.push_str("<code>");
                text.push_str(&entity(c));
                text.push_str("</code>");
            }
            '<' | '>' | '&' | '`' | '|' | '[' | ']' | '*' | '\\' | '~' | '!' | '$' => {
                text.push_str(&entity(c));
            }
            // `snake_case` is safe; `_emphasis_` is not.
            '_' if !before.is_alphanumeric() => text.push_str(&entity(c)),
            // Both would become links.
            ':' if rest.starts_with("://") => text.push_str(&entity(c)),
            'w' | 'W'
                if rest
                    .get(..4)
                    .is_some_and(|www| www.eq_ignore_ascii_case("www.")) =>
            {
                text.push_str(&entity(c));
            }
            c => text.push(c),
        }
        before = c;
    }
    text
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}
