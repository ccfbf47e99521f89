//! What the settings of several processors have in common: numbers, durations, maps of texts, values.

use super::super::attributes::Attributes;
use super::super::decode;
use super::super::decode::Fields;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::text::Text;
use super::super::value::Value;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::numbers::go_duration;
use super::pattern::Pattern;

/// A number, whole or not.
///
/// # Errors
/// It is something else.
pub fn float(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<f64>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    match &node.kind {
        Kind::Null => Ok(None),
        Kind::Int(value, _) => Ok(Some(*value as f64)),
        Kind::Float(value, _) => Ok(Some(*value)),
        _ => Err(fields.wrong(node, key, "a number")),
    }
}

/// Nanoseconds of a duration, `60s` or a whole number of nanoseconds.
///
/// # Errors
/// It is something else.
pub fn duration(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<i64>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    match &node.kind {
        Kind::Null => Ok(None),
        Kind::Int(value, _) => Ok(Some(*value)),
        Kind::String(text) => match go_duration(text) {
            Some(value) => Ok(Some(value)),
            None => Err(fields.wrong(node, key, "a duration like 60s")),
        },
        _ => Err(fields.wrong(node, key, "a duration like 60s")),
    }
}

/// Texts by key, in the order written; `None` where the key is missing or holds nothing.
///
/// # Errors
/// It is something else.
pub fn text_map(
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<Option<Vec<(String, String)>>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    let entries = match &node.kind {
        Kind::Null => return Ok(None),
        Kind::Map(entries) => entries,
        _ => return Err(fields.wrong(node, key, "a map of texts")),
    };
    let pair = |entry: &super::super::yaml::Entry| {
        let value = decode::text(&entry.value)?.unwrap_or_default();
        Ok((entry.key.clone(), value))
    };
    entries.iter().map(pair).collect::<Result<_, _>>().map(Some)
}

/// A word out of a few; `None` where it is missing or empty.
///
/// # Errors
/// It is something else.
pub fn word<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[(&'static str, T)],
) -> Result<Option<T>, ConfigError>
where
    T: Copy,
{
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    let typed = decode::text(node)?.unwrap_or_default();
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some((_, value)) = known.iter().find(|(name, _)| *name == typed) {
        return Ok(Some(*value));
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let message = format!("`{key}` must be one of {}, not `{typed}`", names.join(", "));
    let error = ConfigError::new(node.at, message);
    Err(match decode::nearest(&typed, &names) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None => error,
    })
}

/// The text of a key, empty where it is missing, and the place to blame for it.
///
/// # Errors
/// It is something else.
pub fn text_at(
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<(String, Position), ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok((String::new(), fields.at()));
    };
    Ok((decode::text(node)?.unwrap_or_default(), node.at))
}

/// A pattern, or what is wrong with it at its place.
///
/// # Errors
/// It is something else.
pub fn pattern(text: &str, at: Position) -> Result<Pattern, ConfigError> {
    Pattern::new(text).map_err(|error| ConfigError::new(at, error))
}

/// A setting as the value of an attribute (`pcommon.Value.FromRaw`); `None` where there is nothing.
pub fn value(node: &Node) -> Option<Value> {
    Some(match &node.kind {
        Kind::Null => return None,
        Kind::Bool(value, _) => Value::Bool(*value),
        Kind::Int(value, _) => Value::Int(*value),
        Kind::Float(value, _) => Value::Double(*value),
        Kind::String(text) => Value::Str(text.as_str().into()),
        Kind::List(items) => {
            let items = items.iter().map(|item| value(item).unwrap_or_default());
            Value::List(items.collect())
        }
        Kind::Map(entries) => {
            let pair = |entry: &super::super::yaml::Entry| {
                let value = value(&entry.value).unwrap_or_default();
                (Text::from(entry.key.as_str()), value)
            };
            Value::Map(entries.iter().map(pair).collect::<Attributes>())
        }
    })
}
