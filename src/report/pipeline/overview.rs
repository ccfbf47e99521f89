//! The section of an audit: what goes into each pipeline, what takes most away, and what arrives.

use super::one_line;
use crate::collector::plan::StageKind;
use crate::report::Page;
use crate::report::columns;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text::truncate;
use crate::survey::Simulated;

/// Rules that are named with what they drop.
const RULES: usize = 3;
/// Names that are given as examples.
const NAMES: usize = 3;

/// The section; empty where nothing was simulated.
pub(in crate::report) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for simulated in page.pipelines() {
        lines.extend(pipeline(page, simulated));
    }
    lines
}

fn pipeline(page: Page<'_>, simulated: &Simulated) -> Vec<String> {
    let style = page.style;
    let about = [&simulated.flow.name, &simulated.plan].map(|name| style.safe(name));
    let mut lines = columns::title("PIPELINE", &about.join(style.dot()), style);
    let mut say = |tone: Tone, text: String| {
        let text =
            truncate(&text, style.columns().saturating_sub(3), style.ellipsis()).into_owned();
        let (word, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
        lines.push(format!("   {}{rest}", style.paint(tone, word)));
    };
    let totals = &page.survey.census.totals;
    let scraped = simulated.flow.stages.first();
    let scraped = scraped.map_or(0, |stage| stage.totals.series);
    let into = [
        format!(
            "in {}",
            numbers::counted(totals.families, "family", "families")
        ),
        numbers::counted(totals.names, "name", "names"),
        format!("{} series", numbers::grouped(scraped)),
    ];
    say(Tone::Dim, into.join(style.dot()));
    let lost: u64 = simulated.flow.lost.iter().map(|lost| lost.series).sum();
    if !simulated.flow.lost.is_empty() {
        let times = simulated.flow.lost.len() as u64;
        let times = numbers::counted(times, "whole scrape", "whole scrapes");
        say(
            Tone::Alarm,
            format!("loses {times} with {} series", numbers::grouped(lost)),
        );
    }
    let mut groups: Vec<_> = simulated
        .stages()
        .filter(|(_, stage)| stage.kind != StageKind::Exporter)
        .flat_map(|(at, stage)| {
            let groups = simulated.dropped(at, stage, page.view).into_iter();
            groups.map(move |group| (stage, group))
        })
        .collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.totals.series));
    for (stage, group) in groups.iter().take(page.rows(RULES)) {
        let place = group.rule.and_then(|rule| simulated.place(rule.at));
        let why = place.unwrap_or_else(|| one_line(group.reason));
        let names = group.names.iter().take(NAMES);
        let names: Vec<String> = names
            .map(|dropped| {
                let name = style.safe(&dropped.name);
                format!("{name} {}", numbers::grouped(dropped.series))
            })
            .collect();
        let rest = if group.names.len() > NAMES {
            ", …"
        } else {
            ""
        };
        let rest = if style.unicode { rest } else { "" };
        say(
            Tone::Caution,
            format!(
                "{} drops {} series of {}: {}{rest} ({})",
                style.safe(&stage.id),
                numbers::grouped(group.totals.series),
                numbers::counted(group.names.len() as u64, "name", "names"),
                names.join(", "),
                style.safe(&why)
            ),
        );
    }
    for arriving in &simulated.flow.arriving {
        let Some(stage) = simulated.flow.stages.get(arriving.stage) else {
            continue;
        };
        let series = stage.totals.series;
        let interval = simulated.interval(page.view);
        let arrive = [
            format!("out {}", numbers::counted(stage.names, "name", "names")),
            format!("{} series arrive", numbers::grouped(series)),
            numbers::share(series, scraped),
            format!(
                "{} samples/s",
                numbers::rate(numbers::samples_per_second(series, interval))
            ),
            style.safe(&stage.id).into_owned(),
        ];
        say(Tone::Dim, arrive.join(style.dot()));
        let mut names: Vec<_> = stage.by_name.iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(count.series));
        let most: Vec<String> = names
            .iter()
            .take(NAMES)
            .map(|(name, count)| format!("{} {}", numbers::grouped(count.series), style.safe(name)))
            .collect();
        if !most.is_empty() {
            let rest = if names.len() > NAMES { ", …" } else { "" };
            let rest = if style.unicode { rest } else { "" };
            say(Tone::Dim, format!("of them {}{rest}", most.join(", ")));
        }
    }
    lines
}
