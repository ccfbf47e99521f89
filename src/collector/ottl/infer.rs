//! Which context conditions and statements are in, where nobody says so (`pkg/ottl/context_inferrer.go`).

use super::ast;
use super::ast::ArgumentValue;
use super::ast::BoolKind;
use super::ast::ExprKind;
use super::compile::Compiler;
use super::compile::Setting;
use super::enums;
use super::function::Context;
use super::function::Host;
use super::lexer::Fault;
use super::parser;
use crate::collector::version::Version;

/// Contexts by how specific they are, the most specific first.
const PRIORITY: [&str; 10] = [
    "log",
    "exemplar",
    "datapoint",
    "metric",
    "spanevent",
    "span",
    "profile",
    "scope",
    "instrumentation_scope",
    "resource",
];

/// The name of a context, as paths begin with it.
pub fn name(context: Context) -> &'static str {
    match context {
        Context::Resource => "resource",
        Context::Scope => "scope",
        Context::Metric => "metric",
        Context::Datapoint => "datapoint",
    }
}

/// The context of a name, if telemetry of this sort has it.
pub fn named(name: &str) -> Option<Context> {
    let all = [
        Context::Resource,
        Context::Scope,
        Context::Metric,
        Context::Datapoint,
    ];
    all.into_iter().find(|context| self::name(*context) == name)
}

/// What texts need of their context.
#[derive(Debug, Default)]
pub struct Hints {
    /// What paths begin with; `None` for those that begin with no dot.
    prefixes: Vec<Option<String>>,
    functions: Vec<String>,
    enums: Vec<String>,
}

impl Hints {
    /// Adds what a condition needs.
    ///
    /// # Errors
    /// It breaks the grammar.
    pub fn condition(&mut self, text: &str, version: Version) -> Result<(), Fault> {
        let condition = parser::condition(text, version)?;
        self.bool(&condition);
        Ok(())
    }

    /// Adds what a statement needs.
    ///
    /// # Errors
    /// It breaks the grammar.
    pub fn statement(&mut self, text: &str, version: Version) -> Result<(), Fault> {
        let statement = parser::statement(text, version)?;
        self.call(&statement.editor);
        if let Some(condition) = &statement.condition {
            self.bool(condition);
        }
        Ok(())
    }

    /// The context that can run all that was added.
    ///
    /// # Errors
    /// There is none; the message says why.
    pub fn context(&self, host: Host, version: Version) -> Result<Context, String> {
        let rank = |prefix: &Option<String>| {
            let found = prefix
                .as_ref()
                .and_then(|prefix| PRIORITY.iter().position(|known| known == prefix));
            found.unwrap_or(PRIORITY.len())
        };
        // Of equals the first is taken, as upstream does.
        let best = self.prefixes.iter().min_by_key(|prefix| rank(prefix));
        let Some(Some(best)) = best else {
            return Err("every path must begin with the name of its context, \
                        as in `metric.name` or `datapoint.attributes[\"a\"]`"
                .to_owned());
        };
        if best == "exemplar" {
            return Err("the exemplar context is not simulated".to_owned());
        }
        let Some(inferred) = named(best) else {
            return Err(format!("`{best}` is no context of metrics"));
        };
        if self.functions.is_empty() && self.enums.is_empty() {
            return Ok(inferred);
        }
        let more_specific = [Context::Datapoint, Context::Metric, Context::Scope];
        let lower = more_specific
            .into_iter()
            .filter(|context| *context > inferred);
        let mut candidates = std::iter::once(inferred).chain(lower);
        candidates
            .find(|context| self.fit(*context, host, version))
            .ok_or_else(|| format!("no context from `{best}` on has all functions and enums used"))
    }

    fn fit(&self, context: Context, host: Host, version: Version) -> bool {
        let compiler = Compiler::new(Setting {
            host,
            context,
            version,
            prefixed: true,
        });
        let known = |name: &String| compiler.function(name, &(0..0)).is_ok();
        self.functions.iter().all(known)
            && self
                .enums
                .iter()
                .all(|name| enums::number(name, context).is_some())
    }

    fn bool(&mut self, condition: &ast::Bool) {
        match &condition.kind {
            BoolKind::Or(parts) | BoolKind::And(parts) => {
                for part in parts {
                    self.bool(part);
                }
            }
            BoolKind::Not(inner) | BoolKind::Group(inner) => self.bool(inner),
            BoolKind::Literal(_) => {}
            BoolKind::Call(call) => self.call(call),
            BoolKind::Compare { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
        }
    }

    fn call(&mut self, call: &ast::Call) {
        self.functions.push(call.name.clone());
        for argument in &call.arguments {
            match &argument.value {
                ArgumentValue::Expr(expr) => self.expr(expr),
                ArgumentValue::Function(..) => {}
            }
        }
        self.keys(&call.keys);
    }

    fn keys(&mut self, keys: &[ast::Key]) {
        for key in keys {
            if let ast::Key::Expr(expr) = key {
                self.expr(expr);
            }
        }
    }

    fn expr(&mut self, expr: &ast::Expr) {
        match &expr.kind {
            ExprKind::Enum(name) => self.enums.push(name.clone()),
            ExprKind::Path(path) => {
                self.prefixes.push(path.context.clone());
                for field in &path.fields {
                    self.keys(&field.keys);
                }
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Math(math) => {
                let rest = math.rest.iter().map(|(_, term)| term);
                for term in std::iter::once(&math.first).chain(rest) {
                    self.expr(&term.first.value);
                    for (_, factor) in &term.rest {
                        self.expr(&factor.value);
                    }
                }
            }
            ExprKind::List(items) => {
                for item in items {
                    self.expr(item);
                }
            }
            ExprKind::Map(entries) => {
                for (_, value) in entries {
                    self.expr(value);
                }
            }
            ExprKind::Nil
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Bool(_) => {}
        }
    }
}
