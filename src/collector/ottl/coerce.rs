//! Arguments made the type that a parameter asks for (`pkg/ottl/expression.go`: the standard getters).

use std::fmt::Write as _;
use std::rc::Rc;

use crate::collector::value::Value;

use super::function::Getter;
use super::function::Kind;
use super::functions::dates::civil::Civil;
use super::functions::dates::writing;
use super::scene::Scene;
use super::val::ListKind;
use super::val::Val;

/// A value that is made a type whenever it is asked for.
pub struct Coerced {
    /// The value.
    pub inner: Box<dyn Getter>,
    /// The type.
    pub kind: Kind,
}

impl Getter for Coerced {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        coerce(self.inner.get(scene)?, self.kind)
    }
}

/// Makes a value of a kind; kinds that are no types let everything pass.
///
/// # Errors
/// The value cannot be made that.
pub fn coerce(value: Val, kind: Kind) -> Result<Val, String> {
    match kind {
        Kind::Str => exact(value, "string", |value| matches!(value, Val::Str(_))),
        Kind::Int => exact(value, "int64", |value| matches!(value, Val::Int(_))),
        Kind::Float => exact(value, "float64", |value| matches!(value, Val::Float(_))),
        Kind::Bool => exact(value, "bool", |value| matches!(value, Val::Bool(_))),
        Kind::Map => exact(value, "pcommon.Map", |value| matches!(value, Val::Map(_))),
        Kind::Time => exact(value, "time", |value| matches!(value, Val::Time(_))),
        Kind::Duration => exact(value, "duration", |value| matches!(value, Val::Duration(_))),
        Kind::List => match value {
            Val::List(mut list) => {
                if list.kind == ListKind::Any {
                    for item in list.items.iter() {
                        item.from_raw()?;
                    }
                }
                list.kind = ListKind::Slice;
                Ok(Val::List(list))
            }
            other => exact(other, "pcommon.Slice", |_| false),
        },
        Kind::StrLike => string_like(value),
        Kind::IntLike => int_like(value),
        Kind::FloatLike => float_like(value),
        Kind::BoolLike => bool_like(value),
        Kind::BytesLike => bytes_like(value),
        _ => Ok(value),
    }
}

fn exact(value: Val, wanted: &str, fits: impl Fn(&Val) -> bool) -> Result<Val, String> {
    if fits(&value) {
        return Ok(value);
    }
    Err(format!("expected {wanted} but got {}", value.go_type()))
}

fn unsupported(value: &Val) -> String {
    format!("unsupported type: {}", value.go_type())
}

fn string_like(value: Val) -> Result<Val, String> {
    Ok(match value {
        Val::Nil | Val::Str(_) => value,
        Val::Bytes(bytes) => {
            let mut text = String::with_capacity(bytes.len() * 2);
            for byte in bytes.iter() {
                let _ = write!(text, "{byte:02x}");
            }
            Val::from(text)
        }
        other => Val::from(json(&other).ok_or_else(|| unsupported(&other))?),
    })
}

fn int_like(value: Val) -> Result<Val, String> {
    Ok(match value {
        Val::Nil | Val::Int(_) => value,
        Val::Str(text) => text.parse().map(Val::Int).unwrap_or_default(),
        Val::Float(value) => Val::Int(truncated(value)),
        Val::Bool(value) => Val::Int(i64::from(value)),
        other => return Err(unsupported(&other)),
    })
}

/// Go's conversion on amd64: what does not fit becomes the smallest number there is.
pub fn truncated(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

fn float_like(value: Val) -> Result<Val, String> {
    Ok(match value {
        Val::Nil | Val::Float(_) => value,
        Val::Int(value) => Val::Float(value as f64),
        Val::Str(text) => Val::Float(parse_float(&text)?),
        Val::Bool(value) => Val::Float(f64::from(u8::from(value))),
        other => return Err(unsupported(&other)),
    })
}

/// Go's `strconv.ParseFloat`, without hexadecimal numbers.
///
/// # Errors
/// It is no number, or one out of range.
pub fn parse_float(text: &str) -> Result<f64, String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if lower.starts_with("0x") {
        return Err(format!(
            "the hexadecimal floating-point number {text:?} is not simulated"
        ));
    }
    let wrong = |why: &str| format!("strconv.ParseFloat: parsing {text:?}: {why}");
    if lower == "nan" {
        return if unsigned.len() == text.len() {
            Ok(f64::NAN)
        } else {
            Err(wrong("invalid syntax"))
        };
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_infinite() && !lower.starts_with("inf") => {
            Err(wrong("value out of range"))
        }
        Ok(value) => Ok(value),
        Err(_) => Err(wrong("invalid syntax")),
    }
}

fn bool_like(value: Val) -> Result<Val, String> {
    Ok(match value {
        Val::Nil | Val::Bool(_) => value,
        Val::Int(value) => Val::Bool(value != 0),
        Val::Float(value) => Val::Bool(value != 0.0),
        Val::Str(text) => match text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Val::Bool(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Val::Bool(false),
            other => {
                return Err(format!(
                    "strconv.ParseBool: parsing {other:?}: invalid syntax"
                ));
            }
        },
        other => return Err(unsupported(&other)),
    })
}

fn bytes_like(value: Val) -> Result<Val, String> {
    let bytes: Rc<[u8]> = match value {
        Val::Nil | Val::Bytes(_) => return Ok(value),
        Val::Str(text) => text.as_bytes().into(),
        Val::Int(value) => value.to_be_bytes().as_slice().into(),
        Val::Float(value) => value.to_be_bytes().as_slice().into(),
        Val::Bool(value) => [u8::from(value)].as_slice().into(),
        other => return Err(unsupported(&other)),
    };
    Ok(Val::Bytes(bytes))
}

/// A value as Go's `json.Marshal` writes it; `None` where it cannot.
pub fn json(value: &Val) -> Option<String> {
    let mut out = String::new();
    write_val(value, &mut out)?;
    Some(out)
}

fn write_val(value: &Val, out: &mut String) -> Option<()> {
    match value {
        Val::Nil => out.push_str("null"),
        Val::Duration(ns) => out.push_str(&ns.to_string()),
        Val::List(list) => {
            out.push('[');
            for (at, item) in list.items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                match (list.kind, item) {
                    // A handle of pdata inside a Go list has no public fields.
                    (ListKind::Any, Val::Map(_)) => out.push_str("{}"),
                    (ListKind::Any, Val::List(inner)) if inner.kind == ListKind::Slice => {
                        out.push_str("{}");
                    }
                    _ => write_val(item, out)?,
                }
            }
            out.push(']');
        }
        // A structure of pdata has no public fields.
        Val::Opaque(_) => out.push_str("{}"),
        Val::Time(moment) => {
            // Go has no JSON for years that RFC 3339 cannot write.
            if !(0..=9_999).contains(&Civil::of(moment).year) {
                return None;
            }
            write_text(&writing::write(moment, writing::RFC_3339), out);
        }
        other => write_value(&other.to_value().ok()?, out)?,
    }
    Some(())
}

fn write_value(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Empty => out.push_str("null"),
        Value::Str(text) => write_text(text, out),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Double(value) => out.push_str(&json_float(*value)?),
        Value::Bytes(bytes) => write_base64(bytes, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by(|left, right| left.0.as_str().cmp(right.0.as_str()));
            out.push('{');
            for (at, (key, value)) in pairs.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_value(value, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

/// A number as Go's `encoding/json` writes it; `None` for NaN and infinities.
pub fn json_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return Some(match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                format!("{digits}e+{exponent}")
            }
            _ => text,
        });
    }
    Some(format!("{value}"))
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_base64(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push('"');
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = (group >> (18 - 6 * at)) & 63;
            let padded = at > chunk.len() as u32;
            out.push(if padded {
                '='
            } else {
                char::from(DIGITS[digit as usize])
            });
        }
    }
    out.push('"');
}
