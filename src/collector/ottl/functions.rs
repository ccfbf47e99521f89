//! The converters: functions that have a value.
//!
//! In come checked arguments, out comes something that has a value for each item. What upstream does
//! and this does not is an error that names it.

pub mod agents;
pub mod arguments;
pub mod case;
pub mod charset;
pub mod codes;
pub mod csv;
pub mod dates;
pub mod format;
pub mod grok;
pub mod hashes;
pub mod kinds;
pub mod lists;
pub mod matches;
pub mod murmur;
pub mod network;
pub mod number;
pub mod pairs;
pub mod parse;
pub mod pattern;
pub mod severity;
pub mod texts;
pub mod times;
pub mod url;
pub mod xml;

use super::function::Function;

/// All of them, by topic; a name may occur more than once for different releases or contexts.
pub fn tables() -> &'static [&'static [Function]] {
    TABLES
}

static TABLES: &[&[Function]] = &[
    agents::TABLE,
    codes::TABLE,
    dates::TABLE,
    format::TABLE,
    grok::TABLE,
    hashes::TABLE,
    kinds::TABLE,
    lists::TABLE,
    matches::TABLE,
    network::TABLE,
    parse::TABLE,
    severity::TABLE,
    texts::TABLE,
    times::TABLE,
    xml::TABLE,
];

/// Whether a converter's value is another one each time: it is a placeholder here, never to be relied on.
pub fn is_nondeterministic(name: &str) -> bool {
    matches!(name, "UUID" | "UUIDv7")
}
