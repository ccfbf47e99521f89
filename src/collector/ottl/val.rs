//! What an OTTL expression evaluates to.
//!
//! Made of literals, of what a path reads, and of what a converter returns; written back by editors.
//! Cloning is cheap: texts, lists and maps are shared.

use std::rc::Rc;

use jiff::tz::TimeZone;

use crate::collector::attributes::Attributes;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::zone::Zone;

/// A value at run time.
#[derive(Debug, Clone, Default)]
pub enum Val {
    /// Nothing: a missing key, a field that this type of point lacks, or `nil`.
    #[default]
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number; enumerations are whole numbers too.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Str(Text),
    /// Raw bytes.
    Bytes(Rc<[u8]>),
    /// A list.
    List(List),
    /// Values by key.
    Map(Attributes),
    /// A point in time.
    Time(Rc<Moment>),
    /// A span of time in nanoseconds.
    Duration(i64),
    /// Something that can be compared with `nil` and nothing more: exemplars, data points, buckets.
    Opaque(&'static str),
}

/// A list of values, and what it is in Go: that decides what it may be compared with.
#[derive(Debug, Clone)]
pub struct List {
    /// The values in order.
    pub items: Rc<[Val]>,
    /// What it is in Go.
    pub kind: ListKind,
}

/// What a list is in Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListKind {
    /// `[]any`: a list literal.
    #[default]
    Any,
    /// `pcommon.Slice`: an attribute that is a list, or what most converters return.
    Slice,
    /// `[]string`.
    Texts,
    /// `[]int64`.
    Ints,
    /// `[]float64`.
    Floats,
    /// `[]bool`.
    Bools,
    /// Another Go slice, by its element, which no path can hold.
    Other,
}

/// A point in time with its zone, as Go's `time.Time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since 1970 in UTC.
    pub ns: i128,
    /// Seconds east of UTC.
    pub offset: i32,
    /// Abbreviation of the zone: `UTC`, `CET`; empty where it has none.
    pub zone: Text,
    /// The zone, where the two above change with the time of the year.
    pub place: Option<TimeZone>,
}

impl Moment {
    /// A moment in UTC.
    pub fn utc(ns: i128) -> Self {
        Self {
            ns,
            offset: 0,
            zone: "UTC".into(),
            place: None,
        }
    }

    /// Another moment in the same zone.
    #[must_use]
    pub fn moved_to(&self, ns: i128) -> Self {
        Zone::of(self).moment(ns)
    }
}

impl List {
    /// A list of the kind given.
    pub fn new(items: impl Into<Rc<[Val]>>, kind: ListKind) -> Self {
        let items = items.into();
        Self { items, kind }
    }
}

impl Val {
    /// A text.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Str(text.into())
    }

    /// A `pcommon.Slice`.
    pub fn slice(items: impl Into<Rc<[Val]>>) -> Self {
        Self::List(List::new(items, ListKind::Slice))
    }

    /// Whether it is nothing.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Its type in Go, as messages name it.
    pub fn go_type(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int64",
            Self::Float(_) => "float64",
            Self::Str(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => match list.kind {
                ListKind::Any | ListKind::Other => "[]interface {}",
                ListKind::Slice => "pcommon.Slice",
                ListKind::Texts => "[]string",
                ListKind::Ints => "[]int64",
                ListKind::Floats => "[]float64",
                ListKind::Bools => "[]bool",
            },
            Self::Map(_) => "pcommon.Map",
            Self::Time(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
            Self::Opaque(name) => name,
        }
    }

    /// As `pcommon.Value.FromRaw` takes it, which knows Go's own lists but no handles of pdata.
    ///
    /// # Errors
    /// It does not know the type, also inside a list.
    pub fn from_raw(&self) -> Result<Value, String> {
        match self {
            Self::List(list) if list.kind == ListKind::Any => {
                let items: Result<Vec<Value>, String> =
                    list.items.iter().map(Self::from_raw).collect();
                Ok(Value::List(items?))
            }
            Self::List(_) | Self::Map(_) => Err(format!("<Invalid value type {}>", self.go_type())),
            other => other.to_value(),
        }
    }

    /// As the value of an attribute; nothing becomes an empty value.
    ///
    /// # Errors
    /// An attribute cannot hold it: a time, a duration or something opaque, also inside a list.
    pub fn to_value(&self) -> Result<Value, String> {
        Ok(match self {
            Self::Nil => Value::Empty,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Float(value) => Value::Double(*value),
            Self::Str(text) => Value::Str(text.clone()),
            Self::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Self::List(list) => {
                let items: Result<Vec<Value>, String> =
                    list.items.iter().map(Self::to_value).collect();
                Value::List(items?)
            }
            Self::Map(map) => Value::Map(map.clone()),
            Self::Time(_) | Self::Duration(_) | Self::Opaque(_) => {
                return Err(format!("<Invalid value type {}>", self.go_type()));
            }
        })
    }
}

/// As `ottlcommon.GetValue` reads an attribute: an empty one is nil.
impl From<&Value> for Val {
    fn from(value: &Value) -> Self {
        match value {
            Value::Empty => Self::Nil,
            Value::Str(text) => Self::Str(text.clone()),
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Double(value) => Self::Float(*value),
            Value::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Value::List(items) => {
                let items: Vec<Self> = items.iter().map(Self::from).collect();
                Self::slice(items)
            }
            Value::Map(map) => Self::Map(map.clone()),
        }
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Text> for Val {
    fn from(text: Text) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Val {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Attributes> for Val {
    fn from(map: Attributes) -> Self {
        Self::Map(map)
    }
}
