//! Several files become one configuration (`Conf.Merge` of `confmap`).

use std::collections::HashMap;

use super::super::yaml::Kind;
use super::super::yaml::Node;

/// Puts `later` over `earlier`: maps are merged key by key, everything else is replaced, lists included.
#[must_use]
pub fn merge(earlier: Node, later: Node) -> Node {
    match (earlier.kind, later.kind) {
        (Kind::Map(mut entries), Kind::Map(newer)) => {
            let places = entries.iter().enumerate();
            let places: HashMap<String, usize> = places
                .map(|(place, entry)| (entry.key.clone(), place))
                .collect();
            for entry in newer {
                match places
                    .get(&entry.key)
                    .and_then(|place| entries.get_mut(*place))
                {
                    Some(old) => {
                        // What is a default of a chart has no place; whoever says it anew has.
                        if old.key_at.line == 0 {
                            old.key_at = entry.key_at;
                        }
                        let empty = Node {
                            kind: Kind::Null,
                            at: old.value.at,
                        };
                        let before = std::mem::replace(&mut old.value, empty);
                        old.value = merge(before, entry.value);
                    }
                    None => entries.push(entry),
                }
            }
            Node {
                kind: Kind::Map(entries),
                at: if earlier.at.line == 0 {
                    later.at
                } else {
                    earlier.at
                },
            }
        }
        (_, kind) => Node { kind, at: later.at },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::position::Position;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    #[test]
    fn what_is_said_over_a_default_has_a_place() {
        let nowhere = Origin::Place(Position::default());
        let defaults = parse("a: {b: 1}\nc: 2\n", nowhere).unwrap();
        let merged = merge(defaults, parse("\na: {d: 3}\n", Origin::File(0)).unwrap());
        let lines = merged.entries().iter().map(|entry| entry.key_at.line);
        assert_eq!(lines.collect::<Vec<_>>(), [2, 0]);
        let a = merged.get("a").unwrap();
        let lines = a.entries().iter().map(|entry| entry.key_at.line);
        assert_eq!((a.at.line, lines.collect::<Vec<_>>()), (2, vec![0, 2]));
    }

    #[test]
    fn maps_are_merged_and_lists_replaced() {
        let read = |text, file| parse(text, Origin::File(file)).unwrap();
        let earlier = read("a: {b: 1, c: [1, 2]}\nd: x\n", 0);
        let merged = merge(earlier, read("a: {c: [3]}\ne: y\n", 1));
        let a = merged.get("a").unwrap();
        assert_eq!(a.get("b").unwrap().at.file, 0);
        assert_eq!(a.get("c").unwrap().at.file, 1);
        let Kind::List(items) = &a.get("c").unwrap().kind else {
            panic!("a list")
        };
        assert_eq!(
            items.iter().map(Node::scalar).collect::<Vec<_>>(),
            [Some("3")]
        );
        let keys: Vec<_> = merged
            .entries()
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        assert_eq!(keys, ["a", "d", "e"]);
    }
}
