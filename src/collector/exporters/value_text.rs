//! Values of attributes as the texts that labels hold (`AsString` of `pdata/pcommon/value.go`).

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::text::Text;
use super::super::value::Value;
use super::go_float;

/// The text of a value. Costs nothing for texts, which is all that a scrape yields.
pub fn value_text(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        Value::Empty => Text::default(),
        Value::Bool(value) => Text::from(if *value { "true" } else { "false" }),
        Value::Int(value) => Text::from(value.to_string()),
        Value::Double(value) => Text::from(double(*value).into_owned()),
        Value::Bytes(bytes) => Text::from(STANDARD.encode(bytes)),
        Value::List(_) | Value::Map(_) => {
            let mut json = String::new();
            // A number that JSON can't hold leaves nothing, as the original ignores the error.
            match write_json(&mut json, value) {
                Some(()) => Text::from(json),
                None => Text::default(),
            }
        }
    }
}

fn double(value: f64) -> Cow<'static, str> {
    match value {
        value if value.is_nan() => Cow::Borrowed("json: unsupported value: NaN"),
        f64::INFINITY => Cow::Borrowed("json: unsupported value: +Inf"),
        f64::NEG_INFINITY => Cow::Borrowed("json: unsupported value: -Inf"),
        value => Cow::Owned(go_float::json(value)),
    }
}

/// As `encoding/json` writes it, keys in order and characters of HTML escaped.
fn write_json(json: &mut String, value: &Value) -> Option<()> {
    match value {
        Value::Empty => json.push_str("null"),
        Value::Str(text) => write_text(json, text),
        Value::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => _ = write!(json, "{value}"),
        Value::Double(value) if value.is_finite() => json.push_str(&go_float::json(*value)),
        Value::Double(_) => return None,
        Value::Bytes(bytes) => write_text(json, &STANDARD.encode(bytes)),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                json.push(if index == 0 { '[' } else { ',' });
                write_json(json, item)?;
            }
            json.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Map(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_str());
            for (index, (key, value)) in pairs.iter().enumerate() {
                json.push(if index == 0 { '{' } else { ',' });
                write_text(json, key);
                json.push(':');
                write_json(json, value)?;
            }
            json.push_str(if pairs.is_empty() { "{}" } else { "}" });
        }
    }
    Some(())
}

fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::super::attributes::Attributes;
    use super::*;

    #[test]
    fn values_become_texts_as_in_pdata() {
        let map: Attributes = [("b", Value::Int(1)), ("a", Value::from("<\n>"))]
            .into_iter()
            .collect();
        for (value, text) in [
            (Value::Empty, ""),
            (Value::from("x"), "x"),
            (Value::Bool(true), "true"),
            (Value::Int(-5), "-5"),
            (Value::Double(1.0), "1"),
            (Value::Double(1e21), "1e+21"),
            (Value::Double(1e-7), "1e-7"),
            (Value::Double(0.5), "0.5"),
            (Value::Double(f64::NAN), "json: unsupported value: NaN"),
            (Value::Bytes([1, 2, 3].into()), "AQID"),
            (
                Value::List(vec![Value::Empty, Value::Bool(false)]),
                "[null,false]",
            ),
            (Value::List(vec![Value::Double(f64::NAN)]), ""),
            (Value::Map(map), r#"{"a":"\u003c\n\u003e","b":1}"#),
        ] {
            assert_eq!(value_text(&value).as_str(), text);
        }
    }
}
