//! `exposition/*`: lines that a real scraper refuses, and series it would drop.
//!
//! One malformed line makes Prometheus and the Collector's Prometheus receiver roll back the whole
//! scrape, which is why a single bad label value is a high finding.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::grouped;
use super::numbers::plural;
use super::numbers::rounded;
use super::numbers::share;
use crate::survey::RejectedLine;
use crate::survey::Survey;
use crate::survey::TargetRejects;

/// [`RejectedLine::kind`] of an unescaped label value.
const UNESCAPED: &str = "unescaped-label";

/// [`RejectedLine::kind`] of a line longer than we were told to read: our limit, not the scraper's.
const TOO_LONG: &str = "line-too-long";

/// One finding for each target and reason.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    for rejects in &survey.rejects {
        findings.extend(unescaped(survey, rejects));
        findings.extend(rejected(survey, rejects));
    }
    for target in &survey.census.targets {
        if target.duplicates > 0 {
            findings.push(Finding {
                id: "exposition/duplicate-series",
                severity: Severity::Medium,
                subject: subject(&target.name),
                message: format!(
                    "{}: {} a series of the same scrape: a backend keeps one value of each and drops the rest",
                    target.name,
                    count_verb(target.duplicates, "sample", "repeats", "repeat"),
                ),
                evidence: evidence([
                    ("duplicate_samples", json!(target.duplicates)),
                    ("samples", json!(target.samples)),
                    ("series", json!(target.series)),
                    ("origin", json!(target.origin)),
                ]),
                marks: Marks::default(),
                remedy: "find the repeated lines with `sed 's/ [^ ]*$//' DUMP | sort | uniq -d` and fix \
                         the exporter: usually two registries with one name, or an application's and a \
                         proxy's metrics merged into one page"
                    .to_owned(),
            });
        }
    }
}

fn unescaped(survey: &Survey, rejects: &TargetRejects) -> Option<Finding> {
    if rejects.unescaped == 0 {
        return None;
    }
    let lost = lost_series(survey, rejects);
    let first = rejects.first.iter().find(|line| line.kind == UNESCAPED);
    Some(Finding {
        id: "exposition/unescaped-label",
        severity: Severity::High,
        subject: subject(&rejects.target),
        message: format!(
            "{}: {} an unescaped quote in a label value{}: Prometheus and the Collector drop \
             this target's whole scrape, so {} missing in the backend",
            rejects.target,
            count_verb(rejects.unescaped, "line", "holds", "hold"),
            place(first),
            its_series(lost),
        ),
        evidence: reject_evidence(survey, rejects, rejects.unescaped, first),
        marks: Marks::default(),
        remedy: "rename what the label shows so that it holds no \" and no \\ (in a Linkerd \
                 ServiceProfile: spec.routes[].name); no relabel rule can help, as the scrape fails \
                 before relabeling"
            .to_owned(),
    })
}

fn rejected(survey: &Survey, rejects: &TargetRejects) -> Option<Finding> {
    let others = rejects.count.saturating_sub(rejects.unescaped);
    if others == 0 {
        return None;
    }
    let first = rejects.first.iter().find(|line| line.kind != UNESCAPED);
    let too_long = rejects
        .first
        .iter()
        .filter(|line| line.kind == TOO_LONG)
        .count() as u64;
    let (severity, consequence, remedy) = if too_long == others {
        (
            Severity::Medium,
            "too long to be read here, and not counted".to_owned(),
            "raise --max-line-bytes to count them, and ask what writes labels of that length",
        )
    } else {
        (
            Severity::High,
            format!(
                "malformed: Prometheus and the Collector drop this target's whole scrape, so {} \
                 missing in the backend",
                its_series(lost_series(survey, rejects)),
            ),
            "fix what writes these lines: `promtool check metrics < DUMP` names the first one that \
             Prometheus refuses; if the file was cut or edited, save it again",
        )
    };
    let verb = if others == 1 { "is" } else { "are" };
    Some(Finding {
        id: "exposition/rejected-lines",
        severity,
        subject: subject(&rejects.target),
        message: format!(
            "{}: {} {verb} {consequence}{}",
            rejects.target,
            plural(others, "line"),
            place(first)
        ),
        evidence: reject_evidence(survey, rejects, others, first),
        marks: Marks::default(),
        remedy: remedy.to_owned(),
    })
}

fn reject_evidence(
    survey: &Survey,
    rejects: &TargetRejects,
    lines: u64,
    first: Option<&RejectedLine>,
) -> Map<String, Value> {
    let lost = lost_series(survey, rejects);
    let mut map = evidence([
        ("rejected_lines", json!(lines)),
        ("lost_series", json!(lost)),
        (
            "lost_share",
            json!(rounded(share(lost, survey.census.totals.series))),
        ),
        ("origin", json!(rejects.origin)),
    ]);
    if let Some(first) = first {
        map.insert("first_line".to_owned(), json!(first.line));
        map.insert("first_column_bytes".to_owned(), json!(first.column));
        map.insert("first_reason".to_owned(), json!(first.message));
        map.insert("first_excerpt".to_owned(), json!(first.excerpt));
    }
    map
}

/// `its 12 series are`, which something has happened to.
fn its_series(count: u64) -> String {
    match count {
        1 => "its only series is".to_owned(),
        _ => format!("its {} series are", grouped(count)),
    }
}

/// The series that we could read of a target whose scrape a backend drops.
fn lost_series(survey: &Survey, rejects: &TargetRejects) -> u64 {
    let wanted = (&rejects.target, &rejects.origin);
    let targets = &survey.census.targets;
    targets
        .binary_search_by(|target| (&target.name, &target.origin).cmp(&wanted))
        .map_or(0, |index| targets[index].series)
}

fn place(first: Option<&RejectedLine>) -> String {
    first.map_or_else(String::new, |first| {
        format!(" (first: line {}, column {})", first.line, first.column)
    })
}

fn count_verb(count: u64, noun: &str, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        plural(count, noun),
        if count == 1 { one } else { many }
    )
}

fn subject(target: &str) -> Subject {
    Subject {
        target: Some(target.to_owned()),
        ..Subject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::Census;
    use crate::census::TargetCount;
    use crate::census::Totals;

    fn survey(series: u64, duplicates: u64, rejects: Vec<TargetRejects>) -> Survey {
        let target = TargetCount {
            name: "web".to_owned(),
            origin: "web.prom".to_owned(),
            series,
            samples: series + duplicates,
            rejects: rejects.iter().map(|rejects| rejects.count).sum(),
            duplicates,
            body_bytes: 1_000,
            ..TargetCount::default()
        };
        let totals = Totals {
            targets: 1,
            series,
            duplicates,
            ..Totals::default()
        };
        let census = Census {
            totals,
            targets: vec![target],
            ..Census::default()
        };
        Survey {
            census,
            rejects,
            ..Survey::default()
        }
    }

    fn rejects(count: u64, unescaped: u64, kinds: &[&str]) -> TargetRejects {
        let line = |(index, kind): (usize, &&str)| RejectedLine {
            line: index as u64 + 73,
            column: 97,
            kind: (*kind).to_owned(),
            message: "a quote ends the value early".to_owned(),
            excerpt: "\"/hello \"world".to_owned(),
        };
        TargetRejects {
            target: "web".to_owned(),
            origin: "web.prom".to_owned(),
            count,
            unescaped,
            first: kinds.iter().enumerate().map(line).collect(),
        }
    }

    fn found(survey: &Survey) -> Vec<Finding> {
        let mut findings = Vec::new();
        inspect(survey, &mut findings);
        findings
    }

    #[test]
    fn a_clean_scrape_has_no_finding() {
        assert_eq!(found(&survey(10, 0, vec![])), []);
    }

    #[test]
    fn one_series_is_singular() {
        let said = [0, 1, 2].map(its_series);
        assert_eq!(
            said,
            ["its 0 series are", "its only series is", "its 2 series are"]
        );
    }

    #[test]
    fn one_unescaped_value_costs_the_whole_target() {
        let findings = found(&survey(1_345, 0, vec![rejects(1, 1, &[UNESCAPED])]));
        assert_eq!(
            findings.len(),
            1,
            "the same line is not reported as malformed too"
        );
        assert_eq!(findings[0].id, "exposition/unescaped-label");
        assert_eq!(findings[0].severity, Severity::High);
        assert_eq!(
            findings[0].message,
            "web: 1 line holds an unescaped quote in a label value (first: line 73, column 97): \
             Prometheus and the Collector drop this target's whole scrape, so its 1,345 series are \
             missing in the backend"
        );
        assert_eq!(findings[0].evidence["lost_series"], 1_345);
        assert_eq!(findings[0].evidence["first_line"], 73);
    }

    #[test]
    fn a_line_malformed_otherwise_is_told_apart() {
        let findings = found(&survey(
            10,
            0,
            vec![rejects(3, 1, &[UNESCAPED, "bad-value"])],
        ));
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[1].id, "exposition/rejected-lines");
        assert_eq!(findings[1].evidence["rejected_lines"], 2);
        assert_eq!(findings[1].evidence["first_line"], 74);
        assert_eq!(findings[1].severity, Severity::High);
    }

    #[test]
    fn lines_over_our_own_limit_are_not_blamed_on_the_scraper() {
        let findings = found(&survey(10, 0, vec![rejects(1, 0, &[TOO_LONG])]));
        assert_eq!(findings[0].severity, Severity::Medium);
        assert_eq!(
            findings[0].message,
            "web: 1 line is too long to be read here, and not counted (first: line 73, column 97)"
        );
    }

    #[test]
    fn one_repeated_sample_is_a_duplicate_series() {
        let findings = found(&survey(10, 1, vec![]));
        assert_eq!(findings[0].id, "exposition/duplicate-series");
        assert_eq!(
            findings[0].message,
            "web: 1 sample repeats a series of the same scrape: a backend keeps one value of each and drops the rest"
        );
    }
}
