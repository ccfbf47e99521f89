//! YAML with positions.

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
