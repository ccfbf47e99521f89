//! `coverage/partial`: the numbers stand for less than was asked for.

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::Thresholds;
use super::evidence;
use super::numbers::grouped;
use super::numbers::plural;
use super::numbers::rounded;
use super::numbers::share;
use crate::survey::Survey;

/// One finding where targets are lost or the user stopped the reading.
pub(super) fn inspect(survey: &Survey, thresholds: &Thresholds, findings: &mut Vec<Finding>) {
    let coverage = &survey.coverage;
    let failed = coverage.failed.len() as u64;
    if failed == 0 && !survey.interrupted {
        return;
    }
    let lost = share(failed, coverage.expected);
    let severe = survey.interrupted || lost >= thresholds.coverage_high_share;
    findings.push(Finding {
        id: "coverage/partial",
        severity: if severe {
            Severity::High
        } else {
            Severity::Medium
        },
        subject: Subject::default(),
        message: message(survey, failed),
        evidence: evidence([
            ("expected_targets", json!(coverage.expected)),
            ("scraped_targets", json!(coverage.scraped)),
            ("failed_targets", json!(failed)),
            ("failed_share", json!(rounded(lost))),
            ("interrupted", json!(survey.interrupted)),
        ]),
        marks: Marks::default(),
        remedy: remedy(survey),
    });
}

fn message(survey: &Survey, failed: u64) -> String {
    let coverage = &survey.coverage;
    if failed == 0 {
        return format!(
            "reading was interrupted after {}: every total is too low by what was not read",
            plural(coverage.scraped, "target"),
        );
    }
    let first = &coverage.failed[0];
    let stopped = if survey.interrupted {
        ", and reading was interrupted"
    } else {
        ""
    };
    format!(
        "{} of {} could not be read{stopped}, so every total is too low; {}: {}",
        grouped(failed),
        plural(coverage.expected, "target"),
        first.target,
        first.reason,
    )
}

fn remedy(survey: &Survey) -> String {
    if survey.coverage.failed.is_empty() {
        "run it again to the end, or narrow it with --target".to_owned()
    } else {
        "fetch the failed targets again and rerun on all of them; compare totals only between runs \
         with the same coverage"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Failure;
    use crate::survey::Coverage;

    fn survey(scraped: u64, failed: u64) -> Survey {
        let failure = Failure {
            target: "emojivoto/web".to_owned(),
            origin: "dump.txt".to_owned(),
            reason: "pod not running: Pending".to_owned(),
        };
        let coverage = Coverage {
            expected: scraped + failed,
            scraped,
            failed: vec![failure; failed as usize],
            skipped: Vec::new(),
        };
        Survey {
            coverage,
            ..Survey::default()
        }
    }

    fn found(survey: &Survey) -> Vec<Finding> {
        let mut findings = Vec::new();
        inspect(survey, &Thresholds::default(), &mut findings);
        findings
    }

    #[test]
    fn all_targets_read_is_no_finding() {
        assert_eq!(found(&survey(3, 0)), []);
    }

    #[test]
    fn one_lost_target_of_many_is_medium() {
        let findings = found(&survey(10, 1));
        assert_eq!(findings[0].severity, Severity::Medium);
        assert_eq!(
            findings[0].message,
            "1 of 11 targets could not be read, so every total is too low; \
             emojivoto/web: pod not running: Pending"
        );
    }

    #[test]
    fn one_lost_target_of_ten_is_high() {
        assert_eq!(found(&survey(9, 1))[0].severity, Severity::High);
    }

    #[test]
    fn an_interrupted_run_is_high_without_a_failure() {
        let interrupted = Survey {
            interrupted: true,
            ..survey(3, 0)
        };
        let findings = found(&interrupted);
        assert_eq!(findings[0].severity, Severity::High);
        assert_eq!(
            findings[0].message,
            "reading was interrupted after 3 targets: every total is too low by what was not read"
        );
    }
}
