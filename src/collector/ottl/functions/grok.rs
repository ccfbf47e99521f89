//! `ExtractGrokPatterns`: patterns made of named patterns, `%{IP:client.address}`.
//!
//! The names are those of <https://github.com/elastic/go-grok>, in `grok/patterns.txt`, which
//! `tests/conformance/generate_grok.py` writes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::collector::attributes::Attributes;
use crate::collector::ottl::coerce::parse_float;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::regex::GoRegex;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::text;
use super::number::parse_int;
use super::texts::DYNAMIC;

static PATTERNS: &str = include_str!("grok/patterns.txt");

/// The patterns by name.
static KNOWN: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = PATTERNS.lines();
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// What stands for a point in the name of a group.
const POINT: &str = "___";

/// How often patterns inside of patterns are looked up: the library stops there too.
const ROUNDS: usize = 1_000;

/// A pattern may become as long as this; one that holds itself twice doubles in each round.
const LONGEST: usize = 4 << 20;

const TARGET: Param = Param::new("Target", Kind::Str);
const NAMED_ONLY: Param = Param::optional("NamedCapturesOnly", Kind::LitBool);
const DEFINITIONS: Param = Param::optional("PatternDefinitions", Kind::ListOf(&Kind::LitStr));

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter(
        "ExtractGrokPatterns",
        &[
            TARGET,
            Param::new("Pattern", Kind::LitStr),
            NAMED_ONLY,
            DEFINITIONS,
        ],
        extract,
    )
    .since(107)
    .until(DYNAMIC),
    Function::converter(
        "ExtractGrokPatterns",
        &[
            TARGET,
            Param::new("Pattern", Kind::Str),
            NAMED_ONLY,
            DEFINITIONS,
        ],
        extract,
    )
    .since(DYNAMIC),
];

/// How patterns are read.
struct Dictionary {
    /// Patterns of one's own.
    own: BTreeMap<String, String>,
    /// Whether patterns without a name of their own are not captured.
    named_only: bool,
}

/// A pattern that was read.
struct Grok {
    regex: GoRegex,
    /// Types by the name of the group.
    types: BTreeMap<String, String>,
}

fn extract(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    let pattern = args.getter("Pattern")?;
    let dictionary = Dictionary {
        named_only: args.bool("NamedCapturesOnly").unwrap_or_default(),
        own: own_patterns(&args.texts("PatternDefinitions").unwrap_or_default())?,
    };
    if let Some(Val::Str(pattern)) = pattern.literal() {
        let grok = dictionary.compile(pattern)?;
        return call(move |scene| grok.parse(&text(target.as_ref(), scene)?));
    }
    let last: RefCell<Option<(Text, Rc<Grok>)>> = RefCell::new(None);
    call(move |scene| {
        let pattern = text(pattern.as_ref(), scene)?;
        let known = match last.borrow().as_ref() {
            Some((own, grok)) if *own == pattern => Some(grok.clone()),
            _ => None,
        };
        let grok = if let Some(grok) = known {
            grok
        } else {
            let grok = Rc::new(dictionary.compile(&pattern)?);
            *last.borrow_mut() = Some((pattern, grok.clone()));
            grok
        };
        grok.parse(&text(target.as_ref(), scene)?)
    })
}

/// Definitions as `NAME=pattern`.
fn own_patterns(definitions: &[Text]) -> Result<BTreeMap<String, String>, String> {
    let mut own = BTreeMap::new();
    for (at, definition) in definitions.iter().enumerate() {
        let (name, pattern) = definition.split_once('=').ok_or_else(|| {
            format!(
                "pattern {:?} supplied to ExtractGrokPatterns at index {at} has incorrect format, \
                 expecting PATTERNNAME=pattern definition",
                definition.as_str()
            )
        })?;
        if name.contains(':') {
            return Err(format!("pattern ID {name:?} should not contain ':'"));
        }
        own.insert(name.to_owned(), pattern.to_owned());
    }
    Ok(own)
}

impl Dictionary {
    fn pattern(&self, name: &str) -> Option<&str> {
        let own = self.own.get(name).map(String::as_str);
        own.or_else(|| KNOWN.get(name).copied())
    }

    fn compile(&self, pattern: &str) -> Result<Grok, String> {
        let (expanded, types) = self.expand(pattern)?;
        let regex = GoRegex::new(&expanded).map_err(|error| {
            format!(
                "the pattern supplied to ExtractGrokPatterns {pattern:?} \
                 is not a valid pattern: {error}"
            )
        })?;
        if self.named_only && regex.group_names().iter().all(String::is_empty) {
            return Err(
                "at least 1 named capture group must be supplied in the given regex".to_owned(),
            );
        }
        Ok(Grok { regex, types })
    }

    /// The regular expression that a pattern is, and the types of its groups.
    fn expand(&self, pattern: &str) -> Result<(String, BTreeMap<String, String>), String> {
        let mut types = BTreeMap::new();
        let mut expanded = pattern.to_owned();
        for _ in 0..ROUNDS {
            let found = references(&expanded);
            if found.is_empty() {
                break;
            }
            for reference in found {
                let Reference { name, target, kind } = &reference;
                let group = target.as_ref().unwrap_or(name).replace('.', POINT);
                if let Some(kind) = kind {
                    types.insert(group.clone(), kind.clone());
                }
                let inner = self.pattern(name).ok_or_else(|| {
                    format!("pattern definition {name:?} unknown: parsing failed")
                })?;
                let group = if self.named_only && target.is_none() {
                    format!("({inner})")
                } else {
                    format!("(?P<{group}>{inner})")
                };
                expanded = expanded.replace(&reference.written(), &group);
                if expanded.len() > LONGEST {
                    return Err(format!(
                        "the pattern {pattern:?} grows beyond {} MiB when its parts are filled in",
                        LONGEST >> 20
                    ));
                }
            }
        }
        Ok((expanded, types))
    }
}

/// `%{NAME}`, `%{NAME:target}` or `%{NAME:target:type}`.
struct Reference {
    name: String,
    target: Option<String>,
    kind: Option<String>,
}

impl Reference {
    fn written(&self) -> String {
        let part =
            |part: &Option<String>| part.as_ref().map_or(String::new(), |it| format!(":{it}"));
        format!(
            "%{{{}{}{}}}",
            self.name,
            part(&self.target),
            part(&self.kind)
        )
    }

    /// The reference that a text begins with, behind `%{`.
    fn at(text: &str) -> Option<Self> {
        let inner = &text[..text.find('}')?];
        let mut parts = inner.split(':');
        let word = |part: &str, more: &[u8]| {
            let fits =
                |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || more.contains(&byte);
            (!part.is_empty() && part.bytes().all(fits)).then(|| part.to_owned())
        };
        let name = word(parts.next()?, b"")?;
        let target = match parts.next() {
            Some(part) => Some(word(part, b"+.")?),
            None => None,
        };
        let kind = match parts.next() {
            Some(part) => Some(word(part, b"")?),
            None => None,
        };
        parts
            .next()
            .is_none()
            .then_some(Self { name, target, kind })
    }
}

/// The references in a text, in order.
fn references(text: &str) -> Vec<Reference> {
    let places = text.match_indices("%{");
    places
        .filter_map(|(at, sign)| Reference::at(&text[at + sign.len()..]))
        .collect()
}

impl Grok {
    /// What the groups with a name hold; nothing where they are empty or the text does not match.
    fn parse(&self, text: &str) -> Result<Val, String> {
        let mut found = Attributes::default();
        let Some(captures) = self.regex.captures(text) else {
            return Ok(Val::Map(found));
        };
        for (at, name) in self.regex.group_names().iter().enumerate() {
            let part = captures.get(at).map_or("", |range| &text[range]);
            if name.is_empty() || part.is_empty() {
                continue;
            }
            let value = match self.types.get(name) {
                Some(kind) => typed(part, kind)?,
                None => Value::Str(part.into()),
            };
            found.insert(name.replace(POINT, ".").as_str(), value);
        }
        Ok(Val::Map(found))
    }
}

fn typed(part: &str, kind: &str) -> Result<Value, String> {
    let wrong = || format!("{part:?} is no {kind}");
    Ok(match kind {
        "string" => Value::Str(part.into()),
        "int" | "long" => Value::Int(parse_int(part, 10)?),
        "float" | "double" => Value::Double(parse_float(part)?),
        "bool" | "boolean" => Value::Bool(match part {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => true,
            "0" | "f" | "F" | "FALSE" | "false" | "False" => false,
            _ => return Err(wrong()),
        }),
        _ => return Err(format!("invalid type {kind:?}: type not specified")),
    })
}
