//! Texts: joined, cut, split, trimmed, in another case.

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::List;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Val;
use crate::collector::text::Text;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::int;
use super::arguments::maybe_text;
use super::arguments::of_text;
use super::arguments::text;
use super::arguments::text_of_bytes;
use super::case;

/// From this release on, arguments that had to be literal may be any expression of their type.
pub const DYNAMIC: u16 = 139;

/// From this release on, `Trim`, `TrimPrefix` and `TrimSuffix` are three functions.
const TRIMS: u16 = 141;

const TARGET: Param = Param::new("Target", Kind::Str);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "Concat",
        &[
            Param::new("Vals", Kind::ListOf(&Kind::StrLike)),
            Param::new("Delimiter", Kind::LitStr),
        ],
        concat,
    )
    .until(DYNAMIC),
    Function::converter(
        "Concat",
        &[
            Param::new("Vals", Kind::ListOf(&Kind::StrLike)),
            Param::new("Delimiter", Kind::Str),
        ],
        concat,
    )
    .since(DYNAMIC),
    Function::converter(
        "ConvertCase",
        &[TARGET, Param::new("ToCase", Kind::LitStr)],
        convert_case,
    ),
    Function::converter("ToCamelCase", &[TARGET], |args| to_case(args, case::camel)).since(120),
    Function::converter("ToLowerCase", &[TARGET], |args| to_case(args, case::lower)).since(120),
    Function::converter("ToSnakeCase", &[TARGET], |args| to_case(args, case::snake)).since(120),
    Function::converter("ToUpperCase", &[TARGET], |args| to_case(args, case::upper)).since(120),
    Function::converter(
        "HasPrefix",
        &[TARGET, Param::new("Prefix", Kind::LitStr)],
        has_prefix,
    )
    .since(126)
    .until(DYNAMIC),
    Function::converter(
        "HasPrefix",
        &[TARGET, Param::new("Prefix", Kind::Str)],
        has_prefix,
    )
    .since(DYNAMIC),
    Function::converter(
        "HasSuffix",
        &[TARGET, Param::new("Suffix", Kind::LitStr)],
        has_suffix,
    )
    .since(126)
    .until(DYNAMIC),
    Function::converter(
        "HasSuffix",
        &[TARGET, Param::new("Suffix", Kind::Str)],
        has_suffix,
    )
    .since(DYNAMIC),
    Function::converter(
        "Split",
        &[TARGET, Param::new("Delimiter", Kind::LitStr)],
        split,
    )
    .until(DYNAMIC),
    Function::converter(
        "Split",
        &[TARGET, Param::new("Delimiter", Kind::Str)],
        split,
    )
    .since(DYNAMIC),
    Function::converter(
        "Substring",
        &[
            TARGET,
            Param::new("Start", Kind::Int),
            Param::new("Length", Kind::Int),
        ],
        substring,
    )
    .until(154),
    Function::converter(
        "Substring",
        &[
            TARGET,
            Param::new("Start", Kind::Int),
            Param::new("Length", Kind::Int),
            Param::optional("Utf8Safe", Kind::LitBool),
        ],
        substring,
    )
    .since(154),
    Function::converter(
        "Trim",
        &[TARGET, Param::optional("Replacement", Kind::LitStr)],
        trim,
    )
    .since(117)
    .until(DYNAMIC),
    // For two releases `TrimSuffix` was registered as `Trim`, and won (`func_trim_suffix.go`).
    Function::converter(
        "Trim",
        &[TARGET, Param::new("Suffix", Kind::Str)],
        trim_suffix,
    )
    .since(DYNAMIC)
    .until(TRIMS),
    Function::converter(
        "Trim",
        &[TARGET, Param::optional("Replacement", Kind::LitStr)],
        trim,
    )
    .since(TRIMS),
    Function::converter(
        "TrimPrefix",
        &[TARGET, Param::new("Prefix", Kind::Str)],
        |mut args| {
            let (target, prefix) = (args.getter("Target")?, args.getter("Prefix")?);
            call(move |scene| {
                let target = text(target.as_ref(), scene)?;
                let prefix = text(prefix.as_ref(), scene)?;
                Ok(shorter(&target, target.strip_prefix(prefix.as_str())))
            })
        },
    )
    .since(TRIMS),
    Function::converter(
        "TrimSuffix",
        &[TARGET, Param::new("Suffix", Kind::Str)],
        trim_suffix,
    )
    .since(TRIMS),
];

/// The text without something, or as it was.
fn shorter(target: &Text, stripped: Option<&str>) -> Val {
    stripped.map_or_else(|| Val::Str(target.clone()), Val::from)
}

fn concat(mut args: Args) -> Built {
    let vals = args.getters("Vals").unwrap_or_default();
    let delimiter = args.getter("Delimiter")?;
    call(move |scene| {
        let delimiter = text(delimiter.as_ref(), scene)?;
        let mut joined = String::new();
        for (at, val) in vals.iter().enumerate() {
            if at > 0 {
                joined.push_str(&delimiter);
            }
            match maybe_text(val.as_ref(), scene)? {
                Some(text) => joined.push_str(&text),
                None => joined.push_str("<nil>"),
            }
        }
        Ok(Val::from(joined))
    })
}

fn convert_case(mut args: Args) -> Built {
    let change = match args.text("ToCase").unwrap_or_default().as_str() {
        "lower" => case::lower,
        "upper" => case::upper,
        "snake" => case::snake,
        "camel" => case::camel,
        other => {
            return Err(format!(
                "invalid case: {other}, allowed cases are: lower, upper, snake, camel"
            ));
        }
    };
    to_case(args, change)
}

fn to_case(mut args: Args, change: fn(&str) -> String) -> Built {
    of_text(args.getter("Target")?, move |text| {
        Ok(Val::from(change(text)))
    })
}

fn has_prefix(mut args: Args) -> Built {
    let (target, prefix) = (args.getter("Target")?, args.getter("Prefix")?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        Ok(Val::Bool(
            target.starts_with(text(prefix.as_ref(), scene)?.as_str()),
        ))
    })
}

fn has_suffix(mut args: Args) -> Built {
    let (target, suffix) = (args.getter("Target")?, args.getter("Suffix")?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        Ok(Val::Bool(
            target.ends_with(text(suffix.as_ref(), scene)?.as_str()),
        ))
    })
}

fn split(mut args: Args) -> Built {
    let (target, delimiter) = (args.getter("Target")?, args.getter("Delimiter")?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        let delimiter = text(delimiter.as_ref(), scene)?;
        let parts: Vec<Val> = if delimiter.is_empty() {
            // Go splits before every character, and has no empty ends.
            target
                .chars()
                .map(|one| Val::from(one.to_string()))
                .collect()
        } else {
            target.split(delimiter.as_str()).map(Val::from).collect()
        };
        Ok(Val::List(List::new(parts, ListKind::Texts)))
    })
}

fn substring(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let (start, length) = (args.getter("Start")?, args.getter("Length")?);
    let safe = args.bool("Utf8Safe").unwrap_or(false);
    call(move |scene| {
        let start = int(start.as_ref(), scene)?;
        if start < 0 {
            return Err(format!(
                "invalid start for substring function, {start} cannot be negative"
            ));
        }
        let length = int(length.as_ref(), scene)?;
        if length <= 0 {
            return Err(format!(
                "invalid length for substring function, {length} cannot be negative or zero"
            ));
        }
        let target = text(target.as_ref(), scene)?;
        let whole = target.len() as i64;
        if start > whole || length > whole - start {
            return Err(format!(
                "invalid range for substring function, start({start})+length({length}) \
                 cannot be greater than the length of target string({whole})"
            ));
        }
        let (mut from, mut to) = (start as usize, (start + length) as usize);
        if safe {
            while from < target.len() && !target.is_char_boundary(from) {
                from += 1;
            }
            while from < to && to < target.len() && !target.is_char_boundary(to) {
                to -= 1;
            }
            to = to.max(from);
        }
        Ok(target
            .get(from..to)
            .map_or_else(|| text_of_bytes(&target.as_bytes()[from..to]), Val::from))
    })
}

fn trim(mut args: Args) -> Built {
    let cutset = args.text("Replacement").unwrap_or_else(|| " ".into());
    of_text(args.getter("Target")?, move |text| {
        Ok(Val::from(
            text.trim_matches(|one: char| cutset.contains(one)),
        ))
    })
}

fn trim_suffix(mut args: Args) -> Built {
    let (target, suffix) = (args.getter("Target")?, args.getter("Suffix")?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        let suffix = text(suffix.as_ref(), scene)?;
        Ok(shorter(&target, target.strip_suffix(suffix.as_str())))
    })
}
