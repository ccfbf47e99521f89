//! Types of values, as far as they are known before anything runs (`checker/types.go` of expr-lang).

/// A type, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    /// Nobody has asked yet, or it was lost on the way.
    Unset,
    /// Nothing is known.
    Unknown,
    /// It is an interface, whatever is in it.
    Any,
    /// `nil`.
    Nil,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// A text.
    Str,
    /// `[]any`: the type of its items, and the type that literals in it share.
    List(Box<Ty>, Option<Box<Ty>>),
    /// `[]string`.
    Texts,
    /// `[]int`.
    Ints,
    /// `map[string]any`.
    Map,
}

impl Ty {
    /// A list of anything.
    pub(super) fn list() -> Self {
        Self::List(Box::new(Self::Any), None)
    }

    pub(super) fn is_any(&self) -> bool {
        matches!(self, Self::Any | Self::Unknown | Self::Unset)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::List(..) | Self::Texts | Self::Ints)
    }

    pub(super) fn is_int(&self) -> bool {
        *self == Self::Int
    }

    pub(super) fn is_text(&self) -> bool {
        *self == Self::Str
    }

    pub(super) fn is_bool(&self) -> bool {
        *self == Self::Bool
    }

    pub(super) fn item(&self) -> Self {
        match self {
            Self::List(item, _) => (**item).clone(),
            Self::Texts => Self::Str,
            Self::Ints => Self::Int,
            _ => Self::Any,
        }
    }

    /// Whether both are of one kind, as Go counts kinds.
    pub(super) fn is_kind_of(&self, other: &Self) -> bool {
        let kind = |ty: &Self| match ty {
            Self::Unset | Self::Unknown | Self::Nil => 0,
            Self::Any => 1,
            Self::Bool => 2,
            Self::Int => 3,
            Self::Float => 4,
            Self::Str => 5,
            Self::List(..) | Self::Texts | Self::Ints => 6,
            Self::Map => 7,
        };
        kind(self) == kind(other)
    }

    pub(super) fn is_comparable_to(&self, other: &Self) -> bool {
        let nil = *self == Self::Nil || *other == Self::Nil;
        nil || self.is_any()
            || other.is_any()
            || self.is_number() && other.is_number()
            || self.is_kind_of(other)
    }

    /// Go's assignability; nil is looked at by those who ask.
    pub(super) fn is_assignable_to(&self, target: &Self) -> bool {
        match (self, target) {
            (Self::Unset | Self::Unknown, _) | (_, Self::Unset | Self::Unknown) => false,
            (Self::Nil, target) => *target == Self::Any || target.is_list() || *target == Self::Map,
            (_, Self::Any) | (Self::List(..), Self::List(..)) => true,
            (one, other) => one == other,
        }
    }

    /// As the messages of errors have it.
    pub(super) fn text(&self) -> &'static str {
        match self {
            Self::Unset | Self::Unknown => "unknown",
            Self::Any => "interface {}",
            Self::Nil => "nil",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float64",
            Self::Str => "string",
            Self::List(..) => "[]interface {}",
            Self::Texts => "[]string",
            Self::Ints => "[]int",
            Self::Map => "map[string]interface {}",
        }
    }
}
