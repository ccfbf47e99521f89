//! What a reference stands for (`Retrieved` of `confmap/provider.go`): a value, and the text it has inside of
//! another text.

use std::fmt::Write as _;

use super::super::position::Position;
use super::super::yaml;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::super::yaml::Origin;
use super::super::yaml::is_timestamp;
use super::ESCAPES_FROM;
use super::ORIGINAL_TEXT_FROM;
use super::RESOLVER_ONLY_FROM;
use super::Version;

/// The release from which points in time are taken as values (`checkRawConfType`).
const TIMES_FROM: u16 = 111;

/// A value out of a reference.
#[derive(Debug)]
pub(super) struct Retrieved {
    /// The value.
    pub(super) value: Node,
    /// As the provider got it.
    original: String,
}

impl Retrieved {
    /// A text that is read as YAML, as most providers do it.
    pub(super) fn from_yaml(text: String, at: Position, version: Version) -> Result<Self, String> {
        let mut value = match yaml::parse(&text, Origin::Place(at)) {
            Ok(value) => value,
            // What is no YAML is a text.
            Err(_) if version.is_from(RESOLVER_ONLY_FROM) => return Ok(Self::text(text, at)),
            Err(error) => return Err(format!("yaml: {error}")),
        };
        if let Kind::String(read) = &value.kind {
            let is_time = *read == text.trim() && is_timestamp(read);
            if is_time && !version.is_from(TIMES_FROM) {
                return Err("unsupported type=time.Time for retrieved config".to_owned());
            }
            if version.is_from(ORIGINAL_TEXT_FROM) {
                return Ok(Self::text(text, at));
            }
        }
        keep_original(&mut value.kind, &text);
        Ok(Self {
            value,
            original: text,
        })
    }

    /// A text that is nothing but a text.
    pub(super) fn text(text: String, at: Position) -> Self {
        let value = Node {
            kind: Kind::String(text.clone()),
            at,
        };
        Self {
            value,
            original: text,
        }
    }

    /// What stands for it inside of another text; the error is the Collector's.
    pub(super) fn inside_text(&self, version: Version) -> Result<String, String> {
        if version.is_from(RESOLVER_ONLY_FROM) {
            return Ok(self.original.clone());
        }
        let known = match &self.value.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Bool(..) | Kind::Int(..) | Kind::Float(..) | Kind::Map(_)
                if version.is_from(ESCAPES_FROM) =>
            {
                Some(self.original.clone())
            }
            Kind::Bool(value, _) => Some(value.to_string()),
            Kind::Int(value, _) => Some(value.to_string()),
            Kind::Float(value, _) => Some(plain_float(*value)),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        };
        let fail = || {
            if version.is_from(ESCAPES_FROM) {
                let value = printed(&self.value, false);
                return format!(
                    "retrieved value does not have unambiguous string representation: {value}"
                );
            }
            let value = printed(&self.value, true);
            let kind = match self.value.kind {
                Kind::Null => "<nil>",
                Kind::List(_) => "[]interface {}",
                _ => "map[string]interface {}",
            };
            format!("expected convertable to string value type, got {value}({kind})")
        };
        known.ok_or_else(fail)
    }
}

/// A number or truth value keeps the text of the whole variable, which may have blanks or comments around it.
fn keep_original(kind: &mut Kind, text: &str) {
    if let Kind::Bool(_, written) | Kind::Int(_, written) | Kind::Float(_, written) = kind {
        text.clone_into(written);
    }
}

/// Go's `strconv.FormatFloat(value, 'f', -1, 64)`.
fn plain_float(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        format!("{value}")
    }
}

/// A value as Go's `fmt` prints it with `%q` or `%v`.
fn printed(node: &Node, quote: bool) -> String {
    match &node.kind {
        Kind::Null if quote => "%!q(<nil>)".to_owned(),
        Kind::Null => "<nil>".to_owned(),
        Kind::Bool(value, _) if quote => format!("%!q(bool={value})"),
        Kind::Bool(value, _) => value.to_string(),
        Kind::Int(value, _) if quote => quoted_rune(*value),
        Kind::Int(value, _) => value.to_string(),
        Kind::Float(value, _) if quote => format!("%!q(float64={})", plain_float(*value)),
        Kind::Float(value, _) => plain_float(*value),
        Kind::String(text) if quote => quoted(text),
        Kind::String(text) => text.clone(),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| printed(item, quote)).collect();
            format!("[{}]", items.join(" "))
        }
        Kind::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|left, right| left.key.cmp(&right.key));
            let pairs = entries.iter().map(|entry| {
                let key = if quote {
                    quoted(&entry.key)
                } else {
                    entry.key.clone()
                };
                format!("{key}:{}", printed(&entry.value, quote))
            });
            format!("map[{}]", pairs.collect::<Vec<_>>().join(" "))
        }
    }
}

/// A text in Go's quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        push_escaped(&mut out, character, '"');
    }
    out.push('"');
    out
}

/// A whole number printed as the character of that number.
fn quoted_rune(value: i64) -> String {
    let character = u32::try_from(value).ok().and_then(char::from_u32);
    let mut out = String::from('\'');
    push_escaped(
        &mut out,
        character.unwrap_or(char::REPLACEMENT_CHARACTER),
        '\'',
    );
    out.push('\'');
    out
}

fn push_escaped(out: &mut String, character: char, quote: char) {
    match character {
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        '\\' => out.push_str("\\\\"),
        _ if character == quote => {
            out.push('\\');
            out.push(character);
        }
        _ if character.is_ascii_control() => {
            let _ = write!(out, "\\x{:02x}", u32::from(character));
        }
        _ if character.is_control() => {
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        }
        _ => out.push(character),
    }
}
