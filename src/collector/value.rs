//! The value of an attribute (`pcommon.Value`).

use std::rc::Rc;

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
