//! How the calls of both sides are distributed, over one axis.
//!
//! The axis is logarithmic, and a bucket is as high throughout as its share of the calls for each column: within it nothing
//! is known.

use super::figures;
use super::layers;
use crate::mesh::latency::Unit;
use crate::report::Style;
use crate::report::document::LatencyDocument;
use crate::report::document::LayerEntry;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text::width;

/// Narrower terminals get none.
const NARROWEST: usize = 80;

/// Before the bars: a margin, the side's name and a gap.
const LEFT: usize = 7;

/// Lines that the highest bar takes.
const HEIGHT: usize = 4;

/// How much further the axis goes below a bucket that begins at 0, and above one that has no end.
const OPEN: f64 = 2.0;

/// Calls between two times, in seconds.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// 0 or less where it has no beginning on this axis.
    lower: f64,
    /// Infinite where it has no end.
    upper: f64,
    share: f64,
}

/// The logarithmic axis.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: f64,
    to: f64,
    columns: usize,
}

pub(super) fn lines(document: &LatencyDocument<'_>, style: &Style) -> Vec<String> {
    if style.columns() < NARROWEST {
        return Vec::new();
    }
    let sides = layers(document);
    let [Some(mesh), Some(app)] = sides.map(|(_, layer)| parts(layer)) else {
        return Vec::new();
    };
    let Some(axis) = Axis::over(&[&mesh[..], &app[..]].concat(), style) else {
        return Vec::new();
    };
    let heights = [&mesh, &app].map(|parts| axis.heights(parts));
    let highest = heights.iter().flatten().copied().fold(0.0, f64::max);
    let title = style.paint(Tone::Heading, "DISTRIBUTION");
    let about = "share of the calls by latency; the axis is logarithmic, a bucket is flat";
    let mut lines = vec![format!(" {title}  {}", style.paint(Tone::Dim, about))];
    for ((side, _), heights) in sides.into_iter().zip(&heights) {
        for level in (0..HEIGHT).rev() {
            let name = if level == 0 { side } else { "" };
            let bars = heights
                .iter()
                .map(|height| bar(height / highest, level, style));
            lines.push(line(name, &bars.collect::<String>()));
        }
        let marks = axis.marks(document, side, style);
        lines.push(line("", &marks).trim_end().to_owned());
        let painted = style.paint(Tone::Dim, marks.trim_end());
        if let Some(last) = lines.last_mut() {
            *last = line("", &painted);
        }
    }
    let [rule, ticks] = axis.ruler(style);
    lines.push(line("", &style.paint(Tone::Dim, &rule)));
    lines.push(line("", &style.paint(Tone::Dim, &ticks)));
    lines
}

fn line(name: &str, rest: &str) -> String {
    format!(" {name:<4}  {rest}").trim_end().to_owned()
}

/// The buckets of a side that have calls; `None` without any, and where the unit is unknown.
fn parts(layer: &LayerEntry<'_>) -> Option<Vec<Part>> {
    let per_second = Unit::of_word(layer.unit?)?.per_second();
    let mut below = (f64::NEG_INFINITY, 0.0_f64);
    let mut parts = Vec::new();
    for bucket in &layer.buckets {
        let upper = bucket
            .upper
            .map_or(f64::INFINITY, |upper| upper / per_second);
        let calls = bucket.cumulative_count - below.1;
        if calls > 0.0 && upper > 0.0 {
            parts.push(Part {
                lower: below.0,
                upper,
                share: calls,
            });
        }
        below = (upper, below.1.max(bucket.cumulative_count));
    }
    for part in &mut parts {
        part.share /= below.1;
    }
    (!parts.is_empty()).then_some(parts)
}

impl Axis {
    /// From the first call to the last.
    fn over(parts: &[Part], style: &Style) -> Option<Self> {
        let bounds = parts.iter().flat_map(|part| [part.lower, part.upper]);
        let bounds: Vec<f64> = bounds
            .filter(|bound| bound.is_finite() && *bound > 0.0)
            .collect();
        let lowest = bounds.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = bounds.iter().copied().fold(0.0, f64::max);
        if bounds.is_empty() {
            return None;
        }
        let has_start = parts.iter().all(|part| part.lower >= lowest);
        let has_end = parts.iter().all(|part| part.upper <= highest);
        let from = if has_start { lowest } else { lowest / OPEN };
        let to = if has_end { highest } else { highest * OPEN };
        (from < to).then_some(Self {
            from: from.ln(),
            to: to.ln(),
            columns: style.columns() - LEFT - 1,
        })
    }

    /// Where a time stands, in columns.
    fn place(&self, seconds: f64) -> f64 {
        let part = (seconds.ln() - self.from) / (self.to - self.from);
        part.clamp(0.0, 1.0) * self.columns as f64
    }

    /// For each column the share of the calls that fall into it.
    fn heights(&self, parts: &[Part]) -> Vec<f64> {
        let mut heights = vec![0.0; self.columns];
        for part in parts {
            // The logarithm of nothing is no place.
            let start = self.place(part.lower.max(0.0));
            let end = self.place(part.upper);
            let length = end - start;
            for (at, height) in heights.iter_mut().enumerate() {
                let column = at as f64;
                let inside = end.min(column + 1.0) - start.max(column);
                if inside > 0.0 && length > 0.0 {
                    *height += part.share * inside / length;
                }
            }
        }
        heights
    }

    /// The quantiles of a side, each under its place; the highest goes first where there is no room for all.
    fn marks(&self, document: &LatencyDocument<'_>, side: &str, style: &Style) -> String {
        let sign = if style.unicode { "↑" } else { "^" };
        let mut marks = vec![' '; self.columns];
        for quantile in document.quantiles.iter().rev() {
            let measured = if side == "mesh" {
                quantile.mesh
            } else {
                quantile.app
            };
            let Some(seconds) = measured.and_then(|measured| measured.value_seconds) else {
                continue;
            };
            if seconds <= 0.0 {
                continue;
            }
            let at = numbers::whole(self.place(seconds)) as usize;
            let at = at.min(self.columns - 1);
            let name = figures::quantile(quantile.quantile);
            put(
                &mut marks,
                at,
                &format!("{sign}{name}"),
                &format!("{name}{sign}"),
            );
        }
        marks.into_iter().collect()
    }

    /// The axis and the times under it.
    fn ruler(&self, style: &Style) -> [String; 2] {
        let [across, tick] = if style.unicode {
            ["─", "┬"]
        } else {
            ["-", "+"]
        };
        let mut is_tick = vec![false; self.columns];
        let mut texts = vec![' '; self.columns];
        for seconds in self.ticks() {
            let at = numbers::whole(self.place(seconds)) as usize;
            let at = at.min(self.columns - 1);
            let text = style.safe(&figures::bound(seconds)).replace(' ', "");
            let text = text.replace("\\u{b5}", "u");
            if put(&mut texts, at, &text, &text) {
                is_tick[at] = true;
            }
        }
        let rule = is_tick
            .iter()
            .map(|is_tick| if *is_tick { tick } else { across });
        let texts: String = texts.into_iter().collect();
        [rule.collect(), texts.trim_end().to_owned()]
    }

    /// Round times on the axis: powers of ten, and with few of these 2 and 5 times as much.
    fn ticks(&self) -> Vec<f64> {
        let (from, to) = (self.from.exp(), self.to.exp());
        let decades = (-9..9).map(|power| 10_f64.powi(power));
        let has = |seconds: &f64| *seconds >= from * 0.999 && *seconds <= to * 1.001;
        let tens: Vec<f64> = decades.clone().filter(has).collect();
        if tens.len() > 3 {
            return tens;
        }
        let more = decades.flat_map(|ten| [ten, 2.0 * ten, 5.0 * ten]);
        more.filter(has).collect()
    }
}

/// Writes a text from a column on, or where that is too far right so that it ends there; not over another.
fn put(line: &mut [char], at: usize, text: &str, to_the_left: &str) -> bool {
    let columns = width(text);
    let (start, text) = if at + columns <= line.len() {
        (at, text)
    } else if at + 1 >= columns {
        (at + 1 - columns, to_the_left)
    } else {
        return false;
    };
    let end = start + columns;
    let around = start.saturating_sub(1)..(end + 1).min(line.len());
    if line[around].iter().any(|c| *c != ' ') {
        return false;
    }
    for (place, c) in line[start..end].iter_mut().zip(text.chars()) {
        *place = c;
    }
    true
}

/// One column of one line of a bar that is `part` of the highest.
fn bar(part: f64, level: usize, style: &Style) -> char {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let height = part * HEIGHT as f64 - level as f64;
    if level == 0 && part > 0.0 && height * 8.0 < 1.0 {
        return if style.unicode { EIGHTHS[1] } else { '.' };
    }
    if style.unicode {
        let eighths = (height * 8.0).round().clamp(0.0, 8.0);
        return EIGHTHS[numbers::whole(eighths) as usize];
    }
    match height {
        height if height >= 0.75 => '#',
        height if height >= 0.25 => '=',
        height if height > 0.0 && level == 0 => '.',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        width: 80,
        color: false,
        unicode: true,
        escape: true,
    };

    fn part(lower: f64, upper: f64, share: f64) -> Part {
        Part {
            lower,
            upper,
            share,
        }
    }

    #[test]
    fn all_calls_are_drawn_whatever_the_buckets() {
        let parts = [
            part(f64::NEG_INFINITY, 0.001, 0.25),
            part(0.001, 0.1, 0.5),
            part(0.1, f64::INFINITY, 0.25),
        ];
        let axis = Axis::over(&parts, &STYLE).unwrap();
        let all: f64 = axis.heights(&parts).iter().sum();
        assert!((all - 1.0).abs() < 1e-9, "{all}");
    }

    #[test]
    fn an_axis_needs_two_times() {
        assert!(Axis::over(&[part(0.0, f64::INFINITY, 1.0)], &STYLE).is_none());
        assert!(Axis::over(&[part(0.0, 1.0, 1.0)], &STYLE).is_some());
    }

    #[test]
    fn a_text_is_never_written_over_another_nor_beyond_the_end() {
        let mut line = vec![' '; 10];
        assert!(put(&mut line, 8, "^p99", "p99^"));
        assert!(!put(&mut line, 2, "^p95", "p95^"));
        assert!(put(&mut line, 0, "^p9", "p9^"));
        assert_eq!(line.iter().collect::<String>(), "^p9  p99^ ");
    }

    #[test]
    fn what_is_small_still_shows() {
        assert_eq!(bar(1e-6, 0, &STYLE), '▁');
        assert_eq!(bar(0.0, 0, &STYLE), ' ');
        assert_eq!(bar(1.0, HEIGHT - 1, &STYLE), '█');
    }
}
