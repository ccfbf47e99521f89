//! The waterfall: a line for each stage, and under it what it dropped, renamed and could not judge.

use super::one_line;
use crate::collector::plan::StageKind;
use crate::collector::trace::Rule;
use crate::report::Page;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text::truncate;
use crate::report::text::width;
use crate::report::text::wrap;
use crate::survey::Simulated;
use crate::waterfall::StageFlow;

/// Rules of a stage that are shown with what they dropped.
const GROUPS: usize = 4;
/// Names under each of them.
const NAMES: usize = 3;
/// Columns before what stands under a stage.
const INDENT: usize = 3;
/// Lines of a rule that are shown.
const RULE_LINES: usize = 3;
/// A rule longer than this is cut, where width is no object.
const LONGEST_RULE: usize = 400;

/// The section of one pipeline.
pub(super) fn lines(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let style = page.style;
    let interval = simulated.interval(page.view);
    let columns = vec![
        Column::name(""),
        Column::left("").dim().yields_below(28),
        Column::right("names"),
        Column::right("series"),
        Column::right("points").yields_below(26),
        Column::right("samples/s").yields_below(24),
        Column::right("bytes").yields_below(20),
        Column::right("labels").dim().yields_below(27),
    ];
    let rows = simulated.stages().map(|(_, stage)| {
        vec![
            style.safe(&stage.id).into_owned().into(),
            kind(stage).to_owned().into(),
            numbers::grouped(stage.names).into(),
            numbers::grouped(stage.totals.series).into(),
            points(page, simulated, stage).into(),
            numbers::rate(numbers::samples_per_second(stage.totals.series, interval)).into(),
            Simulated::bytes(stage)
                .map_or_else(|| style.dash().to_owned(), numbers::bytes)
                .into(),
            labels(page, stage).into(),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let count = rows.len();
    let about = [
        style.safe(&simulated.flow.name).into_owned(),
        style.safe(&simulated.plan).into_owned(),
        format!("every {}", numbers::interval(interval)),
    ];
    let mut list = List {
        title: "PIPELINE",
        about: about.join(style.dot()),
        columns,
        rows,
    };
    // In a Prometheus nothing is a data point.
    list.drop_empty();
    let mut drawn = list.lines(style, page.wide);
    let rows = drawn.split_off(drawn.len().saturating_sub(count));
    for (line, (at, stage)) in rows.into_iter().zip(simulated.stages()) {
        drawn.push(line);
        drawn.extend(details(page, simulated, at, stage));
    }
    drawn
}

/// What the id does not say by itself.
fn kind(stage: &StageFlow) -> &'static str {
    match stage.kind {
        StageKind::Scrape | StageKind::Relabeling => "",
        kind => kind.as_str(),
    }
}

fn points(page: Page<'_>, simulated: &Simulated, stage: &StageFlow) -> String {
    if Simulated::has_points(stage) {
        numbers::grouped(stage.totals.data_points)
    } else if simulated
        .stages()
        .any(|(_, stage)| Simulated::has_points(stage))
    {
        page.style.dash().to_owned()
    } else {
        String::new()
    }
}

/// Fewest, median and most labels of a series.
fn labels(page: Page<'_>, stage: &StageFlow) -> String {
    let Some(spread) = stage.labels_per_series else {
        return page.style.dash().to_owned();
    };
    if spread.min == spread.max {
        return numbers::grouped(spread.min);
    }
    format!(
        "{}/{}/{}",
        spread.min,
        numbers::median(spread.median),
        spread.max
    )
}

fn details(page: Page<'_>, simulated: &Simulated, at: usize, stage: &StageFlow) -> Vec<String> {
    let mut lines = lost(page, simulated, at);
    let groups = simulated.dropped(at, stage, page.view);
    let shown = page.rows(GROUPS);
    for group in groups.iter().take(shown) {
        let dropped = format!(
            "drops {} series of {}",
            numbers::grouped(group.totals.series),
            numbers::counted(group.names.len() as u64, "name", "names")
        );
        lines.push(lead(page, Tone::Caution, &dropped));
        lines.extend(why(page, simulated, group.rule, group.reason));
        let names: Vec<(String, String)> = group
            .names
            .iter()
            .take(page.rows(NAMES))
            .map(|dropped| {
                let name = page.style.safe(&dropped.name).into_owned();
                (name, numbers::grouped(dropped.series))
            })
            .collect();
        let more = group.names.len() - names.len();
        lines.extend(counted(page, &names));
        lines.extend(more_names(page, more, INDENT + 2));
    }
    let more = groups.len().saturating_sub(shown);
    if more > 0 {
        let series = groups.iter().skip(shown);
        let series: u64 = series.map(|group| group.totals.series).sum();
        let said = format!(
            "and {} drop {} series",
            numbers::counted(more as u64, "rule more", "rules more"),
            numbers::grouped(series)
        );
        lines.push(indented(page, INDENT, &said, Tone::Dim));
    }
    lines.extend(renamed(page, simulated, at, stage));
    for failed in stage.failed.iter().take(page.rows(GROUPS)) {
        let said = format!(
            "fails for {}: {}",
            numbers::counted(failed.times, "item", "items"),
            failed.message
        );
        lines.push(lead(page, Tone::Alarm, &said));
        lines.extend(why(page, simulated, simulated.rule(at, failed.rule), ""));
    }
    lines
}

fn renamed(page: Page<'_>, simulated: &Simulated, at: usize, stage: &StageFlow) -> Vec<String> {
    let mut lines = Vec::new();
    let shown = page.rows(NAMES);
    for renamed in stage.renamed.iter().take(shown) {
        let said = format!("renames {} to {}", renamed.from, renamed.to);
        lines.push(lead(page, Tone::Caution, &said));
        let rule = simulated.renaming_rule(at, renamed.rule);
        lines.extend(why(page, simulated, rule, ""));
    }
    let more = stage.renamed.len().saturating_sub(shown);
    if more > 0 {
        let said = format!("and renames {} more", numbers::grouped(more as u64));
        lines.push(indented(page, INDENT, &said, Tone::Dim));
    }
    lines
}

/// Scrapes that this stage refused.
fn lost(page: Page<'_>, simulated: &Simulated, at: usize) -> Vec<String> {
    let lost = simulated.flow.lost.iter().filter(|lost| lost.stage == at);
    let (count, series) = lost.fold((0, 0), |(count, series), lost| {
        (count + 1, series + lost.series)
    });
    if count == 0 {
        return Vec::new();
    }
    let said = format!(
        "loses {} with {} series",
        numbers::counted(count, "whole scrape", "whole scrapes"),
        numbers::grouped(series)
    );
    vec![lead(page, Tone::Alarm, &said)]
}

/// The first word in its colour.
fn lead(page: Page<'_>, tone: Tone, said: &str) -> String {
    let said = page.style.safe(said);
    let said = truncate(&said, room(page, INDENT), page.style.ellipsis());
    let (word, rest) = said.split_at(said.find(' ').unwrap_or(said.len()));
    format!(
        "{}{}{rest}",
        " ".repeat(INDENT),
        page.style.paint(tone, word)
    )
}

/// Reason and rule, and where the rule stands: on one line where it fits.
fn why(page: Page<'_>, simulated: &Simulated, rule: Option<&Rule>, reason: &str) -> Vec<String> {
    let style = page.style;
    let mut said: Vec<String> = Vec::new();
    if !reason.is_empty() {
        said.push(style.safe(reason).into_owned());
    }
    let text = rule.map(|rule| one_line(&rule.text));
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        said.push(style.safe(&text).into_owned());
    }
    let said = said.join(": ");
    let place = rule.and_then(|rule| simulated.place(rule.at));
    let place = place.map(|place| style.safe(&place).into_owned());
    let at = INDENT + 2;
    let room = room(page, at).min(LONGEST_RULE);
    let mut lines = Vec::new();
    match place {
        Some(place) if !said.is_empty() && width(&said) + 2 + width(&place) <= room => {
            let pad = " ".repeat(at);
            lines.push(format!("{pad}{said}  {}", style.paint(Tone::Dim, &place)));
        }
        place => {
            let mut wrapped = wrap(&said, room, room);
            if wrapped.len() > RULE_LINES {
                // Cut where the last line ends that is shown.
                let rest = wrapped.split_off(RULE_LINES - 1).join(" ");
                wrapped.push(truncate(&rest, room, style.ellipsis()).into_owned());
            }
            lines.extend(
                wrapped
                    .iter()
                    .map(|line| indented(page, at, line, Tone::Plain)),
            );
            lines.extend(place.map(|place| indented(page, at, &place, Tone::Dim)));
        }
    }
    lines
}

/// Names with a number each, the numbers under each other.
fn counted(page: Page<'_>, names: &[(String, String)]) -> Vec<String> {
    let at = INDENT + 2;
    let numbers = names.iter().map(|(_, number)| width(number)).max();
    let numbers = numbers.unwrap_or(0);
    let longest = names.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let columns = longest.min(room(page, at).saturating_sub(numbers + 2));
    names
        .iter()
        .map(|(name, number)| {
            let name = truncate(name, columns, page.style.ellipsis());
            let gap = " ".repeat(columns - width(&name) + 2 + numbers - width(number));
            let line = format!("{name}{gap}{number}");
            format!("{}{}", " ".repeat(at), page.style.paint(Tone::Dim, &line))
        })
        .collect()
}

/// `and 144 more`.
fn more_names(page: Page<'_>, more: usize, at: usize) -> Option<String> {
    let said = format!("and {} more", numbers::grouped(more as u64));
    (more > 0).then(|| indented(page, at, &said, Tone::Dim))
}

fn indented(page: Page<'_>, at: usize, said: &str, tone: Tone) -> String {
    let said = truncate(said, room(page, at), page.style.ellipsis());
    format!("{}{}", " ".repeat(at), page.style.paint(tone, &said))
}

/// Columns for what stands behind an indent.
fn room(page: Page<'_>, at: usize) -> usize {
    if page.wide {
        LONGEST_RULE
    } else {
        page.style.columns().saturating_sub(at)
    }
}
