//! Lists and maps: searched, sorted, turned into one another.

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::List;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Val;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::items;
use super::arguments::map;
use super::arguments::unexpected;

/// The first release in which the path to the key may be left out.
const OPTIONAL_KEY: u16 = 131;

const TEXTS: Kind = Kind::ListOf(&Kind::LitStr);
const MAP: &[Param] = &[Param::new("Target", Kind::Map)];

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "ContainsValue",
        &[
            Param::new("Target", Kind::List),
            Param::new("Item", Kind::Any),
        ],
        contains_value,
    )
    .since(129),
    Function::converter(
        "Index",
        &[
            Param::new("Target", Kind::Any),
            Param::new("Value", Kind::Any),
        ],
        index,
    )
    .since(135),
    Function::converter("Keys", MAP, |mut args| {
        let target = args.getter("Target")?;
        call(move |scene| {
            let map = map(target.as_ref(), scene)?;
            let keys: Vec<Val> = map.iter().map(|(key, _)| Val::Str(key.clone())).collect();
            Ok(Val::slice(keys))
        })
    })
    .since(130),
    Function::converter("Values", MAP, |mut args| {
        let target = args.getter("Target")?;
        call(move |scene| {
            let map = map(target.as_ref(), scene)?;
            let values: Vec<Val> = map.iter().map(|(_, value)| Val::from(value)).collect();
            Ok(Val::slice(values))
        })
    })
    .since(131),
    Function::converter(
        "Sort",
        &[
            Param::new("Target", Kind::Any),
            Param::optional("Order", Kind::LitStr),
        ],
        sort,
    )
    .since(109),
    Function::converter(
        "SliceToMap",
        &[
            Param::new("Target", Kind::Any),
            Param::new("KeyPath", TEXTS),
            Param::optional("ValuePath", TEXTS),
        ],
        slice_to_map,
    )
    .since(113)
    .until(OPTIONAL_KEY),
    Function::converter(
        "SliceToMap",
        &[
            Param::new("Target", Kind::List),
            Param::optional("KeyPath", TEXTS),
            Param::optional("ValuePath", TEXTS),
        ],
        slice_to_map,
    )
    .since(OPTIONAL_KEY),
];

/// Whether a comparison calls two values equal (`pkg/ottl/compare.go`).
#[expect(clippy::float_cmp, reason = "Go compares them exactly")]
fn equal(left: &Val, right: &Val) -> bool {
    match (left, right) {
        (Val::Nil, Val::Nil) => true,
        (Val::Int(left), Val::Float(right)) => *left as f64 == *right,
        (Val::Float(left), Val::Int(right)) => *left == *right as f64,
        (Val::Float(left), Val::Float(right)) => left == right,
        (Val::Time(left), Val::Time(right)) => left.ns == right.ns,
        (Val::Duration(left), Val::Duration(right)) => left == right,
        (Val::List(left), Val::List(right)) => {
            left.items.len() == right.items.len()
                && left
                    .items
                    .iter()
                    .zip(right.items.iter())
                    .all(|(left, right)| equal(left, right))
        }
        _ => matches!((left.to_value(), right.to_value()), (Ok(left), Ok(right)) if left == right),
    }
}

fn contains_value(mut args: Args) -> Built {
    let (target, item) = (args.getter("Target")?, args.getter("Item")?);
    call(move |scene| {
        let items = items(target.as_ref(), scene)?;
        let item = item.get(scene)?;
        Ok(Val::Bool(items.iter().any(|own| equal(own, &item))))
    })
}

fn index(mut args: Args) -> Built {
    let (target, value) = (args.getter("Target")?, args.getter("Value")?);
    call(move |scene| {
        let target = target.get(scene)?;
        let value = value.get(scene)?;
        let found = match (&target, &value) {
            (Val::Str(target), Val::Str(value)) => target.find(value.as_str()),
            (Val::Str(_), _) => {
                return Err("invalid value type for Index function, value must be a string".into());
            }
            (Val::List(list), _) => list.items.iter().position(|own| equal(own, &value)),
            (other, _) => return Err(unexpected("pcommon.Slice", other)),
        };
        Ok(Val::Int(found.map_or(-1, |at| at as i64)))
    })
}

fn sort(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let descending = match args.text("Order").as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => {
            return Err(format!(
                "invalid arguments: {other}. Order should be either \"asc\" or \"desc\""
            ));
        }
    };
    call(move |scene| match target.get(scene)? {
        Val::List(list) if list.kind != ListKind::Other => sorted(list, descending),
        other => Err(format!(
            "sort with unsupported type: '{}'. Target is not a list",
            other.go_type()
        )),
    })
}

/// What the elements are compared as.
enum SortKeys {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Vec<String>),
}

/// A list in order. Lists of lists, maps or bytes stay as they are.
fn sorted(list: List, descending: bool) -> Result<Val, String> {
    let values: Result<Vec<Value>, String> = list.items.iter().map(Val::to_value).collect();
    let values = values?;
    let kind = match list.kind {
        ListKind::Slice | ListKind::Any if values.is_empty() => ListKind::Slice,
        ListKind::Slice | ListKind::Any => ListKind::Any,
        other => other,
    };
    let Some(keys) = sort_keys(&values) else {
        return Ok(Val::List(List::new(list.items, ListKind::Slice)));
    };
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&left, &right| {
        let (left, right) = if descending {
            (right, left)
        } else {
            (left, right)
        };
        match &keys {
            SortKeys::Ints(keys) => keys[left].cmp(&keys[right]),
            SortKeys::Floats(keys) => compare_floats(keys[left], keys[right]),
            SortKeys::Texts(keys) => keys[left].cmp(&keys[right]),
        }
    });
    let items: Vec<Val> = order.into_iter().map(|at| list.items[at].clone()).collect();
    Ok(Val::List(List::new(items, kind)))
}

/// Go's `cmp.Compare`: NaN is less than all other numbers and equal to itself.
fn compare_floats(left: f64, right: f64) -> std::cmp::Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

fn sort_keys(values: &[Value]) -> Option<SortKeys> {
    let (mut texts, mut floats) = (false, false);
    for value in values {
        match value {
            Value::Int(_) => {}
            Value::Double(_) => floats = true,
            Value::Str(_) | Value::Bool(_) | Value::Empty => texts = true,
            Value::Bytes(_) | Value::List(_) | Value::Map(_) => return None,
        }
    }
    if texts {
        return Some(SortKeys::Texts(
            values.iter().map(Value::to_string).collect(),
        ));
    }
    let int = |value: &Value| match value {
        Value::Int(value) => *value,
        _ => 0,
    };
    let float = |value: &Value| match value {
        Value::Int(value) => *value as f64,
        Value::Double(value) => *value,
        _ => 0.0,
    };
    Some(if floats {
        SortKeys::Floats(values.iter().map(float).collect())
    } else {
        SortKeys::Ints(values.iter().map(int).collect())
    })
}

fn slice_to_map(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let key_path = args.texts("KeyPath");
    let value_path = args.texts("ValuePath");
    let needs_key = !args.version.is_from(OPTIONAL_KEY);
    if needs_key && key_path.as_ref().is_none_or(Vec::is_empty) {
        return Err("key path must contain at least one element".to_owned());
    }
    call(move |scene| {
        let list = match target.get(scene)? {
            Val::List(list) if matches!(list.kind, ListKind::Any | ListKind::Slice) => list,
            Val::List(list) if !needs_key && list.kind != ListKind::Other => list,
            other => {
                return Err(format!(
                    "unsupported type provided to SliceToMap function: {}",
                    other.go_type()
                ));
            }
        };
        // The maps of a list literal were no plain Go maps there.
        if needs_key && list.kind == ListKind::Any && !list.items.is_empty() {
            return Err("could not cast element to map[string]any".to_owned());
        }
        let mut result = Attributes::default();
        for (at, element) in list.items.iter().enumerate() {
            let inner = match element {
                Val::Map(map) => Some(map),
                _ if key_path.is_some() || value_path.is_some() => {
                    return Err(format!("element {at} is no map but {}", element.go_type()));
                }
                _ => None,
            };
            let key: Text = match (&key_path, inner) {
                (Some(path), Some(map)) => match extract(map, path)? {
                    Value::Str(key) => key.clone(),
                    _ => return Err(format!("element {at}: extracted key is not of type string")),
                },
                _ => at.to_string().into(),
            };
            let value = match (&value_path, inner) {
                (Some(path), Some(map)) => extract(map, path)?.clone(),
                _ => element.to_value()?,
            };
            result.insert(key, value);
        }
        Ok(Val::Map(result))
    })
}

/// What lies at the end of a path of keys.
fn extract<'m>(map: &'m Attributes, path: &[Text]) -> Result<&'m Value, String> {
    let missing = || format!("provided object does not contain the path {path:?}");
    let (last, above) = path
        .split_last()
        .ok_or("must provide at least one path item")?;
    let mut inner = map;
    for key in above {
        match inner.get(key) {
            Some(Value::Map(map)) => inner = map,
            _ => return Err(missing()),
        }
    }
    inner.get(last).ok_or_else(missing)
}
