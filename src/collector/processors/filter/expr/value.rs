//! Values of an expression, and what operators make of them (`vm/runtime` of expr-lang).

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collector::exporters::go_float;
use crate::collector::ottl::coerce::truncated;

pub(super) use crate::collector::text::Text;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum V {
    /// `nil`.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A byte of a text: what indexing one gives.
    Byte(u8),
    /// A text.
    Str(Text),
    /// A list.
    List(Items, Rc<[V]>),
    /// Values by key.
    Map(Rc<BTreeMap<String, V>>),
}

/// What Go takes the items of a list to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// `[]any`.
    Any,
    /// `[]string`.
    Texts,
    /// `[]int`.
    Ints,
}

impl From<&str> for V {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for V {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl V {
    pub(super) fn list(items: Vec<V>) -> Self {
        Self::List(Items::Any, items.into())
    }

    pub(super) fn texts_of(items: Vec<V>) -> Self {
        Self::List(Items::Texts, items.into())
    }

    pub(super) fn ints(items: impl Iterator<Item = i64>) -> Self {
        Self::List(Items::Ints, items.map(V::Int).collect())
    }

    /// Go's name of its type.
    pub(super) fn go_type(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Byte(_) => "uint8",
            Self::Str(_) => "string",
            Self::List(Items::Any, _) => "[]interface {}",
            Self::List(Items::Texts, _) => "[]string",
            Self::List(Items::Ints, _) => "[]int",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// What the function `type` says of it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Byte(_) => "uint",
            Self::Str(_) => "string",
            Self::List(..) => "array",
            Self::Map(_) => "map",
        }
    }

    /// As Go's `%v` prints it.
    pub(super) fn printed(&self) -> String {
        match self {
            Self::Nil => "<nil>".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => go_float::general(*value),
            Self::Byte(value) => value.to_string(),
            Self::Str(text) => text.to_string(),
            Self::List(_, items) => {
                let items: Vec<String> = items.iter().map(Self::printed).collect();
                format!("[{}]", items.join(" "))
            }
            Self::Map(map) => {
                let pairs: Vec<String> = map
                    .iter()
                    .map(|(key, value)| format!("{key}:{}", value.printed()))
                    .collect();
                format!("map[{}]", pairs.join(" "))
            }
        }
    }

    /// The number as one with a fraction, if it is a number.
    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Byte(value) => Some(f64::from(*value)),
            _ => None,
        }
    }

    /// The number without its fraction, if it is a number.
    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Float(value) => Some(truncated(*value)),
            _ => self.whole(),
        }
    }

    /// The number, if it is a whole one.
    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Byte(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// How many bytes, items or keys there are.
    pub(super) fn len(&self) -> Option<i64> {
        match self {
            Self::Str(text) => Some(text.len() as i64),
            Self::List(_, items) => Some(items.len() as i64),
            Self::Map(map) => Some(map.len() as i64),
            _ => None,
        }
    }

    /// The items, if all are texts and it is a list that may be joined.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        let Self::List(Items::Any | Items::Texts, items) = self else {
            return None;
        };
        let text = |item: &'_ V| matches!(item, Self::Str(_));
        if !items.iter().all(text) {
            return None;
        }
        let texts = items.iter().filter_map(|item| match item {
            Self::Str(text) => Some(text.as_str()),
            _ => None,
        });
        Some(texts.collect())
    }

    /// A member, item or byte.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn fetch(&self, key: &Self) -> Result<Self, String> {
        let none = || format!("cannot fetch {} from {}", key.printed(), self.go_type());
        let at = |length: usize| -> Result<usize, String> {
            let index = key
                .as_int()
                .ok_or_else(|| format!("invalid operation: int({})", key.go_type()))?;
            let from_end = |index: i64| index.checked_add(length as i64);
            let index = if index < 0 {
                from_end(index)
            } else {
                Some(index)
            };
            index
                .and_then(|index| usize::try_from(index).ok())
                .filter(|index| *index < length)
                .ok_or_else(|| format!("index out of range (array length is {length})"))
        };
        match (self, key) {
            (Self::Str(text), _) => Ok(Self::Byte(text.as_bytes()[at(text.len())?])),
            (Self::List(_, items), _) => Ok(items[at(items.len())?].clone()),
            (Self::Map(map), Self::Str(key)) => {
                Ok(map.get(key.as_str()).cloned().unwrap_or(Self::Nil))
            }
            (Self::Map(map), Self::Nil) => Ok(map.get("").cloned().unwrap_or(Self::Nil)),
            _ => Err(none()),
        }
    }

    /// The part from one index to another, both cut to what there is.
    ///
    /// # Errors
    /// It cannot be cut, or would be cut inside of a character.
    pub(super) fn slice(&self, from: &Self, to: &Self) -> Result<Self, String> {
        let length = match self {
            Self::Str(_) | Self::List(..) => self.len().unwrap_or_default(),
            _ => return Err(format!("cannot slice {}", self.go_type())),
        };
        let index = |key: &Self| {
            let key = key
                .as_int()
                .ok_or_else(|| format!("invalid operation: int({})", key.go_type()))?;
            Ok::<i64, String>(if key < 0 {
                length.saturating_add(key).max(0)
            } else {
                key
            })
        };
        let (from, to) = (index(from)?, index(to)?.min(length));
        let (from, to) = (from.min(to) as usize, to as usize);
        match self {
            Self::List(kind, items) => Ok(Self::List(*kind, items[from..to].into())),
            Self::Str(text) => text
                .get(from..to)
                .map(V::from)
                .ok_or_else(|| format!("a slice that cuts a character in two{}", super::REFUSED)),
            _ => Err(format!("cannot slice {}", self.go_type())),
        }
    }

    /// `==`.
    #[expect(clippy::float_cmp, reason = "Go compares them so")]
    pub(super) fn equals(&self, other: &Self) -> bool {
        if let (Some(left), Some(right)) = (self.whole(), other.whole()) {
            return left == right;
        }
        if let (Some(left), Some(right)) = (self.as_float(), other.as_float()) {
            return left == right;
        }
        match (self, other) {
            (Self::List(kind, left), Self::List(other_kind, right)) => {
                let comparable =
                    kind == other_kind || *kind == Items::Any || *other_kind == Items::Any;
                comparable
                    && left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(a, b)| a.equals(b))
            }
            _ => self.is_same(other),
        }
    }

    /// Go's `reflect.DeepEqual`: numbers of different types are different.
    #[expect(clippy::float_cmp, reason = "Go compares them so")]
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left == right,
            (Self::Byte(left), Self::Byte(right)) => left == right,
            (Self::Str(left), Self::Str(right)) => left == right,
            (Self::List(kind, left), Self::List(other, right)) => {
                kind == other
                    && left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(a, b)| a.is_same(b))
            }
            (Self::Map(left), Self::Map(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|((a, one), (b, other))| a == b && one.is_same(other))
            }
            _ => false,
        }
    }

    /// Whether it is in a list, or among the keys of a map.
    ///
    /// # Errors
    /// It is neither, or the key is no text.
    pub(super) fn is_in(&self, all: &Self) -> Result<bool, String> {
        match (all, self) {
            (Self::Nil, _) => Ok(false),
            (Self::List(_, items), _) => Ok(items.iter().any(|item| item.equals(self))),
            (Self::Map(map), Self::Str(key)) => Ok(map.contains_key(key.as_str())),
            (Self::Map(map), Self::Nil) => Ok(map.contains_key("")),
            (Self::Map(_), _) => Err(format!("{} is no key of a map", self.go_type())),
            _ => Err(format!("operator \"in\" not defined on {}", all.go_type())),
        }
    }
}
