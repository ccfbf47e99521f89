//! Mistakes in a configuration that can be seen without running it.
//!
//! In comes a configuration with the text around it and the releases it is meant for; out go findings, each
//! with its place. One file for each group of rules, with the rules' ids and titles.

use super::Edit;
use super::Finding;
use super::Place;
use super::catalogue::Rule;
use crate::collector::config::Config;
use crate::collector::config::File;
use crate::collector::config::Shape;
use crate::collector::position::Position;
use crate::collector::version::Version;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Node;

mod exposed;

pub use exposed::Exposed;
pub use exposed::ExposedFamily;

/// A configuration, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Linted<'a> {
    /// Names and texts; positions index them.
    pub files: &'a [File<'a>],
    /// What the first file is.
    pub shape: &'a Shape,
    /// The configuration as written, no variable replaced.
    pub written: &'a Node,
    /// Every document of the files: manifests and values hold more than the configuration.
    pub documents: &'a [Node],
    /// The configuration as the newest of the releases reads it; none where that refuses it.
    pub config: Option<&'a Config>,
    /// The releases it is judged for, oldest first; at least one.
    pub releases: &'a [Version],
    /// What proxies expose: those of a scrape, or all that is known.
    pub exposed: &'a Exposed,
}

/// All rules of this part.
pub(super) fn rules() -> impl Iterator<Item = &'static [Rule]> {
    const GROUPS: [&[Rule]; 0] = [];
    GROUPS.into_iter()
}

/// Applies every rule to a configuration; in the order of [`super::inspect`].
pub fn inspect(_linted: &Linted<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    super::sort(&mut findings);
    findings
}

impl Linted<'_> {
    /// The release whose reading is [`Linted::config`].
    pub fn release(&self) -> Version {
        self.releases.last().copied().unwrap_or_default()
    }

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
