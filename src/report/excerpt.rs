//! An error or a notice about a configuration, with the lines it is about.
//!
//! In come the message, its place and the texts of the files; out comes text for a terminal or a log: the
//! file, line and column, the line itself with the place marked, and the remedy. What files hold is hostile
//! text: it is escaped, secrets in it are masked, and lines that run on are cut around the place.

mod finding;

use std::borrow::Cow;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Origin;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use annotate_snippets::renderer::DecorStyle;

use super::Style;
use super::text::escape_ascii;
use super::text::escape_terminal;
use crate::collector::config::File;
use crate::collector::decode::Notice;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::yaml;
use crate::findings::lint::masked;

pub use finding::finding_excerpt;

/// How many characters of a line are shown on either side of the place.
const AROUND: usize = 200;

/// How many characters of a line may be marked.
const MARKED: usize = 80;

/// An error that keeps a configuration from being used. Ends with a line break.
pub fn error_excerpt(error: &ConfigError, files: &[File<'_>], style: &Style) -> String {
    let file = files.get(error.at.file as usize);
    let error = match file {
        Some(file) if error.inside.is_some() => &yaml::pinpoint(error, file.text),
        _ => error,
    };
    let place = (error.at, error.length);
    excerpt(
        Level::ERROR,
        &error.message,
        place,
        error.help.as_deref(),
        files,
        style,
    )
}

/// Something that may make a difference. Ends with a line break.
pub fn notice_excerpt(notice: &Notice, files: &[File<'_>], style: &Style) -> String {
    let message = format!("{}: {}", notice.subject, notice.message);
    excerpt(Level::WARNING, &message, (notice.at, 0), None, files, style)
}

fn group_of(group: Group<'_>) -> [Group<'_>; 1] {
    [group]
}

fn safe(text: &str, style: &Style) -> String {
    let safe = if style.unicode {
        escape_terminal(text)
    } else {
        escape_ascii(text)
    };
    Cow::into_owned(safe)
}

fn excerpt(
    level: Level<'_>,
    message: &str,
    (at, length): (Position, u32),
    help: Option<&str>,
    files: &[File<'_>],
    style: &Style,
) -> String {
    let safe = |text: &str| safe(text, style);
    let mut group = level
        .primary_title(safe(message))
        .elements(Vec::<Origin<'_>>::new());
    let mut places = None;
    if let Some(file) = files.get(at.file as usize).filter(|_| at.line > 0) {
        let (name, line, column) = (safe(file.name), at.line as usize, at.column as usize);
        if let Some(shown) = shown_line(&masked(file.text), at, length, &safe) {
            let place = |column: usize| format!("{name}:{line}:{column}");
            let drawn = shown.text[..shown.start].chars().count() + 1;
            places = Some((place(drawn), place(column)));
            let marked = AnnotationKind::Primary.span(shown.start..shown.end);
            let snippet = Snippet::source(shown.text).line_start(line).path(name);
            group = group.element(snippet.annotation(marked));
        } else {
            group = group.element(Origin::path(name).line(line).char_column(column));
        }
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(safe(help)));
    }
    render(&group_of(group), places, style)
}

/// Draws it; `places` are the first place as it is drawn and as it is.
fn render(groups: &[Group<'_>], places: Option<(String, String)>, style: &Style) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let decor = if style.unicode {
        DecorStyle::Unicode
    } else {
        DecorStyle::Ascii
    };
    let renderer = renderer.term_width(style.width.max(30)).decor_style(decor);
    let mut text = renderer.render(groups);
    // The renderer counts columns in what it is given to show: a line that was escaped, or cut at its front.
    if let Some((drawn, place)) = places.filter(|(drawn, place)| drawn != place) {
        text = text.replacen(&drawn, &place, 1);
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A line made safe, and the bytes of it that are marked.
struct Shown {
    text: String,
    start: usize,
    end: usize,
}

fn shown_line(
    text: &str,
    at: Position,
    length: u32,
    safe: &dyn Fn(&str) -> String,
) -> Option<Shown> {
    // Positions do not count a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.lines().nth(at.line as usize - 1)?;
    let column = (at.column as usize).saturating_sub(1);
    let first = column.saturating_sub(AROUND);
    let take = |from: usize, count: usize| -> String {
        let part: String = line.chars().skip(from).take(count).collect();
        safe(&part)
    };
    let before = take(first, column - first);
    let marked_length = match length as usize {
        0 => usize::from(line.chars().nth(column).is_some()),
        length => length.min(MARKED),
    };
    let marked = take(column, marked_length);
    let after = take(column + marked_length, AROUND);
    let (start, end) = (before.len(), before.len() + marked.len());
    let text = format!("{before}{marked}{after}");
    Some(Shown { text, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style {
        width: 80,
        color: false,
        unicode: false,
        escape: true,
    };

    fn error(line: u32, column: u32, length: u32) -> ConfigError {
        let at = Position {
            file: 0,
            line,
            column,
        };
        let mut error = ConfigError::new(at, "processor filter has no key `metrcs`");
        error.length = length;
        error.help = Some("did you mean `metrics`?".to_owned());
        error
    }

    fn shown(error: &ConfigError, text: &str, style: &Style) -> String {
        error_excerpt(
            error,
            &[File {
                name: "otel.yaml",
                text,
            }],
            style,
        )
    }

    #[test]
    fn the_line_is_shown_and_the_word_is_marked() {
        let text = "processors:\n  filter:\n    metrcs: {}\n";
        insta::assert_snapshot!(shown(&error(3, 5, 6), text, &PLAIN), @r"
        error: processor filter has no key `metrcs`
         --> otel.yaml:3:5
          |
        3 |     metrcs: {}
          |     ^^^^^^
          |
          = help: did you mean `metrics`?
        ");
    }

    #[test]
    fn hostile_text_is_escaped_and_the_mark_still_fits() {
        let text = "a\u{1b}[2J\u{202e}: \u{9b}x\n";
        let shown = shown(&error(1, 8, 2), text, &PLAIN);
        insta::assert_snapshot!(shown, @r"
        error: processor filter has no key `metrcs`
         --> otel.yaml:1:8
          |
        1 | a\u{1b}[2J\u{202e}: \u{9b}x
          |                    ^^^^^^^
          |
          = help: did you mean `metrics`?
        ");
    }

    #[test]
    fn colour_is_only_used_where_it_is_allowed() {
        let text = "a: 1\n";
        let colored = Style {
            color: true,
            ..PLAIN
        };
        assert!(shown(&error(1, 1, 1), text, &colored).contains('\u{1b}'));
        assert!(!shown(&error(1, 1, 1), text, &PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn a_secret_in_the_line_is_not_shown() {
        let text = "exporters:\n  otlp:\n    headers: {Authorization: Basic dXNlcjpwYXNz, x: 1}\n";
        let shown = shown(&error(3, 47, 1), text, &PLAIN);
        assert!(!shown.contains("dXNlcjpwYXNz"), "{shown}");
        assert!(shown.contains("Authorization"), "{shown}");
    }

    #[test]
    fn any_place_will_do() {
        let long = format!("key: {}\n", "x".repeat(100_000));
        for text in ["", "a", "\u{feff}a: 1\r\n", long.as_str()] {
            for (line, column) in [
                (0, 0),
                (1, 0),
                (1, 1),
                (1, 2),
                (1, 90_000),
                (7, 3),
                (u32::MAX, u32::MAX),
            ] {
                let shown = shown(&error(line, column, 3), text, &PLAIN);
                assert!(shown.starts_with("error: processor filter"), "{shown}");
                assert!(shown.len() < 2000, "{}", shown.len());
            }
        }
        let nowhere = Position {
            file: 9,
            line: 1,
            column: 1,
        };
        assert!(!error_excerpt(&ConfigError::new(nowhere, "x"), &[], &PLAIN).contains("-->"));
    }
}
