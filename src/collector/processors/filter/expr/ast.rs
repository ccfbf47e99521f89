//! The tree of an expression: written by the parser, typed by the checker, rewritten by the optimizer, run as it
//! then is.

use std::collections::BTreeSet;

use super::Fault;
use super::types::Ty;
use crate::collector::regex::GoRegex;
use crate::collector::text::Text;

/// How deep a tree may be: each level costs stack when it is run.
const DEEPEST: u16 = 400;

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is.
    pub kind: Kind,
    /// What is known of its value before anything runs.
    pub ty: Ty,
    depth: u16,
}

/// What a part is.
#[derive(Debug)]
pub(super) enum Kind {
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// A text in quotes.
    Str(Text),
    /// A variable, a field of the environment, or neither.
    Name(String),
    /// A name that is called.
    Call { name: String, arguments: Vec<Node> },
    /// `not` or `!`.
    Not(Box<Node>),
    /// `-`, or `+`, which does nothing.
    Sign { minus: bool, node: Box<Node> },
    /// Two sides and what is between them.
    Binary {
        op: Op,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `==` of sides that are taken to be whole numbers, or texts: others are errors.
    EqualAs {
        texts: bool,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `matches` with a literal.
    Matches(Box<Node>, GoRegex),
    /// `in` a list of literal texts.
    InTexts(Box<Node>, BTreeSet<String>),
    /// `in` a list of literal whole numbers.
    InInts(Box<Node>, BTreeSet<i64>),
    /// `in` a range of literal whole numbers: two comparisons.
    InRange(Box<Node>, i64, i64),
    /// Where a `?.` that meets nil leads to.
    Chain(Box<Node>),
    /// `.key`, `[key]`.
    Member {
        base: Box<Node>,
        key: Box<Node>,
        optional: bool,
    },
    /// `[from:to]`.
    Slice {
        base: Box<Node>,
        from: Option<Box<Node>>,
        to: Option<Box<Node>>,
    },
    /// A function of the language; the second argument of a predicate is run for each item.
    Builtin(Builtin),
    /// `#`: the item that a predicate looks at.
    Pointer,
    /// `let name = value; body`.
    Let {
        name: String,
        value: Box<Node>,
        body: Box<Node>,
    },
    /// `a; b`.
    Sequence(Vec<Node>),
    /// `a ? b : c`.
    Conditional(Box<[Node; 3]>),
    /// `[a, b]`.
    Array(Vec<Node>),
    /// `{a: b}`.
    Map(Vec<(Node, Node)>),
}

/// A call of a function of the language.
#[derive(Debug)]
pub(super) struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// What it is given.
    pub arguments: Vec<Node>,
    /// What is made of each item that is found.
    pub map: Option<Box<Node>>,
    /// Whether it is an error to find nothing.
    pub throws: bool,
    /// How many are enough when counting.
    pub enough: Option<i64>,
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `or`, `||`.
    Or,
    /// `and`, `&&`.
    And,
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `>`.
    More,
    /// `<=`.
    LessEqual,
    /// `>=`.
    MoreEqual,
    /// `in`.
    In,
    /// `matches`.
    Matches,
    /// `contains`.
    Contains,
    /// `startsWith`.
    StartsWith,
    /// `endsWith`.
    EndsWith,
    /// `..`.
    Range,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
    /// `??`.
    Coalesce,
}

impl Op {
    /// The operator and how tightly it binds (`parser/operator/operator.go`); all of these group to the left.
    pub(super) fn read(text: &str) -> Option<(Self, u16)> {
        Some(match text {
            "or" | "||" => (Self::Or, 10),
            "and" | "&&" => (Self::And, 15),
            "==" => (Self::Equal, 20),
            "!=" => (Self::Unequal, 20),
            "<" => (Self::Less, 20),
            ">" => (Self::More, 20),
            "<=" => (Self::LessEqual, 20),
            ">=" => (Self::MoreEqual, 20),
            "in" => (Self::In, 20),
            "matches" => (Self::Matches, 20),
            "contains" => (Self::Contains, 20),
            "startsWith" => (Self::StartsWith, 20),
            "endsWith" => (Self::EndsWith, 20),
            ".." => (Self::Range, 25),
            "+" => (Self::Add, 30),
            "-" => (Self::Subtract, 30),
            "*" => (Self::Multiply, 60),
            "/" => (Self::Divide, 60),
            "%" => (Self::Modulo, 60),
            "??" => (Self::Coalesce, 500),
            _ => return None,
        })
    }

    /// Whether it is one of those that can stand in a row: `1 < x < 3`.
    pub(super) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Less | Self::More | Self::LessEqual | Self::MoreEqual
        )
    }

    /// As it is written.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::More => ">",
            Self::LessEqual => "<=",
            Self::MoreEqual => ">=",
            Self::In => "in",
            Self::Matches => "matches",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Range => "..",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Coalesce => "??",
        }
    }
}

impl Node {
    /// A part whose type is not known yet.
    ///
    /// # Errors
    /// It nests too deeply.
    pub(super) fn new(kind: Kind) -> Result<Self, Fault> {
        let mut node = Self {
            kind,
            ty: Ty::Unset,
            depth: 0,
        };
        let below = node.children().iter().map(|child| child.depth).max();
        node.depth = below.map_or(0, |depth| depth + 1);
        if node.depth > DEEPEST {
            let what = format!("an expression of more than {DEEPEST} levels");
            return Err(Fault::NotSimulated(what));
        }
        Ok(node)
    }

    /// A part that stands for another one, with a type and no deeper than that.
    pub(super) fn instead(kind: Kind, ty: Ty) -> Self {
        Self { kind, ty, depth: 0 }
    }

    /// The parts of this one, but for what is made of found items.
    pub(super) fn children(&mut self) -> Vec<&mut Node> {
        match &mut self.kind {
            Kind::Nil
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Str(_)
            | Kind::Name(_)
            | Kind::Pointer => Vec::new(),
            Kind::Call { arguments, .. } => arguments.iter_mut().collect(),
            Kind::Builtin(builtin) => builtin.arguments.iter_mut().collect(),
            Kind::Not(node)
            | Kind::Sign { node, .. }
            | Kind::Matches(node, _)
            | Kind::InTexts(node, _)
            | Kind::InInts(node, _)
            | Kind::InRange(node, ..)
            | Kind::Chain(node) => vec![node],
            Kind::Binary { left, right, .. } | Kind::EqualAs { left, right, .. } => {
                vec![left, right]
            }
            Kind::Member { base, key, .. } => vec![base, key],
            Kind::Slice { base, from, to } => {
                let mut all: Vec<&mut Node> = vec![base];
                all.extend(from.as_deref_mut());
                all.extend(to.as_deref_mut());
                all
            }
            Kind::Let { value, body, .. } => vec![value, body],
            Kind::Sequence(nodes) | Kind::Array(nodes) => nodes.iter_mut().collect(),
            Kind::Conditional(parts) => parts.iter_mut().collect(),
            Kind::Map(pairs) => pairs
                .iter_mut()
                .flat_map(|(key, value)| [key, value])
                .collect(),
        }
    }

    /// Whether both are written alike.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}
