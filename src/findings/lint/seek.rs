//! Finding the way in a tree of YAML, and marking in a finding what was found.

use super::Linted;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::ScrapeJob;
use crate::collector::position::Position;
use crate::collector::version::Version;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Subject;

/// The entry of a map with this key.
pub(super) fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Entry> {
    node.entries().iter().find(|entry| entry.key == key)
}

/// What stands at the end of a path of keys.
pub(super) fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

/// The text of a scalar at the end of a path.
pub(super) fn text<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    at(node, path)?.scalar()
}

/// Whether `true` stands at the end of a path.
pub(super) fn is_true(node: &Node, path: &[&str]) -> bool {
    matches!(
        at(node, path).map(|node| &node.kind),
        Some(Kind::Bool(true, _))
    )
}

/// Whether `false` stands at the end of a path.
pub(super) fn is_false(node: &Node, path: &[&str]) -> bool {
    matches!(
        at(node, path).map(|node| &node.kind),
        Some(Kind::Bool(false, _))
    )
}

/// The items of a list; a scalar is a list of itself, and nothing is an empty one.
pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node {
        None => &[],
        Some(node) => match &node.kind {
            Kind::Null => &[],
            Kind::List(items) => items,
            _ => std::slice::from_ref(node),
        },
    }
}

/// Calls `see` with every text under a node.
pub(super) fn each_text<'a>(node: &'a Node, see: &mut dyn FnMut(&'a str, Position)) {
    match &node.kind {
        Kind::String(text) => see(text, node.at),
        Kind::List(items) => items.iter().for_each(|item| each_text(item, see)),
        Kind::Map(entries) => entries
            .iter()
            .for_each(|entry| each_text(&entry.value, see)),
        _ => {}
    }
}

/// Calls `see` with every entry under a node, and the keys above it.
pub(super) fn each_entry<'a>(
    node: &'a Node,
    above: &mut Vec<&'a str>,
    see: &mut dyn FnMut(&[&'a str], &'a Entry),
) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| each_entry(item, above, see)),
        Kind::Map(entries) => {
            for entry in entries {
                see(above, entry);
                above.push(&entry.key);
                each_entry(&entry.value, above, see);
                above.pop();
            }
        }
        _ => {}
    }
}

/// The text of a scalar as it is written, unless a variable or a file has a part in it.
pub(super) fn known(node: &Node) -> Option<&str> {
    node.scalar().filter(|text| !text.contains("${"))
}

/// Whether a text holds a word that is no part of a longer name.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    !word.is_empty()
        && text.match_indices(word).any(|(start, _)| {
            let before = text[..start].chars().next_back();
            let after = text[start + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}

/// What is about a part of the configuration: `processor filter/mesh`.
pub(super) fn part(what: &str, name: &str) -> Subject {
    Subject {
        part: Some(format!("{what} {name}").trim_start().to_owned()),
        ..Subject::default()
    }
}

/// What is about a component.
pub(super) fn component(component: &Component) -> Subject {
    part(&component.role.to_string(), &component.id)
}

impl Finding {
    /// With one more place, if it is in a file.
    #[must_use]
    pub(super) fn seen(self, place: Option<Place>) -> Self {
        match place {
            Some(place) => self.at(place),
            None => self,
        }
    }

    /// With all of these changes, or with none where one of them has no place.
    #[must_use]
    pub(super) fn mended(mut self, edits: Option<Vec<Edit>>) -> Self {
        self.marks.fix.extend(edits.into_iter().flatten());
        self
    }
}

impl<'a> Linted<'a> {
    /// The configuration as the newest of the releases reads it that starts with it.
    pub(super) fn readable(&self) -> Option<&'a Config> {
        let mut trials = self.trials.iter().rev();
        let started = || trials.find_map(|trial| trial.config.as_ref());
        self.config.or_else(started)
    }
}

impl Linted<'_> {
    /// Which releases something holds for, where it is not all: ` in 0.146 and later`.
    pub(super) fn only_in(&self, held: &[Version]) -> String {
        if held.len() == self.releases.len() {
            String::new()
        } else {
            format!(" in {}", self.spelled(held))
        }
    }

    /// The place of a word.
    pub(super) fn word(&self, at: Position, word: &str, note: &str) -> Option<Place> {
        self.place(at, word.chars().count() as u32, note)
    }

    /// The place of a component's id.
    pub(super) fn id(&self, component: &Component, note: &str) -> Option<Place> {
        self.word(component.at, &component.id, note)
    }

    /// The place of a key with its value, where both are on one line; else that of the key.
    pub(super) fn setting(&self, entry: &Entry, note: &str) -> Option<Place> {
        let (from, to) = (entry.key_at, entry.value.at);
        let value = entry.value.scalar().unwrap_or_default();
        let inner = Position {
            column: to.column + 1,
            ..to
        };
        let quoted = self.stands_at(inner, value) && !self.stands_at(to, value);
        let is_plain =
            (quoted || self.stands_at(to, value)) && !value.contains('\n') && !value.is_empty();
        if from.file == to.file && from.line == to.line && from.column < to.column && is_plain {
            let around = if quoted { 2 } else { 0 };
            let length = to.column - from.column + value.chars().count() as u32 + around;
            return self.place(from, length, note);
        }
        self.key(entry, note)
    }

    /// The place of a job: its name.
    pub(super) fn job(&self, job: &ScrapeJob, note: &str) -> Option<Place> {
        let found = self
            .readable()
            .and_then(|config| job_node(&config.root, job.at));
        match found.and_then(|node| entry(node, "job_name")) {
            Some(entry) => self.setting(entry, note),
            None => self.place(job.at, 0, note),
        }
    }

    /// Whether this text stands at a place of a file, letter by letter.
    pub(super) fn stands_at(&self, at: Position, text: &str) -> bool {
        let file = self.files.get(at.file as usize).filter(|_| at.line > 0);
        let start = file.and_then(|file| super::places::byte_at(file.text, at));
        let rest = file
            .zip(start)
            .and_then(|(file, start)| file.text.get(start..));
        rest.is_some_and(|rest| rest.starts_with(text))
    }

    /// Whether the text of a scalar is what stands in its file, and not what a variable stands for.
    pub(super) fn is_written(&self, node: &Node) -> bool {
        let text = node.scalar().unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let inner = Position {
            column: node.at.column + 1,
            ..node.at
        };
        !first.is_empty() && (self.stands_at(node.at, first) || self.stands_at(inner, first))
    }

    /// Writes one word in place of another, with or without quotes around it.
    pub(super) fn renamed(&self, at: Position, old: &str, new: &str) -> Option<Edit> {
        let inner = Position {
            column: at.column + 1,
            ..at
        };
        let quoted = self.stands_at(at, "\"") || self.stands_at(at, "'");
        let at = if quoted { inner } else { at };
        let length = old.chars().count() as u32;
        self.stands_at(at, old)
            .then(|| self.instead(at, length, new))
            .flatten()
    }
}

/// The map that begins at a place and has a `job_name`.
pub(super) fn job_node(node: &Node, at: Position) -> Option<&Node> {
    if node.at == at && node.get("job_name").is_some() {
        return Some(node);
    }
    match &node.kind {
        Kind::List(items) => items.iter().find_map(|item| job_node(item, at)),
        Kind::Map(entries) => entries.iter().find_map(|entry| job_node(&entry.value, at)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_no_part_of_a_longer_one() {
        assert!(has_word("name == \"foo\"", "foo"));
        assert!(has_word("foo|bar", "bar"));
        for text in ["foo_total", "a_foo", "x:foo", ""] {
            assert!(!has_word(text, "foo"), "{text}");
        }
    }
}
