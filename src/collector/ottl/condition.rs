//! Conditions: true or false for each item (`pkg/ottl/boolean_value.go`).

use std::cell::OnceCell;

use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::ast;
use super::ast::Bool;
use super::ast::BoolKind;
use super::ast::Compare;
use super::ast::Expr;
use super::ast::ExprKind;
use super::compile::Compiler;
use super::compile::Reads;
use super::compile::Setting;
use super::explain::Clause;
use super::explain::Explanation;
use super::function::Context;
use super::function::Getter;
use super::function::Host;
use super::keys::Key;
use super::lexer::Fault;
use super::parser;
use super::paths::Field;
use super::paths::Root;
use super::paths::map_of;
use super::paths::text_of;
use super::scene::Scene;
use super::val::Val;
use crate::collector::ottl::compare::compare;
use crate::collector::ottl::compare::same_handles;

/// The first release in which what is always true or false is not evaluated
/// (`newAndExprs`, `newOrExprs`): an error beside it never shows.
const FOLDED: u16 = 143;

/// A compiled condition. Not `Send`: each thread compiles its own.
pub struct Condition {
    text: String,
    at: Position,
    setting: Setting,
    tree: Bool,
    root: Node,
    reads: Reads,
    clauses: OnceCell<Clause>,
}

/// What is evaluated.
pub(super) enum Node {
    Const(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Call(Box<dyn Getter>),
    Compare {
        left: Box<dyn Getter>,
        op: Compare,
        right: Box<dyn Getter>,
        version: Version,
        /// Whether both sides are the same path.
        same: bool,
    },
    /// A text field against a literal.
    FieldIs {
        field: Field,
        text: Text,
        equal: bool,
    },
    /// An attribute against a literal text.
    KeyIs {
        root: Root,
        key: Text,
        text: Text,
        equal: bool,
    },
}

impl Condition {
    /// Compiles a condition of the filter processor that stands at `at`; paths need no context name.
    ///
    /// # Errors
    /// The real library refuses it at start, or it uses what is not simulated.
    pub fn compile(
        text: &str,
        at: Position,
        context: Context,
        version: Version,
    ) -> Result<Self, ConfigError> {
        let setting = Setting {
            host: Host::Filter,
            context,
            version,
            prefixed: false,
        };
        Self::compile_in(text, at, setting)
    }

    /// Compiles a condition wherever it is.
    ///
    /// # Errors
    /// As [`Condition::compile`].
    pub fn compile_in(text: &str, at: Position, setting: Setting) -> Result<Self, ConfigError> {
        let compiled = || {
            let tree = parser::condition(text, setting.version)?;
            let mut compiler = Compiler::new(setting);
            let root = compiler.condition(&tree)?;
            Ok((tree, root, compiler.reads))
        };
        let (tree, root, reads) =
            compiled().map_err(|fault: Fault| fault.at(at, "condition", text))?;
        Ok(Self {
            text: text.to_owned(),
            at,
            setting,
            tree,
            root,
            reads,
            clauses: OnceCell::new(),
        })
    }

    /// Whether it holds for the item.
    ///
    /// # Errors
    /// It cannot be evaluated, in the Collector's words where they are known.
    pub fn eval(&self, scene: &Scene<'_>) -> Result<bool, String> {
        self.root.eval(scene)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn at(&self) -> Position {
        self.at
    }

    /// What kind of item it is about.
    pub fn context(&self) -> Context {
        self.setting.context
    }

    /// Whether it reads nothing of data points: its answer is the same for all of a metric, and each
    /// time the same metric header, scope and resource come.
    pub fn names_only(&self) -> bool {
        !self.reads.points && !self.reads.moving
    }

    /// Whether it reads values, counts or times of data points, or the clock.
    pub fn reads_values(&self) -> bool {
        self.reads.values || self.reads.moving
    }

    /// Why it holds or does not: each clause with its outcome. Slow; for one item at a time.
    pub fn explain(&self, scene: &Scene<'_>) -> Explanation {
        let clause = self
            .clauses
            .get_or_init(|| Clause::new(&self.tree, &self.text, self.setting));
        clause.explain(scene)
    }
}

impl Compiler {
    /// A condition.
    pub(super) fn condition(&mut self, condition: &Bool) -> Result<Node, Fault> {
        Ok(match &condition.kind {
            BoolKind::Or(parts) => {
                let parts = self.parts(parts)?;
                self.folded(parts, true)
            }
            BoolKind::And(parts) => {
                let parts = self.parts(parts)?;
                self.folded(parts, false)
            }
            BoolKind::Not(inner) => match self.condition(inner)? {
                Node::Const(value) => Node::Const(!value),
                node => Node::Not(Box::new(node)),
            },
            BoolKind::Group(inner) => self.condition(inner)?,
            BoolKind::Literal(value) => Node::Const(*value),
            BoolKind::Call(call) => {
                let span = call.span.clone();
                let kind = ExprKind::Call(call.clone());
                Node::Call(self.getter(&Expr { span, kind })?)
            }
            BoolKind::Compare { left, op, right } => self.comparison(left, *op, right)?,
        })
    }

    fn parts(&mut self, parts: &[Bool]) -> Result<Vec<Node>, Fault> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// Parts joined by `or` or `and`; `decides` is the value of a part that decides the whole.
    fn folded(&self, mut parts: Vec<Node>, decides: bool) -> Node {
        if self.setting.version.is_from(FOLDED) {
            let settles = |node: &Node| matches!(node, Node::Const(value) if *value == decides);
            if parts.iter().any(settles) {
                return Node::Const(decides);
            }
            parts.retain(|node| !matches!(node, Node::Const(_)));
        }
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Node::Const(!decides),
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                if decides {
                    Node::Or(parts)
                } else {
                    Node::And(parts)
                }
            }
        }
    }

    fn comparison(&mut self, left: &Expr, op: Compare, right: &Expr) -> Result<Node, Fault> {
        let version = self.setting.version;
        if let Some(node) = self.quick(left, op, right)? {
            return Ok(node);
        }
        let same = match (&left.kind, &right.kind) {
            (ExprKind::Path(left), ExprKind::Path(right)) => left.is_same(right),
            _ => false,
        };
        let (left, right) = (self.getter(left)?, self.getter(right)?);
        if version.is_from(FOLDED)
            && let (Some(left), Some(right)) = (left.literal(), right.literal())
            && let Ok(value) = compare(left, right, op, version)
        {
            return Ok(Node::Const(value));
        }
        Ok(Node::Compare {
            left,
            op,
            right,
            version,
            same,
        })
    }

    /// The comparisons of which filters mostly consist: a field or an attribute with a text.
    fn quick(&mut self, left: &Expr, op: Compare, right: &Expr) -> Result<Option<Node>, Fault> {
        let equal = match op {
            Compare::Eq => true,
            Compare::Ne => false,
            _ => return Ok(None),
        };
        let (path, text) = match (&left.kind, &right.kind) {
            (ExprKind::Path(path), ExprKind::Str(text))
            | (ExprKind::Str(text), ExprKind::Path(path)) => (path, text.clone()),
            _ => return Ok(None),
        };
        let path: &ast::Path = path;
        let place = self.path(path)?;
        Ok(match (place.field, &*place.keys) {
            (Field::Map(root), [Key::Str(key)]) => Some(Node::KeyIs {
                root,
                key: key.clone(),
                text,
                equal,
            }),
            (
                field @ (Field::Name
                | Field::Description
                | Field::Unit
                | Field::ScopeName
                | Field::ScopeVersion),
                _,
            ) => Some(Node::FieldIs { field, text, equal }),
            _ => None,
        })
    }
}

impl Node {
    pub(super) fn eval(&self, scene: &Scene<'_>) -> Result<bool, String> {
        match self {
            Self::Const(value) => Ok(*value),
            Self::And(parts) => {
                for part in parts {
                    if !part.eval(scene)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(parts) => {
                for part in parts {
                    if part.eval(scene)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(inner) => inner.eval(scene).map(|value| !value),
            Self::Call(getter) => match getter.get(scene)? {
                Val::Bool(value) => Ok(value),
                other => {
                    let found = match other {
                        Val::Nil => "<nil>",
                        _ => other.go_type(),
                    };
                    Err(format!(
                        "value returned from Converter in constant expression must be bool but got {found}"
                    ))
                }
            },
            Self::Compare {
                left,
                op,
                right,
                version,
                same,
            } => {
                let left = left.get(scene)?;
                if *same && let Some(result) = same_handles(&left, *op, *version) {
                    return Ok(result);
                }
                compare(&left, &right.get(scene)?, *op, *version)
            }
            Self::FieldIs { field, text, equal } => {
                Ok(text_of(*field, scene).is_some_and(|own| own == text) == *equal)
            }
            Self::KeyIs {
                root,
                key,
                text,
                equal,
            } => {
                let value = map_of(*root, scene).and_then(|map| map.get(key));
                let same = matches!(value, Some(Value::Str(own)) if own == text);
                Ok(same == *equal)
            }
        }
    }
}
