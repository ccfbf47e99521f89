//! A survey as the `linkerd check` command shows its checks and those of its extensions.
//!
//! In come a survey with its findings, or the reason why there is none; out goes the JSON that the linkerd
//! command reads from an extension (`pkg/healthcheck/healthcheck_output.go` in linkerd2), or the same for a
//! reader, with the marks of the linkerd command.

use std::io;
use std::io::Write;

use serde::Serialize;

use super::Style;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::numbers::counted;
use crate::findings::numbers::plural;
use crate::survey::Survey;

/// How the checks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthcheckFormat {
    /// Every check, for a reader.
    Table,
    /// Only what is not well, for a reader.
    Short,
    /// For the linkerd command.
    Json,
}

/// The outcome of all checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthcheck {
    /// No check is an error; warnings do not count.
    pub success: bool,
    categories: Vec<Category>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Category {
    #[serde(rename = "categoryName")]
    name: &'static str,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    description: String,
    /// Where to read on; the linkerd command writes it into "see … for hints".
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    result: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Success,
    Warning,
    Error,
}

/// What the category is called, as the linkerd command names those of its extensions.
const CATEGORY: &str = "linkerd-meshctl";

/// What is checked after reading: the groups of findings, and what holds while there is none of them. The
/// last takes whatever has no place of its own.
const CHECKS: [(&[&str], &str); 4] = [
    (
        &["exposition", "collector"],
        "no scrape is lost to a malformed line",
    ),
    (
        &["families", "targets"],
        "no metric family and no proxy outgrows the others",
    ),
    (&["labels"], "no label of a metric grows without bound"),
    (&[], "nothing else is wrong with the proxies' metrics"),
];

/// Findings of this group are about what could not be read, which is a check of its own.
const COVERAGE: &str = "coverage";

impl Healthcheck {
    /// Judges what was read: findings of high severity are errors, of medium severity warnings, others no
    /// reason to speak.
    pub fn of(survey: &Survey, findings: &[Finding]) -> Self {
        let mut checks = vec![reading(survey)];
        for (groups, description) in CHECKS {
            let of_check = findings.iter().filter(|finding| {
                let group = group(finding);
                let is_rest = groups.is_empty()
                    && group != COVERAGE
                    && !CHECKS.iter().any(|(groups, _)| has(groups, group));
                is_rest || has(groups, group)
            });
            checks.push(judge(description, of_check));
        }
        Self::new(checks)
    }

    /// What stands in place of a survey that could not be made.
    pub fn failed(reason: &str) -> Self {
        Self::new(vec![Check {
            description: READING.to_owned(),
            hint: Some("`linkerd meshctl audit --help`".to_owned()),
            error: Some(reason.to_owned()),
            result: Outcome::Error,
        }])
    }

    fn new(checks: Vec<Check>) -> Self {
        Self {
            success: checks.iter().all(|check| check.result != Outcome::Error),
            categories: vec![Category {
                name: CATEGORY,
                checks,
            }],
        }
    }

    /// Writes it all.
    ///
    /// # Errors
    /// `out` cannot be written to.
    pub fn write(
        &self,
        format: HealthcheckFormat,
        style: &Style,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if format == HealthcheckFormat::Json {
            serde_json::to_writer_pretty(&mut *out, self)?;
            return writeln!(out);
        }
        for category in &self.categories {
            let shown = category.checks.iter().filter(|check| {
                format == HealthcheckFormat::Table || check.result != Outcome::Success
            });
            let shown: Vec<&Check> = shown.collect();
            if shown.is_empty() {
                continue;
            }
            writeln!(out, "{}", category.name)?;
            writeln!(out, "{}", "-".repeat(category.name.len()))?;
            for check in shown {
                let mark = mark(check.result, style.unicode);
                writeln!(out, "{mark} {}", style.safe(&check.description))?;
                if let Some(error) = &check.error {
                    writeln!(out, "    {}", style.safe(error))?;
                }
                if let Some(hint) = &check.hint {
                    writeln!(out, "    see {} for hints", style.safe(hint))?;
                }
            }
            writeln!(out)?;
        }
        let result = if self.success {
            Outcome::Success
        } else {
            Outcome::Error
        };
        let mark = mark(result, style.unicode);
        writeln!(out, "Status check results are {mark}")
    }
}

const READING: &str = "the metrics of all proxies can be read";

fn reading(survey: &Survey) -> Check {
    let coverage = &survey.coverage;
    let first = coverage.failed.first();
    let error = match (coverage.scraped, first) {
        (0, None) => Some("no proxy was found".to_owned()),
        (_, None) => None,
        (_, Some(first)) => Some(format!(
            "{} of {} cannot be read; first: {}: {}",
            coverage.failed.len(),
            counted(coverage.expected, "proxy", "proxies"),
            first.target,
            first.reason
        )),
    };
    let result = match (&error, coverage.scraped) {
        (None, _) => Outcome::Success,
        (Some(_), 0) => Outcome::Error,
        (Some(_), _) => Outcome::Warning,
    };
    Check {
        description: READING.to_owned(),
        hint: error
            .is_some()
            .then(|| "`linkerd meshctl audit --verbose`".to_owned()),
        error,
        result,
    }
}

fn has(groups: &[&str], group: &str) -> bool {
    groups.contains(&group)
}

fn group(finding: &Finding) -> &str {
    finding.id.split('/').next().unwrap_or_default()
}

fn judge<'f>(description: &str, findings: impl Iterator<Item = &'f Finding>) -> Check {
    let mut bad: Vec<&Finding> = findings
        .filter(|finding| finding.severity >= Severity::Medium)
        .collect();
    // Worst first; the order of equal ones is that of the findings.
    bad.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let Some(first) = bad.first() else {
        return Check {
            description: description.to_owned(),
            hint: None,
            error: None,
            result: Outcome::Success,
        };
    };
    let more = match bad.len() - 1 {
        0 => String::new(),
        more => format!(" (and {})", plural(more as u64, "more finding")),
    };
    Check {
        description: description.to_owned(),
        hint: Some(format!("`linkerd meshctl explain {}`", first.id)),
        error: Some(format!("{}{more}", first.message)),
        result: match first.severity {
            Severity::High => Outcome::Error,
            _ => Outcome::Warning,
        },
    }
}

/// As in the linkerd command.
fn mark(outcome: Outcome, unicode: bool) -> &'static str {
    match (outcome, unicode) {
        (Outcome::Success, true) => "√",
        (Outcome::Warning, true) => "‼",
        (Outcome::Error, true) => "×",
        (Outcome::Success, false) => "[ok]",
        (Outcome::Warning, false) => "[warning]",
        (Outcome::Error, false) => "[error]",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::findings::Marks;
    use crate::findings::Subject;
    use crate::source::Failure;
    use crate::survey::Coverage;

    fn style() -> Style {
        Style {
            width: 80,
            color: false,
            unicode: true,
            escape: false,
        }
    }

    fn survey(scraped: u64, failed: usize) -> Survey {
        let failure = Failure {
            target: "emojivoto/web".to_owned(),
            origin: "pod/emojivoto/web".to_owned(),
            reason: "connection refused".to_owned(),
        };
        Survey {
            coverage: Coverage {
                expected: scraped + failed as u64,
                scraped,
                failed: vec![failure; failed],
                skipped: Vec::new(),
            },
            ..Survey::default()
        }
    }

    fn finding(id: &'static str, severity: Severity, message: &str) -> Finding {
        Finding {
            id,
            severity,
            subject: Subject::default(),
            message: message.to_owned(),
            evidence: Map::new(),
            marks: Marks::default(),
            remedy: "mend it".to_owned(),
        }
    }

    fn written(check: &Healthcheck, format: HealthcheckFormat) -> String {
        let mut out = Vec::new();
        check.write(format, &style(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_sound_mesh_is_all_success() {
        let check = Healthcheck::of(
            &survey(3, 0),
            &[finding("labels/redundant", Severity::Low, "x")],
        );
        insta::assert_snapshot!(written(&check, HealthcheckFormat::Table), @r"
        linkerd-meshctl
        ---------------
        √ the metrics of all proxies can be read
        √ no scrape is lost to a malformed line
        √ no metric family and no proxy outgrows the others
        √ no label of a metric grows without bound
        √ nothing else is wrong with the proxies' metrics

        Status check results are √
        ");
        assert_eq!(
            written(&check, HealthcheckFormat::Short),
            "Status check results are √\n"
        );
    }

    #[test]
    fn severities_become_warnings_and_errors_in_the_form_linkerd_reads() {
        let findings = [
            finding(
                "exposition/unescaped-label",
                Severity::High,
                "34 lines \u{1b}[31m",
            ),
            finding(
                "labels/unbounded",
                Severity::Medium,
                "client_id has 29 values",
            ),
            finding("labels/unbounded", Severity::Medium, "authority too"),
        ];
        let check = Healthcheck::of(&survey(2, 1), &findings);
        assert!(!check.success);
        insta::assert_snapshot!(written(&check, HealthcheckFormat::Json), @r#"
        {
          "success": false,
          "categories": [
            {
              "categoryName": "linkerd-meshctl",
              "checks": [
                {
                  "description": "the metrics of all proxies can be read",
                  "hint": "`linkerd meshctl audit --verbose`",
                  "error": "1 of 3 proxies cannot be read; first: emojivoto/web: connection refused",
                  "result": "warning"
                },
                {
                  "description": "no scrape is lost to a malformed line",
                  "hint": "`linkerd meshctl explain exposition/unescaped-label`",
                  "error": "34 lines \u001b[31m",
                  "result": "error"
                },
                {
                  "description": "no metric family and no proxy outgrows the others",
                  "result": "success"
                },
                {
                  "description": "no label of a metric grows without bound",
                  "hint": "`linkerd meshctl explain labels/unbounded`",
                  "error": "client_id has 29 values (and 1 more finding)",
                  "result": "warning"
                },
                {
                  "description": "nothing else is wrong with the proxies' metrics",
                  "result": "success"
                }
              ]
            }
          ]
        }
        "#);
        let shown = written(&check, HealthcheckFormat::Short);
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn what_cannot_be_surveyed_is_an_error_that_says_why() {
        let check = Healthcheck::failed("no kubeconfig");
        assert!(!check.success);
        insta::assert_snapshot!(written(&check, HealthcheckFormat::Short), @r"
        linkerd-meshctl
        ---------------
        × the metrics of all proxies can be read
            no kubeconfig
            see `linkerd meshctl audit --help` for hints

        Status check results are ×
        ");
        let nothing = Healthcheck::of(&survey(0, 0), &[]);
        assert!(!nothing.success);
    }
}
