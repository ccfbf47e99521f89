//! One document, with everything that was measured and found.

use std::io;
use std::io::Write;

use super::Judged;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::findings::Severity;
use crate::report::Style;
use crate::report::assemble;
use crate::report::document::BudgetEntry;
use crate::report::document::CheckDocument;
use crate::report::document::CheckHeader;
use crate::report::document::DriverEntry;
use crate::report::document::IgnoredEntry;
use crate::report::document::OutcomeEntry;
use crate::report::document::PositionEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::json;

/// Pretty-printed, and a newline.
pub(super) fn write(judged: &Judged<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    json::write_pretty(&document(judged), style, out)
}

fn document<'a>(judged: &Judged<'a>) -> CheckDocument<'a> {
    let (exit_code, reasons) = judged.exit;
    let budgets = judged.measured.iter();
    let ignored = judged.ignored.iter().map(|ignored| IgnoredEntry {
        reason: &ignored.reason,
        until: ignored.until.as_deref(),
        finding: assemble::finding(&ignored.finding),
    });
    CheckDocument {
        header: CheckHeader {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION"),
            command: judged.command,
            inputs: judged.inputs,
            coverage: judged.coverage.map(assemble::coverage),
            budget_file: judged.budget_file,
            baseline: judged.baseline,
            fail_on: judged.fail_on.map(Severity::as_str),
            outcome: OutcomeEntry { exit_code, reasons },
        },
        budgets: budgets
            .map(|measured| budget(measured, judged.budget_file))
            .collect(),
        findings: judged.findings.iter().map(assemble::finding).collect(),
        ignored: ignored.collect(),
    }
}

fn budget<'a>(measured: &'a Measured, file: Option<&'a str>) -> BudgetEntry<'a> {
    let (line, column) = measured.at;
    let drivers = measured.drivers.iter().map(|driver| DriverEntry {
        what: driver.what,
        name: &driver.name,
        value: driver.value,
        before: driver.before,
    });
    BudgetEntry {
        scope: measured.scope.as_str(),
        matching: Some(measured.matching.as_str()).filter(|matching| !matching.is_empty()),
        stage: &measured.stage,
        unit: measured.unit.as_str(),
        value: (measured.outcome != Outcome::Unknown).then_some(measured.value),
        warn: measured.warn,
        fail: measured.fail,
        outcome: measured.outcome.as_str(),
        worst: measured.worst.as_deref(),
        matched: measured.matched,
        over: measured.over,
        before: measured.before,
        drivers: drivers.collect(),
        position: file
            .filter(|_| line > 0)
            .map(|file| PositionEntry { file, line, column }),
    }
}
