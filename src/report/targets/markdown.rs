//! What a configuration scrapes, as a comment for a pull request.

use super::Sheet;
use super::saw_text;
use crate::report::markdown;
use crate::report::markdown::code;
use crate::report::markdown::heading;
use crate::report::markdown::prose;
use crate::report::markdown::row;
use crate::report::numbers::grouped;

/// Rows of each table where no limit was typed.
const SHOWN: usize = 10;

/// The whole comment.
pub(super) fn lines(sheet: Sheet<'_>) -> Vec<String> {
    let mut lines = vec!["### meshctl targets".to_owned(), String::new()];
    lines.push(sheet.sums().join(sheet.page.style.dot()));
    lines.extend(jobs(sheet));
    lines.extend(fallen(sheet));
    lines.extend(unscraped(sheet));
    lines.extend(markdown::findings(sheet.page));
    lines
}

fn jobs(sheet: Sheet<'_>) -> Vec<String> {
    let all = &sheet.targets.jobs;
    let mut lines = heading("Jobs", all.len(), all.len());
    lines.push("| job | targets | discovered | dropped | where |".to_owned());
    lines.push("|---|---:|---:|---:|---|".to_owned());
    for job in all {
        lines.push(row(&[
            code(sheet.page, &job.name),
            grouped(job.targets.len() as u64),
            grouped(job.discovered),
            grouped(job.dropped.len() as u64),
            code(sheet.page, &sheet.place(job.at)),
        ]));
    }
    lines
}

fn fallen(sheet: Sheet<'_>) -> Vec<String> {
    let all = sheet.fallen();
    let shown = all.len().min(sheet.rows(SHOWN));
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("Fell out, by rule", shown, all.len());
    lines.push("| rule | where | raw targets | objects | saw |".to_owned());
    lines.push("|---|---|---:|---:|---|".to_owned());
    for fallen in &all[..shown] {
        lines.push(row(&[
            code(sheet.page, &fallen.rule.text),
            code(sheet.page, &sheet.place(fallen.rule.at)),
            grouped(fallen.count),
            grouped(fallen.objects),
            code(sheet.page, &saw_text(fallen)),
        ]));
    }
    lines
}

fn unscraped(sheet: Sheet<'_>) -> Vec<String> {
    let count = sheet.unscraped().count();
    let shown = count.min(sheet.rows(SHOWN));
    if count == 0 {
        return Vec::new();
    }
    let mut lines = heading("Proxies nobody scrapes", shown, count);
    for (sidecar, why) in sheet.unscraped().take(shown) {
        let object = code(sheet.page, &sidecar.origin.object());
        lines.push(format!(
            "- {object}: {}",
            prose(sheet.page, &sheet.way(why))
        ));
    }
    lines
}
