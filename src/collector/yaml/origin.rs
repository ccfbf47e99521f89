//! Where a text stands that is read: in a file of its own, in a block of another, or nowhere that can be shown.

use super::super::position::Position;

/// Where the text to be read stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is the file of this index.
    File(u32),
    /// It is a literal block in a file: line 1, column 1 of the text stand after this place's line and column.
    Block(Position),
    /// It came from elsewhere, for example out of the environment: all of it is said to stand here.
    Place(Position),
}

impl Origin {
    /// The place in a file of a line and column (both from 1) of the text.
    pub(super) fn position(self, line: u32, column: u32) -> Position {
        match self {
            Self::File(file) => Position { file, line, column },
            Self::Block(before) => Position {
                file: before.file,
                line: before.line.saturating_add(line),
                column: before.column.saturating_add(column),
            },
            Self::Place(place) => place,
        }
    }
}

/// Where the text of a literal block begins whose first line that is not blank stands at `at`.
pub(super) fn block_origin(text: &str, at: Position, outer: &str) -> Option<Origin> {
    let outer = outer.strip_prefix('\u{feff}').unwrap_or(outer);
    let blank = text
        .lines()
        .take_while(|line| line.trim().is_empty())
        .count() as u32;
    let header = at.line.checked_sub(blank + 1).filter(|line| *line > 0)?;
    let mut lines = outer.lines().skip(header as usize - 1);
    if !is_literal_header(lines.next()?) {
        return None;
    }
    let first = lines.nth(blank as usize)?;
    let indent = at.column.checked_sub(1)?;
    if !first
        .chars()
        .take(indent as usize)
        .all(|character| character == ' ')
    {
        return None;
    }
    // An indentation that is spelled out may leave blanks at the front of the text.
    let own = text.lines().nth(blank as usize)?;
    let kept = own.len() - own.trim_start_matches(' ').len();
    let blanks = first.len() - first.trim_start_matches(' ').len();
    Some(Origin::Block(Position {
        file: at.file,
        line: header,
        column: blanks.checked_sub(kept)? as u32,
    }))
}

/// Whether a line ends in `|`, with or without its indicators and a comment.
fn is_literal_header(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default();
    let last = line.split_whitespace().next_back().unwrap_or_default();
    let indicators = last.strip_prefix('|');
    indicators.is_some_and(|rest| {
        rest.len() <= 2 && rest.bytes().all(|byte| b"+-123456789".contains(&byte))
    })
}
