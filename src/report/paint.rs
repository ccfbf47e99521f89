//! Colours, marks and bars. Colour only repeats what a word or a mark says, and stays calm: bold leads,
//! dim is secondary, yellow and red are for what is wrong.

use std::borrow::Cow;

use owo_colors::Style as Ansi;

use crate::findings::Severity;
use crate::report::Style;
use crate::report::numbers;
use crate::report::text::escape_ascii;
use crate::report::text::escape_terminal;

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The answer itself.
    Plain,
    /// What a list is about.
    Heading,
    /// What can be passed over.
    Dim,
    /// Something is amiss.
    Caution,
    /// Something is wrong.
    Alarm,
}

impl Style {
    /// Columns that a table may use.
    pub(super) fn columns(&self) -> usize {
        self.width.clamp(30, 140)
    }

    /// The text in the colour of its tone, or as it is.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        let ansi = match tone {
            _ if !self.color || text.is_empty() => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Heading => Ansi::new().bold(),
            Tone::Dim => Ansi::new().dimmed(),
            Tone::Caution => Ansi::new().yellow(),
            Tone::Alarm => Ansi::new().red().bold(),
        };
        ansi.style(text).to_string()
    }

    /// Text from anywhere as this style can show it.
    pub(super) fn safe<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.unicode {
            escape_terminal(text)
        } else {
            escape_ascii(text)
        }
    }

    fn pick(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Stands for what was cut.
    pub(super) fn ellipsis(&self) -> &'static str {
        self.pick("…", "...")
    }

    /// Between the items of a line.
    pub(super) fn dot(&self) -> &'static str {
        self.pick(" · ", " | ")
    }

    /// Before what determines a label.
    pub(super) fn determined(&self) -> &'static str {
        self.pick("←", "<-")
    }

    /// Before a remedy.
    pub(super) fn arrow(&self) -> &'static str {
        self.pick("→", "->")
    }

    /// In place of a number that would mislead.
    pub(super) fn dash(&self) -> &'static str {
        self.pick("–", "-")
    }

    /// Tells severities apart without colour.
    pub(super) fn mark(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::High => self.pick("▲", "!"),
            Severity::Medium => self.pick("◆", "*"),
            Severity::Low => self.pick("◇", "+"),
            Severity::Info => self.pick("○", "-"),
        }
    }

    /// A bar of at most `columns` for a part of 1; anything above 0 shows.
    pub(super) fn bar(&self, part: f64, columns: usize) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        let part = part.clamp(0.0, 1.0);
        if !self.unicode {
            let full = numbers::whole((part * columns as f64).round()) as usize;
            return "#".repeat(full.max(usize::from(part > 0.0)));
        }
        let eighths = numbers::whole((part * 8.0 * columns as f64).round()) as usize;
        let eighths = eighths.max(usize::from(part > 0.0));
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
    }
}

/// The colour of a severity.
pub(super) fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::High => Tone::Alarm,
        Severity::Medium => Tone::Caution,
        Severity::Low => Tone::Plain,
        Severity::Info => Tone::Dim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(color: bool, unicode: bool) -> Style {
        Style {
            width: 80,
            color,
            unicode,
            escape: true,
        }
    }

    #[test]
    fn bars_grow_by_eighths_and_never_vanish() {
        let blocks = style(false, true);
        let bars = [1.0, 0.55, 0.001, 0.0, 7.0, -1.0].map(|part| blocks.bar(part, 10));
        assert_eq!(bars, ["██████████", "█████▌", "▏", "", "██████████", ""]);
        let ascii = style(false, false);
        assert_eq!(
            [0.55, 0.001].map(|part| ascii.bar(part, 10)),
            ["######", "#"]
        );
        assert_eq!(blocks.bar(f64::NAN, 10), "");
    }

    #[test]
    fn paints_nothing_without_colour() {
        assert_eq!(style(false, true).paint(Tone::Alarm, "high"), "high");
        assert_eq!(
            style(true, true).paint(Tone::Dim, "low"),
            "\u{1b}[2mlow\u{1b}[0m"
        );
        assert_eq!(style(true, true).paint(Tone::Dim, ""), "");
    }
}
