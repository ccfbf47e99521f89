//! The value of an attribute (`pcommon.Value`).

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attributes::Attributes;
use super::text::Text;

/// What an attribute can hold. Scraped labels are always texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Set, but to nothing.
    #[default]
    Empty,
    /// A text.
    Str(Text),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// Raw bytes.
    Bytes(Rc<[u8]>),
    /// A list.
    List(Vec<Value>),
    /// Values by key.
    Map(Attributes),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Str(text)
    }
}

/// As `pcommon.Value.AsString` writes it: texts as they are, lists and maps as JSON, bytes as base64.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Str(text) => f.write_str(text),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Double(value) => f.write_str(&float_text(*value)),
            Self::Bytes(bytes) => f.write_str(&STANDARD.encode(bytes)),
            Self::List(_) | Self::Map(_) => self.json().fmt(f),
        }
    }
}

/// Whole numbers below this are written out, and are exact.
const WHOLE: f64 = 1e15;

impl Value {
    /// The value as JSON, its keys sorted as Go's encoder sorts them.
    fn json(&self) -> serde_json::Value {
        match self {
            Self::Empty => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            // Go writes no decimal point behind a whole number.
            Self::Double(value) if value.fract() == 0.0 && value.abs() < WHOLE => {
                (*value as i64).into()
            }
            Self::Double(value) => (*value).into(),
            Self::Str(_) | Self::Bytes(_) => self.to_string().into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Map(map) => {
                let entries: BTreeMap<_, _> = map
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.json()))
                    .collect();
                serde_json::Value::Object(entries.into_iter().collect())
            }
        }
    }
}

/// A number as Go's JSON encoder writes it: shortest, with an exponent only below 1e-6 or from 1e21 on
/// (`pcommon.float64AsString`).
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "json: unsupported value: NaN".to_owned();
    }
    if value.is_infinite() {
        let sign = if value > 0.0 { "+" } else { "-" };
        return format!("json: unsupported value: {sign}Inf");
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        // Go writes a sign and, down here, no leading zero: 1e-7, 1e+21.
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((_, exponent)) if exponent.starts_with('-') => text,
            Some((digits, exponent)) => format!("{digits}e+{exponent}"),
            None => text,
        };
    }
    value.to_string()
}
