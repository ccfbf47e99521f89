//! What a condition or statement says, before any name in it is looked up.

use std::ops::Range;

use crate::collector::text::Text;

/// Bytes of the source text.
pub type Span = Range<usize>;

/// `set(name, "x") where name == "y"`.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What is done.
    pub editor: Call,
    /// For which items.
    pub condition: Option<Bool>,
}

/// Something that is true or false.
#[derive(Debug, Clone)]
pub struct Bool {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: BoolKind,
}

/// What a [`Bool`] is.
#[derive(Debug, Clone)]
pub enum BoolKind {
    /// At least two, joined by `or`.
    Or(Vec<Bool>),
    /// At least two, joined by `and`.
    And(Vec<Bool>),
    /// The opposite.
    Not(Box<Bool>),
    /// In parentheses.
    Group(Box<Bool>),
    /// `true`, `false`.
    Literal(bool),
    /// A converter that says so.
    Call(Call),
    /// Two values compared.
    Compare {
        /// Left side.
        left: Expr,
        /// How they are compared.
        op: Compare,
        /// Right side.
        right: Expr,
    },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Lte,
    /// `>`
    Gt,
    /// `>=`
    Gte,
}

/// A value.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an [`Expr`] is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `nil`.
    Nil,
    /// A whole number without operators around it.
    Int(i64),
    /// A floating-point number without operators around it.
    Float(f64),
    /// A text.
    Str(Text),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `true`, `false`.
    Bool(bool),
    /// A name in capital letters.
    Enum(String),
    /// A path.
    Path(Path),
    /// A converter.
    Call(Call),
    /// Operators, a sign or parentheses.
    Math(Math),
    /// A list literal.
    List(Vec<Expr>),
    /// A map literal.
    Map(Vec<(Text, Expr)>),
}

/// Terms to be added up from left to right.
#[derive(Debug, Clone)]
pub struct Math {
    /// The first one.
    pub first: Term,
    /// The others with what is before them: `+` or `-`.
    pub rest: Vec<(Operator, Term)>,
}

/// Factors to be multiplied from left to right.
#[derive(Debug, Clone)]
pub struct Term {
    /// The first one.
    pub first: Factor,
    /// The others with what is before them: `*` or `/`.
    pub rest: Vec<(Operator, Factor)>,
}

/// A value with its sign.
#[derive(Debug, Clone)]
pub struct Factor {
    /// `+` or `-`.
    pub sign: Option<Operator>,
    /// A literal, path or converter, or a [`ExprKind::Math`] in parentheses.
    pub value: Box<Expr>,
}

/// An operator of maths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mult,
    /// `/`
    Div,
}

/// A call of a converter or editor.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where it stands.
    pub span: Span,
    /// The function.
    pub name: String,
    /// What it is called with.
    pub arguments: Vec<Argument>,
    /// What its result is indexed by.
    pub keys: Vec<Key>,
}

/// One argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name, if it was given by name.
    pub name: Option<String>,
    /// What is handed over.
    pub value: ArgumentValue,
}

/// What is handed over.
#[derive(Debug, Clone)]
pub enum ArgumentValue {
    /// A value.
    Expr(Expr),
    /// A converter by its bare name.
    Function(String, Span),
}

/// `resource.attributes["a"]`.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it stands.
    pub span: Span,
    /// What stands before the first dot, if that has no keys and something follows.
    pub context: Option<String>,
    /// What follows; at least one.
    pub fields: Vec<Field>,
}

impl Path {
    /// Whether both name the same place, and no key of them is computed.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |(own, other): (&Field, &Field)| {
            own.name == other.name
                && own.keys.len() == other.keys.len()
                && own.keys.iter().zip(&other.keys).all(|pair| match pair {
                    (Key::Str(own), Key::Str(other)) => own == other,
                    (Key::Int(own), Key::Int(other)) => own == other,
                    _ => false,
                })
        };
        self.context == other.context
            && self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(same)
    }
}

/// One part of a path.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it is indexed by.
    pub keys: Vec<Key>,
}

/// An index.
#[derive(Debug, Clone)]
pub enum Key {
    /// Into a map.
    Str(Text),
    /// Into a list.
    Int(i64),
    /// Known only at run time.
    Expr(Expr),
}
