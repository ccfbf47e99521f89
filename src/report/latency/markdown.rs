//! The comparison for a comment on a pull request.

use super::figures;
use super::figures::Shown;
use super::layers;
use super::table;
use crate::report::Style;
use crate::report::document::LatencyDocument;
use crate::report::document::MeasuredEntry;
use crate::report::markdown::code_in;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers;

pub(super) fn lines(document: &LatencyDocument<'_>, shown: Shown, style: &Style) -> Vec<String> {
    let coverage = &document.header.coverage;
    let mut lines = vec![
        "### meshctl latency".to_owned(),
        String::new(),
        format!(
            "{} of {} read.",
            numbers::grouped(coverage.scraped),
            numbers::counted(coverage.expected, "target", "targets")
        ),
        String::new(),
        "| | Selector | Calls | Series | Targets | Unit |".to_owned(),
        "|:--|:--|--:|--:|--:|:--|".to_owned(),
    ];
    lines.extend(layers(document).map(|(side, layer)| {
        row(&[
            side.to_owned(),
            code_in(style, layer.selector),
            figures::count(layer.count),
            numbers::grouped(layer.series),
            numbers::grouped(layer.targets),
            layer.unit.unwrap_or("unknown").to_owned(),
        ])
    }));
    lines.extend(quantiles(document, shown, style));
    for (side, layer) in layers(document) {
        let Some(slowest) = &layer.slowest else {
            continue;
        };
        lines.extend(heading("Traces", 1, 1));
        lines.push(prose_in(
            style,
            &table::of_bucket(side, layer, slowest, shown, style),
        ));
        lines.push(String::new());
        let exemplars = slowest.exemplars.iter().map(table::exemplar_name);
        lines.extend(exemplars.map(|name| format!("- {}", code_in(style, &name))));
    }
    lines.extend(heading("What it means", 1, 1));
    let meanings = document.meanings.iter();
    lines.extend(meanings.map(|meaning| format!("- {}", prose_in(style, &meaning.message))));
    lines
}

fn quantiles(document: &LatencyDocument<'_>, shown: Shown, style: &Style) -> Vec<String> {
    let mut lines = heading("Quantiles", 1, 1);
    let sign = shown.sign();
    lines.push(format!(
        "| {sign} | Mesh | in bucket | App | in bucket | Gap | of mesh | the gap may be |"
    ));
    lines.push("|:--|--:|--:|--:|--:|--:|--:|:--|".to_owned());
    let dash = || style.dash().to_owned();
    let value = |measured: Option<MeasuredEntry>| {
        measured.map_or_else(dash, |measured| table::value(measured, shown))
    };
    let bucket = |measured: Option<MeasuredEntry>| {
        let bucket = measured.map(|measured| table::bucket(measured, shown, style));
        prose_in(style, &bucket.unwrap_or_default())
    };
    lines.extend(document.quantiles.iter().map(|quantile| {
        let gap = quantile.gap;
        let share = gap.and_then(|gap| gap.share);
        let told = gap.map_or_else(dash, |gap| table::told(gap, shown, style));
        let range = gap.map_or_else(String::new, |gap| table::range(gap, shown, style));
        row(&[
            figures::quantile(quantile.quantile),
            value(quantile.mesh),
            bucket(quantile.mesh),
            value(quantile.app),
            bucket(quantile.app),
            prose_in(style, &told),
            share.map_or_else(String::new, figures::percent),
            prose_in(style, &range),
        ])
    }));
    let mean = &document.mean;
    let value = |seconds: Option<f64>| seconds.map_or_else(dash, |seconds| shown.value(seconds));
    lines.push(row(&[
        "mean".to_owned(),
        value(mean.mesh_seconds),
        String::new(),
        value(mean.app_seconds),
        String::new(),
        mean.gap_seconds
            .map_or_else(dash, |gap| table::signed(gap, shown)),
        mean.share.map_or_else(String::new, figures::percent),
        mean.gap_seconds
            .map_or_else(String::new, |_| "exact".to_owned()),
    ]));
    lines
}
