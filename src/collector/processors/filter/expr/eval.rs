//! Runs an expression (`vm/vm.go` of expr-lang).

use std::collections::BTreeMap;

use super::Dialect;
use super::Environment;
use super::ast::Builtin;
use super::ast::Kind;
use super::ast::Node;
use super::ast::Op;
use super::functions;
use super::value::Text;
use super::value::V;
use crate::collector::regex::GoRegex;

/// Items that one run may make (`vm/utils.go`).
const BUDGET: u64 = 1_000_000;

/// What expr-lang says of a run that makes more.
pub(super) const OVER_BUDGET: &str = "memory budget exceeded";

/// Whether so many items may be made.
///
/// # Errors
/// They are too many.
pub(super) fn within(items: u64) -> Result<(), String> {
    if items >= BUDGET {
        return Err(OVER_BUDGET.to_owned());
    }
    Ok(())
}

/// Why a part has no value.
enum Stop {
    /// It failed.
    Failed(String),
    /// A `?.` met nil: the whole chain is nil.
    Nil,
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// The value of an expression for one data point.
///
/// # Errors
/// It fails; so says its text.
pub(super) fn run(
    node: &Node,
    environment: &Environment<'_>,
    dialect: Dialect,
) -> Result<V, String> {
    let mut run = Run {
        environment,
        dialect,
        variables: Vec::new(),
        items: Vec::new(),
        memory: 0,
    };
    match run.value(node) {
        Ok(value) => Ok(value),
        Err(Stop::Nil) => Ok(V::Nil),
        Err(Stop::Failed(message)) => Err(message),
    }
}

struct Run<'a> {
    environment: &'a Environment<'a>,
    dialect: Dialect,
    variables: Vec<(&'a str, V)>,
    items: Vec<V>,
    memory: u64,
}

fn truth(value: &V) -> Result<bool, String> {
    match value {
        V::Bool(value) => Ok(*value),
        other => Err(format!("{} is no truth value", other.go_type())),
    }
}

impl<'a> Run<'a> {
    fn grow(&mut self, items: u64) -> Result<(), String> {
        self.memory = self.memory.saturating_add(items);
        within(self.memory)
    }

    fn truth(&mut self, node: &'a Node) -> Result<bool, Stop> {
        Ok(truth(&self.value(node)?)?)
    }

    fn values(&mut self, nodes: &'a [Node]) -> Result<Vec<V>, Stop> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn value(&mut self, node: &'a Node) -> Result<V, Stop> {
        Ok(match &node.kind {
            Kind::Nil => V::Nil,
            Kind::Bool(value) => V::Bool(*value),
            Kind::Int(value) => V::Int(*value),
            Kind::Float(value) => V::Float(*value),
            Kind::Str(text) => V::Str(text.clone()),
            Kind::Name(name) => self.name(name)?,
            Kind::Call { name, arguments } => {
                let arguments = self.values(arguments)?;
                self.call(name, &arguments)?
            }
            Kind::Not(inner) => V::Bool(!self.truth(inner)?),
            Kind::Sign { minus, node } => match (minus, self.value(node)?) {
                (false, value) => value,
                (true, V::Int(value)) => V::Int(value.wrapping_neg()),
                (true, V::Float(value)) => V::Float(-value),
                (true, V::Byte(value)) => V::Byte(value.wrapping_neg()),
                (true, value) => {
                    return Err(format!("invalid operation: - {}", value.go_type()).into());
                }
            },
            Kind::Binary { op, left, right } => self.binary(*op, left, right)?,
            Kind::EqualAs { .. }
            | Kind::Matches(..)
            | Kind::InTexts(..)
            | Kind::InInts(..)
            | Kind::InRange(..) => V::Bool(self.test(&node.kind)?),
            Kind::Chain(inner) => match self.value(inner) {
                Err(Stop::Nil) => V::Nil,
                other => other?,
            },
            Kind::Member {
                base,
                key,
                optional,
            } => {
                let base = self.value(base)?;
                if *optional && matches!(base, V::Nil) {
                    return Err(Stop::Nil);
                }
                let key = self.value(key)?;
                base.fetch(&key)?
            }
            Kind::Slice { base, from, to } => {
                let base = self.value(base)?;
                let to = match to {
                    Some(to) => self.value(to)?,
                    None => V::Int(base.len().ok_or_else(|| {
                        format!("invalid argument for len (type {})", base.go_type())
                    })?),
                };
                let from = match from {
                    Some(from) => self.value(from)?,
                    None => V::Int(0),
                };
                base.slice(&from, &to)?
            }
            Kind::Builtin(builtin) => self.builtin(builtin)?,
            Kind::Pointer => self
                .items
                .last()
                .cloned()
                .ok_or_else(|| "no item to look at".to_owned())?,
            Kind::Let { name, value, body } => {
                let value = self.value(value)?;
                self.variables.push((name, value));
                let value = self.value(body);
                self.variables.pop();
                value?
            }
            Kind::Sequence(nodes) => self.values(nodes)?.pop().unwrap_or(V::Nil),
            Kind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                let hit = self.truth(condition)?;
                self.value(if hit { then } else { otherwise })?
            }
            Kind::Array(nodes) => self.array(nodes)?,
            Kind::Map(pairs) => self.map(pairs)?,
        })
    }

    /// What the optimizer has made of `==`, `matches` and `in`.
    fn test(&mut self, kind: &'a Kind) -> Result<bool, Stop> {
        Ok(match kind {
            Kind::EqualAs { texts, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                match (texts, &left, &right) {
                    (true, V::Str(left), V::Str(right)) => left == right,
                    (false, V::Int(left), V::Int(right)) => left == right,
                    _ => {
                        let (left, right) = (left.go_type(), right.go_type());
                        let message =
                            format!("{left} and {right} are not of the type that was taken");
                        return Err(message.into());
                    }
                }
            }
            Kind::Matches(inner, regex) => match self.value(inner)? {
                V::Nil => false,
                V::Str(text) => regex.is_match(&text),
                other => return Err(no_text(&other).into()),
            },
            Kind::InTexts(inner, texts) => match self.value(inner)? {
                V::Nil => texts.contains(""),
                V::Str(text) => texts.contains(text.as_str()),
                other => return Err(no_text(&other).into()),
            },
            Kind::InInts(inner, ints) => match self.value(inner)? {
                V::Nil => ints.contains(&0),
                V::Int(value) => ints.contains(&value),
                other => return Err(format!("{} is no int", other.go_type()).into()),
            },
            Kind::InRange(inner, from, to) => {
                let value = self.value(inner)?;
                compared(Op::MoreEqual, &value, &V::Int(*from))?
                    && compared(Op::LessEqual, &value, &V::Int(*to))?
            }
            other => return Err(format!("{other:?} is no test").into()),
        })
    }

    fn array(&mut self, nodes: &'a [Node]) -> Result<V, Stop> {
        let items = self.values(nodes)?;
        let literal = |node: &Node| {
            matches!(
                node.kind,
                Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Bool(_)
            )
        };
        // A list of literals is there before anything runs.
        if !nodes.iter().all(literal) {
            self.grow(items.len() as u64)?;
        }
        Ok(V::list(items))
    }

    fn map(&mut self, pairs: &'a [(Node, Node)]) -> Result<V, Stop> {
        let mut made = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            made.push((self.value(key)?, self.value(value)?));
        }
        self.grow(made.len() as u64)?;
        let mut map = BTreeMap::new();
        // The last pair is set first, so the first one of a key stays.
        for (key, value) in made.into_iter().rev() {
            let V::Str(key) = key else {
                return Err(no_text(&key).into());
            };
            map.insert(key.to_string(), value);
        }
        Ok(V::Map(map.into()))
    }

    fn name(&self, name: &str) -> Result<V, String> {
        let mut from_inside = self.variables.iter().rev();
        if let Some((_, value)) = from_inside.find(|(known, _)| *known == name) {
            return Ok(value.clone());
        }
        match name {
            "MetricName" => Ok(V::from(self.environment.name)),
            "MetricType" => Ok(V::from(self.environment.kind)),
            _ => Err(format!(
                "cannot fetch {name}: there are MetricName, MetricType, HasLabel(key) and Label(key)"
            )),
        }
    }

    fn call(&self, name: &str, arguments: &[V]) -> Result<V, String> {
        let is_variable = self.variables.iter().any(|(known, _)| *known == name);
        if is_variable || !super::METHODS.contains(&name) {
            return Err(format!(
                "{name} cannot be called: there are HasLabel(key) and Label(key)"
            ));
        }
        let key = match arguments {
            [V::Str(key)] => key.clone(),
            [V::Nil] if self.dialect.is_new() => Text::default(),
            [other] => return Err(no_text(other)),
            _ => return Err(format!("{name} takes one key, not {}", arguments.len())),
        };
        if name == "HasLabel" {
            return Ok(V::Bool(self.environment.attributes.get(&key).is_some()));
        }
        Ok(V::Str(self.environment.label(&key)))
    }

    fn binary(&mut self, op: Op, left: &'a Node, right: &'a Node) -> Result<V, Stop> {
        let left = self.value(left)?;
        match op {
            Op::And | Op::Or => {
                return if truth(&left)? == (op == Op::Or) {
                    Ok(left)
                } else {
                    self.value(right)
                };
            }
            Op::Coalesce if !matches!(left, V::Nil) => return Ok(left),
            Op::Coalesce => return self.value(right),
            _ => {}
        }
        let right = self.value(right)?;
        if op == Op::Range {
            return self.range(&left, &right);
        }
        Ok(sides(op, &left, &right)?)
    }

    fn range(&mut self, from: &V, to: &V) -> Result<V, Stop> {
        let number = |value: &V| {
            value
                .as_int()
                .ok_or_else(|| format!("invalid operation: int({})", value.go_type()))
        };
        let (from, to) = (number(from)?, number(to)?);
        let size = to.wrapping_sub(from).wrapping_add(1).max(0);
        self.grow(size as u64)?;
        Ok(V::ints((0..size).map(|step| from.wrapping_add(step))))
    }

    fn builtin(&mut self, builtin: &'a Builtin) -> Result<V, Stop> {
        if !functions::is_predicate(builtin.name) {
            let arguments = self.values(&builtin.arguments)?;
            return Ok(functions::call(
                builtin.name,
                &arguments,
                &mut self.memory,
                self.dialect,
            )?);
        }
        let (list, predicate) = match builtin.arguments.as_slice() {
            [list] => (list, None),
            [list, predicate, ..] => (list, Some(predicate)),
            [] => return Err(format!("{} needs a list", builtin.name).into()),
        };
        let items = match self.value(list)? {
            V::List(_, items) => items,
            V::Str(text) => text.bytes().map(V::Byte).collect(),
            V::Map(map) if map.is_empty() => [].into(),
            V::Map(_) => {
                let what = format!("`{}` of a map{}", builtin.name, super::REFUSED);
                return Err(what.into());
            }
            other => return Err(format!("{} has no items", other.go_type()).into()),
        };
        self.predicate(builtin, predicate, &items)
    }

    fn predicate(
        &mut self,
        builtin: &'a Builtin,
        predicate: Option<&'a Node>,
        items: &[V],
    ) -> Result<V, Stop> {
        let name = builtin.name;
        let mut found = Vec::new();
        let mut count: i64 = 0;
        let backwards = name.starts_with("findLast");
        for step in 0..items.len() {
            let index = if backwards {
                items.len() - 1 - step
            } else {
                step
            };
            let item = &items[index];
            let said = match predicate {
                Some(predicate) => self.with(item, predicate)?,
                None => item.clone(),
            };
            if name == "map" {
                found.push(said);
                continue;
            }
            let hit = truth(&said)?;
            match (name, hit) {
                ("all", false) | ("none", true) => return Ok(V::Bool(false)),
                ("any", true) => return Ok(V::Bool(true)),
                ("filter" | "find" | "findLast", true) => {
                    let made = match &builtin.map {
                        Some(map) => self.with(item, map)?,
                        None => item.clone(),
                    };
                    if name != "filter" {
                        return Ok(made);
                    }
                    found.push(made);
                }
                ("findIndex" | "findLastIndex", true) => return Ok(V::Int(index as i64)),
                ("count" | "one", true) => count += 1,
                _ => {}
            }
            if hit && builtin.enough.is_some_and(|enough| count >= enough) {
                break;
            }
        }
        Ok(match name {
            "all" | "none" => V::Bool(true),
            "any" => V::Bool(false),
            "one" => V::Bool(count == 1),
            "count" => V::Int(count),
            "filter" | "map" => {
                self.grow(found.len() as u64)?;
                V::list(found)
            }
            _ if builtin.throws => {
                return Err("reflect: slice index out of range".to_owned().into());
            }
            _ => V::Nil,
        })
    }

    fn with(&mut self, item: &V, node: &'a Node) -> Result<V, Stop> {
        self.items.push(item.clone());
        let value = self.value(node);
        self.items.pop();
        value
    }
}

fn no_text(value: &V) -> String {
    format!("{} is no string", value.go_type())
}

/// What an operator makes of two values.
fn sides(op: Op, left: &V, right: &V) -> Result<V, String> {
    match op {
        Op::Equal => Ok(V::Bool(left.equals(right))),
        Op::Unequal => Ok(V::Bool(!left.equals(right))),
        Op::In => left.is_in(right).map(V::Bool),
        Op::Less | Op::More | Op::LessEqual | Op::MoreEqual => {
            compared(op, left, right).map(V::Bool)
        }
        Op::Matches | Op::Contains | Op::StartsWith | Op::EndsWith => {
            if matches!(left, V::Nil) || matches!(right, V::Nil) {
                return Ok(V::Bool(false));
            }
            let (V::Str(text), V::Str(part)) = (left, right) else {
                let other = if matches!(left, V::Str(_)) {
                    right
                } else {
                    left
                };
                return Err(no_text(other));
            };
            Ok(V::Bool(match op {
                Op::Contains => text.contains(part.as_str()),
                Op::StartsWith => text.starts_with(part.as_str()),
                Op::EndsWith => text.ends_with(part.as_str()),
                _ => GoRegex::new(part)
                    .map_err(|error| error.to_string())?
                    .is_match(text),
            }))
        }
        _ => calculated(op, left, right),
    }
}

fn compared(op: Op, left: &V, right: &V) -> Result<bool, String> {
    fn holds<T: PartialOrd>(op: Op, left: &T, right: &T) -> bool {
        match op {
            Op::Less => left < right,
            Op::More => left > right,
            Op::LessEqual => left <= right,
            _ => left >= right,
        }
    }
    if let (Some(left), Some(right)) = (left.whole(), right.whole()) {
        return Ok(holds(op, &left, &right));
    }
    if let (Some(left), Some(right)) = (left.as_float(), right.as_float()) {
        return Ok(holds(op, &left, &right));
    }
    match (left, right) {
        (V::Str(left), V::Str(right)) => Ok(holds(op, &left.as_bytes(), &right.as_bytes())),
        _ => Err(invalid(op, left, right)),
    }
}

fn invalid(op: Op, left: &V, right: &V) -> String {
    let (op, left, right) = (op.text(), left.go_type(), right.go_type());
    format!("invalid operation: {left} {op} {right}")
}

fn calculated(op: Op, left: &V, right: &V) -> Result<V, String> {
    if let (Op::Add, V::Str(left), V::Str(right)) = (op, left, right) {
        return Ok(V::from(format!("{left}{right}")));
    }
    match (op, left.whole(), right.whole()) {
        (Op::Add, Some(a), Some(b)) => return Ok(V::Int(a.wrapping_add(b))),
        (Op::Subtract, Some(a), Some(b)) => return Ok(V::Int(a.wrapping_sub(b))),
        (Op::Multiply, Some(a), Some(b)) => return Ok(V::Int(a.wrapping_mul(b))),
        (Op::Modulo, Some(_), Some(0)) => {
            return Err("runtime error: integer divide by zero".to_owned());
        }
        (Op::Modulo, Some(a), Some(b)) => return Ok(V::Int(a.wrapping_rem(b))),
        _ => {}
    }
    let (Some(a), Some(b)) = (left.as_float(), right.as_float()) else {
        return Err(invalid(op, left, right));
    };
    Ok(V::Float(match op {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::Divide => a / b,
        _ => return Err(invalid(op, left, right)),
    }))
}
