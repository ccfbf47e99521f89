//! Reading and writing inside maps and lists (`pkg/ottl/contexts/internal/ctxutil/{map,value}.go`).

use crate::collector::attributes::Attributes;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::function::Getter;
use super::scene::Scene;
use super::val::Val;

/// The first release in which a nil that is written leaves what was there.
pub const NIL_IS_LEFT: u16 = 150;

/// The first release in which a value of a type that no attribute holds is an error.
const UNSUPPORTED: u16 = 150;

/// The first release in which the results of calls may be indexed by computed keys.
pub const COMPUTED_KEYS_OF_CALLS: u16 = 155;

/// The longest list that writing to an index makes. Upstream has no limit.
const LONGEST: i64 = 65_536;

/// What a map or list is indexed by.
pub enum Key {
    /// A key of a map.
    Str(Text),
    /// An index into a list.
    Int(i64),
    /// Known only at run time.
    Expr(Box<dyn Getter>),
}

/// A key whose value is known.
pub enum Resolved {
    /// A literal text.
    Str(Text),
    /// A literal number.
    Int(i64),
    /// What an expression came to.
    Expr(Result<Val, String>),
}

impl Resolved {
    /// As a key of a map.
    fn text(&self) -> Result<&Text, String> {
        match self {
            Self::Str(text) | Self::Expr(Ok(Val::Str(text))) => Ok(text),
            Self::Int(_) => Err("unable to resolve a string index in map: invalid key type".into()),
            Self::Expr(Ok(other)) => Err(unresolved("string", other)),
            Self::Expr(Err(error)) => Err(error.clone()),
        }
    }

    /// As an index into a list.
    fn index(&self) -> Result<i64, String> {
        match self {
            Self::Int(index) | Self::Expr(Ok(Val::Int(index))) => Ok(*index),
            Self::Str(_) => {
                Err("unable to resolve an integer index in slice: invalid key type".into())
            }
            Self::Expr(Ok(other)) => Err(unresolved("int64", other)),
            Self::Expr(Err(error)) => Err(error.clone()),
        }
    }
}

fn unresolved(wanted: &str, found: &Val) -> String {
    let found = match found {
        Val::Nil => "<nil>",
        _ => found.go_type(),
    };
    format!("could not resolve key for map/slice, expecting '{wanted}' but got '{found}'")
}

/// The keys with their values for the item.
pub fn resolve(keys: &[Key], scene: &Scene<'_>) -> Vec<Resolved> {
    keys.iter()
        .map(|key| match key {
            Key::Str(text) => Resolved::Str(text.clone()),
            Key::Int(index) => Resolved::Int(*index),
            Key::Expr(getter) => Resolved::Expr(getter.get(scene)),
        })
        .collect()
}

/// The value at `keys` inside a map; nil where a key is missing.
///
/// # Errors
/// A key is of the wrong type, an index is out of bounds, or what is indexed is neither map nor list.
pub fn read(
    map: &Attributes,
    keys: &[Key],
    scene: &Scene<'_>,
    _version: Version,
) -> Result<Val, String> {
    if let [Key::Str(key)] = keys {
        return Ok(map.get(key).map(Val::from).unwrap_or_default());
    }
    let keys = resolve(keys, scene);
    let Some((first, rest)) = keys.split_first() else {
        return Err("cannot get map value without keys".to_owned());
    };
    let Some(mut value) = map.get(first.text()?) else {
        return Ok(Val::Nil);
    };
    for key in rest {
        match value {
            Value::Map(inner) => match inner.get(key.text()?) {
                Some(found) => value = found,
                None => return Ok(Val::Nil),
            },
            Value::List(items) => {
                let index = key.index()?;
                let at = usize::try_from(index).ok();
                value = at
                    .and_then(|at| items.get(at))
                    .ok_or_else(|| format!("index {index} out of bounds"))?;
            }
            other => return Err(not_indexable(other)),
        }
    }
    Ok(Val::from(value))
}

fn not_indexable(value: &Value) -> String {
    format!("type {} does not support string indexing", kind(value))
}

/// Its type as pdata names it.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Empty => "Empty",
        Value::Str(_) => "Str",
        Value::Bool(_) => "Bool",
        Value::Int(_) => "Int",
        Value::Double(_) => "Double",
        Value::Bytes(_) => "Bytes",
        Value::List(_) => "Slice",
        Value::Map(_) => "Map",
    }
}

/// Writes at `keys` inside a map. Maps and lists on the way are made where nothing is.
///
/// # Errors
/// As [`read`]; what was made before stays.
pub fn write(
    map: &mut Attributes,
    keys: &[Resolved],
    value: &Val,
    version: Version,
) -> Result<(), String> {
    let Some((first, rest)) = keys.split_first() else {
        return Err("cannot set map value without keys".to_owned());
    };
    let mut current = entry(map, first.text()?)?;
    for key in rest {
        current = match current {
            Value::Map(inner) => entry(inner, key.text()?)?,
            Value::List(items) => {
                let index = key.index()?;
                let at = usize::try_from(index).ok();
                at.and_then(|at| items.get_mut(at))
                    .ok_or_else(|| format!("index {index} out of bounds"))?
            }
            empty @ Value::Empty => made(empty, key)?,
            other => return Err(not_indexable(other)),
        };
    }
    put(current, value, version)
}

/// The value of a key, made if it is not there.
fn entry<'a>(map: &'a mut Attributes, key: &Text) -> Result<&'a mut Value, String> {
    if map.get(key).is_none() {
        map.insert(key.clone(), Value::Empty);
    }
    map.get_mut(key)
        .ok_or_else(|| "key not found in map".into())
}

/// Makes an empty value a map or list that has `key`.
fn made<'a>(empty: &'a mut Value, key: &Resolved) -> Result<&'a mut Value, String> {
    let index = match key {
        Resolved::Int(index) | Resolved::Expr(Ok(Val::Int(index))) => *index,
        Resolved::Str(text) | Resolved::Expr(Ok(Val::Str(text))) => {
            let mut map = Attributes::default();
            map.insert(text.clone(), Value::Empty);
            *empty = Value::Map(map);
            return match empty {
                Value::Map(map) => entry(map, text),
                _ => Err("key not found in map".into()),
            };
        }
        Resolved::Expr(_) => {
            return Err("neither a string nor an int index was given, \
                        this is an error in the OTTL"
                .into());
        }
    };
    if index > LONGEST {
        return Err(format!("a list of {index} items is not simulated"));
    }
    // A negative index makes a list of one item, as upstream's loop does.
    let before = usize::try_from(index).unwrap_or_default();
    *empty = Value::List(vec![Value::Empty; before + 1]);
    match empty {
        Value::List(items) => items.last_mut().ok_or_else(|| "empty list".into()),
        _ => Err("empty list".into()),
    }
}

/// Puts a value into an attribute (`SetValue`).
fn put(target: &mut Value, value: &Val, version: Version) -> Result<(), String> {
    match value {
        Val::Nil if version.is_from(NIL_IS_LEFT) => Ok(()),
        Val::Nil | Val::Time(_) | Val::Duration(_) | Val::Opaque(_) => {
            if version.is_from(UNSUPPORTED) {
                return Err(format!(
                    "unsupported type {} for set operation; current value type is {}",
                    value.go_type(),
                    kind(target)
                ));
            }
            // `setIndexableValue` copied an empty value over it, `SetIndexableValue` does nothing.
            if !version.is_from(super::paths::OWN_PREFIX) {
                *target = Value::Empty;
            }
            Ok(())
        }
        Val::List(list) => {
            let mut outcome = Ok(());
            let mut written = Vec::with_capacity(list.items.len());
            for item in list.items.iter() {
                let mut slot = Value::Empty;
                outcome = put(&mut slot, item, version);
                written.push(slot);
            }
            *target = Value::List(written);
            outcome
        }
        other => {
            *target = other.to_value()?;
            Ok(())
        }
    }
}
