//! For a comment on a pull request or a step summary, in GitHub's Markdown: a verdict, broken budgets, findings.
//!
//! Hostile text is taken apart as everywhere in Markdown. The whole stays below what a comment may hold; what
//! does not fit is counted.

use super::Judged;
use super::Standing;
use super::said;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::numbers::plural;
use crate::report::Style;
use crate::report::markdown::code_in;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers;
use crate::report::summary;

/// A comment holds 65,536 characters, a step summary a MiB; some room is left for what others put around it.
const LONGEST_PAGE: usize = 60_000;
/// Kept free for the ends of lists.
const RESERVE: usize = 2_000;
/// Findings of one severity that stand open; more are folded.
const OPEN: usize = 5;
/// Ignored findings and lost targets that are named.
const NAMED: usize = 20;

/// The whole comment.
pub(super) fn lines(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let mut page = Page {
        lines: Vec::new(),
        used: 0,
        style,
    };
    page.line(format!(
        "### meshctl {}: {}",
        judged.command,
        verdict(judged)
    ));
    page.line("");
    page.line(sums(judged, style).join(style.dot()));
    let (code, reasons) = judged.exit;
    // What fails for its findings shows them.
    if code > 1 && !reasons.is_empty() {
        page.line("");
        for reason in reasons.iter().take(NAMED) {
            page.entry(&[format!("- {}", prose_in(style, reason))]);
        }
    }
    page.budgets(judged);
    page.findings(judged);
    page.ignored(judged);
    page.coverage(judged);
    page.lines
}

fn verdict(judged: &Judged<'_>) -> &'static str {
    let broken = judged.findings.iter().any(|finding| judged.fails(finding));
    let warns = !judged.findings.is_empty();
    match judged.exit.0 {
        // --exit-zero
        0 if broken => "failed, which is let pass",
        0 if warns => "passed, with warnings",
        0 => "passed",
        1 => "failed",
        3 => "incomplete",
        130 => "interrupted",
        _ => "could not be done",
    }
}

fn sums(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let mut items = Vec::new();
    items.extend(said::budgets(judged));
    items.extend(said::series(judged));
    items.extend(match (judged.coverage, judged.inputs) {
        (None, [input]) => Some(code_in(style, input)),
        _ => said::read(judged),
    });
    items.extend(said::findings(judged));
    items
}

struct Page<'a> {
    lines: Vec<String>,
    /// Characters so far, line breaks included.
    used: usize,
    style: &'a Style,
}

impl Page<'_> {
    /// A line that has to stand.
    fn line(&mut self, line: impl Into<String>) {
        let line = line.into();
        self.used += line.chars().count() + 1;
        self.lines.push(line);
    }

    /// Lines that stand together or not at all.
    fn entry(&mut self, lines: &[String]) -> bool {
        let size: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
        if self.used + size > LONGEST_PAGE - RESERVE {
            return false;
        }
        for line in lines {
            self.line(line.clone());
        }
        true
    }

    /// As many entries as fit, then how many did not.
    fn entries(&mut self, entries: impl ExactSizeIterator<Item = Vec<String>>, left_out: &str) {
        let all = entries.len();
        let mut shown = 0;
        for entry in entries {
            if !self.entry(&entry) {
                break;
            }
            shown += 1;
        }
        if shown < all {
            let more = numbers::grouped((all - shown) as u64);
            // Behind a table an empty line ends it.
            self.line("");
            self.line(format!("and {more} more {left_out}"));
        }
    }

    fn heading(&mut self, title: &str) {
        self.line("");
        self.line(format!("#### {title}"));
        self.line("");
    }

    fn fold(&mut self, summary: &str) {
        self.line("");
        self.line(format!("<details><summary>{summary}</summary>"));
        self.line("");
    }

    fn unfold(&mut self) {
        self.line("");
        self.line("</details>");
    }

    fn budgets(&mut self, judged: &Judged<'_>) {
        let news = judged.measured.iter();
        let news = news.filter(|measured| measured.outcome != Outcome::Within);
        let mut news: Vec<&Measured> = news.collect();
        if news.is_empty() {
            return;
        }
        // The order of the file where equally bad.
        news.sort_by_key(|measured| match measured.outcome {
            Outcome::Over => 0,
            Outcome::Unknown => 1,
            Outcome::Near | Outcome::Within => 2,
        });
        self.heading("Budgets");
        self.line("| Budget | | Value | Limit | Over by | Since the baseline | Driven by |");
        self.line("|:--|:--|--:|--:|--:|--:|:--|");
        let style = self.style;
        let rows = news.iter();
        let rows = rows.map(|measured| vec![budget_row(judged, measured, style)]);
        self.entries(rows, "budgets that do not hold");
    }

    fn findings(&mut self, judged: &Judged<'_>) {
        let (_, all) = judged.by_subject();
        if all.is_empty() {
            return;
        }
        self.heading("Findings");
        for severity in [
            Severity::High,
            Severity::Medium,
            Severity::Low,
            Severity::Info,
        ] {
            let is_of = |finding: &&&Finding| finding.severity == severity;
            let some: Vec<&Finding> = all.iter().filter(is_of).copied().collect();
            if some.is_empty() {
                continue;
            }
            let folded = some.len() > OPEN;
            if folded {
                let count = numbers::grouped(some.len() as u64);
                self.fold(&format!("{count} {}", severity.as_str()));
            }
            let style = self.style;
            let entries = some.iter().enumerate().map(|(at, finding)| {
                // Said once for several that need the same.
                let next = some.get(at + 1);
                let last = next.is_none_or(|next| next.remedy != finding.remedy);
                entry(finding, last, style)
            });
            self.entries(entries, severity.as_str());
            if folded {
                self.unfold();
                self.line("");
            }
        }
    }

    fn ignored(&mut self, judged: &Judged<'_>) {
        if judged.ignored.is_empty() {
            return;
        }
        let count = numbers::grouped(judged.ignored.len() as u64);
        self.fold(&format!("{count} ignored"));
        let style = self.style;
        let some = judged.ignored.iter().take(NAMED);
        let entries = some.map(|ignored| {
            let until = ignored.until.as_ref();
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            vec![format!(
                "- {}: {}{}",
                code_in(style, ignored.finding.id),
                prose_in(style, &ignored.reason),
                prose_in(style, &until)
            )]
        });
        self.entries(entries, "ignored");
        let more = judged.ignored.len().saturating_sub(NAMED);
        if more > 0 {
            self.line(format!("- and {} more", numbers::grouped(more as u64)));
        }
        self.unfold();
    }

    fn coverage(&mut self, judged: &Judged<'_>) {
        let Some(coverage) = judged
            .coverage
            .filter(|coverage| !coverage.failed.is_empty())
        else {
            return;
        };
        self.heading("Coverage");
        self.line(format!("- {}", summary::read(coverage)));
        let style = self.style;
        let some = coverage.failed.iter().take(NAMED);
        let entries = some.map(|failure| {
            let target = code_in(style, &failure.target);
            vec![format!(
                "- failed {target}: {}",
                prose_in(style, &failure.reason)
            )]
        });
        self.entries(entries, "that failed");
        let more = coverage.failed.len().saturating_sub(NAMED) as u64;
        if more > 0 {
            self.line(format!("- failed {}", plural(more, "more target")));
        }
        if let Some(skipped) = summary::passed_over(coverage) {
            self.entry(&[format!("- skipped {}", prose_in(style, &skipped))]);
        }
    }
}

fn budget_row(judged: &Judged<'_>, measured: &Measured, style: &Style) -> String {
    let unit = measured.unit;
    let dash = || style.dash().to_owned();
    let amount = |value: Option<f64>| value.map_or_else(dash, |value| said::amount(unit, value));
    let value = (measured.outcome != Outcome::Unknown).then_some(measured.value);
    let change = said::change(measured).map_or_else(dash, |change| {
        change.trim_end_matches(" since the baseline").to_owned()
    });
    let mut driven = Vec::new();
    if let Some(worst) = &measured.worst {
        driven.push(code_in(style, worst));
    }
    if let Some(drivers) = said::drivers(measured) {
        driven.push(prose_in(style, &drivers));
    }
    let standing = said::standing(measured.outcome);
    let standing = match judged.standing(measured) {
        Standing::Found(finding) if judged.fails(finding) => format!("**{standing}**"),
        Standing::Ignored(_) => format!("{standing}, ignored"),
        Standing::Holds | Standing::Found(_) | Standing::Silenced => standing.to_owned(),
    };
    row(&[
        prose_in(style, &said::name(measured)),
        standing,
        amount(value),
        amount(said::limit(measured)),
        said::excess(measured).unwrap_or_else(dash),
        change,
        driven.join(": "),
    ])
}

fn entry(finding: &Finding, with_remedy: bool, style: &Style) -> Vec<String> {
    let place = finding.marks.places.first().map(|place| {
        let place = format!("{}:{}", place.file, place.line);
        format!(" {}", code_in(style, &place))
    });
    let mut lines = vec![format!(
        "- **{}** {}{}: {}  ",
        finding.severity.as_str(),
        code_in(style, finding.id),
        place.unwrap_or_default(),
        prose_in(style, &finding.message)
    )];
    if with_remedy && !finding.remedy.is_empty() {
        let remedy = prose_in(style, &finding.remedy);
        lines.push(format!("  {} {remedy}", style.arrow()));
    }
    lines
}
