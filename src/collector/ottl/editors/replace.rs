//! Texts replaced: by glob (`replace_match`), by regular expression (`replace_pattern`), in a field or in a map.

use std::rc::Rc;

use crate::collector::attributes::Attributes;
use crate::collector::expand::Template;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Callee;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Getter;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Literal;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::functions::arguments::Term;
use crate::collector::ottl::functions::arguments::text;
use crate::collector::ottl::functions::pattern::Pattern;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::Val;
use crate::collector::regex::GoRegex;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::glob::Glob;
use super::maps::DYNAMIC;
use super::maps::PLACE;
use super::work::Built;
use super::work::work;

/// From this release on, a function's result goes where its match was; before, wherever the same text was.
const IN_PLACE: u16 = 155;

/// From this release on, values are replaced where they are, and one that fails is skipped; before, a failure
/// ended the map there (`func_replace_all_patterns.go`).
const SKIPS_FAILURES: u16 = 135;

/// From this release on, a key that a function replaces keeps its value; before, the new key became the value.
const KEEPS_VALUES: u16 = 125;

const MAP: Param = Param::new("Target", Kind::Map);
const MAP_PLACE: Param = Param::new("Target", Kind::MapPlace);
const PLACE_OF_TEXT: Param = Param::new("Target", Kind::Place);
const GLOB: Param = Param::new("Pattern", Kind::LitStr);
const ANY_GLOB: Param = Param::new("Pattern", Kind::Str);
const MODE: Param = Param::new("Mode", Kind::LitStr);
const REGEX: Param = Param::new("RegexPattern", Kind::LitStr);
const ANY_REGEX: Param = Param::new("RegexPattern", Kind::Str);
const BY: Param = Param::new("Replacement", Kind::Str);
const FUNCTION: Param = Param::optional("Function", Kind::Function);
const FORMAT: Param = Param::optional("ReplacementFormat", Kind::Str);

/// The editors of this file.
pub static TABLE: &[Function] = &[
    Function::editor(
        "replace_match",
        &[PLACE_OF_TEXT, GLOB, BY, FUNCTION, FORMAT],
        replace_match,
    )
    .until(DYNAMIC),
    Function::editor(
        "replace_match",
        &[PLACE_OF_TEXT, ANY_GLOB, BY, FUNCTION, FORMAT],
        replace_match,
    )
    .since(DYNAMIC),
    Function::editor(
        "replace_all_matches",
        &[MAP, GLOB, BY, FUNCTION, FORMAT],
        replace_all_matches,
    )
    .until(PLACE),
    Function::editor(
        "replace_all_matches",
        &[MAP_PLACE, GLOB, BY, FUNCTION, FORMAT],
        replace_all_matches,
    )
    .since(PLACE)
    .until(DYNAMIC),
    Function::editor(
        "replace_all_matches",
        &[MAP_PLACE, ANY_GLOB, BY, FUNCTION, FORMAT],
        replace_all_matches,
    )
    .since(DYNAMIC),
    Function::editor(
        "replace_pattern",
        &[PLACE_OF_TEXT, REGEX, BY, FUNCTION, FORMAT],
        replace_pattern,
    )
    .until(DYNAMIC),
    Function::editor(
        "replace_pattern",
        &[PLACE_OF_TEXT, ANY_REGEX, BY, FUNCTION, FORMAT],
        replace_pattern,
    )
    .since(DYNAMIC),
    Function::editor(
        "replace_all_patterns",
        &[MAP, MODE, REGEX, BY, FUNCTION, FORMAT],
        replace_all_patterns,
    )
    .until(PLACE),
    Function::editor(
        "replace_all_patterns",
        &[MAP_PLACE, MODE, REGEX, BY, FUNCTION, FORMAT],
        replace_all_patterns,
    )
    .since(PLACE)
    .until(DYNAMIC),
    Function::editor(
        "replace_all_patterns",
        &[MAP_PLACE, MODE, ANY_REGEX, BY, FUNCTION, FORMAT],
        replace_all_patterns,
    )
    .since(DYNAMIC),
];

/// What a replacement becomes before it is put in: the result of a function, in a format.
struct Shaping {
    function: Option<Callee>,
    format: Option<Term>,
    version: Version,
}

impl Shaping {
    fn of(args: &mut Args) -> Self {
        Self {
            function: args.callee("Function"),
            format: args.optional("ReplacementFormat"),
            version: args.version,
        }
    }

    /// A whole replacement. Without a function there is no format either, as upstream.
    fn whole(&self, replacement: &Rc<dyn Getter>, scene: &Scene<'_>) -> Result<Text, String> {
        let Some(function) = &self.function else {
            return text(replacement.as_ref(), scene);
        };
        self.called(function, Box::new(Shared(Rc::clone(replacement))), scene)
    }

    fn called(&self, function: &Callee, input: Term, scene: &Scene<'_>) -> Result<Text, String> {
        let call = function.call(vec![input])?;
        let Val::Str(result) = call.get(scene)? else {
            return Err("replacement value is not a string".to_owned());
        };
        let Some(format) = &self.format else {
            return Ok(result);
        };
        let format = text(format.as_ref(), scene)?;
        // Exactly `%s`, once or more; further ones have no argument in Go.
        let mut parts = format.split("%s");
        let first = parts.next().unwrap_or_default();
        let valid = format.contains("%s") && percent_only_before_s(&format);
        if !valid {
            return Err(
                "replacementFormat must be format string containing a single %s and no other \
                 format specifiers"
                    .to_owned(),
            );
        }
        let mut formatted = format!("{first}{result}");
        formatted.push_str(parts.next().unwrap_or_default());
        for part in parts {
            formatted.push_str("%!s(MISSING)");
            formatted.push_str(part);
        }
        if formatted.ends_with('%') && format.ends_with('%') {
            formatted.push_str("!(NOVERB)");
        }
        Ok(formatted.into())
    }

    /// All matches of a pattern replaced.
    fn replace(
        &self,
        regex: &GoRegex,
        original: &str,
        replacement: &str,
        scene: &Scene<'_>,
    ) -> Result<String, String> {
        let Some(function) = &self.function else {
            return Ok(regex.replace_all(original, replacement));
        };
        let template = Template::new(replacement, regex);
        let in_place = self.version.is_from(IN_PLACE);
        let mut result = if in_place {
            String::new()
        } else {
            original.to_owned()
        };
        let mut done = 0;
        for captures in regex.captures_iter(original) {
            let mut expanded = String::new();
            template.expand(original, &captures, &mut expanded);
            let input = Box::new(Literal(Val::from(expanded)));
            let shaped = self.called(function, input, scene)?;
            let whole = captures.whole();
            if in_place {
                result.push_str(&original[done..whole.start]);
                result.push_str(&shaped);
                done = whole.end;
            } else {
                result = result.replace(&original[whole], &shaped);
            }
        }
        if in_place {
            result.push_str(&original[done..]);
        }
        Ok(result)
    }
}

/// Whether no percent sign is followed by anything but an `s` (`func_replace_pattern.go`: `%[^s]`).
fn percent_only_before_s(format: &str) -> bool {
    let bytes = format.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' && bytes.get(at + 1).is_some_and(|next| *next != b's') {
            return false;
        }
        at += 1;
    }
    // The first regular expression of upstream lets no line break pass.
    !format.contains('\n')
}

/// A getter that several share.
struct Shared(Rc<dyn Getter>);

impl Getter for Shared {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        self.0.get(scene)
    }

    fn literal(&self) -> Option<&Val> {
        self.0.literal()
    }
}

/// A glob, known at start or not.
struct Globs {
    known: Option<Glob>,
    term: Term,
}

impl Globs {
    fn new(term: Term) -> Result<Self, String> {
        let known = match term.literal() {
            Some(Val::Str(pattern)) => Some(Glob::new(pattern)?),
            _ => None,
        };
        Ok(Self { known, term })
    }

    fn test(&self, scene: &Scene<'_>, judge: impl FnOnce(&Glob) -> bool) -> Result<bool, String> {
        match &self.known {
            Some(known) => Ok(judge(known)),
            None => Ok(judge(&Glob::new(&text(self.term.as_ref(), scene)?)?)),
        }
    }
}

fn replace_match(mut args: Args) -> Built {
    let target = args.place("Target")?;
    let globs = Globs::new(args.getter("Pattern")?)?;
    let replacement: Rc<dyn Getter> = args.getter("Replacement")?.into();
    let shaping = Shaping::of(&mut args);
    work(move |scene| {
        let value = target.get(scene)?;
        let replacement = shaping.whole(&replacement, scene)?;
        let matches = match &value {
            Val::Str(value) => globs.test(scene, |glob| glob.is_match(value))?,
            _ => globs.test(scene, |_| false)?,
        };
        if matches {
            target.set(scene, Val::Str(replacement))?;
        }
        Ok(())
    })
}

/// The first release whose `replace_all_matches` leaves what is no text; before, it was taken for an empty one
/// (`pkg/ottl/ottlfuncs/func_replace_all_matches.go`).
const ONLY_TEXTS: u16 = 118;

fn replace_all_matches(mut args: Args) -> Built {
    let others = !args.version.is_from(ONLY_TEXTS);
    let target = args.map_target("Target")?;
    let globs = Globs::new(args.getter("Pattern")?)?;
    let replacement: Rc<dyn Getter> = args.getter("Replacement")?.into();
    let shaping = Shaping::of(&mut args);
    work(move |scene| {
        let dynamic = match &globs.known {
            Some(_) => None,
            None => Some(Glob::new(&text(globs.term.as_ref(), scene)?)?),
        };
        let replacement = shaping.whole(&replacement, scene);
        target.edit(scene, |map| {
            let replacement = replacement?;
            let Some(glob) = dynamic.as_ref().or(globs.known.as_ref()) else {
                return Ok(());
            };
            let fitting: Vec<Text> = map
                .iter()
                .filter(|(_, value)| match value.as_text() {
                    Some(text) => glob.is_match(text),
                    None => others && glob.is_match(""),
                })
                .map(|(key, _)| key.clone())
                .collect();
            for key in fitting {
                map.insert(key, replacement.clone());
            }
            Ok(())
        })
    })
}

fn replace_pattern(mut args: Args) -> Built {
    let target = args.place("Target")?;
    let pattern = Pattern::new("replace_pattern", args.getter("RegexPattern")?)?;
    let replacement = args.getter("Replacement")?;
    let shaping = Shaping::of(&mut args);
    work(move |scene| {
        let original = target.get(scene)?;
        if original.is_nil() {
            return Ok(());
        }
        let replacement = text(replacement.as_ref(), scene)?;
        let Val::Str(original) = original else {
            return Ok(());
        };
        let regex = pattern.get(scene)?;
        if !regex.is_match(&original) {
            return Ok(());
        }
        let updated = shaping.replace(&regex, &original, &replacement, scene)?;
        target.set(scene, Val::from(updated))
    })
}

fn replace_all_patterns(mut args: Args) -> Built {
    let target = args.map_target("Target")?;
    let mode = args.text("Mode").unwrap_or_default();
    let pattern = Pattern::new("replace_all_patterns", args.getter("RegexPattern")?)?;
    let of_keys = match mode.as_str() {
        "key" => true,
        "value" => false,
        other => {
            return Err(format!(
                "invalid mode {other}, must be either 'key' or 'value'"
            ));
        }
    };
    let replacement = args.getter("Replacement")?;
    let shaping = Shaping::of(&mut args);
    work(move |scene| {
        let replacement = text(replacement.as_ref(), scene)?;
        let regex = pattern.get(scene)?;
        let mut before = Attributes::default();
        target.edit(scene, |map| {
            before = map.clone();
            Ok(())
        })?;
        let changed = replaced(
            &before,
            of_keys,
            &|original: &str| {
                regex
                    .is_match(original)
                    .then(|| shaping.replace(&regex, original, &replacement, scene))
            },
            &shaping,
        );
        if let Some(changed) = changed {
            target.edit(scene, |map| {
                *map = changed;
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// The map with its keys or values replaced; `None` if none is.
fn replaced(
    map: &Attributes,
    of_keys: bool,
    replace: &dyn Fn(&str) -> Option<Result<String, String>>,
    shaping: &Shaping,
) -> Option<Attributes> {
    let mut updated = Attributes::default();
    let mut changes = false;
    let skips = shaping.version.is_from(SKIPS_FAILURES);
    for (key, value) in map.iter() {
        let original = match value {
            _ if of_keys => Some(key),
            Value::Str(text) => Some(text),
            _ => None,
        };
        match original.and_then(|original| replace(original)) {
            None => updated.insert(key.clone(), value.clone()),
            Some(Err(_)) => {
                changes = true;
                if !skips {
                    break;
                }
                if !of_keys {
                    updated.insert(key.clone(), value.clone());
                }
            }
            Some(Ok(new)) => {
                changes = true;
                let takes_values =
                    shaping.function.is_some() && !shaping.version.is_from(KEEPS_VALUES);
                if !of_keys || takes_values {
                    updated.insert(key.clone(), Value::Str(new.into()));
                } else {
                    updated.insert(new, value.clone());
                }
            }
        }
    }
    changes.then_some(updated)
}
