//! A piece of YAML on one line, to be shown.

use super::super::yaml::Kind;
use super::super::yaml::Node;

/// The node in flow style; a map at the top has no braces.
pub(super) fn written(node: &Node) -> String {
    let mut out = String::new();
    match &node.kind {
        Kind::Map(_) => push_entries(node, &mut out),
        _ => push(node, &mut out),
    }
    out
}

fn push_entries(node: &Node, out: &mut String) {
    let Kind::Map(entries) = &node.kind else {
        return;
    };
    for (index, entry) in entries.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        out.push_str(&entry.key);
        out.push_str(": ");
        push(&entry.value, out);
    }
}

fn push(node: &Node, out: &mut String) {
    match &node.kind {
        Kind::Null => out.push('~'),
        Kind::Bool(_, text) | Kind::Int(_, text) | Kind::Float(_, text) => out.push_str(text),
        Kind::String(text) if is_plain(text) => out.push_str(text),
        Kind::String(text) => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        Kind::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                push(item, out);
            }
            out.push(']');
        }
        Kind::Map(_) => {
            out.push('{');
            push_entries(node, out);
            out.push('}');
        }
    }
}

fn is_plain(text: &str) -> bool {
    let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.chars().all(|c| word(c) || "/|.-+*$()".contains(c))
}
