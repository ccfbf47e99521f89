//! Two filters over the same scrapes, written for a reader or a program.
//!
//! In come a [`Difference`] and the edits that make both sides equal; out goes a table or JSON.

use std::io;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::Style;
use super::document::SCHEMA_VERSION;
use super::numbers;
use super::paint::Tone;
use super::text;
use crate::waterfall::Count;
use crate::waterfall::difference::Difference;
use crate::waterfall::difference::Lone;
use crate::waterfall::difference::Shared;

/// What is written.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// What the left filter is called.
    pub left: &'a str,
    /// What the right filter is called.
    pub right: &'a str,
    /// How they differ.
    pub difference: &'a Difference,
    /// Edits that were tried and make both sides equal, the first of each side.
    pub edits: &'a [VerifiedEdit],
    /// Why no edit was looked for or found, if so.
    pub no_edit: Option<&'a str>,
    /// Between two scrapes.
    pub interval: Duration,
    /// Targets that were read.
    pub targets: u64,
}

/// A change to one rule that was run, and made both sides equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEdit {
    /// `left` or `right`.
    pub side: &'static str,
    /// The stage whose rule is changed.
    pub stage: String,
    /// Where the rule stands, if in a file.
    pub place: Option<String>,
    /// The rule as it is.
    pub before: String,
    /// The rule as it would be.
    pub after: String,
}

/// Writes the comparison for a reader.
///
/// # Errors
/// `out` cannot be written.
pub fn write_difference(
    compared: &Compared<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Compared {
        left,
        right,
        difference,
        interval,
        ..
    } = compared;
    let names = |count: usize| format!("{count} name{}", if count == 1 { "" } else { "s" });
    let only = |lone: &[Lone]| lone.iter().map(|name| name.count.series).sum::<u64>();
    let sides = |shared: fn(&Shared) -> Count| {
        let shared = difference.both.iter().map(shared);
        shared.map(|count| count.series).sum::<u64>()
    };
    let sum = |own: &[Lone], shared: fn(&Shared) -> Count| {
        let all = sides(shared) + only(own);
        let rate = numbers::rate(numbers::samples_per_second(all, *interval));
        format!(
            "{} {} {} series {} {rate} samples/s",
            names(difference.both.len() + own.len()),
            style.dot(),
            grouped(all),
            style.dot()
        )
    };
    writeln!(out, " left   {}", style.safe(left))?;
    writeln!(
        out,
        "        {}",
        sum(&difference.only_left, |shared| shared.left)
    )?;
    writeln!(out, " right  {}", style.safe(right))?;
    writeln!(
        out,
        "        {}",
        sum(&difference.only_right, |shared| shared.right)
    )?;
    writeln!(out)?;
    if difference.is_empty() {
        return writeln!(out, " The very same series arrive on both sides.");
    }
    write_lone("ONLY LEFT", &difference.only_left, *interval, style, out)?;
    write_lone("ONLY RIGHT", &difference.only_right, *interval, style, out)?;
    write_shared(&difference.both, style, out)?;
    write_edits(compared, style, out)
}

fn write_lone(
    title: &str,
    lone: &[Lone],
    interval: Duration,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if lone.is_empty() {
        return Ok(());
    }
    let heading = format!("{title}  {}", lone.len());
    writeln!(out, " {}", style.paint(Tone::Heading, &heading))?;
    for name in lone {
        let Lone {
            name,
            count,
            reason,
        } = name;
        let rate = numbers::rate(numbers::samples_per_second(count.series, interval));
        writeln!(
            out,
            " {}  {} series {} {} data points {} {rate} samples/s",
            style.safe(name),
            grouped(count.series),
            style.dot(),
            grouped(count.data_points),
            style.dot(),
        )?;
        write_wrapped(&style.safe(reason), 3, Tone::Dim, style, out)?;
    }
    writeln!(out)
}

fn write_shared(both: &[Shared], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if both.is_empty() {
        return Ok(());
    }
    let heading = format!("BOTH  {}", both.len());
    writeln!(out, " {}", style.paint(Tone::Heading, &heading))?;
    for shared in both {
        let name = style.safe(&shared.name);
        let (left, right) = (shared.left.series, shared.right.series);
        let told = if shared.same_series {
            format!("{} series", grouped(left))
        } else if left == right {
            format!("{} series each, with other labels", grouped(left))
        } else {
            format!("{} series left, {} right", grouped(left), grouped(right))
        };
        let tone = if shared.same_series {
            Tone::Plain
        } else {
            Tone::Caution
        };
        writeln!(out, " {name}  {}", style.paint(tone, &told))?;
    }
    writeln!(out)
}

fn write_edits(compared: &Compared<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = "TO MAKE BOTH EQUAL";
    writeln!(out, " {}", style.paint(Tone::Heading, heading))?;
    for edit in compared.edits {
        let place = edit.place.as_deref().unwrap_or("as typed");
        let told = format!(
            "change {} on the {} ({}); tried: the very same series arrive",
            edit.stage, edit.side, place
        );
        write_wrapped(&style.safe(&told), 1, Tone::Plain, style, out)?;
        // Kept whole, to be copied.
        writeln!(
            out,
            "   {}",
            style.paint(Tone::Dim, &format!("- {}", style.safe(&edit.before)))
        )?;
        writeln!(out, "   + {}", style.safe(&edit.after))?;
    }
    if compared.edits.is_empty() {
        let why = compared
            .no_edit
            .unwrap_or("no single edit was found that does");
        write_wrapped(&style.safe(why), 1, Tone::Dim, style, out)?;
    }
    Ok(())
}

fn write_wrapped(
    line: &str,
    indent: usize,
    tone: Tone,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = style.columns().saturating_sub(indent);
    for line in text::wrap(line, columns, columns) {
        writeln!(out, "{:indent$}{}", "", style.paint(tone, &line))?;
    }
    Ok(())
}

/// A whole number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes the comparison for a program.
///
/// # Errors
/// `out` cannot be written.
pub fn write_difference_json(compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Compared {
        left,
        right,
        difference,
        edits,
        no_edit,
        interval,
        targets,
    } = compared;
    let rate = |count: Count| numbers::samples_per_second(count.series, *interval);
    let lone = |lone: &Lone| {
        json!({
            "name": lone.name,
            "series": lone.count.series,
            "data_points": lone.count.data_points,
            "samples_per_second": rate(lone.count),
            "reason": lone.reason,
        })
    };
    let side = |count: Count| {
        json!({
            "series": count.series,
            "data_points": count.data_points,
            "samples_per_second": rate(count),
        })
    };
    let both = |shared: &Shared| {
        json!({
            "name": shared.name,
            "left": side(shared.left),
            "right": side(shared.right),
            "same_series": shared.same_series,
        })
    };
    let edit = |edit: &VerifiedEdit| {
        json!({
            "side": edit.side,
            "stage": edit.stage,
            "place": edit.place,
            "before": edit.before,
            "after": edit.after,
        })
    };
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "left": left,
        "right": right,
        "targets": targets,
        "scrape_interval_seconds": interval.as_secs_f64(),
        "equal": difference.is_empty(),
        "both": difference.both.iter().map(both).collect::<Vec<Value>>(),
        "only_left": difference.only_left.iter().map(lone).collect::<Vec<Value>>(),
        "only_right": difference.only_right.iter().map(lone).collect::<Vec<Value>>(),
        "edits": edits.iter().map(edit).collect::<Vec<Value>>(),
        "no_edit": no_edit,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
