//! The table of `filter`: the waterfall of each pipeline, then what arrives, and what kept things out.

use super::one_line;
use super::stages;
use crate::report::Page;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::problems;
use crate::report::summary;
use crate::report::text::wrap;
use crate::survey::Simulated;
use crate::waterfall::Arriving;

/// Names that are shown of what arrives.
const NAMES: usize = 20;
/// Labels that are shown of what arrives.
const LABELS: usize = 10;
/// Lost scrapes, dropped targets and rules that are shown.
const OTHERS: usize = 5;

/// The whole table; sections without rows are left out.
pub(in crate::report) fn lines(page: Page<'_>) -> Vec<String> {
    let mut sections = vec![summary::lines(page)];
    for simulated in page.pipelines() {
        sections.push(stages::lines(page, simulated));
        for arriving in &simulated.flow.arriving {
            sections.push(arrivals(page, simulated, arriving));
            sections.push(labels(page, simulated, arriving));
        }
        sections.push(lost(page, simulated));
        sections.push(dropped_targets(page, simulated));
        sections.push(unjudged(page, simulated));
    }
    sections.push(problems::lines(page));
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

/// What one exporter sends, by name.
fn arrivals(page: Page<'_>, simulated: &Simulated, arriving: &Arriving) -> Vec<String> {
    let style = page.style;
    let Some(stage) = simulated.flow.stages.get(arriving.stage) else {
        return Vec::new();
    };
    let mut names = simulated.names(arriving, page.view);
    let of = names.len();
    names.truncate(page.rows(NAMES));
    let scraped = simulated.flow.stages.first();
    let scraped = scraped.map_or(0, |stage| stage.totals.series);
    let total = stage.totals.series;
    let mut about = vec![
        numbers::counted(stage.names, "name", "names"),
        format!("{} series", numbers::grouped(total)),
    ];
    if scraped > 0 {
        about.push(format!("{} of the scrape", numbers::share(total, scraped)));
    }
    about.push(style.safe(&stage.id).into_owned());
    if names.len() < of {
        about.push(format!("{} shown", numbers::grouped(names.len() as u64)));
    }
    let about = about.join(style.dot());
    if names.is_empty() {
        return crate::report::columns::title("ARRIVES", &about, style);
    }
    let largest = names.first().map_or(0, |(_, count)| count.series);
    let interval = simulated.interval(page.view);
    let rows = names.iter().map(|(name, count)| {
        vec![
            style.safe(name).into_owned().into(),
            numbers::grouped(count.series).into(),
            numbers::share(count.series, total).into(),
            numbers::rate(numbers::samples_per_second(count.series, interval)).into(),
            Cell::Part(numbers::percent(count.series, largest) / 100.0),
        ]
    });
    let mut lines = List {
        title: "ARRIVES",
        about,
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("series"),
            Column::right("share").yields_below(16),
            Column::right("samples/s").yields_below(30),
            Column::bar().yields_below(24),
        ],
    }
    .lines(style, page.wide);
    let repeated = arriving.samples.saturating_sub(total);
    if repeated > 0 && arriving.samples > 0 {
        let said = format!(
            "{} samples are sent for these {} series: {} of them repeat a series of the same scrape",
            numbers::grouped(arriving.samples),
            numbers::grouped(total),
            numbers::grouped(repeated)
        );
        let room = style.columns().saturating_sub(3);
        let said = wrap(&said, room, room).into_iter();
        lines.extend(said.map(|line| format!("   {}", style.paint(Tone::Caution, &line))));
    }
    lines
}

/// Labels of what one exporter sends, most values first.
fn labels(page: Page<'_>, simulated: &Simulated, arriving: &Arriving) -> Vec<String> {
    let style = page.style;
    if arriving.labels.is_empty() {
        return Vec::new();
    }
    let mut labels: Vec<_> = arriving.labels.iter().collect();
    labels.sort_by(|a, b| (b.values, &a.name).cmp(&(a.values, &b.name)));
    let of = labels.len();
    labels.truncate(page.rows(LABELS));
    let stage = simulated.flow.stages.get(arriving.stage);
    let at = stage.map_or("", |stage| &stage.id);
    let about = format!(
        "{} by values, at {}",
        numbers::of(labels.len(), of),
        style.safe(at)
    );
    let rows = labels.iter().map(|label| {
        vec![
            style.safe(&label.name).into_owned().into(),
            numbers::grouped(label.values).into(),
            numbers::grouped(label.series).into(),
        ]
    });
    let list = List {
        title: "LABELS",
        about,
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("values"),
            Column::right("series"),
        ],
    };
    list.lines(style, page.wide)
}

/// Scrapes and payloads that were refused as a whole.
fn lost(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let style = page.style;
    let all = &simulated.flow.lost;
    if all.is_empty() {
        return Vec::new();
    }
    let mut lost: Vec<_> = all.iter().collect();
    lost.sort_by_key(|lost| std::cmp::Reverse(lost.series));
    lost.truncate(page.rows(OTHERS));
    let series = all.iter().map(|lost| lost.series).sum();
    let about = format!(
        "{} whole, {} series with them",
        numbers::counted(all.len() as u64, "scrape", "scrapes"),
        numbers::grouped(series)
    );
    let rows = lost.iter().map(|lost| {
        vec![
            style.safe(&lost.target).into_owned().into(),
            numbers::grouped(lost.series).into(),
            style.safe(&lost.reason).into_owned().into(),
        ]
    });
    let drawn = List {
        title: "LOST",
        about,
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(40),
            Column::right("series"),
            Column::note(""),
        ],
    };
    drawn.lines(style, page.wide)
}

/// Targets that are never scraped.
fn dropped_targets(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let style = page.style;
    let all = &simulated.flow.dropped_targets;
    if all.is_empty() {
        return Vec::new();
    }
    let rows = all.iter().take(page.rows(OTHERS)).map(|dropped| {
        let rule = simulated.target_rule(dropped.rule).map(|(_, rule)| rule);
        let text = rule.map_or_else(String::new, |rule| one_line(&rule.text));
        let place = rule.and_then(|rule| simulated.place(rule.at));
        vec![
            style.safe(&text).into_owned().into(),
            numbers::grouped(dropped.targets).into(),
            style.safe(&dropped.job).into_owned().into(),
            style.safe(&place.unwrap_or_default()).into_owned().into(),
        ]
    });
    let targets = all.iter().map(|dropped| dropped.targets).sum();
    let list = List {
        title: "NOT SCRAPED",
        about: format!(
            "{} dropped by relabel_configs",
            numbers::counted(targets, "target", "targets")
        ),
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("targets"),
            Column::left("job").dim().yields_below(30),
            Column::left("").dim().yields_below(20),
        ],
    };
    list.lines(style, page.wide)
}

/// Rules that ask for what a saved scrape does not tell.
fn unjudged(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let style = page.style;
    let all = &simulated.unjudged;
    if all.is_empty() {
        return Vec::new();
    }
    let rows = all.iter().take(page.rows(OTHERS));
    let rows = rows.map(|((rule, label), targets)| {
        let rule = simulated.target_rule(*rule).map(|(_, rule)| rule);
        let text = rule.map_or_else(String::new, |rule| one_line(&rule.text));
        let place = rule.and_then(|rule| simulated.place(rule.at));
        vec![
            style.safe(label).into_owned().into(),
            numbers::grouped(*targets).into(),
            style.safe(&place.unwrap_or_default()).into_owned().into(),
            style.safe(&text).into_owned().into(),
        ]
    });
    let list = List {
        title: "NOT JUDGED",
        about: format!(
            "{} of relabel_configs: the sources do not tell these labels",
            numbers::counted(all.len() as u64, "rule", "rules")
        ),
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("targets"),
            Column::left("").dim().yields_below(20),
            Column::note(""),
        ],
    };
    list.lines(style, page.wide)
}
