//! Where a character of a scalar's value stands in the file that the scalar stands in.
//!
//! In come the file, the place of the scalar, its value and a byte of that; out goes the place of this byte. The
//! scalar is read again, with the place of each of its characters, and these have to be those of the value up to
//! there: what came out of a variable has no place of its own, and nothing that stands behind it has one.

use super::super::position::ConfigError;
use super::super::position::Position;

/// The error at the exact place inside of its text, where that can be found in the file `outer`; else as it is.
pub fn pinpoint(error: &ConfigError, outer: &str) -> ConfigError {
    let place = error.inside.as_deref().and_then(|inside| {
        let offset = inside.offset.min(inside.text.len());
        locate(outer, error.at, &inside.text, offset)
    });
    match place {
        Some(at) => error.clone().pinned(at),
        None => error.clone(),
    }
}

/// One character of a value, and where it comes from.
type Placed = (char, u32, u32);

/// The place in the file `outer` of the byte `offset` of `text`, the value of the scalar at `at`; `None` where it
/// cannot be told.
pub fn locate(outer: &str, at: Position, text: &str, offset: usize) -> Option<Position> {
    let outer = outer.strip_prefix('\u{feff}').unwrap_or(outer);
    let before = text.get(..offset)?;
    let first = outer.lines().nth((at.line as usize).checked_sub(1)?)?;
    let start = (at.column as usize).checked_sub(1)?;
    let as_read = match first.chars().nth(start)? {
        _ if is_first_of_block(first, start) && block(outer, at, text).is_some() => {
            block(outer, at, text)?
        }
        '"' => Flow::new(outer, at).double_quoted(),
        '\'' => Flow::new(outer, at).single_quoted(),
        _ => Flow::new(outer, at).plain(text.chars().count() + 1),
    };
    place_in(&as_read, text, before, at)
        .or_else(|| place_in(&without_escapes(&as_read), text, before, at))
}

/// The place behind `before`, if these are the first characters of what was read, and the next one is too.
fn place_in(read: &[Placed], text: &str, before: &str, at: Position) -> Option<Position> {
    let count = before.chars().count();
    let compared = text.chars().take(count + 1);
    let known = read.iter().map(|(char, ..)| *char).take(count + 1);
    let length = text.chars().take(count + 1).count();
    if read.len() < length || !compared.eq(known.take(length)) {
        return None;
    }
    let (line, column) = match (read.get(count), count.checked_sub(1)) {
        (Some((_, line, column)), _) => (*line, *column),
        (None, Some(last)) => {
            let (_, line, column) = read.get(last)?;
            (*line, column + 1)
        }
        (None, None) => (at.line, at.column),
    };
    Some(Position {
        file: at.file,
        line,
        column,
    })
}

/// As the Collector undoes `$$`.
fn without_escapes(read: &[Placed]) -> Vec<Placed> {
    let mut out: Vec<Placed> = Vec::with_capacity(read.len());
    let mut pending = false;
    for placed in read {
        let is_second = placed.0 == '$' && pending;
        pending = placed.0 == '$' && !pending;
        if !is_second {
            out.push(*placed);
        }
    }
    out
}

fn is_first_of_block(line: &str, start: usize) -> bool {
    line.chars().take(start).all(|char| char == ' ')
}

/// A literal (`|`) or folded (`>`) block whose first line that is not blank stands at `at`.
fn block(outer: &str, at: Position, text: &str) -> Option<Vec<Placed>> {
    let blank = |line: &&str| line.trim().is_empty();
    let before = text.lines().take_while(blank).count();
    let own = text.lines().nth(before)?;
    let lines: Vec<&str> = outer.lines().collect();
    let first = (at.line as usize).checked_sub(1)?;
    let mut header = first.checked_sub(1)?;
    while lines[header].trim().is_empty() {
        header = header.checked_sub(1)?;
    }
    let style = block_style(lines[header])?;
    // An indentation that is spelled out may leave blanks at the front of the text.
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let indent = spaces(lines[first]).checked_sub(spaces(own))?;
    let content = |line: usize| lines[line].get(indent..).unwrap_or_default();
    let is_inside = |line: usize| lines[line].trim().is_empty() || spaces(lines[line]) >= indent;
    let last = (header + 1..lines.len()).take_while(|line| is_inside(*line));
    let mut read = Vec::new();
    let mut ended: Option<usize> = None;
    for line in last {
        let here = content(line);
        if here.is_empty() {
            continue;
        }
        let end_column = |line: usize| (indent + content(line).chars().count()) as u32 + 1;
        let (from, breaks) = match ended {
            Some(before) => (before, line - before),
            None => (header + 1, line - header - 1),
        };
        let is_apart = |line: usize| content(line).starts_with([' ', '\t']);
        let folds =
            style == '>' && ended.is_some_and(|before| !is_apart(before) && !is_apart(line));
        let place = (from as u32 + 1, end_column(from));
        match (folds, breaks) {
            (true, 1) => read.push((' ', place.0, place.1)),
            (true, more) => read.extend((1..more).map(|_| ('\n', place.0, place.1))),
            (false, more) => read.extend((0..more).map(|_| ('\n', place.0, place.1))),
        }
        let chars = here.chars().zip(indent as u32 + 1..);
        read.extend(chars.map(|(char, column)| (char, line as u32 + 1, column)));
        ended = Some(line);
    }
    if let Some(before) = ended {
        let column = (indent + content(before).chars().count()) as u32 + 1;
        read.push(('\n', before as u32 + 1, column));
    }
    Some(read)
}

/// `|` or `>`, where a line ends in one, with or without its indicators and a comment.
fn block_style(line: &str) -> Option<char> {
    let line = line.split(" #").next().unwrap_or_default();
    let last = line.split_whitespace().next_back()?;
    let style = last.chars().next().filter(|char| "|>".contains(*char))?;
    let rest = &last[1..];
    let fits = rest.len() <= 2 && rest.bytes().all(|byte| b"+-123456789".contains(&byte));
    fits.then_some(style)
}

/// A scalar that is quoted, or plain: line breaks in it are folded.
struct Flow<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    column: u32,
    read: Vec<Placed>,
}

impl<'a> Flow<'a> {
    fn new(outer: &'a str, at: Position) -> Self {
        let skip = at.line.saturating_sub(1) as usize;
        let start: usize = outer.split_inclusive('\n').take(skip).map(str::len).sum();
        let mut rest = outer[start..].chars().peekable();
        for _ in 1..at.column {
            rest.next();
        }
        Self {
            rest,
            line: at.line,
            column: at.column,
            read: Vec::new(),
        }
    }

    fn next(&mut self) -> Option<Placed> {
        let char = self.rest.next()?;
        let placed = (char, self.line, self.column);
        if char == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(placed)
    }

    fn double_quoted(mut self) -> Vec<Placed> {
        self.next();
        // What was escaped is no blank to be folded away.
        let mut fixed = 0;
        while let Some(placed) = self.next() {
            match placed.0 {
                '"' => break,
                '\\' => {
                    self.escape(placed);
                    fixed = self.read.len();
                }
                '\n' => self.fold(placed, fixed),
                _ => self.read.push(placed),
            }
        }
        self.read
    }

    fn single_quoted(mut self) -> Vec<Placed> {
        self.next();
        while let Some(placed) = self.next() {
            match placed.0 {
                '\'' if self.rest.peek() == Some(&'\'') => {
                    self.next();
                    self.read.push(placed);
                }
                '\'' => break,
                '\n' => self.fold(placed, 0),
                _ => self.read.push(placed),
            }
        }
        self.read
    }

    /// Where it ends depends on what is around it; no more than `most` characters are of interest.
    fn plain(mut self, most: usize) -> Vec<Placed> {
        while self.read.len() < most {
            let Some(placed) = self.next() else {
                break;
            };
            match placed.0 {
                '\n' => self.fold(placed, 0),
                _ => self.read.push(placed),
            }
        }
        self.read
    }

    /// One line break is a blank, of several the first is nothing; blanks around them are not there.
    fn fold(&mut self, at: Placed, fixed: usize) {
        let is_blank = |placed: Option<&Placed>| {
            placed.is_some_and(|(char, ..)| matches!(char, ' ' | '\t' | '\r'))
        };
        while self.read.len() > fixed && is_blank(self.read.last()) {
            self.read.pop();
        }
        let mut breaks = 1;
        while let Some(&char) = self.rest.peek() {
            match char {
                '\n' => breaks += 1,
                ' ' | '\t' | '\r' => {}
                _ => break,
            }
            self.next();
        }
        let (_, line, column) = at;
        if breaks == 1 {
            self.read.push((' ', line, column));
        } else {
            let kept = (1..breaks).map(|_| ('\n', line, column));
            self.read.extend(kept);
        }
    }

    fn escape(&mut self, backslash: Placed) {
        let (_, line, column) = backslash;
        let Some((escape, ..)) = self.next() else {
            return;
        };
        let char = match escape {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => self.hexadecimal(2),
            'u' => self.hexadecimal(4),
            'U' => self.hexadecimal(8),
            '\n' => {
                while matches!(self.rest.peek(), Some(' ' | '\t')) {
                    self.next();
                }
                return;
            }
            other => other,
        };
        self.read.push((char, line, column));
    }

    fn hexadecimal(&mut self, digits: usize) -> char {
        let mut number = 0_u32;
        for _ in 0..digits {
            let digit = self.next().and_then(|(char, ..)| char.to_digit(16));
            number = number.wrapping_mul(16).wrapping_add(digit.unwrap_or(0));
        }
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    /// Line, column and character of the place of the first `=` in the value of `key`.
    fn place(outer: &str, key: &str) -> Option<(u32, u32, char)> {
        let root = parse(outer, Origin::File(0)).unwrap();
        let node = root.get(key).unwrap();
        let text = node.scalar().unwrap();
        let at = locate(outer, node.at, text, text.find('=').unwrap())?;
        let line = outer.lines().nth(at.line as usize - 1).unwrap();
        let found = line.chars().nth(at.column as usize - 1).unwrap();
        Some((at.line, at.column, found))
    }

    #[test]
    fn a_character_is_found_in_every_kind_of_scalar() {
        for (outer, line, column) in [
            ("a: name = x\n", 1, 9),
            ("a: 'it''s = x'\n", 1, 11),
            ("a: \"\\\"é\\\" = x\"\n", 1, 11),
            ("a: \"one\\u0020\\\n   two\n\n  three = x\"\n", 4, 9),
            ("a: one\n  two = x\n", 2, 7),
            ("a: |\n  one\n\n    two\n  three = x\n", 5, 9),
            ("a: |2- # why\n\n     one = x\n", 3, 10),
            (
                "a: >-\n  one\n  two\n\n  three\n    four\n  five = x\n",
                7,
                8,
            ),
            ("a: 'one\n   two = x'\n", 2, 8),
            ("a: 'b$$c = x'\n", 1, 10),
        ] {
            // Doubled signs are for whoever undoes them; here they stand in the value.
            assert_eq!(place(outer, "a"), Some((line, column, '=')), "{outer}");
        }
    }

    #[test]
    fn what_is_undone_before_the_place_does_not_move_it() {
        let outer = "a: 'b$$c = x'\n";
        let at = Position {
            file: 0,
            line: 1,
            column: 4,
        };
        let found = locate(outer, at, "b$c = x", 4).unwrap();
        assert_eq!((found.line, found.column), (1, 10));
        let end = locate(outer, at, "b$c = x", 7).unwrap();
        assert_eq!((end.line, end.column), (1, 13));
    }

    #[test]
    fn behind_a_variable_there_is_no_place() {
        let outer = "a: 'b = ${env:X} = c'\n";
        let at = Position {
            file: 0,
            line: 1,
            column: 4,
        };
        assert!(locate(outer, at, "b = y = c", 2).is_some());
        assert_eq!(locate(outer, at, "b = y = c", 6), None);
        assert_eq!(locate("a: ${env:X}\n", at, "= c", 0), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(
            outer in "[-|>\"'\\\\ \n\ta-cé:$#0-9]{0,40}",
            text in "[ \n\ta-cé$]{0,10}",
            line in 0_u32..6,
            column in 0_u32..12,
            offset in 0_usize..12,
        ) {
            let _ = locate(&outer, Position { file: 0, line, column }, &text, offset);
        }
    }
}
