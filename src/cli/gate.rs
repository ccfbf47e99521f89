//! Decides the exit code from what was read and found.

use std::fmt::Write as _;

use clap::builder::FalseyValueParser;

use super::ExitCode;
use crate::collector::decode::Notice;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::numbers::plural;
use crate::source;
use crate::source::Skip;
use crate::survey::Survey;

/// What makes the exit code other than 0.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "What counts as failure")]
pub(super) struct GateArgs {
    /// Exit with 1 when there is a finding of this severity or worse
    #[arg(
        long,
        value_name = "SEVERITY",
        value_enum,
        default_value = "none",
        env = "MESHCTL_FAIL_ON",
        hide_env_values = true
    )]
    fail_on: FailOn,
    /// Exit with 2 when any line was refused, or a part of the configuration is not simulated
    #[arg(
        long,
        env = "MESHCTL_STRICT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    strict: bool,
    /// Exit with 3 also when something was passed over, such as a file without metrics
    ///
    /// A source or target that cannot be read makes the code 3 in any case. What --target leaves out and
    /// what was named twice does not count.
    #[arg(
        long,
        env = "MESHCTL_FAIL_IF_PARTIAL",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    fail_if_partial: bool,
}

/// The same for commands that look for no findings.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "What counts as failure")]
pub(super) struct ReadingGateArgs {
    /// Exit with 2 when any line was refused
    #[arg(
        long,
        env = "MESHCTL_STRICT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    strict: bool,
    /// Exit with 3 also when something was passed over, such as a file without metrics
    ///
    /// A source or target that cannot be read makes the code 3 in any case. What --target leaves out and
    /// what was named twice does not count.
    #[arg(
        long,
        env = "MESHCTL_FAIL_IF_PARTIAL",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    fail_if_partial: bool,
}

impl ReadingGateArgs {
    /// Weighs everything that was read.
    pub(super) fn judge(self, survey: &Survey) -> Verdict {
        GateArgs::of_reading(self.strict, self.fail_if_partial).judge(survey, &[])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    /// Findings never change the exit code
    None,
    Info,
    Low,
    Medium,
    High,
}

impl FailOn {
    /// The least severity that counts, if any does.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::None => None,
            Self::Info => Some(Severity::Info),
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
        }
    }
}

/// The exit code, and why where the report does not say so itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) code: ExitCode,
    pub(super) reasons: Vec<String>,
}

/// Skips that were asked for, by their reason.
const WANTED_SKIPS: [&str; 4] = [
    "does not match --target",
    "named twice",
    source::OTHER_SWEEP,
    source::SAME_TARGET,
];

impl GateArgs {
    /// Of findings nothing is judged.
    pub(super) fn of_reading(strict: bool, fail_if_partial: bool) -> Self {
        Self {
            fail_on: FailOn::None,
            strict,
            fail_if_partial,
        }
    }

    /// Weighs everything that was read and found; the gravest outcome is the code.
    pub(super) fn judge(self, survey: &Survey, findings: &[Finding]) -> Verdict {
        let mut verdict = Verdict {
            code: ExitCode::Clean,
            reasons: Vec::new(),
        };
        verdict.extend(self.found(findings));
        if !survey.coverage.failed.is_empty() {
            // Each failed target has been named in a warning of its own.
            verdict.code = verdict.code.max(ExitCode::Partial);
        }
        if self.fail_if_partial {
            verdict.extend(passed_over(&survey.coverage.skipped));
        }
        if self.strict {
            verdict.extend(refused(survey));
            verdict.extend(not_simulated(survey));
        }
        if survey.coverage.scraped == 0 {
            verdict.code = verdict.code.max(ExitCode::CouldNot);
        }
        if survey.interrupted {
            verdict.code = ExitCode::Interrupted;
        }
        verdict
    }
}

impl GateArgs {
    /// The same for what a configuration scrapes: what is not known of it makes the answer partial.
    pub(super) fn judge_targets(self, notices: &[Notice], findings: &[Finding]) -> Verdict {
        let mut verdict = Verdict {
            code: ExitCode::Clean,
            reasons: Vec::new(),
        };
        verdict.extend(self.found(findings));
        if let Some(first) = notices.first() {
            let warnings = plural(notices.len() as u64, "warning");
            let reason = |flag: &str| {
                format!(
                    "{warnings} about what is not known ({flag}); first: {}: {}",
                    first.subject, first.message
                )
            };
            if self.fail_if_partial {
                verdict.add(ExitCode::Partial, reason("--fail-if-partial"));
            }
            if self.strict {
                verdict.add(ExitCode::CouldNot, reason("--strict"));
            }
        }
        verdict
    }

    /// Findings that `--fail-on` is about.
    fn found(self, findings: &[Finding]) -> Option<(ExitCode, String)> {
        let limit = self.fail_on.severity()?;
        let grave = findings.iter().filter(|finding| finding.severity >= limit);
        let count = grave.count() as u64;
        let said = plural(count, "finding");
        let severity = limit.as_str();
        (count > 0).then(|| {
            let reason = format!("{said} at or above {severity} (--fail-on)");
            (ExitCode::Findings, reason)
        })
    }
}

impl Verdict {
    pub(super) fn add(&mut self, code: ExitCode, reason: String) {
        self.code = self.code.max(code);
        self.reasons.push(reason);
    }

    fn extend(&mut self, found: Option<(ExitCode, String)>) {
        if let Some((code, reason)) = found {
            self.add(code, reason);
        }
    }
}

/// What a simulation left out could change its numbers.
fn not_simulated(survey: &Survey) -> Option<(ExitCode, String)> {
    let pipelines = survey.simulated.iter().flatten();
    let mut notices: Vec<_> = pipelines
        .flat_map(|pipeline| &pipeline.layout.notices)
        .collect();
    notices.sort_unstable_by(|a, b| {
        (a.at, &a.subject, &a.message).cmp(&(b.at, &b.subject, &b.message))
    });
    notices.dedup();
    let first = notices.first()?;
    let parts = plural(notices.len() as u64, "warning");
    let reason = format!(
        "{parts} about the configuration (--strict); first: {}: {}",
        first.subject, first.message
    );
    Some((ExitCode::CouldNot, reason))
}

fn passed_over(skipped: &[Skip]) -> Option<(ExitCode, String)> {
    let unwanted = || {
        skipped
            .iter()
            .filter(|skip| !WANTED_SKIPS.contains(&skip.reason.as_str()))
    };
    let first = unwanted().next()?;
    let sources = plural(unwanted().count() as u64, "source");
    let reason = format!(
        "{sources} passed over (--fail-if-partial); first: {}: {}",
        first.origin, first.reason
    );
    Some((ExitCode::Partial, reason))
}

fn refused(survey: &Survey) -> Option<(ExitCode, String)> {
    let count: u64 = survey.rejects.iter().map(|target| target.count).sum();
    if count == 0 {
        return None;
    }
    let mut reason = format!("{} refused (--strict)", plural(count, "line"));
    let first = survey
        .rejects
        .iter()
        .find_map(|target| Some((target, target.first.first()?)));
    if let Some((target, line)) = first {
        let (row, column) = (line.line, line.column);
        let _ = write!(
            reason,
            "; first: {}, line {row}, column {column}: {}",
            target.target, line.message
        );
    }
    Some((ExitCode::CouldNot, reason))
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::findings::Marks;
    use crate::findings::Subject;
    use crate::source::Failure;
    use crate::survey::Coverage;
    use crate::survey::RejectedLine;
    use crate::survey::TargetRejects;

    const LENIENT: GateArgs = GateArgs {
        fail_on: FailOn::None,
        strict: false,
        fail_if_partial: false,
    };

    fn survey() -> Survey {
        let coverage = Coverage {
            expected: 1,
            scraped: 1,
            ..Coverage::default()
        };
        Survey {
            coverage,
            ..Survey::default()
        }
    }

    fn failed(mut survey: Survey) -> Survey {
        let [target, origin, reason] = ["web", "web.gz", "truncated"].map(str::to_owned);
        survey.coverage.failed.push(Failure {
            target,
            origin,
            reason,
        });
        survey
    }

    fn skipped(mut survey: Survey, reason: &str) -> Survey {
        let [origin, reason] = ["README.md", reason].map(str::to_owned);
        survey.coverage.skipped.push(Skip { origin, reason });
        survey
    }

    fn rejected(mut survey: Survey) -> Survey {
        let first = RejectedLine {
            line: 73,
            column: 98,
            kind: "unescaped-label".to_owned(),
            message: "a quote inside the label value is not escaped".to_owned(),
            excerpt: String::new(),
        };
        let [target, origin] = ["web", "web.prom"].map(str::to_owned);
        survey.rejects.push(TargetRejects {
            target,
            origin,
            count: 1,
            unescaped: 1,
            first: vec![first],
        });
        survey
    }

    fn finding(severity: Severity) -> Finding {
        Finding {
            id: "labels/unbounded",
            severity,
            subject: Subject::default(),
            message: String::new(),
            evidence: Map::new(),
            marks: Marks::default(),
            remedy: String::new(),
        }
    }

    fn code(gate: GateArgs, survey: &Survey, findings: &[Finding]) -> u8 {
        gate.judge(survey, findings).code.number()
    }

    #[test]
    fn findings_count_only_from_the_severity_asked_for() {
        let gate = GateArgs {
            fail_on: FailOn::Medium,
            ..LENIENT
        };
        assert_eq!(code(LENIENT, &survey(), &[finding(Severity::High)]), 0);
        assert_eq!(code(gate, &survey(), &[finding(Severity::Low)]), 0);
        assert_eq!(code(gate, &survey(), &[finding(Severity::Medium)]), 1);
        assert_eq!(
            gate.judge(&survey(), &[finding(Severity::High)]).reasons,
            ["1 finding at or above medium (--fail-on)"]
        );
    }

    #[test]
    fn a_failed_target_is_partial_and_all_failed_is_nothing_done() {
        assert_eq!(code(LENIENT, &failed(survey()), &[]), 3);
        let mut nothing = failed(survey());
        nothing.coverage.scraped = 0;
        assert_eq!(code(LENIENT, &nothing, &[]), 2);
    }

    #[test]
    fn what_was_passed_over_counts_when_asked_for() {
        let gate = GateArgs {
            fail_if_partial: true,
            ..LENIENT
        };
        assert_eq!(
            code(LENIENT, &skipped(survey(), "not an exposition"), &[]),
            0
        );
        assert_eq!(code(gate, &skipped(survey(), "not an exposition"), &[]), 3);
        assert_eq!(
            code(gate, &skipped(survey(), "does not match --target"), &[]),
            0
        );
    }

    #[test]
    fn strict_refuses_a_single_line_and_says_which() {
        let gate = GateArgs {
            strict: true,
            ..LENIENT
        };
        assert_eq!(code(LENIENT, &rejected(survey()), &[]), 0);
        assert_eq!(code(gate, &survey(), &[]), 0);
        let verdict = gate.judge(&rejected(survey()), &[]);
        assert_eq!(verdict.code, ExitCode::CouldNot);
        assert_eq!(
            verdict.reasons,
            [
                "1 line refused (--strict); first: web, line 73, column 98: a quote inside the label value \
              is not escaped"
            ]
        );
    }

    #[test]
    fn the_gravest_outcome_is_reported() {
        let gate = GateArgs {
            fail_on: FailOn::Info,
            strict: true,
            fail_if_partial: true,
        };
        let findings = [finding(Severity::High)];
        assert_eq!(code(gate, &failed(survey()), &findings), 3);
        assert_eq!(code(gate, &failed(rejected(survey())), &findings), 2);
        let interrupted = Survey {
            interrupted: true,
            ..failed(rejected(survey()))
        };
        assert_eq!(code(gate, &interrupted, &findings), 130);
    }
}
