//! Where in the files something stands that a rule is about.

use super::Edit;
use super::Linted;
use super::Place;
use crate::collector::position::Position;
use crate::collector::yaml;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Node;

/// The longest text that is marked as a whole.
const MARKED: u32 = 60;

impl Linted<'_> {
    /// A place from its position; none for what stands in no file, such as a default.
    pub fn place(&self, at: Position, length: u32, note: impl Into<String>) -> Option<Place> {
        let file = self.files.get(at.file as usize).filter(|_| at.line > 0)?;
        Some(Place {
            file: file.name.to_owned(),
            line: at.line,
            column: at.column,
            length,
            note: note.into(),
        })
    }

    /// The place of a key.
    pub fn key(&self, entry: &Entry, note: impl Into<String>) -> Option<Place> {
        self.place(entry.key_at, entry.key.chars().count() as u32, note)
    }

    /// The place of a scalar; of a longer one, its beginning.
    pub fn value(&self, scalar: &Node, note: impl Into<String>) -> Option<Place> {
        let text = scalar.scalar().unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let length = (first.chars().count() as u32).min(MARKED);
        // Quotes stand around it.
        let quoted = self
            .char_at(scalar.at)
            .is_some_and(|char| matches!(char, '"' | '\''));
        self.place(scalar.at, length + u32::from(quoted) * 2, note)
    }

    /// The place of a part of a scalar's text, `start` and `length` in bytes; that of the whole where it cannot
    /// be told, as in what an anchor or a variable stands for.
    pub fn part(
        &self,
        scalar: &Node,
        start: usize,
        length: usize,
        note: impl Into<String>,
    ) -> Option<Place> {
        let text = scalar.scalar().unwrap_or_default();
        let part = text.get(start..start + length).unwrap_or_default();
        match self.offset(scalar, text, start) {
            Some(at) => self.place(at, part.chars().count() as u32, note),
            None => self.value(scalar, note),
        }
    }

    /// Where the byte `offset` of a scalar's text stands; none where it cannot be told.
    pub fn offset(&self, node: &Node, text: &str, offset: usize) -> Option<Position> {
        let file = self.files.get(node.at.file as usize)?;
        let at = yaml::locate(file.text, node.at, text, offset).filter(|at| at.line > 0)?;
        let meant = text.get(offset..)?.chars().next();
        // What was escaped or folded stands there as something else.
        (meant.is_none() || self.char_at(at) == meant).then_some(at)
    }

    /// Writes `new` in place of the bytes `start..end` of a scalar's text, where what stands in the file is just
    /// this part: nothing escaped, nothing folded.
    pub fn rewrite(&self, node: &Node, (start, end): (usize, usize), new: &str) -> Option<Edit> {
        let text = node.scalar()?;
        let old = text.get(start..end)?;
        let from = self.offset(node, text, start)?;
        let file = self.files.get(from.file as usize)?;
        let edit = self.instead(from, old.chars().count() as u32, new)?;
        (file.text.get(edit.start..edit.end)? == old && self.may_hold(node, new)).then_some(edit)
    }

    /// Whether a text means itself inside of a scalar that is written as this one is.
    fn may_hold(&self, node: &Node, text: &str) -> bool {
        if text.contains('\n') {
            return false;
        }
        match self.char_at(node.at) {
            Some('\'') => !text.contains('\''),
            Some('"') => !text.contains(['"', '\\']),
            _ if self.in_block(node) => true,
            // Behind the first character, and outside of `{}` and `[]`, only these begin something else.
            _ if self.in_flow(node) => {
                !text.contains([':', '#', ',', '[', ']', '{', '}', '"', '\''])
            }
            _ => !text.contains(": ") && !text.contains(" #"),
        }
    }

    /// Whether `{` or `[` stands before a scalar on its line.
    fn in_flow(&self, node: &Node) -> bool {
        let start = Position {
            column: 1,
            ..node.at
        };
        let line = self.files.get(node.at.file as usize).and_then(|file| {
            let start = byte_at(file.text, start)?;
            file.text.get(start..byte_at(file.text, node.at)?)
        });
        line.is_none_or(|line| line.contains(['{', '[']))
    }

    /// Whether a scalar stands in its file just as it is read: nothing escaped, folded or undone.
    pub fn is_as_written(&self, node: &Node, text: &str) -> bool {
        let first = self.offset(node, text, 0);
        let last = text.char_indices().next_back();
        let last = last.and_then(|(at, _)| self.offset(node, text, at));
        let length = text.chars().count() as u32;
        match (first, last) {
            (Some(first), Some(last)) => {
                first.line == last.line && last.column + 1 == first.column + length
            }
            _ => text.is_empty(),
        }
    }

    /// Writes `text` in place of `length` characters of one line.
    pub fn instead(&self, at: Position, length: u32, text: impl Into<String>) -> Option<Edit> {
        let file = self.files.get(at.file as usize).filter(|_| at.line > 0)?;
        let start = byte_at(file.text, at)?;
        let mut rest = file.text.get(start..)?.char_indices();
        let end = start
            + rest
                .nth(length as usize)
                .map_or(file.text.len() - start, |(at, _)| at);
        Some(Edit {
            file: file.name.to_owned(),
            start,
            end,
            text: text.into(),
        })
    }

    /// Takes out the lines from the one of `first` to the one before `next`, which must be the only things on
    /// their lines.
    pub fn without_lines(&self, first: Position, next: Position) -> Option<Edit> {
        let file = self.files.get(first.file as usize)?;
        let line = |line: u32| {
            let at = Position {
                line,
                column: 1,
                ..first
            };
            byte_at(file.text, at)
        };
        (first.file == next.file && first.line < next.line).then_some(())?;
        let (start, end) = (line(first.line)?, line(next.line)?);
        Some(Edit {
            file: file.name.to_owned(),
            start,
            end,
            text: String::new(),
        })
    }

    /// The character at a position.
    pub fn char_at(&self, at: Position) -> Option<char> {
        let file = self.files.get(at.file as usize).filter(|_| at.line > 0)?;
        file.text.get(byte_at(file.text, at)?..)?.chars().next()
    }

    /// Whether a scalar is a block (`|`, `>`), in which no character has a meaning of its own.
    fn in_block(&self, node: &Node) -> bool {
        let Some(file) = self.files.get(node.at.file as usize) else {
            return false;
        };
        let at = Position {
            column: 1,
            ..node.at
        };
        let line = byte_at(file.text, at).and_then(|start| file.text.get(start..));
        let before = line.map(|line| line.chars().take(node.at.column as usize - 1));
        before.is_some_and(|mut before| before.all(|char| char == ' '))
    }
}

/// Where in a text a position is, in bytes. Positions do not count a byte order mark.
pub(super) fn byte_at(text: &str, at: Position) -> Option<usize> {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut start = mark;
    for _ in 1..at.line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let line = text.get(start..)?.split('\n').next()?;
    let column = at.column.max(1) as usize - 1;
    let mut places = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    places.nth(column).map(|offset| start + offset)
}
