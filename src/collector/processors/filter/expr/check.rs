//! What is refused for the types of its parts (`checker/checker.go` of expr-lang).
//!
//! The checker of expr-lang knows nothing of the environment here, so fields and labels are of any type, and
//! only literals can be of a wrong one.

use super::Dialect;
use super::Fault;
use super::ast::Builtin;
use super::ast::Kind;
use super::ast::Node;
use super::ast::Op;
use super::functions;
use super::types::Ty;

/// Gives every part its type.
///
/// # Errors
/// Types do not fit, or something is not simulated.
pub(super) fn check(node: &mut Node, dialect: Dialect) -> Result<(), Fault> {
    let mut checker = Checker {
        dialect,
        variables: Vec::new(),
        items: Vec::new(),
    };
    checker.visit(node).map(|_| ())
}

struct Checker {
    dialect: Dialect,
    variables: Vec<(String, Ty)>,
    /// Lists that predicates go through, from the outside in.
    items: Vec<Ty>,
}

fn wrong<T>(message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Wrong(message.into()))
}

/// Whether one side is unknown and the other unknown or one of these.
fn maybe(left: &Ty, right: &Ty, is: impl Fn(&Ty) -> bool) -> bool {
    match (left.is_any(), right.is_any()) {
        (true, true) => true,
        (true, false) => is(right),
        (false, true) => is(left),
        (false, false) => false,
    }
}

fn combined(left: &Ty, right: &Ty) -> Ty {
    if left.is_int() && right.is_int() {
        Ty::Int
    } else {
        Ty::Float
    }
}

impl Checker {
    fn unknown(&self) -> Ty {
        if self.dialect.is_new() {
            Ty::Unknown
        } else {
            Ty::Any
        }
    }

    fn visit(&mut self, node: &mut Node) -> Result<Ty, Fault> {
        let ty = match &mut node.kind {
            Kind::Nil => Ty::Nil,
            Kind::Int(_) => Ty::Int,
            Kind::Float(_) => Ty::Float,
            Kind::Str(_) => Ty::Str,
            Kind::Name(name) => self.name(name)?,
            Kind::Call { name, arguments } => {
                let callee = self.variable(name);
                if let Some(ty) = callee.filter(|ty| !ty.is_any()) {
                    return wrong(format!("{} is not callable", ty.text()));
                }
                if name == "$env" {
                    return Err(Fault::NotSimulated("`$env`".into()));
                }
                for argument in arguments {
                    self.unseen(argument)?;
                }
                self.unknown()
            }
            Kind::Not(inner) => {
                let ty = self.visit(inner)?;
                if !ty.is_bool() && !ty.is_any() {
                    return wrong(format!(
                        "invalid operation: not (mismatched type {})",
                        ty.text()
                    ));
                }
                Ty::Bool
            }
            Kind::Sign { node: inner, .. } => {
                let ty = self.visit(inner)?;
                if ty.is_any() {
                    self.unknown()
                } else if ty.is_number() {
                    ty
                } else {
                    return wrong(format!(
                        "invalid operation: sign (mismatched type {})",
                        ty.text()
                    ));
                }
            }
            Kind::Binary { op, left, right } => {
                let (l, r) = (self.visit(left)?, self.visit(right)?);
                self.binary(*op, &l, &r)?
            }
            Kind::Bool(_)
            | Kind::EqualAs { .. }
            | Kind::Matches(..)
            | Kind::InTexts(..)
            | Kind::InInts(..)
            | Kind::InRange(..) => Ty::Bool,
            Kind::Chain(inner) => self.visit(inner)?,
            Kind::Member { base, key, .. } => {
                let (base, ty) = (self.visit(base)?, self.visit(key)?);
                self.member(&base, &ty)?
            }
            Kind::Slice { base, from, to } => {
                let ty = self.visit(base)?;
                self.slice(ty, [from, to].into_iter().flatten())?
            }
            Kind::Builtin(builtin) => self.builtin(builtin)?,
            Kind::Pointer => match self.items.last() {
                None => return wrong("cannot use pointer accessor outside predicate"),
                Some(list) if list.is_any() => self.unknown(),
                Some(list) => list.item(),
            },
            Kind::Let { name, value, body } => self.declared(name, value, body)?,
            Kind::Sequence(nodes) => {
                let mut last = Ty::Unknown;
                for node in nodes {
                    last = self.visit(node)?;
                }
                last
            }
            Kind::Conditional(parts) => {
                let [condition, then, otherwise] = &mut **parts;
                let ty = self.visit(condition)?;
                if !ty.is_bool() && !ty.is_any() {
                    let message = "non-bool expression (type {}) used as condition";
                    return wrong(message.replace("{}", ty.text()));
                }
                let (then, otherwise) = (self.visit(then)?, self.visit(otherwise)?);
                self.either(then, otherwise)
            }
            Kind::Array(nodes) => self.array(nodes)?,
            Kind::Map(pairs) => {
                for (key, value) in pairs {
                    self.visit(key)?;
                    self.visit(value)?;
                }
                Ty::Map
            }
        };
        node.ty = ty.clone();
        Ok(ty)
    }

    fn slice<'n>(
        &mut self,
        ty: Ty,
        indices: impl Iterator<Item = &'n mut Box<Node>>,
    ) -> Result<Ty, Fault> {
        if ty.is_any() && self.dialect.is_new() {
            for index in indices {
                self.unseen(index)?;
            }
            return Ok(self.unknown());
        }
        if !ty.is_any() && !ty.is_text() && !ty.is_list() {
            return wrong(format!("cannot slice {}", ty.text()));
        }
        for index in indices {
            let index = self.visit(index)?;
            if !index.is_int() && !index.is_any() {
                return wrong(format!("non-integer slice index {}", index.text()));
            }
        }
        Ok(bare(ty))
    }

    fn declared(&mut self, name: &str, value: &mut Node, body: &mut Node) -> Result<Ty, Fault> {
        if functions::is_name(name) {
            return wrong(format!("cannot redeclare builtin {name}"));
        }
        if self.variable(name).is_some() {
            return wrong(format!("cannot redeclare variable {name}"));
        }
        let value = self.visit(value)?;
        self.variables.push((name.to_owned(), value));
        let ty = self.visit(body)?;
        self.variables.pop();
        Ok(ty)
    }

    /// A part that expr-lang does not look at, because it knows nothing of what stands before it. What it would
    /// refuse elsewhere may then do anything, so it is refused.
    fn unseen(&mut self, node: &mut Node) -> Result<(), Fault> {
        self.visit(node).map_err(|fault| match fault {
            Fault::Wrong(message) => {
                Fault::NotSimulated(format!("a part that cannot be right ({message})"))
            }
            Fault::NotSimulated(what) => Fault::NotSimulated(what),
        })?;
        forget(node);
        Ok(())
    }

    fn variable(&self, name: &str) -> Option<Ty> {
        let mut from_inside = self.variables.iter().rev();
        from_inside
            .find(|(known, _)| known == name)
            .map(|(_, ty)| ty.clone())
    }

    fn name(&self, name: &str) -> Result<Ty, Fault> {
        if let Some(ty) = self.variable(name) {
            return Ok(ty);
        }
        if name == "$env" {
            return Err(Fault::NotSimulated("`$env`".into()));
        }
        if functions::is_name(name) || super::METHODS.contains(&name) {
            let what = format!("the function `{name}` as a value");
            return Err(Fault::NotSimulated(what));
        }
        Ok(self.unknown())
    }

    fn binary(&self, op: Op, left: &Ty, right: &Ty) -> Result<Ty, Fault> {
        let both = |is: fn(&Ty) -> bool| is(left) && is(right);
        let text = |ty: &Ty| ty.is_text();
        let fits = match op {
            Op::Equal | Op::Unequal => left.is_comparable_to(right).then_some(Ty::Bool),
            Op::Or | Op::And => {
                (both(Ty::is_bool) || maybe(left, right, Ty::is_bool)).then_some(Ty::Bool)
            }
            Op::Less | Op::More | Op::LessEqual | Op::MoreEqual => (both(Ty::is_number)
                || both(Ty::is_text)
                || maybe(left, right, |ty| ty.is_number() || ty.is_text()))
            .then_some(Ty::Bool),
            Op::Add | Op::Subtract | Op::Multiply if both(Ty::is_number) => {
                Some(combined(left, right))
            }
            Op::Subtract | Op::Multiply => {
                maybe(left, right, Ty::is_number).then(|| self.unknown())
            }
            Op::Add if both(Ty::is_text) => Some(Ty::Str),
            Op::Add => {
                maybe(left, right, |ty| ty.is_number() || ty.is_text()).then(|| self.unknown())
            }
            Op::Divide => {
                (both(Ty::is_number) || maybe(left, right, Ty::is_number)).then_some(Ty::Float)
            }
            Op::Modulo if both(Ty::is_int) => Some(Ty::Int),
            Op::Modulo if maybe(left, right, Ty::is_int) => Some(if self.dialect.is_new() {
                Ty::Int
            } else {
                Ty::Any
            }),
            Op::Modulo => None,
            Op::In => return self.is_in(left, right),
            Op::Matches | Op::Contains | Op::StartsWith | Op::EndsWith => {
                (both(Ty::is_text) || maybe(left, right, text)).then_some(Ty::Bool)
            }
            Op::Range => (both(Ty::is_int) || maybe(left, right, Ty::is_int)).then(|| {
                if self.dialect.is_new() {
                    Ty::List(Box::new(Ty::Int), None)
                } else {
                    Ty::Ints
                }
            }),
            Op::Coalesce => Some(match (left, right) {
                (Ty::Nil, other) | (other, Ty::Nil) => bare(other.clone()),
                _ if right.is_assignable_to(left) => bare(left.clone()),
                _ => self.unknown(),
            }),
        };
        fits.map_or_else(|| mismatched(op, left, right), Ok)
    }

    fn is_in(&self, left: &Ty, right: &Ty) -> Result<Ty, Fault> {
        let is_nil = *left == Ty::Nil;
        if *right == Ty::Map {
            let fits = left.is_any() || left.is_text() || is_nil && !self.dialect.is_new();
            if fits {
                return Ok(Ty::Bool);
            }
            let left = left.text();
            return wrong(format!("cannot use {left} as type string in map key"));
        }
        if right.is_list() {
            let item = right.item();
            let hint = match right {
                Ty::List(_, Some(hint)) => left.is_comparable_to(hint),
                _ => true,
            };
            if is_nil || left.is_comparable_to(&item) && hint {
                return Ok(Ty::Bool);
            }
            let (left, item) = (left.text(), item.text());
            return wrong(format!("cannot use {left} as type {item} in array"));
        }
        if left.is_any() && right.is_text() || right.is_any() {
            return Ok(Ty::Bool);
        }
        mismatched(Op::In, left, right)
    }

    fn member(&self, base: &Ty, key: &Ty) -> Result<Ty, Fault> {
        match base {
            base if base.is_any() => Ok(self.unknown()),
            Ty::Map => {
                let nil = *key == Ty::Nil && !self.dialect.is_new();
                if key.is_text() || key.is_any() || nil {
                    return Ok(Ty::Any);
                }
                let key = key.text();
                wrong(format!(
                    "cannot use {key} to get an element from {}",
                    base.text()
                ))
            }
            base if base.is_list() => {
                if key.is_int() || key.is_any() {
                    return Ok(base.item());
                }
                let key = key.text();
                wrong(format!(
                    "array elements can only be selected using an integer (got {key})"
                ))
            }
            _ => wrong(format!("type {}[{}] is undefined", base.text(), key.text())),
        }
    }

    fn either(&self, then: Ty, otherwise: Ty) -> Ty {
        match (then, otherwise) {
            (Ty::Nil, other) | (other, Ty::Nil) => bare(other),
            (then, otherwise) if then.is_assignable_to(&otherwise) => {
                let (Ty::List(one, _), Ty::List(other, _)) = (&then, &otherwise) else {
                    return bare(then);
                };
                let alike = one.is_assignable_to(other) && other.is_assignable_to(one);
                if self.dialect.is_new() && !alike {
                    Ty::list()
                } else {
                    bare(then)
                }
            }
            _ => self.unknown(),
        }
    }

    fn array(&mut self, nodes: &mut [Node]) -> Result<Ty, Fault> {
        let mut previous: Option<Ty> = None;
        let mut alike = true;
        let is_new = self.dialect.is_new();
        for node in nodes {
            let ty = self.visit(node)?;
            if let Some(previous) = &previous {
                let nil = *previous == Ty::Nil || ty == Ty::Nil;
                alike &= ty.is_kind_of(previous) && (is_new || !nil);
            }
            previous = Some(ty);
        }
        Ok(match previous {
            Some(ty) if alike && is_new => Ty::List(Box::new(ty), None),
            None if is_new => Ty::List(Box::new(Ty::Unknown), None),
            Some(ty) if alike && ty != Ty::Nil => Ty::List(Box::new(Ty::Any), Some(Box::new(ty))),
            _ => Ty::list(),
        })
    }

    fn builtin(&mut self, builtin: &mut Builtin) -> Result<Ty, Fault> {
        let name = builtin.name;
        let is_new = self.dialect.is_new();
        if !functions::is_predicate(name) {
            let types: Result<Vec<Ty>, Fault> = builtin
                .arguments
                .iter_mut()
                .map(|argument| self.visit(argument))
                .collect();
            return functions::check(name, &types?, self.dialect);
        }
        let [list, rest @ ..] = builtin.arguments.as_mut_slice() else {
            return wrong(format!("`{name}` needs a list"));
        };
        let list = self.visit(list)?;
        if !list.is_any() && !list.is_list() {
            return wrong(format!(
                "builtin {name} takes only array (got {})",
                list.text()
            ));
        }
        let mut out = Ty::Bool;
        if let [predicate] = rest {
            self.items.push(list.clone());
            out = self.visit(predicate)?;
            self.items.pop();
            if out == Ty::Nil {
                return wrong("predicate should has one input and one output param");
            }
            if name != "map" && !out.is_bool() && !out.is_any() {
                return wrong(format!(
                    "predicate should return boolean (got {})",
                    out.text()
                ));
            }
        }
        Ok(match name {
            "filter" if is_new && !list.is_any() => Ty::List(Box::new(list.item()), None),
            "map" if is_new => Ty::List(Box::new(out), None),
            "filter" | "map" => Ty::list(),
            "find" | "findLast" if list.is_any() => self.unknown(),
            "find" | "findLast" => list.item(),
            "count" | "findIndex" | "findLastIndex" => Ty::Int,
            _ => Ty::Bool,
        })
    }
}

fn forget(node: &mut Node) {
    node.ty = Ty::Unset;
    for child in node.children() {
        forget(child);
    }
}

/// What literals in a list share is forgotten where one of two lists is taken.
fn bare(ty: Ty) -> Ty {
    match ty {
        Ty::List(item, _) => Ty::List(item, None),
        other => other,
    }
}

fn mismatched(op: Op, left: &Ty, right: &Ty) -> Result<Ty, Fault> {
    let (op, left, right) = (op.text(), left.text(), right.text());
    wrong(format!(
        "invalid operation: {op} (mismatched types {left} and {right})"
    ))
}
