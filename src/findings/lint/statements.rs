//! Conditions and statements of OTTL, wherever a configuration has them, and ways through what they say.

use super::ComponentNode;
use super::Linted;
use super::walk::items;
use crate::collector::config::Role;
use crate::collector::ottl::ast::ArgumentValue;
use crate::collector::ottl::ast::Bool;
use crate::collector::ottl::ast::BoolKind;
use crate::collector::ottl::ast::Call;
use crate::collector::ottl::ast::Expr;
use crate::collector::ottl::ast::ExprKind;
use crate::collector::ottl::ast::Key;
use crate::collector::ottl::ast::Path;
use crate::collector::ottl::ast::Statement;
use crate::collector::ottl::parser;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

/// A condition or statement about metrics.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ottl<'a> {
    /// The processor.
    pub(super) processor: ComponentNode<'a>,
    /// The scalar.
    pub(super) node: &'a Node,
    /// What it says.
    pub(super) text: &'a str,
    /// It is a statement.
    pub(super) is_statement: bool,
    /// The list that holds it: `metric`, `datapoint`, `metric_conditions`, …
    pub(super) list: &'a str,
    /// What it is about, where that is said.
    pub(super) context: Option<&'a str>,
}

/// Its tree.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    /// Of a condition.
    Condition(Bool),
    /// Of a statement.
    Statement(Statement),
}

impl<'a> Linted<'a> {
    /// All of them that do not refer to what is not known.
    pub(super) fn ottl(&self) -> Vec<Ottl<'a>> {
        let mut found = Vec::new();
        for processor in self.of_kind(Role::Processor, "filter") {
            let settings = &processor.entry.value;
            let metrics = settings.get("metrics");
            for list in ["resource", "metric", "datapoint"] {
                let conditions = metrics.and_then(|metrics| metrics.get(list));
                let mut texts = Texts::new(self, processor, list, &mut found);
                texts.list(items(conditions), false, Some(list));
            }
            let groups = items(settings.get("metric_conditions"));
            Texts::new(self, processor, "metric_conditions", &mut found).groups(groups, false);
        }
        for processor in self.of_kind(Role::Processor, "transform") {
            let groups = items(processor.entry.value.get("metric_statements"));
            Texts::new(self, processor, "metric_statements", &mut found).groups(groups, true);
        }
        found
    }
}

struct Texts<'a, 'b> {
    linted: &'b Linted<'a>,
    processor: ComponentNode<'a>,
    list: &'a str,
    found: &'b mut Vec<Ottl<'a>>,
}

impl<'a, 'b> Texts<'a, 'b> {
    fn new(
        linted: &'b Linted<'a>,
        processor: ComponentNode<'a>,
        list: &'a str,
        found: &'b mut Vec<Ottl<'a>>,
    ) -> Self {
        Self {
            linted,
            processor,
            list,
            found,
        }
    }

    fn list(&mut self, nodes: &'a [Node], is_statement: bool, context: Option<&'a str>) {
        for node in nodes {
            if let Some(text) = self.linted.known(node) {
                self.found.push(Ottl {
                    processor: self.processor,
                    node,
                    text,
                    is_statement,
                    list: self.list,
                    context,
                });
            }
        }
    }

    fn groups(&mut self, nodes: &'a [Node], has_statements: bool) {
        for node in nodes {
            if !matches!(node.kind, Kind::Map(_)) {
                self.list(std::slice::from_ref(node), has_statements, None);
                continue;
            }
            let context = node.get("context").and_then(Node::scalar);
            self.list(items(node.get("conditions")), false, context);
            self.list(items(node.get("statements")), true, context);
        }
    }
}

impl Ottl<'_> {
    /// Its tree, as the newest of the releases reads it.
    pub(super) fn tree(&self, linted: &Linted<'_>) -> Option<Tree> {
        let release = linted.release();
        if self.is_statement {
            let read = parser::statement(self.text, release).ok();
            read.map(Tree::Statement)
        } else {
            let read = parser::condition(self.text, release).ok();
            read.map(Tree::Condition)
        }
    }
}

impl Tree {
    /// The condition, whether it stands alone or behind `where`.
    pub(super) fn condition(&self) -> Option<&Bool> {
        match self {
            Self::Condition(condition) => Some(condition),
            Self::Statement(statement) => statement.condition.as_ref(),
        }
    }

    /// All calls, those inside of others too.
    pub(super) fn calls<'t>(&'t self, found: &mut dyn FnMut(&'t Call)) {
        match self {
            Self::Condition(condition) => bool_calls(condition, found),
            Self::Statement(statement) => {
                call(&statement.editor, found);
                if let Some(condition) = &statement.condition {
                    bool_calls(condition, found);
                }
            }
        }
    }
}

/// The parts of a condition that are no conditions made of others, each with whether a `not` turns it around,
/// and with the parts that it is joined to by `and`.
pub(super) fn leaves<'t>(
    condition: &'t Bool,
    negated: bool,
    beside: &[&'t Bool],
    found: &mut dyn FnMut(&'t Bool, bool, &[&'t Bool]),
) {
    match &condition.kind {
        BoolKind::Or(parts) | BoolKind::And(parts) => {
            // Turned around, `or` joins as `and` does.
            let joins = matches!(condition.kind, BoolKind::And(_)) != negated;
            let beside: Vec<&Bool> = if joins {
                parts.iter().collect()
            } else {
                Vec::new()
            };
            for part in parts {
                leaves(part, negated, &beside, found);
            }
        }
        BoolKind::Not(inner) => leaves(inner, !negated, beside, found),
        BoolKind::Group(inner) => leaves(inner, negated, beside, found),
        BoolKind::Literal(_) | BoolKind::Call(_) | BoolKind::Compare { .. } => {
            found(condition, negated, beside);
        }
    }
}

fn bool_calls<'t>(condition: &'t Bool, found: &mut dyn FnMut(&'t Call)) {
    leaves(condition, false, &[], &mut |leaf, _, _| match &leaf.kind {
        BoolKind::Call(own) => call(own, found),
        BoolKind::Compare { left, right, .. } => {
            expr_calls(left, found);
            expr_calls(right, found);
        }
        _ => {}
    });
}

fn call<'t>(own: &'t Call, found: &mut dyn FnMut(&'t Call)) {
    found(own);
    for argument in &own.arguments {
        if let ArgumentValue::Expr(expr) = &argument.value {
            expr_calls(expr, found);
        }
    }
}

fn expr_calls<'t>(expr: &'t Expr, found: &mut dyn FnMut(&'t Call)) {
    match &expr.kind {
        ExprKind::Call(own) => call(own, found),
        ExprKind::List(items) => items.iter().for_each(|item| expr_calls(item, found)),
        ExprKind::Map(entries) => entries
            .iter()
            .for_each(|(_, value)| expr_calls(value, found)),
        ExprKind::Math(math) => {
            let rest = math.rest.iter().map(|(_, term)| term);
            for term in std::iter::once(&math.first).chain(rest) {
                expr_calls(&term.first.value, found);
                for (_, factor) in &term.rest {
                    expr_calls(&factor.value, found);
                }
            }
        }
        _ => {}
    }
}

/// An argument that is a text, with its bytes, quotes included.
pub(super) fn text_argument(call: &Call, index: usize) -> Option<(&str, std::ops::Range<usize>)> {
    match &call.arguments.get(index)?.value {
        ArgumentValue::Expr(Expr {
            kind: ExprKind::Str(text),
            span,
        }) => Some((text.as_str(), span.clone())),
        _ => None,
    }
}

/// Whether a value is the name of the metric.
pub(super) fn is_name(expr: &Expr) -> bool {
    let ExprKind::Path(path) = &expr.kind else {
        return false;
    };
    let is_metric = matches!(path.context.as_deref(), None | Some("metric"));
    matches!(&path.fields[..], [only] if only.name == "name" && only.keys.is_empty()) && is_metric
}

/// The key of a value that is an attribute: `x` of `attributes["x"]`; and whether it is one of the resource.
pub(super) fn attribute(expr: &Expr) -> Option<(&str, bool)> {
    let ExprKind::Path(Path {
        context, fields, ..
    }) = &expr.kind
    else {
        return None;
    };
    let ([only], false) = (&fields[..], context.as_deref() == Some("scope")) else {
        return None;
    };
    match &only.keys[..] {
        [Key::Str(key)] if only.name == "attributes" => {
            Some((key.as_str(), context.as_deref() == Some("resource")))
        }
        _ => None,
    }
}

/// `IsMatch` of the metric's name with a pattern that is known: the pattern and its bytes, quotes included.
pub(super) fn name_pattern(leaf: &Bool) -> Option<(&str, std::ops::Range<usize>)> {
    let BoolKind::Call(call) = &leaf.kind else {
        return None;
    };
    let first = call.arguments.first().map(|argument| &argument.value);
    let is_of_name = matches!(first, Some(ArgumentValue::Expr(expr)) if is_name(expr));
    (call.name == "IsMatch" && is_of_name).then(|| text_argument(call, 1))?
}
