//! JSON that is parsed already, as the nodes that its text would be as YAML.

use serde_json::Value;

use super::super::position::Position;
use super::Entry;
use super::Kind;
use super::Node;

/// The node of a JSON value. It stands in no file, so all of it is at `at`.
pub(in crate::collector) fn of_json(value: Value, at: Position) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(value, value.to_string()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Kind::Int(value, number.to_string()),
            (None, value) => Kind::Float(value.unwrap_or(f64::NAN), number.to_string()),
        },
        Value::String(text) => Kind::String(text),
        Value::Array(items) => {
            Kind::List(items.into_iter().map(|item| of_json(item, at)).collect())
        }
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Entry {
                key,
                key_at: at,
                value: of_json(value, at),
            });
            Kind::Map(entries.collect())
        }
    };
    Node { kind, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    #[test]
    fn json_is_what_its_text_is_as_yaml() {
        let at = Position::default();
        let text = r#"{"a":[1,-2,true,null,"x","","08080"],"b":{"c":1.5,"d":18446744073709551615},"e":"2026-01-01"}"#;
        let node = of_json(serde_json::from_str(text).unwrap(), at);
        assert_eq!(node, parse(text, Origin::Place(at)).unwrap());
    }
}
