//! Whole reports of surveys made by hand.

mod sample;
mod shape;
mod snapshot;

use crate::findings::Finding;
use crate::report::Format;
use crate::report::Style;
use crate::report::View;
use crate::report::write;
use crate::survey::Survey;

fn plain(width: usize) -> Style {
    Style {
        width,
        color: false,
        unicode: true,
        escape: true,
    }
}

fn report(
    survey: &Survey,
    findings: &[Finding],
    view: &View,
    style: &Style,
    format: Format,
) -> String {
    let mut out = Vec::new();
    write(survey, findings, view, style, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
