//! What was simulated, for a comment on a pull request.

use super::one_line;
use crate::report::Command;
use crate::report::Page;
use crate::report::markdown::code;
use crate::report::markdown::heading;
use crate::report::markdown::prose;
use crate::report::markdown::row;
use crate::report::numbers;
use crate::survey::Simulated;

/// Rows of each table where no limit was typed.
const SHOWN: usize = 10;

/// A section for each pipeline; in an audit without the names that arrive.
pub(in crate::report) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for simulated in page.pipelines() {
        lines.push(String::new());
        lines.push(format!(
            "#### Pipeline {} of {}",
            code(page, &simulated.flow.name),
            code(page, &simulated.plan)
        ));
        lines.push(String::new());
        lines.extend(stages(page, simulated));
        lines.extend(dropped(page, simulated));
        if page.view.command == Command::Filter {
            lines.extend(arrivals(page, simulated));
        }
        lines.extend(lost(page, simulated));
    }
    lines.extend(notices(page));
    lines
}

fn stages(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let interval = simulated.interval(page.view);
    let mut lines = vec![
        "| Stage | Kind | Names | Series | Samples/s | Bytes |".to_owned(),
        "|:--|:--|--:|--:|--:|--:|".to_owned(),
    ];
    lines.extend(simulated.stages().map(|(_, stage)| {
        let rate = numbers::samples_per_second(stage.totals.series, interval);
        let bytes = Simulated::bytes(stage);
        row(&[
            code(page, &stage.id),
            stage.kind.as_str().to_owned(),
            numbers::grouped(stage.names),
            numbers::grouped(stage.totals.series),
            numbers::rate(rate),
            bytes.map_or_else(|| page.style.dash().to_owned(), numbers::bytes),
        ])
    }));
    lines
}

fn dropped(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let groups = simulated.stages().flat_map(|(at, stage)| {
        let groups = simulated.dropped(at, stage, page.view).into_iter();
        groups.map(move |group| (stage, group))
    });
    let mut groups: Vec<_> = groups.collect();
    if groups.is_empty() {
        return Vec::new();
    }
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.totals.series));
    let of = groups.len();
    groups.truncate(page.rows(SHOWN));
    let mut lines = heading("Dropped", groups.len(), of);
    lines.push("| Stage | Series | Names | Most of it | Why | Where |".to_owned());
    lines.push("|:--|--:|--:|:--|:--|:--|".to_owned());
    lines.extend(groups.iter().map(|(stage, group)| {
        let why = match group.rule {
            Some(rule) if !rule.text.is_empty() => code(page, &one_line(&rule.text)),
            _ => prose(page, group.reason),
        };
        let place = group.rule.and_then(|rule| simulated.place(rule.at));
        row(&[
            code(page, &stage.id),
            numbers::grouped(group.totals.series),
            numbers::grouped(group.names.len() as u64),
            group
                .names
                .first()
                .map_or_else(String::new, |most| code(page, &most.name)),
            why,
            place.map_or_else(String::new, |place| code(page, &place)),
        ])
    }));
    lines
}

fn arrivals(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let mut lines = Vec::new();
    for arriving in &simulated.flow.arriving {
        let Some(stage) = simulated.flow.stages.get(arriving.stage) else {
            continue;
        };
        let mut names = simulated.names(arriving, page.view);
        let of = names.len();
        names.truncate(page.rows(SHOWN));
        let title = format!("Arrives at {}", code(page, &stage.id));
        lines.extend(heading(&title, names.len(), of));
        lines.push("| Name | Series | Share |".to_owned());
        lines.push("|:--|--:|--:|".to_owned());
        lines.extend(names.iter().map(|(name, count)| {
            row(&[
                code(page, name),
                numbers::grouped(count.series),
                numbers::share(count.series, stage.totals.series),
            ])
        }));
    }
    lines
}

fn lost(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let all = &simulated.flow.lost;
    if all.is_empty() {
        return Vec::new();
    }
    let shown = all.len().min(page.rows(SHOWN));
    let mut lines = heading("Lost scrapes", shown, all.len());
    lines.extend(all.iter().take(shown).map(|lost| {
        let series = numbers::grouped(lost.series);
        let [target, reason] = [code(page, &lost.target), prose(page, &lost.reason)];
        format!("- {target}, {series} series: {reason}")
    }));
    lines
}

fn notices(page: Page<'_>) -> Vec<String> {
    let notices = page.notice_entries();
    if notices.is_empty() {
        return Vec::new();
    }
    let shown = notices.len().min(page.rows(SHOWN));
    let mut lines = heading("Not simulated, or warned of", shown, notices.len());
    lines.extend(notices.iter().take(shown).map(|notice| {
        let [subject, message] = [code(page, notice.subject), prose(page, notice.message)];
        format!("- {subject}: {message}")
    }));
    lines
}
