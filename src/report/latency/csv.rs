//! The comparison as CSV: a row for each quantile and one for the mean, all in seconds.

use std::io;
use std::io::Write;

use csv::Writer;

use super::figures;
use crate::report::document::LatencyDocument;

const HEADER: [&str; 12] = [
    "quantile",
    "mesh_seconds",
    "mesh_lower_seconds",
    "mesh_upper_seconds",
    "app_seconds",
    "app_lower_seconds",
    "app_upper_seconds",
    "gap_seconds",
    "gap_share",
    "gap_lower_seconds",
    "gap_upper_seconds",
    "told_apart",
];

pub(super) fn write(document: &LatencyDocument<'_>, out: &mut dyn Write) -> io::Result<()> {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    for quantile in &document.quantiles {
        let (mesh, app, gap) = (quantile.mesh, quantile.app, quantile.gap);
        rows.write_record([
            figures::quantile(quantile.quantile),
            number(mesh.and_then(|mesh| mesh.value_seconds)),
            number(mesh.and_then(|mesh| mesh.lower_seconds)),
            number(mesh.and_then(|mesh| mesh.upper_seconds)),
            number(app.and_then(|app| app.value_seconds)),
            number(app.and_then(|app| app.lower_seconds)),
            number(app.and_then(|app| app.upper_seconds)),
            number(gap.map(|gap| gap.seconds)),
            number(gap.and_then(|gap| gap.share)),
            number(gap.and_then(|gap| gap.lower_seconds)),
            number(gap.and_then(|gap| gap.upper_seconds)),
            gap.map_or_else(String::new, |gap| gap.told_apart.to_string()),
        ])?;
    }
    let mean = &document.mean;
    let is_told = mean.gap_seconds.map(|_| "true".to_owned());
    rows.write_record([
        "mean".to_owned(),
        number(mean.mesh_seconds),
        String::new(),
        String::new(),
        number(mean.app_seconds),
        String::new(),
        String::new(),
        number(mean.gap_seconds),
        number(mean.share),
        String::new(),
        String::new(),
        is_told.unwrap_or_default(),
    ])?;
    rows.flush()
}
