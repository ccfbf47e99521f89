//! Fits a list into a number of columns: which of them there is room for, how wide the name and the bar
//! may be. Aligning is comfy-table's work.
//!
//! In come cells of safe text; out go lines without trailing spaces. Comfy-table by itself would wrap
//! cells to fit; here a list keeps one line for each row, and gives up its least important columns first.

use comfy_table::CellAlignment;
use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets;

use crate::report::Style;
use crate::report::paint::Tone;
use crate::report::text::truncate;
use crate::report::text::width;

/// Spaces between columns.
const GAP: usize = 2;
/// Where a name is cut when width is no object: a label value may be a megabyte.
const LONGEST_CELL: usize = 200;
/// Columns that a note is granted before names are; the rest of it when they have theirs.
const SHORTEST_NOTE: usize = 20;
const SHORTEST_BAR: usize = 8;
const LONGEST_BAR: usize = 24;

/// One column of a list.
pub(super) struct Column {
    pub(super) header: &'static str,
    kind: Kind,
    tone: Tone,
    /// Given up while names have less than this many columns and need more; 0 is never.
    yields_below: usize,
    /// Names beyond this many columns are cut before others go without.
    enough: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Takes what the others leave; cut to it.
    Name,
    Left,
    /// Takes what the name leaves, and is cut to it.
    Note,
    Right,
    /// Cells hold a part of 1, written as a number.
    Bar,
}

impl Column {
    fn new(header: &'static str, kind: Kind) -> Self {
        Self {
            header,
            kind,
            tone: Tone::Plain,
            yields_below: 0,
            enough: usize::MAX,
        }
    }

    /// The one column that is cut where room is short.
    pub(super) fn name(header: &'static str) -> Self {
        Self::new(header, Kind::Name)
    }

    /// Words.
    pub(super) fn left(header: &'static str) -> Self {
        Self::new(header, Kind::Left)
    }

    /// Words that may be cut.
    pub(super) fn note(header: &'static str) -> Self {
        Self::new(header, Kind::Note).dim()
    }

    /// Numbers.
    pub(super) fn right(header: &'static str) -> Self {
        Self::new(header, Kind::Right)
    }

    /// A bar for each row; grows with the room there is.
    pub(super) fn bar() -> Self {
        Self::new("", Kind::Bar).dim()
    }

    /// A name needs no more than this: one that is very long does not cost the others their columns.
    pub(super) fn enough(self, columns: usize) -> Self {
        Self {
            enough: columns,
            ..self
        }
    }

    pub(super) fn dim(self) -> Self {
        Self {
            tone: Tone::Dim,
            ..self
        }
    }

    /// Gives way as long as names have less than `columns` and need more. Of several such columns the
    /// one with the largest number goes first, then the rightmost.
    pub(super) fn yields_below(self, columns: usize) -> Self {
        Self {
            yields_below: columns,
            ..self
        }
    }
}

/// What a cell shows.
pub(super) enum Cell {
    Text(String),
    /// Part of 1.
    Part(f64),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A list under a heading. Each row has one cell for each column.
pub(super) struct List {
    /// Stands in the line of column headers where these leave room, else above it.
    pub(super) title: &'static str,
    /// Follows the title.
    pub(super) about: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A heading that no rows follow.
pub(super) fn title(title: &str, about: &str, style: &Style) -> Vec<String> {
    vec![titled(title, about, style).0]
}

/// Title and what it is about, cut to the width; and the columns that takes.
fn titled(title: &str, about: &str, style: &Style) -> (String, usize) {
    let about_columns = style.columns().saturating_sub(width(title) + 3);
    let about = truncate(about, about_columns, style.ellipsis());
    let used = 3 + width(title) + width(&about);
    let title = style.paint(Tone::Heading, title);
    let about = style.paint(Tone::Dim, &about);
    (format!(" {title}  {about}"), used)
}

impl List {
    /// The list as lines that fit the style's width, or any width where `wide`.
    pub(super) fn lines(mut self, style: &Style, wide: bool) -> Vec<String> {
        let room = if wide {
            usize::MAX / 2
        } else {
            style.columns()
        };
        if !wide {
            self.give_way(room);
        }
        let widths = self.widths(room);
        let fit = |(at, cell): (usize, &Cell)| match cell {
            Cell::Part(part) => style.bar(*part, widths[at]),
            Cell::Text(text) => truncate(text, widths[at], style.ellipsis()).into_owned(),
        };
        let fit_row = |row: &Vec<Cell>| row.iter().enumerate().map(fit).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(fit_row).collect();
        let plain = self.align(&rows);
        let mut lines = self.heading(plain.first().map_or("", String::as_str), style);
        for (line, cells) in plain.iter().skip(1).zip(&rows) {
            lines.push(self.paint(line, cells, style));
        }
        lines
    }

    /// Leaves out columns that have nothing to say.
    pub(super) fn drop_empty(&mut self) {
        for at in (0..self.columns.len()).rev() {
            let says_nothing =
                |row: &Vec<Cell>| matches!(&row[at], Cell::Text(text) if text.is_empty());
            if self.columns[at].kind != Kind::Name && self.rows.iter().all(says_nothing) {
                self.remove(at);
            }
        }
    }

    fn remove(&mut self, at: usize) {
        self.columns.remove(at);
        for row in &mut self.rows {
            row.remove(at);
        }
    }

    /// Drops columns until names have the room that the columns left grant them.
    fn give_way(&mut self, room: usize) {
        loop {
            let needed = self.name_width();
            let given = room.saturating_sub(self.others_width());
            let short = |column: &Column| given < needed.min(column.yields_below);
            let first = (0..self.columns.len())
                .filter(|at| short(&self.columns[*at]))
                .max_by_key(|at| (self.columns[*at].yields_below, *at));
            let Some(first) = first else {
                return;
            };
            self.remove(first);
        }
    }

    /// The most that each column may take: names what they need, then notes, then bars, then names the
    /// rest.
    fn widths(&self, room: usize) -> Vec<usize> {
        let for_names = room.saturating_sub(self.others_width());
        let needed = for_names.min(self.name_width());
        let mut spare = for_names - needed;
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|at| self.natural(at)).collect();
        let mut grow = |kind: Kind, longest: &dyn Fn(usize) -> usize| {
            for (at, width) in widths.iter_mut().enumerate() {
                if self.columns[at].kind == kind {
                    let more = longest(at).saturating_sub(*width).min(spare);
                    *width += more;
                    spare -= more;
                }
            }
        };
        grow(Kind::Note, &|at| self.longest(at));
        grow(Kind::Bar, &|_| LONGEST_BAR);
        for (column, width) in self.columns.iter().zip(&mut widths) {
            if column.kind == Kind::Name {
                *width = (needed + spare).min(LONGEST_CELL);
            }
        }
        widths
    }

    /// Columns that names need.
    fn name_width(&self) -> usize {
        let names = (0..self.columns.len()).filter(|at| self.columns[*at].kind == Kind::Name);
        let needed = names.map(|at| self.natural(at).min(self.columns[at].enough));
        needed.max().unwrap_or(0)
    }

    /// What everything but the name takes, the margin included.
    fn others_width(&self) -> usize {
        let others = (0..self.columns.len()).filter(|at| self.columns[*at].kind != Kind::Name);
        1 + others.map(|at| GAP + self.natural(at)).sum::<usize>()
    }

    /// What a column takes at least; bars and notes can grow from there.
    fn natural(&self, at: usize) -> usize {
        let header = width(self.columns[at].header);
        match self.columns[at].kind {
            Kind::Bar => SHORTEST_BAR,
            Kind::Note => self.longest(at).min(SHORTEST_NOTE).max(header),
            Kind::Name | Kind::Left | Kind::Right => self.longest(at).max(header),
        }
    }

    /// The widest text of a column.
    fn longest(&self, at: usize) -> usize {
        let texts = self.rows.iter().map(|row| match &row[at] {
            Cell::Text(text) => width(text).min(LONGEST_CELL),
            Cell::Part(_) => 0,
        });
        texts.max().unwrap_or(0)
    }

    /// The header's line, then one for each row, all plain.
    fn align(&self, rows: &[Vec<String>]) -> Vec<String> {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(self.columns.iter().map(|column| column.header))
            .add_rows(rows.iter().cloned());
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((if at == 0 { 1 } else { GAP as u16 }, 0));
            if self.columns[at].kind == Kind::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// The title over the blank that the name leaves in the header's line; above it where it is too long.
    fn heading(&self, header: &str, style: &Style) -> Vec<String> {
        let blank = header.len() - header.trim_start().len();
        let (title, used) = titled(self.title, &self.about, style);
        if header.trim().is_empty() {
            return vec![title];
        }
        if used + GAP <= blank {
            let header = style.paint(Tone::Dim, header.trim_start());
            return vec![format!("{title}{}{header}", " ".repeat(blank - used))];
        }
        let header = format!(
            "{}{}",
            &header[..blank],
            style.paint(Tone::Dim, &header[blank..])
        );
        vec![title, header]
    }

    /// Colours the cells of an aligned line. Only spaces stand between them, so each is found in order.
    fn paint(&self, line: &str, cells: &[String], style: &Style) -> String {
        let mut painted = String::with_capacity(line.len() * 2);
        let mut rest = line;
        for (cell, column) in cells.iter().zip(&self.columns) {
            let cell = cell.trim();
            if let Some((before, after)) = rest.split_once(cell).filter(|_| !cell.is_empty()) {
                painted.push_str(before);
                painted.push_str(&style.paint(column.tone, cell));
                rest = after;
            }
        }
        painted.push_str(rest);
        painted
    }
}
