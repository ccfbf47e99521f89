//! Regular expressions: `IsMatch`, `ExtractPatterns`.

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::regex::GoRegex;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::maybe_text;
use super::arguments::text;
use super::pattern::Pattern;
use super::texts::DYNAMIC;

const TARGET: Param = Param::new("Target", Kind::Str);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "IsMatch",
        &[
            Param::new("Target", Kind::StrLike),
            Param::new("Pattern", Kind::LitStr),
        ],
        is_match,
    )
    .until(DYNAMIC),
    Function::converter(
        "IsMatch",
        &[
            Param::new("Target", Kind::StrLike),
            Param::new("Pattern", Kind::Str),
        ],
        is_match,
    )
    .since(DYNAMIC),
    Function::converter(
        "ExtractPatterns",
        &[TARGET, Param::new("Pattern", Kind::LitStr)],
        extract_patterns,
    )
    .until(DYNAMIC),
    Function::converter(
        "ExtractPatterns",
        &[TARGET, Param::new("Pattern", Kind::Str)],
        extract_patterns,
    )
    .since(DYNAMIC),
];

fn is_match(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let pattern = Pattern::new("IsMatch", args.getter("Pattern")?)?;
    call(move |scene| {
        let judge = |regex: &GoRegex| -> Result<Val, String> {
            let target = maybe_text(target.as_ref(), scene)?;
            Ok(Val::Bool(target.is_some_and(|text| regex.is_match(&text))))
        };
        match pattern.fixed() {
            Some(regex) => judge(regex),
            None => judge(&pattern.get(scene)?),
        }
    })
}

fn extract_patterns(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let pattern = Pattern::new("ExtractPatterns", args.getter("Pattern")?)?;
    // Before patterns could be dynamic, this was judged at start.
    if let Some(regex) = pattern.fixed()
        && !args.version.is_from(DYNAMIC)
    {
        ensure_named(regex)?;
    }
    call(move |scene| {
        let regex = pattern.get(scene)?;
        ensure_named(&regex)?;
        let target = text(target.as_ref(), scene)?;
        let mut found = Attributes::default();
        if let Some(captures) = regex.captures(&target) {
            for (at, name) in regex.group_names().iter().enumerate() {
                if !name.is_empty() {
                    let part = captures.get(at).map_or("", |range| &target[range]);
                    found.insert(name.as_str(), part);
                }
            }
        }
        Ok(Val::Map(found))
    })
}

fn ensure_named(regex: &GoRegex) -> Result<(), String> {
    if regex.group_names().iter().any(|name| !name.is_empty()) {
        return Ok(());
    }
    Err("at least 1 named capture group must be supplied in the given regex".to_owned())
}
