//! What a sentence calls the ends of an edge.

use crate::mesh::edges::End;

/// `shop/web → shop/api`.
pub(super) fn arrow(source: &End, destination: &End) -> String {
    format!("{} → {}", called(source), called(destination))
}

/// `shop/web`.
pub(super) fn called(end: &End) -> String {
    let name = if end.name.is_empty() {
        "an unmeshed client"
    } else {
        &end.name
    };
    match &end.namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}
