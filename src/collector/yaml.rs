//! YAML with positions.
//!
//! In comes the text of a file; out come its documents as nodes, typed as Go's `yaml.v3` types them when it
//! decodes into an `interface{}`, which is what the Collector asks of it. Aliases and merge keys are resolved.
//! Refused, at their place: text that is no YAML or no UTF-8, a key that stands twice, an alias to what
//! contains it, keys that are lists or maps, too deep nesting, and aliases that multiply out to too much.

mod builder;
mod json;
mod locate;
mod origin;
mod parse;
mod scalar;

pub use builder::MAX_DEPTH;
pub(in crate::collector) use json::of_json;
pub use locate::locate;
pub use locate::pinpoint;
pub use origin::Origin;
pub use parse::Documents;
pub use parse::decode;
pub use parse::parse;
pub use parse::parse_all;
pub use parse::parse_embedded;
pub(in crate::collector) use scalar::is_timestamp;

use super::position::Position;

/// One node of a YAML document, aliases and merge keys resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it holds.
    pub kind: Kind,
    /// Where it begins.
    pub at: Position,
}

/// What a YAML node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// A truth value; the text as written.
    Bool(bool, String),
    /// A whole number; the text as written.
    Int(i64, String),
    /// A floating-point number; the text as written.
    Float(f64, String),
    /// A text.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// Values by key, in the order written.
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Keys are texts; other scalars stand here as written.
    pub key: String,
    /// Where the key begins.
    pub key_at: Position,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else {
            return None;
        };
        entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The text of a scalar, as written; `None` for null, lists and maps.
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Bool(_, text)
            | Kind::Int(_, text)
            | Kind::Float(_, text)
            | Kind::String(text) => Some(text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// How much memory it and what is under it take, in some unit: to keep what is copied within bounds.
    pub(in crate::collector) fn weight(&self) -> usize {
        1 + match &self.kind {
            Kind::Null => 0,
            Kind::Bool(_, text)
            | Kind::Int(_, text)
            | Kind::Float(_, text)
            | Kind::String(text) => text.len() / 64,
            Kind::List(items) => items.iter().map(Self::weight).sum(),
            Kind::Map(entries) => {
                let entries = entries.iter();
                let weights = entries.map(|entry| entry.key.len() / 64 + entry.value.weight());
                weights.sum()
            }
        }
    }

    /// The entries of a map; none for everything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// What it is, in a word, for messages.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(..) => "a truth value",
            Kind::Int(..) => "a whole number",
            Kind::Float(..) => "a number",
            Kind::String(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}
