//! The comparison for a reader.

use super::chart;
use super::figures;
use super::figures::Shown;
use super::layers;
use crate::report::Style;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::document::ExemplarEntry;
use crate::report::document::GapEntry;
use crate::report::document::LatencyDocument;
use crate::report::document::LatencyQuantileEntry;
use crate::report::document::LayerEntry;
use crate::report::document::MeasuredEntry;
use crate::report::document::SlowestEntry;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text;

pub(super) fn lines(
    document: &LatencyDocument<'_>,
    shown: Shown,
    style: &Style,
    wide: bool,
) -> Vec<String> {
    let mut sections = vec![
        compared(document, style, wide),
        quantiles(document, shown, style, wide),
        chart::lines(document, style),
    ];
    for (side, layer) in layers(document) {
        if let Some(slowest) = &layer.slowest {
            sections.push(exemplars(side, layer, slowest, shown, style, wide));
        }
    }
    sections.push(meanings(document, style, wide));
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

/// What is compared, of how much.
fn compared(document: &LatencyDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let rows = layers(document).map(|(side, layer)| -> Vec<Cell> {
        vec![
            format!("{side:<4}  {}", style.safe(layer.selector)).into(),
            figures::count(layer.count).into(),
            numbers::grouped(layer.series).into(),
            numbers::grouped(layer.targets).into(),
            layer.unit.unwrap_or("unknown").to_owned().into(),
        ]
    });
    let coverage = &document.header.coverage;
    let list = List {
        title: "LATENCY",
        about: format!(
            "{} of {} read",
            numbers::grouped(coverage.scraped),
            numbers::counted(coverage.expected, "target", "targets")
        ),
        rows: rows.into(),
        columns: vec![
            Column::name(""),
            Column::right("calls"),
            Column::right("series").yields_below(44),
            Column::right("targets").yields_below(48),
            Column::left("unit").dim().yields_below(40),
        ],
    };
    list.lines(style, wide)
}

fn quantiles(
    document: &LatencyDocument<'_>,
    shown: Shown,
    style: &Style,
    wide: bool,
) -> Vec<String> {
    let rows = document.quantiles.iter();
    let mut rows: Vec<Vec<Cell>> = rows.map(|quantile| row(quantile, shown, style)).collect();
    let mean = &document.mean;
    let value = |seconds: Option<f64>| {
        seconds.map_or_else(|| style.dash().to_owned(), |seconds| shown.value(seconds))
    };
    let gap = mean.gap_seconds;
    rows.push(vec![
        "mean".to_owned().into(),
        value(mean.mesh_seconds).into(),
        String::new().into(),
        value(mean.app_seconds).into(),
        String::new().into(),
        gap.map_or_else(|| style.dash().to_owned(), |gap| signed(gap, shown))
            .into(),
        mean.share.map_or_else(String::new, figures::percent).into(),
        gap.map_or_else(String::new, |_| "exact".to_owned()).into(),
    ]);
    let mut list = List {
        title: "QUANTILES",
        about: format!("in {}", shown.sign()),
        rows,
        columns: vec![
            Column::name(""),
            Column::right("mesh"),
            Column::right("in bucket").dim().yields_below(5),
            Column::right("app"),
            Column::right("in bucket").dim().yields_below(5),
            Column::right("gap"),
            Column::right("of mesh").yields_below(7),
            Column::left("the gap may be").dim().yields_below(6),
        ],
    };
    list.drop_empty();
    list.lines(style, wide)
}

fn row(quantile: &LatencyQuantileEntry, shown: Shown, style: &Style) -> Vec<Cell> {
    let dash = || style.dash().to_owned();
    let value = |measured: Option<MeasuredEntry>| {
        measured.map_or_else(dash, |measured| self::value(measured, shown))
    };
    let bucket = |measured: Option<MeasuredEntry>| {
        measured.map_or_else(String::new, |measured| bucket(measured, shown, style))
    };
    let gap = quantile.gap;
    vec![
        figures::quantile(quantile.quantile).into(),
        value(quantile.mesh).into(),
        bucket(quantile.mesh).into(),
        value(quantile.app).into(),
        bucket(quantile.app).into(),
        gap.map_or_else(dash, |gap| told(gap, shown, style)).into(),
        gap.and_then(|gap| gap.share)
            .map_or_else(String::new, figures::percent)
            .into(),
        gap.map_or_else(String::new, |gap| range(gap, shown, style))
            .into(),
    ]
}

/// A value in the unit of the page; as exposed where its unit is unknown.
pub(super) fn value(measured: MeasuredEntry, shown: Shown) -> String {
    match measured.value_seconds {
        Some(seconds) => shown.value(seconds),
        None => figures::three_digits(measured.value),
    }
}

/// `2–3`, `>50,000`.
pub(super) fn bucket(measured: MeasuredEntry, shown: Shown, style: &Style) -> String {
    let bound = |exposed: Option<f64>, seconds: Option<f64>| match (exposed, seconds) {
        (_, Some(seconds)) => Some(shown.bound(seconds)),
        (exposed, None) => exposed.map(figures::six_digits),
    };
    between(
        bound(measured.lower, measured.lower_seconds),
        bound(measured.upper, measured.upper_seconds),
        style,
    )
}

fn between(lower: Option<String>, upper: Option<String>, style: &Style) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => format!("{lower}{}{upper}", style.dash()),
        (Some(lower), None) => format!(">{lower}"),
        (None, Some(upper)) => format!("<={upper}"),
        (None, None) => String::new(),
    }
}

pub(super) fn signed(seconds: f64, shown: Shown) -> String {
    let text = shown.value(seconds);
    if seconds > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// The gap; marked where it may be none.
pub(super) fn told(gap: GapEntry, shown: Shown, style: &Style) -> String {
    let mark = match (gap.told_apart, style.unicode) {
        (true, _) => "",
        (false, true) => "≈",
        (false, false) => "~",
    };
    format!("{mark}{}", signed(gap.seconds, shown))
}

/// Between what the gap lies: `+1 to +2.5`.
pub(super) fn range(gap: GapEntry, shown: Shown, style: &Style) -> String {
    let bound = |seconds: f64| {
        let text = shown.bound(seconds);
        if seconds > 0.0 {
            format!("+{text}")
        } else {
            text
        }
    };
    let [at_least, at_most] = if style.unicode {
        ["≥", "≤"]
    } else {
        [">=", "<="]
    };
    match (gap.lower_seconds, gap.upper_seconds) {
        (Some(lower), Some(upper)) => format!("{} to {}", bound(lower), bound(upper)),
        (Some(lower), None) => format!("{at_least} {}", bound(lower)),
        (None, Some(upper)) => format!("{at_most} {}", bound(upper)),
        (None, None) => "anything".to_owned(),
    }
}

fn exemplars(
    side: &'static str,
    layer: &LayerEntry<'_>,
    slowest: &SlowestEntry<'_>,
    shown: Shown,
    style: &Style,
    wide: bool,
) -> Vec<String> {
    let rows = slowest.exemplars.iter().map(|exemplar| -> Vec<Cell> {
        let name = exemplar_name(exemplar);
        let name = style.safe(&name).into_owned();
        let value = match exemplar.value_seconds {
            Some(seconds) => format!("{} {}", shown.value(seconds), shown.sign()),
            None => figures::three_digits(exemplar.value),
        };
        vec![
            name.into(),
            value.into(),
            style.safe(exemplar.target).into_owned().into(),
        ]
    });
    let list = List {
        title: "TRACES",
        about: of_bucket(side, layer, slowest, shown, style),
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(40),
            Column::right(""),
            Column::note("").yields_below(32),
        ],
    };
    list.lines(style, wide)
}

/// The id of its trace, else all its labels.
pub(super) fn exemplar_name(exemplar: &ExemplarEntry<'_>) -> String {
    let labels = exemplar.labels.iter();
    let labels =
        labels.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
    exemplar
        .trace_id
        .map_or_else(|| labels.collect::<Vec<_>>().join(" "), str::to_owned)
}

/// Of which bucket exemplars are: `app, slowest bucket: 500–1,000 ms`.
pub(super) fn of_bucket(
    side: &str,
    layer: &LayerEntry<'_>,
    slowest: &SlowestEntry<'_>,
    shown: Shown,
    style: &Style,
) -> String {
    let per_second = layer.unit.and_then(|word| {
        let unit = crate::mesh::latency::Unit::of_word(word)?;
        Some(unit.per_second())
    });
    let bound = |bound: Option<f64>| {
        bound.map(|bound| match per_second {
            Some(per_second) => shown.bound(bound / per_second),
            None => figures::six_digits(bound),
        })
    };
    let sign = per_second.map_or_else(String::new, |_| format!(" {}", shown.sign()));
    let which = if slowest.is_slowest_bucket {
        "slowest bucket"
    } else {
        "slowest bucket with exemplars"
    };
    let bounds = between(bound(slowest.lower), bound(slowest.upper), style);
    format!("of {side}, {which}: {bounds}{sign}")
}

fn meanings(document: &LatencyDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let title = style.paint(Tone::Heading, "WHAT IT MEANS");
    let mut lines = vec![format!(" {title}")];
    for meaning in &document.meanings {
        let columns = if wide {
            usize::MAX
        } else {
            style.columns() - 3
        };
        let tone = match meaning.kind {
            "since-start" => Tone::Dim,
            _ => Tone::Plain,
        };
        let wrapped = text::wrap(&style.safe(&meaning.message), columns, columns);
        for (at, line) in wrapped.iter().enumerate() {
            let mark = if at == 0 { style.dash() } else { " " };
            lines.push(format!(" {mark} {}", style.paint(tone, line)));
        }
    }
    lines
}
