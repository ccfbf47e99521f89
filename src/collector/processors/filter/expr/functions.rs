//! Functions of the language (`builtin/builtin.go` of expr-lang): which there are, what they take, what they return.

use super::Dialect;
use super::Fault;
use super::types::Ty;
use super::value::Text;
use super::value::V;
use crate::collector::ottl::coerce;
use crate::collector::ottl::functions::case;

/// What a text may become by repeating it.
const REPEATED: i64 = 1_000_000;

/// A function that is simulated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Its name.
    pub name: &'static str,
    /// Its last argument is asked of each item of its first.
    pub predicate: bool,
    /// It may go without that.
    pub optional: bool,
}

const PREDICATES: &[&str] = &[
    "all",
    "none",
    "any",
    "one",
    "filter",
    "map",
    "count",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
];

const PLAIN: &[&str] = &[
    "len",
    "type",
    "abs",
    "ceil",
    "floor",
    "round",
    "int",
    "float",
    "string",
    "trim",
    "trimPrefix",
    "trimSuffix",
    "upper",
    "lower",
    "split",
    "replace",
    "repeat",
    "join",
    "indexOf",
    "lastIndexOf",
    "hasPrefix",
    "hasSuffix",
    "first",
    "last",
];

const REFUSED: &[&str] = &[
    "sum",
    "groupBy",
    "sortBy",
    "reduce",
    "splitAfter",
    "max",
    "min",
    "mean",
    "median",
    "toJSON",
    "fromJSON",
    "toBase64",
    "fromBase64",
    "now",
    "duration",
    "date",
    "timezone",
    "get",
    "take",
    "keys",
    "values",
    "toPairs",
    "fromPairs",
    "reverse",
    "uniq",
    "concat",
    "flatten",
    "sort",
    "bitand",
    "bitor",
    "bitxor",
    "bitnand",
    "bitshl",
    "bitshr",
    "bitushr",
    "bitnot",
];

/// Those that only the newer dialect has.
const NEWER: &[&str] = &["uniq", "flatten"];

/// The function of a name; `None` where there is no such.
///
/// # Errors
/// It is not simulated.
pub(super) fn known(name: &str, dialect: Dialect) -> Result<Option<Known>, Fault> {
    let find = |names: &[&'static str]| names.iter().copied().find(|known| *known == name);
    if let Some(name) = find(PREDICATES) {
        return Ok(Some(Known {
            name,
            predicate: true,
            optional: name == "count",
        }));
    }
    if let Some(name) = find(PLAIN) {
        return Ok(Some(Known {
            name,
            predicate: false,
            optional: false,
        }));
    }
    let is_there = dialect.is_new() || !NEWER.contains(&name);
    match find(REFUSED).filter(|_| is_there) {
        Some(name) => Err(Fault::NotSimulated(format!("the function `{name}`"))),
        None => Ok(None),
    }
}

/// Whether a function has this name, simulated or not.
pub(super) fn is_name(name: &str) -> bool {
    [PREDICATES, PLAIN, REFUSED]
        .iter()
        .any(|names| names.contains(&name))
}

/// Whether it asks something of each item of a list.
pub(super) fn is_predicate(name: &str) -> bool {
    PREDICATES.contains(&name)
}

/// The type of what a function returns.
///
/// # Errors
/// It does not take such arguments.
pub(super) fn check(name: &str, types: &[Ty], dialect: Dialect) -> Result<Ty, Fault> {
    let any = |ty: &Ty| matches!(ty, Ty::Any | Ty::Unknown | Ty::Unset);
    let number = |ty: &Ty| matches!(ty, Ty::Int | Ty::Float);
    let list = |ty: &Ty| matches!(ty, Ty::List(..) | Ty::Texts | Ty::Ints);
    let one = |fits: &dyn Fn(&Ty) -> bool, out: Ty| match types {
        [ty] if any(ty) || fits(ty) => Ok(out),
        [ty] => Err(Fault::Wrong(format!(
            "invalid argument for {name} (type {})",
            ty.text()
        ))),
        _ => Err(Fault::Wrong(format!(
            "invalid number of arguments for {name} (expected 1, got {})",
            types.len()
        ))),
    };
    match name {
        "len" => one(&|ty| list(ty) || matches!(ty, Ty::Str | Ty::Map), Ty::Int),
        "abs" => one(&number, types.first().cloned().unwrap_or(Ty::Any)),
        "ceil" | "floor" | "round" => one(&number, Ty::Float),
        "int" => one(&|ty| number(ty) || *ty == Ty::Str, Ty::Int),
        "float" => one(&|ty| number(ty) || *ty == Ty::Str, Ty::Float),
        "first" | "last" => one(
            &list,
            match types.first() {
                Some(Ty::Texts) => Ty::Str,
                Some(Ty::Ints) => Ty::Int,
                _ => Ty::Any,
            },
        ),
        _ => overloaded(name, types, dialect),
    }
}

fn overloaded(name: &str, types: &[Ty], dialect: Dialect) -> Result<Ty, Fault> {
    let (out, overloads): (Ty, &[&[Ty]]) = match name {
        "type" | "string" => (Ty::Str, &[&[Ty::Any]]),
        "trim" | "trimPrefix" | "trimSuffix" => (Ty::Str, &[&[Ty::Str], &[Ty::Str, Ty::Str]]),
        "upper" | "lower" => (Ty::Str, &[&[Ty::Str]]),
        "split" => (Ty::Texts, &[&[Ty::Str, Ty::Str]]),
        "replace" => (
            Ty::Str,
            &[
                &[Ty::Str, Ty::Str, Ty::Str, Ty::Int],
                &[Ty::Str, Ty::Str, Ty::Str],
            ],
        ),
        "repeat" => (Ty::Str, &[&[Ty::Str, Ty::Int]]),
        "indexOf" | "lastIndexOf" => (Ty::Int, &[&[Ty::Str, Ty::Str]]),
        "hasPrefix" | "hasSuffix" => (Ty::Bool, &[&[Ty::Str, Ty::Str]]),
        "join" => return join(types, dialect),
        _ => return Err(Fault::NotSimulated(format!("the function `{name}`"))),
    };
    if name == "split" && types.len() == 3 {
        return Err(Fault::NotSimulated("`split` with a count".into()));
    }
    let fits = |wanted: &[Ty]| {
        wanted.len() == types.len()
            && wanted
                .iter()
                .zip(types)
                .all(|(wanted, ty)| takes(wanted, ty, dialect))
    };
    if overloads.iter().any(|wanted| fits(wanted)) {
        return Ok(out);
    }
    mismatched(name, types)
}

fn join(types: &[Ty], dialect: Dialect) -> Result<Ty, Fault> {
    let list = |ty: &Ty| takes(&Ty::list(), ty, dialect) || takes(&Ty::Texts, ty, dialect);
    match types {
        [texts] if list(texts) => Ok(Ty::Str),
        [texts, glue] if list(texts) && takes(&Ty::Str, glue, dialect) => Ok(Ty::Str),
        _ => mismatched("join", types),
    }
}

fn takes(wanted: &Ty, ty: &Ty, dialect: Dialect) -> bool {
    match ty {
        Ty::Any | Ty::Unknown | Ty::Unset => true,
        // The older dialect lets nil through, to fail when it runs.
        Ty::Nil => !dialect.is_new() || *wanted == Ty::Any,
        ty => ty.is_assignable_to(wanted),
    }
}

fn mismatched(name: &str, types: &[Ty]) -> Result<Ty, Fault> {
    let types: Vec<&str> = types.iter().map(Ty::text).collect();
    Err(Fault::Wrong(format!(
        "{name} does not take ({})",
        types.join(", ")
    )))
}

/// The value that a function returns.
///
/// # Errors
/// It does not take such values; so says its text.
pub(super) fn call(
    name: &str,
    arguments: &[V],
    memory: &mut u64,
    dialect: Dialect,
) -> Result<V, String> {
    let invalid = || {
        let types: Vec<&str> = arguments.iter().map(V::go_type).collect();
        format!("invalid argument for {name} ({})", types.join(", "))
    };
    let text = |index: usize| match arguments.get(index) {
        Some(V::Str(text)) => Ok(text.clone()),
        _ => Err(invalid()),
    };
    let first = arguments.first().ok_or_else(invalid)?;
    Ok(match (name, first) {
        ("len", V::Str(text)) if dialect.is_new() => V::Int(text.chars().count() as i64),
        ("len", value) => V::Int(value.len().ok_or_else(invalid)?),
        ("type", value) => V::from(value.type_name()),
        ("string", value) => V::from(value.printed()),
        ("abs", V::Int(value)) => V::Int(value.wrapping_abs()),
        // Go asks whether it is below zero, which a negative zero is not.
        ("abs", V::Float(value)) => V::Float(if *value < 0.0 { -value } else { *value }),
        ("abs", V::Byte(value)) => V::Byte(*value),
        ("ceil", V::Float(value)) => V::Float(value.ceil()),
        ("floor", V::Float(value)) => V::Float(value.floor()),
        ("round", V::Float(value)) => V::Float(value.round()),
        ("ceil" | "floor" | "round" | "float", V::Int(_) | V::Byte(_)) | ("float", V::Float(_)) => {
            V::Float(first.as_float().ok_or_else(invalid)?)
        }
        ("float", V::Str(text)) => V::Float(coerce::parse_float(text)?),
        ("int", V::Str(text)) => {
            let read = text.parse().map(V::Int);
            read.map_err(|_| format!("invalid operation: int({text})"))?
        }
        ("int", value) => V::Int(value.as_int().ok_or_else(invalid)?),
        ("first" | "last", value) => value
            .fetch(&V::Int(if name == "first" { 0 } else { -1 }))
            .unwrap_or(V::Nil),
        ("trim", V::Str(value)) => {
            if arguments.len() < 2 {
                V::from(value.trim())
            } else {
                let set = text(1)?;
                V::from(value.trim_matches(|one| set.contains(one)))
            }
        }
        ("trimPrefix" | "trimSuffix", V::Str(value)) => {
            let affix = arguments.get(1).map_or(Ok(Text::from(" ")), |_| text(1))?;
            let cut = if name == "trimPrefix" {
                value.strip_prefix(affix.as_str())
            } else {
                value.strip_suffix(affix.as_str())
            };
            V::from(cut.unwrap_or(value))
        }
        ("upper", V::Str(value)) => V::from(case::upper(value)),
        ("lower", V::Str(value)) => V::from(case::lower(value)),
        ("split", V::Str(value)) => split(value, &text(1)?),
        ("replace", V::Str(value)) => {
            let (old, new) = (text(1)?, text(2)?);
            let count = match arguments.get(3) {
                None => -1,
                Some(count) => count.as_int().ok_or_else(invalid)?,
            };
            V::from(match usize::try_from(count) {
                Ok(count) => value.replacen(old.as_str(), &new, count),
                Err(_) => value.replace(old.as_str(), &new),
            })
        }
        ("repeat", V::Str(value)) => {
            let count = arguments.get(1).and_then(V::as_int).ok_or_else(invalid)?;
            if count < 0 {
                return Err(format!(
                    "invalid argument for repeat (expected positive integer, got {count})"
                ));
            }
            if count > REPEATED {
                return Err(super::eval::OVER_BUDGET.to_owned());
            }
            *memory = memory.saturating_add(value.len() as u64 * count as u64);
            super::eval::within(*memory)?;
            V::from(value.repeat(count as usize))
        }
        ("join", value) => {
            let glue = arguments.get(1).map_or(Ok(Text::default()), |_| text(1))?;
            let texts = value.texts().ok_or_else(invalid)?;
            V::from(texts.join(glue.as_str()))
        }
        ("indexOf", V::Str(value)) => position(value.find(text(1)?.as_str())),
        ("lastIndexOf", V::Str(value)) => position(value.rfind(text(1)?.as_str())),
        ("hasPrefix", V::Str(value)) => V::Bool(value.starts_with(text(1)?.as_str())),
        ("hasSuffix", V::Str(value)) => V::Bool(value.ends_with(text(1)?.as_str())),
        _ => return Err(invalid()),
    })
}

fn position(found: Option<usize>) -> V {
    V::Int(found.map_or(-1, |at| at as i64))
}

/// Nothing between characters separates them all, as in Go.
fn split(text: &str, by: &str) -> V {
    let parts: Vec<V> = if by.is_empty() {
        text.chars().map(|one| V::from(one.to_string())).collect()
    } else {
        text.split(by).map(V::from).collect()
    };
    V::texts_of(parts)
}
