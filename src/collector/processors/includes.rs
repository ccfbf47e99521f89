//! The older way to say which metrics are meant: `include` and `exclude` with a `match_type`.
//!
//! In come the settings; out goes what is skipped, by the metric's name. What the `filter` processor has beside
//! names stands in `filter/legacy.rs`.

use std::collections::HashSet;

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::value::Value;
use super::super::version::Version;
use super::super::yaml::Node;
use super::pattern::Pattern;
use super::settings;

/// From which release on keys that say nothing about metrics are refused: after 0.118 and by 0.130
/// (`filterconfig/config.go`, `ValidateForMetrics`). Before, they are read and not looked at.
fn refuses_foreign_keys(version: Version) -> bool {
    version.is_from(130)
}

/// A set of names or patterns, of which any may match (`filterset`).
#[derive(Debug, Clone)]
pub enum NameSet {
    /// These and no others.
    Strict(HashSet<String>),
    /// Any of these matches anywhere in the text.
    Regexp(Vec<Pattern>),
}

impl NameSet {
    /// The set for a `match_type`.
    ///
    /// # Errors
    /// The type is unknown, or a pattern is wrong.
    pub fn new(
        match_type: &str,
        type_at: Position,
        names: &[(String, Position)],
    ) -> Result<Self, ConfigError> {
        match match_type {
            "strict" => Ok(Self::Strict(
                names.iter().map(|(name, _)| name.clone()).collect(),
            )),
            "regexp" => {
                let patterns = names.iter().map(|(name, at)| settings::pattern(name, *at));
                Ok(Self::Regexp(patterns.collect::<Result<_, _>>()?))
            }
            _ => Err(unknown_type(match_type, type_at)),
        }
    }

    /// Whether any of the set matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Strict(names) => names.contains(text),
            Self::Regexp(patterns) => patterns.iter().any(|pattern| pattern.is_match(text)),
        }
    }
}

fn unknown_type(match_type: &str, at: Position) -> ConfigError {
    let message = format!("`match_type` must be strict or regexp, not `{match_type}`");
    ConfigError::new(at, message)
}

/// Attributes that must all be there (`filtermatcher/attributematcher.go`).
#[derive(Debug, Clone)]
pub struct AttributesMatcher(Vec<(String, Wanted)>);

#[derive(Debug, Clone)]
enum Wanted {
    Any,
    Equal(Value),
    Like(NameSet),
}

impl AttributesMatcher {
    /// The matcher of a list of `{key, value}`; `None` for an empty one, which matches all.
    ///
    /// # Errors
    /// A key is missing, the type of match is unknown, or a pattern is wrong or no text.
    pub fn new(
        match_type: &str,
        type_at: Position,
        list: &[Node],
    ) -> Result<Option<Self>, ConfigError> {
        let mut wanted = Vec::new();
        for node in list {
            let mut fields = Fields::of(node, "an attribute to match")?;
            let (key, at) = settings::text_at(&mut fields, "key")?;
            let value = fields.take("value");
            fields.finish()?;
            if key.is_empty() {
                return Err(ConfigError::new(at, "an attribute to match needs a `key`"));
            }
            let place = value.map_or(node.at, |value| value.at);
            let what = match (value.and_then(settings::value), match_type) {
                (None, _) => Wanted::Any,
                (Some(value), "strict") => Wanted::Equal(value),
                (Some(Value::Str(text)), "regexp") => {
                    let names = [(text.to_string(), place)];
                    Wanted::Like(NameSet::new(match_type, type_at, &names)?)
                }
                (Some(_), "regexp") => {
                    let message = "with `match_type: regexp` the value must be a text";
                    return Err(ConfigError::new(place, message));
                }
                _ => return Err(unknown_type(match_type, type_at)),
            };
            wanted.push((key, what));
        }
        Ok((!wanted.is_empty()).then_some(Self(wanted)))
    }

    /// Whether all of them are there.
    pub fn matches(&self, attributes: &Attributes) -> bool {
        self.0.iter().all(|(key, wanted)| {
            let Some(value) = attributes.get(key) else {
                return false;
            };
            match wanted {
                Wanted::Any => true,
                Wanted::Equal(wanted) => wanted == value,
                Wanted::Like(set) => matches_as_text(set, value),
            }
        })
    }
}

fn matches_as_text(set: &NameSet, value: &Value) -> bool {
    match value {
        Value::Str(text) => set.matches(text),
        Value::Bool(_) | Value::Int(_) => set.matches(&value.to_string()),
        Value::Double(number) if number.is_nan() => set.matches("NaN"),
        Value::Double(number) if number.is_infinite() => {
            set.matches(if *number > 0.0 { "+Inf" } else { "-Inf" })
        }
        Value::Double(number) => set.matches(&format!("{number}")),
        Value::Empty | Value::Bytes(_) | Value::List(_) | Value::Map(_) => false,
    }
}

/// One side of it: `include` or `exclude`.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Names of metrics; `None` where any will do.
    pub names: Option<NameSet>,
}

/// Both sides.
#[derive(Debug, Clone, Default)]
pub struct Includes {
    include: Option<Side>,
    exclude: Option<Side>,
}

impl Includes {
    /// As the `attributes` processor has it, shared with spans and logs. For metrics it looks at
    /// `metric_names` alone: `resources` is accepted and has no effect (`filtermetric.go`).
    ///
    /// # Errors
    /// A key is unknown, or says nothing about metrics; a type of match or a pattern is wrong.
    pub fn of_all_signals(
        include: Option<&Node>,
        exclude: Option<&Node>,
        version: Version,
    ) -> Result<Self, ConfigError> {
        let side = |node: Option<&Node>, what| match node.filter(|node| !node.is_null()) {
            Some(node) => any_side(node, what, version).map(Some),
            None => Ok(None),
        };
        Ok(Self {
            include: side(include, "include")?,
            exclude: side(exclude, "exclude")?,
        })
    }

    /// Whether a metric of this name is left alone or goes, whichever the processor is about.
    pub fn skips_metric(&self, name: &str) -> bool {
        let matches = |side: &Option<Side>| {
            let names = side.as_ref()?.names.as_ref()?;
            Some(names.matches(name))
        };
        matches(&self.include) == Some(false) || matches(&self.exclude) == Some(true)
    }
}

/// The cache of a `regexp` block changes the cost of a match, never its outcome.
///
/// # Errors
/// It has a key that there is not.
pub fn take_cache(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let Some(node) = fields.take("regexp") else {
        return Ok(());
    };
    let mut cache = Fields::of(node, "regexp")?;
    cache.bool("cacheenabled")?;
    cache.int("cachemaxnumentries")?;
    cache.finish()
}

fn any_side(node: &Node, what: &str, version: Version) -> Result<Side, ConfigError> {
    let mut fields = Fields::of(node, what)?;
    let (match_type, type_at) = settings::text_at(&mut fields, "match_type")?;
    take_cache(&mut fields)?;
    let names = fields.texts("metric_names")?;
    let resources = fields.list("resources")?;
    let mut foreign = None;
    for key in [
        "services",
        "span_names",
        "span_kinds",
        "log_bodies",
        "log_severity_texts",
        "attributes",
        "libraries",
    ] {
        let list = fields.list(key)?;
        foreign = foreign.or(list.first().map(|item| (key, item.at)));
    }
    if let Some(node) = fields.take("log_severity_number") {
        foreign = foreign.or(Some(("log_severity_number", node.at)));
    }
    fields.finish()?;
    if refuses_foreign_keys(version) {
        if let Some((key, at)) = foreign {
            let message = format!("`{key}` is not valid for metrics");
            return Err(ConfigError::new(at, message)
                .with_help("match by `metric_names`; use OTTL in `transform` for the rest"));
        }
        if names.is_empty() && resources.is_empty() {
            let message = format!("`{what}` needs `metric_names` or `resources`");
            return Err(ConfigError::new(node.at, message));
        }
    }
    let names = match names.is_empty() {
        true => None,
        // The type `expr` without expressions asks for nothing.
        false if match_type == "expr" => None,
        false => Some(NameSet::new(&match_type, type_at, &names)?),
    };
    Ok(Side { names })
}
