//! Which values are equal, less or greater (`pkg/ottl/compare.go`).
//!
//! Values of different types are never equal, less or greater, and that is no error; whole and
//! floating-point numbers count as one type.

use std::cmp::Ordering;

use crate::collector::version::Version;

use super::ast::Compare;
use super::val::List;
use super::val::ListKind;
use super::val::Val;

/// The first release that compares what maps hold. Before, a map was equal to itself only.
const MAPS: u16 = 124;

/// The first release that compares what lists hold. Before, doing so stopped the Collector.
const LISTS: u16 = 128;

/// Compares two values.
///
/// # Errors
/// The release has no comparison of these; the real one stops with a panic.
pub fn compare(left: &Val, right: &Val, op: Compare, version: Version) -> Result<bool, String> {
    Ok(match (left, right) {
        (Val::Nil, Val::Nil) => matches!(op, Compare::Eq | Compare::Lte | Compare::Gte),
        (Val::Bool(left), Val::Bool(right)) => holds(left.cmp(right), op),
        (Val::Int(left), Val::Int(right)) | (Val::Duration(left), Val::Duration(right)) => {
            holds(left.cmp(right), op)
        }
        (Val::Int(left), Val::Float(right)) => floats(*left as f64, *right, op),
        (Val::Float(left), Val::Int(right)) => floats(*left, *right as f64, op),
        (Val::Float(left), Val::Float(right)) => floats(*left, *right, op),
        (Val::Str(left), Val::Str(right)) => holds(left.as_str().cmp(right.as_str()), op),
        (Val::Bytes(left), Val::Bytes(right)) => holds(left.cmp(right), op),
        (Val::Time(left), Val::Time(right)) => holds(left.ns.cmp(&right.ns), op),
        (Val::Map(left), Val::Map(right)) => {
            // Older releases compare handles; those of one path are seen by `same_handles`.
            equality(version.is_from(MAPS) && left == right, op)
        }
        (Val::List(left), Val::List(right)) => return lists(left, right, op, version),
        (Val::Opaque(left), Val::Opaque(right)) => equality(left == right, op),
        _ => op == Compare::Ne,
    })
}

/// What two reads of the same path come to, where the release compares handles and not what they hold;
/// `None` where it does not, or the path is neither a map nor a list.
pub fn same_handles(value: &Val, op: Compare, version: Version) -> Option<bool> {
    match value {
        Val::Map(_) if !version.is_from(MAPS) => Some(equality(true, op)),
        Val::List(list) if list.kind == ListKind::Slice && !version.is_from(LISTS) => {
            Some(equality(true, op))
        }
        _ => None,
    }
}

/// Whether an order satisfies a comparison.
fn holds(order: Ordering, op: Compare) -> bool {
    match op {
        Compare::Eq => order.is_eq(),
        Compare::Ne => order.is_ne(),
        Compare::Lt => order.is_lt(),
        Compare::Lte => order.is_le(),
        Compare::Gt => order.is_gt(),
        Compare::Gte => order.is_ge(),
    }
}

/// As IEEE has it: nothing holds for NaN but being different.
#[expect(clippy::float_cmp, reason = "Go compares them exactly")]
fn floats(left: f64, right: f64, op: Compare) -> bool {
    match op {
        Compare::Eq => left == right,
        Compare::Ne => left != right,
        Compare::Lt => left < right,
        Compare::Lte => left <= right,
        Compare::Gt => left > right,
        Compare::Gte => left >= right,
    }
}

/// Of things that have no order.
fn equality(equal: bool, op: Compare) -> bool {
    match op {
        Compare::Eq => equal,
        Compare::Ne => !equal,
        _ => false,
    }
}

fn lists(left: &List, right: &List, op: Compare, version: Version) -> Result<bool, String> {
    let comparable = |list: &List| matches!(list.kind, ListKind::Any | ListKind::Slice);
    if comparable(left) && comparable(right) && version.is_from(LISTS) {
        return Ok(equality(equal_items(left, right), op));
    }
    if left.kind != right.kind {
        return Ok(op == Compare::Ne);
    }
    if left.kind == ListKind::Slice {
        // Two handles of one list are the same, those of two lists are not.
        return Ok(equality(std::rc::Rc::ptr_eq(&left.items, &right.items), op));
    }
    match op {
        Compare::Eq | Compare::Ne => {
            let go_type = Val::List(left.clone()).go_type();
            Err(format!(
                "runtime error: comparing uncomparable type {go_type}"
            ))
        }
        _ => Ok(false),
    }
}

/// Deep equality: the same types and values in the same order.
fn equal_items(left: &List, right: &List) -> bool {
    left.items.len() == right.items.len()
        && left
            .items
            .iter()
            .zip(right.items.iter())
            .all(|(left, right)| same(left, right))
}

/// Deep equality of two values inside lists: here a whole number never equals a floating-point one.
fn same(left: &Val, right: &Val) -> bool {
    match (left, right) {
        (Val::Nil, Val::Nil) => true,
        (Val::Bool(left), Val::Bool(right)) => left == right,
        (Val::Int(left), Val::Int(right)) | (Val::Duration(left), Val::Duration(right)) => {
            left == right
        }
        (Val::Float(left), Val::Float(right)) => floats(*left, *right, Compare::Eq),
        (Val::Str(left), Val::Str(right)) => left == right,
        (Val::Bytes(left), Val::Bytes(right)) => left == right,
        (Val::Time(left), Val::Time(right)) => left == right,
        (Val::Map(left), Val::Map(right)) => left == right,
        (Val::List(left), Val::List(right)) => {
            let plain = |list: &List| matches!(list.kind, ListKind::Any | ListKind::Slice);
            (left.kind == right.kind || (plain(left) && plain(right))) && equal_items(left, right)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_types_are_different_and_nothing_else() {
        let version = Version::new(0, 156, 0);
        for (op, expected) in [
            (Compare::Eq, false),
            (Compare::Ne, true),
            (Compare::Lt, false),
            (Compare::Gte, false),
        ] {
            let text = Val::from("4191");
            assert_eq!(
                compare(&text, &Val::Int(4191), op, version),
                Ok(expected),
                "{op:?}"
            );
            assert_eq!(
                compare(&Val::Nil, &text, op, version),
                Ok(expected),
                "{op:?}"
            );
        }
    }

    #[test]
    fn numbers_of_both_kinds_are_compared_by_value() {
        let version = Version::new(0, 117, 0);
        let eq = |left, right| compare(&left, &right, Compare::Eq, version);
        assert_eq!(eq(Val::Int(2), Val::Float(2.0)), Ok(true));
        assert_eq!(eq(Val::Float(f64::NAN), Val::Float(f64::NAN)), Ok(false));
    }
}
