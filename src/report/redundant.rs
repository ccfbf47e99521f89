//! The labels that save nothing, folded into one sentence: how many, what they cost, and why.

use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::census::Redundancy;
use crate::findings::numbers::either;
use crate::report::Page;
use crate::report::labels::says_family;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::select::LabelRow;
use crate::report::text::wrap;

/// Lines that the sentence may take, and in a narrow terminal.
const LINES: usize = 2;
const LINES_NARROW: usize = 3;
/// Labels named as determining another; more are counted.
const NAMED_DETERMINERS: usize = 3;

/// `52 of 75 labels save no series and cost 702 KiB of 992: target_addr (← target_ip, target_port), …`,
/// the plainest first, then the most expensive, as many as fit. `saving` is the number of labels that are not redundant.
pub(super) fn lines(
    page: Page<'_>,
    mut redundant: Vec<LabelRow<'_>>,
    saving: usize,
) -> Vec<String> {
    let style = page.style;
    let room = style.columns() - 1;
    redundant.sort_by_key(|label| (doubt(label), Reverse(label.body_bytes), label.name));
    let mut text = sentence(page, &redundant, saving);
    let says_family = says_family(page, &redundant);
    let most = match style.columns() {
        _ if page.wide => None,
        ..60 => Some(LINES_NARROW),
        _ => Some(LINES),
    };
    // Where not even the first label fits, the sentence stands alone.
    let mut fitting = text.len();
    let mut named = 0;
    for label in &redundant {
        text.push_str(if named == 0 { ": " } else { ", " });
        name(page, label, says_family, &mut text);
        let tail = tail(page, named + 1, redundant.len());
        if most.is_some_and(|most| wrap(&format!("{text}{tail}"), room, room).len() > most) {
            break;
        }
        fitting = text.len();
        named += 1;
    }
    text.truncate(fitting);
    text.push_str(&tail(page, named, redundant.len()));
    let lines = wrap(&text, room, room).into_iter();
    lines
        .map(|line| format!(" {}", style.paint(Tone::Dim, &line)))
        .collect()
}

/// How hard it is to see that a label is redundant: one or two others that determine it are soon checked,
/// a constant shows nothing that others do not know, and what takes many others is hard to believe.
fn doubt(label: &LabelRow<'_>) -> u8 {
    match label.redundancy {
        Redundancy::DeterminedBy(by) if (1..=2).contains(&by.len()) => 0,
        Redundancy::Constant => 1,
        Redundancy::DeterminedBy(_) | Redundancy::None => 2,
    }
}

fn sentence(page: Page<'_>, redundant: &[LabelRow<'_>], saving: usize) -> String {
    let count = redundant.len();
    let all = count + saving;
    let bytes = redundant.iter().map(|label| label.body_bytes).sum();
    format!(
        "{} of {} {} no series and {} {}",
        numbers::grouped(count as u64),
        numbers::counted(all as u64, "label", "labels"),
        either(count as u64, "saves", "save"),
        either(count as u64, "costs", "cost"),
        numbers::bytes_of(bytes, page.survey.census.totals.body_bytes)
    )
}

fn name(page: Page<'_>, label: &LabelRow<'_>, says_family: bool, text: &mut String) {
    text.push_str(&page.style.safe(label.name));
    if let Some(family) = label.family.filter(|_| says_family) {
        text.push_str(" of ");
        text.push_str(&page.style.safe(&family.name));
    }
    let _ = write!(text, " ({})", reason(page, label));
}

/// Stands for the labels that are not named, if some are.
fn tail(page: Page<'_>, named: usize, of: usize) -> String {
    if named == 0 || named == of {
        String::new()
    } else {
        format!(", {}", page.style.ellipsis())
    }
}

/// What is said of a label that varies without any labels being known to determine it: series that differ
/// in it differ in something else too, if only in their sample names.
pub(super) const NEVER_ALONE: &str = "never differs alone";

/// Why a label is redundant: `← target_ip, target_port`, `constant`.
pub(super) fn reason(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let by = label.determined_by();
    if *label.redundancy == Redundancy::Constant {
        return "constant".to_owned();
    }
    if by.is_empty() {
        return NEVER_ALONE.to_owned();
    }
    let most = if page.wide {
        by.len()
    } else {
        NAMED_DETERMINERS
    };
    let named = by.iter().take(most).map(|name| page.style.safe(name));
    let mut text = format!(
        "{} {}",
        page.style.determined(),
        named.collect::<Vec<_>>().join(", ")
    );
    let more = by.len().saturating_sub(most);
    if more > 0 {
        let _ = write!(text, " and {} more", numbers::grouped(more as u64));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Command;
    use crate::report::Style;
    use crate::report::View;
    use crate::survey::Survey;

    #[test]
    fn a_label_that_varies_is_never_called_constant() {
        let page = Page {
            survey: &Survey::default(),
            findings: &[],
            view: &View::new(Command::Labels),
            style: &Style {
                width: 80,
                color: false,
                unicode: true,
                escape: true,
            },
            wide: false,
        };
        let said = |redundancy: &Redundancy| {
            let label = LabelRow {
                family: None,
                name: "x",
                families: 1,
                series: 2,
                values: 2,
                top_values: &[],
                saves: 0,
                redundancy,
                structural: false,
                body_bytes: 12,
                class: None,
            };
            reason(page, &label)
        };
        assert_eq!(said(&Redundancy::Constant), "constant");
        assert_eq!(
            said(&Redundancy::DeterminedBy(Vec::new())),
            "never differs alone"
        );
    }
}
