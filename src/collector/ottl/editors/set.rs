//! Fields written: `set`, `append`, `delete_index`.

use std::rc::Rc;

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Arg;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::functions::arguments::int;
use crate::collector::ottl::functions::arguments::unexpected;
use crate::collector::ottl::val::Val;
use crate::collector::value::Value;

use super::work::Built;
use super::work::work;

/// The editors of this file.
pub static TABLE: &[Function] = &[
    Function::editor(
        "set",
        &[
            Param::new("Target", Kind::Place),
            Param::new("Value", Kind::Any),
        ],
        set,
    ),
    Function::editor(
        "append",
        &[
            Param::new("Target", Kind::Place),
            Param::optional("Value", Kind::Any),
            Param::optional("Values", Kind::ListOf(&Kind::Any)),
        ],
        append,
    )
    .since(103),
    Function::editor(
        "delete_index",
        &[
            Param::new("Target", Kind::ListPlace),
            Param::new("StartIndex", Kind::Int),
            Param::optional("EndIndex", Kind::Int),
        ],
        delete_index,
    )
    .since(145),
];

/// The first release in which an entry becomes a map before another is copied into it; before, the copy was
/// made elsewhere first (`ctxutil.SetIndexableValue`).
const IN_PLACE: u16 = 135;

fn set(mut args: Args) -> Built {
    let (target, value) = (args.place("Target")?, args.getter("Value")?);
    let in_place = args.version.is_from(IN_PLACE);
    // A map put into itself: upstream makes the entry before it copies the map.
    let inner = match (value.whole_map(), target.entry()) {
        (Some(map), Some((root, key))) if map == root => Some(key.clone()),
        _ => None,
    };
    work(move |scene| match (value.get(scene)?, &inner) {
        (Val::Nil, _) => Ok(()),
        (Val::Map(mut map), Some(key)) => {
            match map.get(key) {
                Some(Value::Map(_)) => {}
                Some(_) | None if in_place => {
                    map.insert(key.clone(), Value::Map(Attributes::default()));
                }
                Some(_) => {}
                None => map.insert(key.clone(), Value::Empty),
            }
            target.set(scene, Val::Map(map))
        }
        (value, _) => target.set(scene, value),
    })
}

fn append(mut args: Args) -> Built {
    let target = args.place("Target")?;
    let value = args.optional("Value");
    let values = match args.take("Values") {
        Some(Arg::List(items)) => Some(
            items
                .into_iter()
                .map(|item| match item {
                    Arg::Getter(getter) => Ok(getter),
                    _ => Err("argument Values holds no value".to_owned()),
                })
                .collect::<Result<Vec<_>, String>>()?,
        ),
        _ => None,
    };
    if value.is_none() && values.is_none() {
        return Err(
            "at least one of the optional arguments ('value' or 'values') must be provided".into(),
        );
    }
    work(move |scene| {
        // What a list holds already may be anything; what is added has to be known to `Slice.FromRaw`.
        let (mut items, held) = match target.get(scene)? {
            Val::Nil => (Vec::new(), 0),
            Val::List(list) => (list.items.to_vec(), list.items.len()),
            other => (vec![other], 0),
        };
        for term in value.iter().chain(values.iter().flatten()) {
            items.push(term.get(scene)?);
        }
        for item in items.iter().skip(held) {
            item.from_raw()?;
        }
        target.set(scene, Val::slice(items))
    })
}

fn delete_index(mut args: Args) -> Built {
    let target = args.place("Target")?;
    let (start, end) = (args.getter("StartIndex")?, args.optional("EndIndex"));
    work(move |scene| {
        let list = match target.get(scene)? {
            Val::List(list) => list,
            other => return Err(unexpected("pcommon.Slice", &other)),
        };
        let len = list.items.len() as i64;
        let start = int(start.as_ref(), scene)?;
        let end = match &end {
            Some(end) => int(end.as_ref(), scene)?,
            None => start.saturating_add(1),
        };
        if start == 0 && end == len {
            return target.set(scene, Val::slice(Vec::new()));
        }
        if start < 0 || start >= len {
            return Err(format!(
                "startIndex {start} out of bounds for slice of length {len}"
            ));
        }
        if end < start {
            return Err(format!(
                "endIndex {end} cannot be less than startIndex {start}"
            ));
        }
        if end > len {
            return Err(format!(
                "deletion range [{start}:{end}] out of bounds for slice of length {len}"
            ));
        }
        let kept = |at: usize| !(start..end).contains(&(at as i64));
        let items: Rc<[Val]> = list
            .items
            .iter()
            .enumerate()
            .filter(|(at, _)| kept(*at))
            .map(|(_, item)| item.clone())
            .collect();
        target.set(scene, Val::slice(items))
    })
}
