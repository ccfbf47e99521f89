//! What expr-lang rewrites before it runs anything (`optimizer` of expr-lang), as far as outcomes depend on it.
//!
//! They do: what is folded away can no longer fail, a search ends at the first hit, and two predicates over one
//! list go through it together.

use std::collections::BTreeSet;

use super::Dialect;
use super::Fault;
use super::ast::Builtin;
use super::ast::Kind;
use super::ast::Node;
use super::ast::Op;
use super::types::Ty;
use crate::collector::regex::GoRegex;
use crate::collector::regex::RegexError;
use crate::collector::text::Text;

/// One way of rewriting.
type Pass = fn(&mut Node, Dialect);

/// Rewrites a checked tree, and fixes how its sides are compared.
///
/// # Errors
/// A remainder of a division by zero, or a pattern that is none.
pub(super) fn optimize(node: &mut Node, dialect: Dialect) -> Result<(), Fault> {
    walk(node, &mut |node| {
        in_array(node);
        Ok(())
    })?;
    while fold_all(node)? {}
    let passes: &[Pass] = &[
        in_range,
        filter_map,
        filter_length,
        filter_last,
        filter_first,
        combine,
        count_any,
        count_enough,
    ];
    for pass in passes {
        walk(node, &mut |node| {
            pass(node, dialect);
            Ok(())
        })?;
    }
    walk(node, &mut settle)
}

/// Visits all parts, the inner ones first.
fn walk(
    node: &mut Node,
    visit: &mut dyn FnMut(&mut Node) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for child in node.children() {
        walk(child, visit)?;
    }
    if let Kind::Builtin(Builtin { map: Some(map), .. }) = &mut node.kind {
        walk(map, visit)?;
    }
    visit(node)
}

fn take(node: &mut Node) -> Node {
    std::mem::replace(node, Node::instead(Kind::Nil, Ty::Unset))
}

/// The type of what stands for another part: the older dialect forgets it.
fn kept(ty: &Ty, dialect: Dialect) -> Ty {
    if dialect.is_new() {
        ty.clone()
    } else {
        Ty::Unset
    }
}

fn in_array(node: &mut Node) {
    let Kind::Binary {
        op: Op::In,
        left,
        right,
    } = &mut node.kind
    else {
        return;
    };
    let Kind::Array(items) = &right.kind else {
        return;
    };
    if items.is_empty() {
        return;
    }
    let ints: Option<BTreeSet<i64>> = items
        .iter()
        .map(|item| match &item.kind {
            Kind::Int(value) => Some(*value),
            _ => None,
        })
        .collect();
    if let (Some(ints), Ty::Int) = (ints, &left.ty) {
        node.kind = Kind::InInts(Box::new(take(left)), ints);
        return;
    }
    let texts: Option<BTreeSet<String>> = items
        .iter()
        .map(|item| match &item.kind {
            Kind::Str(text) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    if let Some(texts) = texts {
        node.kind = Kind::InTexts(Box::new(take(left)), texts);
    }
}

fn fold_all(node: &mut Node) -> Result<bool, Fault> {
    let mut folded = false;
    walk(node, &mut |node| {
        if let Some(instead) = fold(node)? {
            *node = instead;
            folded = true;
        }
        Ok(())
    })?;
    Ok(folded)
}

/// What a part of literals comes to, or one of which only a side matters.
fn fold(node: &mut Node) -> Result<Option<Node>, Fault> {
    let literal = |kind, ty| Ok(Some(Node::instead(kind, ty)));
    match &mut node.kind {
        Kind::Sign { minus, node } => match node.kind {
            Kind::Int(value) if *minus => literal(Kind::Int(value.wrapping_neg()), Ty::Int),
            Kind::Float(value) if *minus => literal(Kind::Float(-value), Ty::Float),
            Kind::Int(value) => literal(Kind::Int(value), Ty::Int),
            Kind::Float(value) => literal(Kind::Float(value), Ty::Float),
            _ => Ok(None),
        },
        Kind::Not(inner) => match inner.kind {
            Kind::Bool(value) => literal(Kind::Bool(!value), Ty::Bool),
            _ => Ok(None),
        },
        Kind::Binary {
            op: op @ (Op::And | Op::Or),
            left,
            right,
        } => {
            // The truth value that changes nothing.
            let neutral = *op == Op::And;
            let said = |node: &Node| match node.kind {
                Kind::Bool(value) => Some(value),
                _ => None,
            };
            match (said(left), said(right)) {
                (Some(value), _) if value == neutral => Ok(Some(take(right))),
                (_, Some(value)) if value == neutral => Ok(Some(take(left))),
                (None, None) => Ok(None),
                _ => literal(Kind::Bool(!neutral), Ty::Bool),
            }
        }
        Kind::Binary { op, left, right } => fold_sides(*op, &left.kind, &right.kind),
        Kind::Builtin(outer) if outer.name == "filter" => Ok(merged_filters(outer)),
        _ => Ok(None),
    }
}

fn fold_sides(op: Op, left: &Kind, right: &Kind) -> Result<Option<Node>, Fault> {
    let int = |value| Ok(Some(Node::instead(Kind::Int(value), Ty::Int)));
    let float = |value| Ok(Some(Node::instead(Kind::Float(value), Ty::Float)));
    let bool = |value| Ok(Some(Node::instead(Kind::Bool(value), Ty::Bool)));
    match (op, left, right) {
        (Op::Add, Kind::Int(a), Kind::Int(b)) => int(a.wrapping_add(*b)),
        (Op::Subtract, Kind::Int(a), Kind::Int(b)) => int(a.wrapping_sub(*b)),
        (Op::Multiply, Kind::Int(a), Kind::Int(b)) => int(a.wrapping_mul(*b)),
        (Op::Modulo, Kind::Int(_), Kind::Int(0)) => {
            Err(Fault::Wrong("integer divide by zero".into()))
        }
        (Op::Modulo, Kind::Int(a), Kind::Int(b)) => int(a.wrapping_rem(*b)),
        (Op::Add, Kind::Str(a), Kind::Str(b)) => {
            let text = Text::from(format!("{a}{b}"));
            Ok(Some(Node::instead(Kind::Str(text), Ty::Str)))
        }
        (Op::Equal, Kind::Int(a), Kind::Int(b)) => bool(a == b),
        (Op::Equal, Kind::Str(a), Kind::Str(b)) => bool(a == b),
        (Op::Equal, Kind::Bool(a), Kind::Bool(b)) => bool(a == b),
        (Op::Add | Op::Subtract | Op::Multiply | Op::Divide, _, _) => {
            let number = |kind: &Kind| match kind {
                Kind::Int(value) => Some(*value as f64),
                Kind::Float(value) => Some(*value),
                _ => None,
            };
            let (Some(a), Some(b)) = (number(left), number(right)) else {
                return Ok(None);
            };
            float(match op {
                Op::Add => a + b,
                Op::Subtract => a - b,
                Op::Multiply => a * b,
                _ => a / b,
            })
        }
        _ => Ok(None),
    }
}

/// `filter(filter(list, a), b)` is `filter(list, a && b)`.
fn merged_filters(outer: &mut Builtin) -> Option<Node> {
    let [inner, second] = outer.arguments.as_mut_slice() else {
        return None;
    };
    let Kind::Builtin(inner) = &mut inner.kind else {
        return None;
    };
    let ("filter", [list, first]) = (inner.name, inner.arguments.as_mut_slice()) else {
        return None;
    };
    let (left, right) = (Box::new(take(first)), Box::new(take(second)));
    let both = Kind::Binary {
        op: Op::And,
        left,
        right,
    };
    let arguments = vec![take(list), Node::instead(both, Ty::Bool)];
    Some(Node::instead(made("filter", arguments, None), Ty::Unset))
}

fn made(name: &'static str, arguments: Vec<Node>, map: Option<Box<Node>>) -> Kind {
    Kind::Builtin(Builtin {
        name,
        arguments,
        map,
        throws: false,
        enough: None,
    })
}

fn in_range(node: &mut Node, _: Dialect) {
    let Kind::Binary {
        op: Op::In,
        left,
        right,
    } = &mut node.kind
    else {
        return;
    };
    let Kind::Binary {
        op: Op::Range,
        left: from,
        right: to,
    } = &right.kind
    else {
        return;
    };
    if let (Ty::Int, Kind::Int(from), Kind::Int(to)) = (&left.ty, &from.kind, &to.kind) {
        node.kind = Kind::InRange(Box::new(take(left)), *from, *to);
    }
}

/// The `filter` that a node is, with its list and predicate.
fn as_filter(node: &mut Node) -> Option<&mut Builtin> {
    match &mut node.kind {
        Kind::Builtin(builtin) if builtin.name == "filter" && builtin.arguments.len() == 2 => {
            Some(builtin)
        }
        _ => None,
    }
}

fn sole_argument<'a>(node: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    match &mut node.kind {
        Kind::Builtin(builtin) if builtin.name == name => match builtin.arguments.as_mut_slice() {
            [argument] => Some(argument),
            _ => None,
        },
        _ => None,
    }
}

fn filter_map(node: &mut Node, dialect: Dialect) {
    let ty = kept(&node.ty, dialect);
    let Kind::Builtin(builtin) = &mut node.kind else {
        return;
    };
    let ("map", [list, map]) = (builtin.name, builtin.arguments.as_mut_slice()) else {
        return;
    };
    let Some(filter) = as_filter(list).filter(|filter| filter.map.is_none()) else {
        return;
    };
    let arguments = std::mem::take(&mut filter.arguments);
    let map = Some(Box::new(take(map)));
    *node = Node::instead(made("filter", arguments, map), ty);
}

fn filter_length(node: &mut Node, dialect: Dialect) {
    let ty = kept(&node.ty, dialect);
    let Some(filter) = sole_argument(node, "len").and_then(as_filter) else {
        return;
    };
    let arguments = std::mem::take(&mut filter.arguments);
    *node = Node::instead(made("count", arguments, None), ty);
}

fn filter_last(node: &mut Node, dialect: Dialect) {
    search(node, dialect, "findLast", "last", -1);
}

fn filter_first(node: &mut Node, dialect: Dialect) {
    search(node, dialect, "find", "first", 0);
}

/// `filter(…)[index]` and `first(filter(…))` end at the first hit.
fn search(node: &mut Node, dialect: Dialect, find: &'static str, function: &str, index: i64) {
    let ty = kept(&node.ty, dialect);
    let (throws, filter) = match &mut node.kind {
        Kind::Member {
            base,
            key,
            optional: false,
        } if matches!(key.kind, Kind::Int(value) if value == index) => (true, as_filter(base)),
        _ => (false, sole_argument(node, function).and_then(as_filter)),
    };
    let Some(filter) = filter else {
        return;
    };
    let builtin = Builtin {
        name: find,
        arguments: std::mem::take(&mut filter.arguments),
        map: filter.map.take(),
        throws,
        enough: None,
    };
    *node = Node::instead(Kind::Builtin(builtin), ty);
}

/// `all(list, a) and all(list, b)` is `all(list, a and b)`, and so on.
fn combine(node: &mut Node, dialect: Dialect) {
    let ty = kept(&node.ty, dialect);
    let Kind::Binary { op, left, right } = &mut node.kind else {
        return;
    };
    let (Kind::Builtin(one), Kind::Builtin(other)) = (&mut left.kind, &mut right.kind) else {
        return;
    };
    let op = match (one.name, *op) {
        ("all", Op::And) => Op::And,
        ("any", Op::Or) | ("none", Op::And) => Op::Or,
        _ => return,
    };
    let name = one.name;
    let (true, [list, first], [same, second]) = (
        name == other.name,
        one.arguments.as_mut_slice(),
        other.arguments.as_mut_slice(),
    ) else {
        return;
    };
    if !list.is_like(same) {
        return;
    }
    let (left, right) = (Box::new(take(first)), Box::new(take(second)));
    let mut both = Node::instead(Kind::Binary { op, left, right }, Ty::Unset);
    combine(&mut both, dialect);
    *node = Node::instead(made(name, vec![take(list), both], None), ty);
}

/// `count(…)` beside a number: the call, how it is compared, and with what.
fn counted(node: &mut Node) -> Option<(&mut Builtin, Op, i64)> {
    let Kind::Binary { op, left, right } = &mut node.kind else {
        return None;
    };
    match (&mut left.kind, &right.kind) {
        (Kind::Builtin(count), Kind::Int(number))
            if count.name == "count" && count.arguments.len() == 2 =>
        {
            Some((count, *op, *number))
        }
        _ => None,
    }
}

fn count_any(node: &mut Node, dialect: Dialect) {
    if !dialect.is_new() {
        return;
    }
    let ty = node.ty.clone();
    if let Some((count, Op::More, 0) | (count, Op::MoreEqual, 1)) = counted(node) {
        let arguments = std::mem::take(&mut count.arguments);
        *node = Node::instead(made("any", arguments, None), ty);
    }
}

fn count_enough(node: &mut Node, dialect: Dialect) {
    if !dialect.is_new() {
        return;
    }
    let Some((count, op, number)) = counted(node) else {
        return;
    };
    let enough = match op {
        Op::More | Op::LessEqual => number.wrapping_add(1),
        Op::MoreEqual | Op::Less => number,
        _ => return,
    };
    if number >= 0 && enough > 1 {
        count.enough = Some(enough);
    }
}

/// Compiles literal patterns, and says how sides of known types are compared.
fn settle(node: &mut Node) -> Result<(), Fault> {
    let Kind::Binary { op, left, right } = &mut node.kind else {
        return Ok(());
    };
    match op {
        Op::Matches => {
            if let Kind::Str(pattern) = &right.kind {
                let regex = GoRegex::new(pattern).map_err(|error| match error {
                    RegexError::TooLarge { .. } => {
                        Fault::NotSimulated(format!("`{pattern}`: {error}"))
                    }
                    error => Fault::Wrong(error.to_string()),
                })?;
                node.kind = Kind::Matches(Box::new(take(left)), regex);
            }
        }
        Op::Equal | Op::Unequal
            if left.ty == right.ty && (left.ty == Ty::Int || left.ty == Ty::Str) =>
        {
            let negated = *op == Op::Unequal;
            let equal = Kind::EqualAs {
                texts: left.ty == Ty::Str,
                left: Box::new(take(left)),
                right: Box::new(take(right)),
            };
            node.kind = if negated {
                Kind::Not(Box::new(Node::instead(equal, Ty::Bool)))
            } else {
                equal
            };
        }
        _ => {}
    }
    Ok(())
}
