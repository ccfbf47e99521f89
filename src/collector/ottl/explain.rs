//! Why a condition holds or does not: its clauses, each with its outcome and, where that may surprise, a reason.

use super::ast::ArgumentValue;
use super::ast::Bool;
use super::ast::BoolKind;
use super::ast::Call;
use super::ast::Compare;
use super::ast::Expr;
use super::ast::ExprKind;
use super::ast::Span;
use super::compile::Compiler;
use super::compile::Setting;
use super::condition::Node;
use super::function::Getter;
use super::paths::Field;
use super::paths::FieldPath;
use super::scene::Scene;
use super::val::Val;

/// What a clause came to for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The clause, as written.
    pub text: String,
    /// Where it begins: line and column within the condition, in characters, counted from 1.
    pub place: (usize, usize),
    /// What it came to by itself.
    pub outcome: Outcome,
    /// Whether the Collector gets as far as this clause; what stands before may have decided already.
    pub reached: bool,
    /// What it is made of.
    pub parts: Vec<Explanation>,
    /// Why, in a line, where that may surprise.
    pub why: Option<String>,
}

/// What a clause came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be evaluated.
    Error(String),
}

impl From<Result<bool, String>> for Outcome {
    fn from(result: Result<bool, String>) -> Self {
        match result {
            Ok(true) => Self::True,
            Ok(false) => Self::False,
            Err(error) => Self::Error(error),
        }
    }
}

/// A clause, compiled by itself.
pub(super) struct Clause {
    text: String,
    place: (usize, usize),
    kind: Kind,
}

enum Kind {
    Or(Vec<Clause>),
    And(Vec<Clause>),
    Not(Box<Clause>),
    Group(Box<Clause>),
    Leaf { node: Node, reason: Reason },
}

/// What is needed to say why.
enum Reason {
    None,
    /// A path compared with a literal.
    Compared {
        path: FieldPath,
        shown: String,
        op: Compare,
        literal: Val,
    },
    /// `IsMatch` of a path with a literal; `whole` is the same, anchored at both ends.
    Matched {
        path: FieldPath,
        shown: String,
        pattern: String,
        whole: Option<Node>,
    },
}

impl Clause {
    /// Compiles all clauses of a condition that compiled as a whole.
    pub(super) fn new(tree: &Bool, source: &str, setting: Setting) -> Self {
        let text = source.get(tree.span.clone()).unwrap_or_default();
        let before = source.get(..tree.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        let clause = |tree: &Bool| Self::new(tree, source, setting);
        let clauses = |parts: &[Bool]| parts.iter().map(clause).collect();
        Self {
            text: text.to_owned(),
            place: (line, last.chars().count() + 1),
            kind: match &tree.kind {
                BoolKind::Or(parts) => Kind::Or(clauses(parts)),
                BoolKind::And(parts) => Kind::And(clauses(parts)),
                BoolKind::Not(inner) => Kind::Not(Box::new(clause(inner))),
                BoolKind::Group(inner) => Kind::Group(Box::new(clause(inner))),
                BoolKind::Literal(_) | BoolKind::Call(_) | BoolKind::Compare { .. } => Kind::Leaf {
                    node: node(tree, setting).unwrap_or(Node::Const(false)),
                    reason: reason(tree, source, setting),
                },
            },
        }
    }

    /// What it comes to for an item.
    pub(super) fn explain(&self, scene: &Scene<'_>) -> Explanation {
        let (outcome, parts, why) = match &self.kind {
            Kind::Or(clauses) => joined(clauses, scene, &Outcome::True, Outcome::False),
            Kind::And(clauses) => joined(clauses, scene, &Outcome::False, Outcome::True),
            Kind::Not(inner) => {
                let inner = inner.explain(scene);
                let outcome = match &inner.outcome {
                    Outcome::True => Outcome::False,
                    Outcome::False => Outcome::True,
                    Outcome::Error(error) => Outcome::Error(error.clone()),
                };
                (outcome, vec![inner], None)
            }
            Kind::Group(inner) => {
                let inner = inner.explain(scene);
                (inner.outcome.clone(), vec![inner], None)
            }
            Kind::Leaf { node, reason } => {
                let outcome = Outcome::from(node.eval(scene));
                let why = reason.why(&outcome, scene);
                (outcome, Vec::new(), why)
            }
        };
        Explanation {
            text: self.text.clone(),
            place: self.place,
            outcome,
            reached: true,
            parts,
            why,
        }
    }
}

/// Clauses of which the first with the outcome `decides`, or with an error, settles the whole.
fn joined(
    clauses: &[Clause],
    scene: &Scene<'_>,
    decides: &Outcome,
    otherwise: Outcome,
) -> (Outcome, Vec<Explanation>, Option<String>) {
    let mut settled: Option<Outcome> = None;
    let mut parts = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let mut part = clause.explain(scene);
        if settled.is_some() {
            unreached(&mut part);
        } else if part.outcome == *decides || matches!(part.outcome, Outcome::Error(_)) {
            settled = Some(part.outcome.clone());
        }
        parts.push(part);
    }
    (settled.unwrap_or(otherwise), parts, None)
}

fn unreached(part: &mut Explanation) {
    part.reached = false;
    part.parts.iter_mut().for_each(unreached);
}

fn node(tree: &Bool, setting: Setting) -> Option<Node> {
    Compiler::new(setting).condition(tree).ok()
}

fn reason(tree: &Bool, source: &str, setting: Setting) -> Reason {
    match &tree.kind {
        BoolKind::Compare { left, op, right } => compared(left, *op, right, source, setting),
        BoolKind::Call(call) => matched(call, source, setting).unwrap_or(Reason::None),
        _ => Reason::None,
    }
}

fn compared(left: &Expr, op: Compare, right: &Expr, source: &str, setting: Setting) -> Reason {
    let mut compiler = Compiler::new(setting);
    let (ExprKind::Path(path), Ok(right)) = (&left.kind, compiler.getter(right)) else {
        return Reason::None;
    };
    match (compiler.path(path), right.literal()) {
        (Ok(path), Some(literal)) => Reason::Compared {
            path,
            shown: shown(source, &left.span),
            op,
            literal: literal.clone(),
        },
        _ => Reason::None,
    }
}

fn matched(call: &Call, source: &str, setting: Setting) -> Option<Reason> {
    let [target, pattern] = call.arguments.as_slice() else {
        return None;
    };
    if call.name != "IsMatch" || !call.keys.is_empty() {
        return None;
    }
    let (ArgumentValue::Expr(target), ArgumentValue::Expr(pattern)) =
        (&target.value, &pattern.value)
    else {
        return None;
    };
    let (ExprKind::Path(path), ExprKind::Str(text)) = (&target.kind, &pattern.kind) else {
        return None;
    };
    let path = Compiler::new(setting).path(path).ok()?;
    // The same call with the pattern anchored tells whether it found the whole or only a part.
    let mut whole = call.clone();
    let anchored = format!("^(?:{text})$");
    if let ArgumentValue::Expr(pattern) = &mut whole.arguments[1].value {
        pattern.kind = ExprKind::Str(anchored.into());
    }
    let whole = Bool {
        span: call.span.clone(),
        kind: BoolKind::Call(whole),
    };
    Some(Reason::Matched {
        path,
        shown: shown(source, &target.span),
        pattern: text.to_string(),
        whole: node(&whole, setting),
    })
}

fn shown(source: &str, span: &Span) -> String {
    source.get(span.clone()).unwrap_or_default().to_owned()
}

impl Reason {
    fn why(&self, outcome: &Outcome, scene: &Scene<'_>) -> Option<String> {
        match self {
            Self::None => None,
            Self::Compared {
                path,
                shown,
                op,
                literal,
            } => {
                let value = path.get(scene).ok()?;
                compared_why(path, shown, *op, literal, &value)
            }
            Self::Matched {
                path,
                shown,
                pattern,
                whole,
            } => {
                let value = path.get(scene).ok()?;
                let Val::Str(text) = &value else {
                    return value.is_nil().then(|| format!("`{shown}` is not there"));
                };
                if *outcome != Outcome::True {
                    return Some(format!("`{pattern}` is not found in `{text}`"));
                }
                let whole = whole
                    .as_ref()
                    .is_some_and(|node| node.eval(scene) == Ok(true));
                (!whole)
                    .then(|| format!("IsMatch is unanchored: `{pattern}` is found inside `{text}`"))
            }
        }
    }
}

fn compared_why(
    path: &FieldPath,
    shown: &str,
    op: Compare,
    literal: &Val,
    value: &Val,
) -> Option<String> {
    match (value, literal) {
        (Val::Nil, Val::Nil) => Some(format!("`{shown}` is not there")),
        (Val::Nil, _) if op == Compare::Ne => Some(format!(
            "`{shown}` is not there, which counts as different from anything"
        )),
        (Val::Nil, _) if path.field.is_value() => {
            Some(format!("this type of data point has no `{shown}`"))
        }
        (Val::Nil, _) => Some(format!("`{shown}` is not there")),
        (Val::Str(own), Val::Int(_) | Val::Float(_)) => {
            let verdict = if op == Compare::Ne { "always" } else { "never" };
            Some(format!(
                "`{shown}` is the text \"{own}\" and no number: the comparison {verdict} holds"
            ))
        }
        (Val::Str(own), Val::Str(wanted)) if path.field == Field::Name => {
            let part = ["_bucket", "_count", "_sum"]
                .into_iter()
                .find(|part| wanted.strip_suffix(part) == Some(own.as_str()));
            Some(match part {
                Some(part) => {
                    format!("`{shown}` is `{own}`: a histogram has one name here, without `{part}`")
                }
                None => format!("`{shown}` is `{own}`"),
            })
        }
        (Val::Str(own), _) => Some(format!("`{shown}` is `{own}`")),
        (Val::Int(own), Val::Int(_)) => Some(match (path.field, type_name(*own)) {
            (Field::Type, Some(name)) => format!("`{shown}` is {name}"),
            _ => format!("`{shown}` is {own}"),
        }),
        (Val::Int(own), _) => Some(format!("`{shown}` is {own}")),
        (Val::Float(own), _) => Some(format!("`{shown}` is {own}")),
        (Val::Bool(own), _) => Some(format!("`{shown}` is {own}")),
        _ => None,
    }
}

fn type_name(number: i64) -> Option<&'static str> {
    let names = [
        "METRIC_DATA_TYPE_NONE",
        "METRIC_DATA_TYPE_GAUGE",
        "METRIC_DATA_TYPE_SUM",
        "METRIC_DATA_TYPE_HISTOGRAM",
        "METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM",
        "METRIC_DATA_TYPE_SUMMARY",
    ];
    names.get(usize::try_from(number).ok()?).copied()
}
