//! Calls: their arguments checked at start (`pkg/ottl/functions.go`), their results indexed at run time.

use crate::collector::version::Version;

use super::ast;
use super::ast::ArgumentValue;
use super::ast::Expr;
use super::ast::ExprKind;
use super::coerce::Coerced;
use super::coerce::coerce;
use super::compile::Compiler;
use super::function::Arg;
use super::function::Args;
use super::function::Callee;
use super::function::Function;
use super::function::Getter;
use super::function::Kind;
use super::function::Literal;
use super::keys::COMPUTED_KEYS_OF_CALLS;
use super::keys::Key;
use super::lexer::Fault;
use super::scene::Scene;
use super::val::ListKind;
use super::val::Val;

/// The first release in which a literal of the wrong type is an error at start
/// (`newStandardStringGetter` and the like).
pub(super) const LITERALS_CHECKED: u16 = 138;

impl Compiler {
    /// The arguments of a call, checked against the parameters of `function`.
    ///
    /// # Errors
    /// They do not fit.
    pub fn arguments(
        &mut self,
        function: &'static Function,
        call: &ast::Call,
    ) -> Result<Args, Fault> {
        let params = function.params;
        let wrong = |message: String| {
            let message = format!("call of `{}`: {message}", call.name);
            Err(Fault::of(&call.span, message))
        };
        let named = call
            .arguments
            .iter()
            .skip_while(|argument| argument.name.is_none());
        if named.clone().any(|argument| argument.name.is_none()) {
            return wrong("unnamed argument used after named argument".to_owned());
        }
        let required = params.iter().filter(|param| !param.optional).count();
        let (given, most) = (call.arguments.len(), params.len());
        if given < required || given > most {
            let wanted = if required == most {
                format!("{most}")
            } else {
                format!("{required} to {most}")
            };
            return wrong(format!("{wanted} arguments wanted, {given} given"));
        }
        let mut values: Vec<Option<Arg>> = params.iter().map(|_| None).collect();
        for (at, argument) in call.arguments.iter().enumerate() {
            let at = match &argument.name {
                None => at,
                Some(name) => {
                    let field = camel(name);
                    match params.iter().position(|param| param.name == field) {
                        Some(at) => at,
                        None => return wrong(format!("no such parameter: {name}")),
                    }
                }
            };
            values[at] = Some(self.argument(&argument.value, params[at].kind, call)?);
        }
        Ok(Args::new(self.setting.version, params, values))
    }

    fn argument(
        &mut self,
        value: &ArgumentValue,
        kind: Kind,
        call: &ast::Call,
    ) -> Result<Arg, Fault> {
        match (kind, value) {
            (Kind::Function, value) => self.callee(value),
            (_, ArgumentValue::Expr(expr)) => self.typed(expr, kind),
            (_, ArgumentValue::Function(name, span)) => {
                let message = format!(
                    "call of `{}`: a value is wanted, not the function `{name}`",
                    call.name
                );
                Err(Fault::of(span, message))
            }
        }
    }

    fn callee(&mut self, value: &ArgumentValue) -> Result<Arg, Fault> {
        let (name, span) = match value {
            ArgumentValue::Function(name, span)
            | ArgumentValue::Expr(Expr {
                span,
                kind: ExprKind::Enum(name),
            }) => (name, span),
            ArgumentValue::Expr(other) => {
                return Err(Fault::of(&other.span, "the name of a function is wanted"));
            }
        };
        let function = self.function(name, span)?;
        Ok(Arg::Function(Callee {
            function,
            version: self.setting.version,
        }))
    }

    /// A value made what a parameter asks for.
    fn typed(&mut self, expr: &Expr, kind: Kind) -> Result<Arg, Fault> {
        let wrong = |wanted: &str| Err(Fault::of(&expr.span, format!("must be {wanted}")));
        let literal = |value: Val| Ok(Arg::Getter(Box::new(Literal(value))));
        match (kind, &expr.kind) {
            (Kind::LitStr, ExprKind::Str(text)) => literal(Val::Str(text.clone())),
            (Kind::LitStr, _) => wrong("a text, written out"),
            (Kind::LitInt, ExprKind::Int(value)) => literal(Val::Int(*value)),
            (Kind::LitInt, _) => wrong("a whole number, written out"),
            (Kind::LitFloat, ExprKind::Float(value)) => literal(Val::Float(*value)),
            (Kind::LitFloat, _) => wrong("a number with a point, written out"),
            (Kind::LitBool, ExprKind::Bool(value)) => literal(Val::Bool(*value)),
            (Kind::LitBool, _) => wrong("`true` or `false`"),
            (Kind::LitBytes, ExprKind::Bytes(bytes)) => {
                literal(Val::Bytes(bytes.as_slice().into()))
            }
            (Kind::LitBytes, _) => wrong("bytes, written out"),
            (Kind::Enum, ExprKind::Enum(name)) => literal(Val::Int(self.enumeration(name, expr)?)),
            (Kind::Enum, _) => wrong("the name of an enumeration"),
            (Kind::Place | Kind::MapPlace | Kind::ListPlace, ExprKind::Path(path)) => {
                let place = self.path(path)?;
                if !place.field.is_writable() {
                    let message = "writing this field is not simulated";
                    return Err(Fault::of(&expr.span, message));
                }
                Ok(Arg::Place(Box::new(place)))
            }
            (Kind::Place | Kind::MapPlace | Kind::ListPlace, _) => wrong("a path"),
            (Kind::ListOf(kind), ExprKind::List(items)) => {
                let items: Result<Vec<Arg>, Fault> =
                    items.iter().map(|item| self.typed(item, *kind)).collect();
                Ok(Arg::List(items?))
            }
            (Kind::ListOf(_), _) => wrong("a list"),
            // Older editors take a map to change as any value; only a path makes the change last.
            (Kind::Map, ExprKind::Path(path)) => {
                let place = self.path(path)?;
                Ok(Arg::Place(Box::new(place)))
            }
            _ => self.coerced(expr, kind),
        }
    }

    fn coerced(&mut self, expr: &Expr, kind: Kind) -> Result<Arg, Fault> {
        let inner = self.getter(expr)?;
        if kind == Kind::Any {
            return Ok(Arg::Getter(inner));
        }
        if let Kind::Probe(kind) = kind {
            return match inner.literal().map(|value| coerce(value.clone(), *kind)) {
                Some(Err(error)) if self.setting.version.is_from(LITERALS_CHECKED) => {
                    Err(Fault::of(&expr.span, error))
                }
                _ => Ok(Arg::Getter(inner)),
            };
        }
        let Some(literal) = inner.literal() else {
            return Ok(Arg::Getter(Box::new(Coerced { inner, kind })));
        };
        match coerce(literal.clone(), kind) {
            Ok(value) => Ok(Arg::Getter(Box::new(Literal(value)))),
            Err(error) if self.setting.version.is_from(LITERALS_CHECKED) => {
                Err(Fault::of(&expr.span, error))
            }
            // Older releases see it only when it is asked for.
            Err(_) => Ok(Arg::Getter(Box::new(Coerced { inner, kind }))),
        }
    }
}

/// The name of a field in Go: `ignore_order` is `IgnoreOrder`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = true;
    for character in name.chars() {
        if matches!(character, '_' | ' ' | '-' | '.') {
            upper = true;
        } else if upper && character.is_ascii_lowercase() {
            out.push(character.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(character);
            upper = character.is_ascii_digit();
        }
    }
    out
}

/// A converter's result, indexed.
pub struct Called {
    /// The call.
    pub inner: Box<dyn Getter>,
    /// What its result is indexed by.
    pub keys: Vec<Key>,
    /// The release.
    pub version: Version,
}

impl Getter for Called {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        let mut value = self.inner.get(scene)?;
        for key in &self.keys {
            value = match key {
                Key::Str(text) => keyed(&value, text)?,
                Key::Int(index) => indexed(&value, *index)?,
                Key::Expr(_) if !self.version.is_from(COMPUTED_KEYS_OF_CALLS) => {
                    return Err(
                        "neither map nor slice index were set; this is a bug in OTTL".into(),
                    );
                }
                Key::Expr(getter) => match getter.get(scene)? {
                    Val::Str(text) => keyed(&value, &text)?,
                    Val::Int(index) => indexed(&value, index)?,
                    Val::Nil => {
                        return Err("key expression returned nil, expected an int or string".into());
                    }
                    other => {
                        let found = other.go_type();
                        return Err(format!(
                            "key expression must evaluate to string or int, got {found}"
                        ));
                    }
                },
            };
        }
        Ok(value)
    }
}

fn keyed(value: &Val, key: &str) -> Result<Val, String> {
    match value {
        Val::Map(map) => {
            let found = map.get(key).map(Val::from);
            found.ok_or_else(|| "key not found in map".to_owned())
        }
        other => Err(unindexable(other, "string")),
    }
}

fn indexed(value: &Val, index: i64) -> Result<Val, String> {
    let at = usize::try_from(index).ok();
    let found = match value {
        Val::List(list) if list.kind != ListKind::Other => {
            at.and_then(|at| list.items.get(at)).cloned()
        }
        // A byte of Go is no whole number that could be compared.
        Val::Bytes(bytes) => at
            .and_then(|at| bytes.get(at))
            .map(|_| Val::Opaque("uint8")),
        other => return Err(unindexable(other, "int")),
    };
    found.ok_or_else(|| format!("index {index} out of bounds"))
}

fn unindexable(value: &Val, by: &str) -> String {
    let found = match value {
        Val::Nil => "<nil>",
        _ => value.go_type(),
    };
    format!("type {found} does not support {by} indexing")
}
