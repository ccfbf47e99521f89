//! `ParseSeverity`: the level whose criteria a value meets.

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::arguments::Built;
use super::arguments::call;

/// The converters of this file.
pub static TABLE: &[Function] = &[Function::converter(
    "ParseSeverity",
    &[
        Param::new("Target", Kind::Any),
        Param::new("Mapping", Kind::Map),
    ],
    parse_severity,
)
.since(141)];

/// What a value may meet: one of these texts, or a number in a range.
#[derive(Default)]
struct Criterion {
    equals: Vec<Text>,
    range: Option<(i64, i64)>,
}

/// Levels with their criteria. Upstream tries them in no order; where several fit, any may come out.
type Levels = Vec<(Text, Vec<Criterion>)>;

fn parse_severity(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let mapping = args.getter("Mapping")?;
    // What is wrong with the mapping shows when it is used, not at start.
    let levels = match mapping.literal() {
        Some(Val::Map(mapping)) => levels(mapping),
        _ => Err("severity mapping must be a literal PMap".to_owned()),
    };
    call(move |scene| {
        let levels = levels.as_ref().map_err(Clone::clone)?;
        let value = target.get(scene)?;
        for (level, criteria) in levels {
            for criterion in criteria {
                let meets = match &value {
                    Val::Str(text) => criterion.equals.contains(text),
                    Val::Int(value) => criterion
                        .range
                        .is_some_and(|(min, max)| (min..=max).contains(value)),
                    other => {
                        return Err(format!(
                            "could not map log level: unsupported value type: {}",
                            other.go_type()
                        ));
                    }
                };
                if meets {
                    return Ok(Val::Str(level.clone()));
                }
            }
        }
        Err("could not map log level: no matching log level found".to_owned())
    })
}

fn levels(mapping: &Attributes) -> Result<Levels, String> {
    let mut levels = Levels::new();
    for (level, criteria) in mapping.iter() {
        let Value::List(items) = criteria else {
            return Err("severity mapping criteria must be []any".to_owned());
        };
        let mut own = Vec::with_capacity(items.len());
        for item in items {
            let Value::Map(item) = item else {
                return Err("severity mapping criteria items must be map[string]any".to_owned());
            };
            own.push(criterion(item)?);
        }
        levels.push((level.clone(), own));
    }
    Ok(levels)
}

fn criterion(map: &Attributes) -> Result<Criterion, String> {
    let wrong = |why: &str| Err(format!("invalid severity mapping criteria: {why}"));
    let mut criterion = Criterion::default();
    match map.get("equals") {
        None => {}
        Some(Value::List(items)) => {
            for item in items {
                let Value::Str(text) = item else {
                    return wrong("equals values must be strings");
                };
                criterion.equals.push(text.clone());
            }
        }
        Some(_) => return wrong("equals must be a list"),
    }
    criterion.range = match map.get("range") {
        None => None,
        Some(Value::Map(range)) => match (range.get("min"), range.get("max")) {
            (Some(Value::Int(min)), Some(Value::Int(max))) => Some((*min, *max)),
            _ => return wrong("range must have an int64 min and max"),
        },
        Some(Value::Str(text)) => match text.as_str() {
            "2xx" => Some((200, 299)),
            "3xx" => Some((300, 399)),
            "4xx" => Some((400, 499)),
            "5xx" => Some((500, 599)),
            other => return wrong(&format!("unknown range placeholder: {other}")),
        },
        Some(_) => return wrong("range must be a map or a known placeholder string"),
    };
    Ok(criterion)
}
