//! The actions of the `attributes` and `resource` processors (`coreinternal/attraction`).
//!
//! In comes a list of actions; out goes a changed set of attributes. An action that upstream refuses at
//! start is an error at its place.

use sha2::Digest as _;
use sha2::Sha256;

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::text::Text;
use super::super::trace::Rule;
use super::super::value::Value;
use super::super::version::Version;
use super::super::yaml::Node;
use super::numbers::go_i64;
use super::numbers::go_parse_float;
use super::pattern::Pattern;
use super::settings;

/// From which release on there is `default_value`: after 0.145 and by 0.150.
fn has_default_value(version: Version) -> bool {
    version.is_from(150)
}

/// From which release on an empty text has a hash too: after 0.141 and by 0.145 (`hasher.go`).
fn hashes_empty_text(version: Version) -> bool {
    version.is_from(145)
}

/// Actions in the order in which they run.
#[derive(Debug, Clone)]
pub struct Actions {
    list: Vec<Action>,
    rules: Vec<Rule>,
    hashes_empty: bool,
}

#[derive(Debug, Clone)]
struct Action {
    key: Text,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Insert(Source),
    Update(Source),
    Upsert(Source),
    Delete(Option<Pattern>),
    Hash(Option<Pattern>),
    Extract(Pattern, Vec<Text>),
    Convert(Target),
}

#[derive(Debug, Clone)]
struct Source {
    value: From,
    default: Option<Value>,
}

#[derive(Debug, Clone)]
enum From {
    Nothing,
    Value(Value),
    Attribute(Text),
    Context(String),
}

#[derive(Debug, Clone, Copy)]
enum Target {
    String,
    Int,
    Double,
}

impl Actions {
    /// Reads a list of actions that is called `key` in `what`.
    ///
    /// # Errors
    /// The list is empty, or an action is not valid.
    pub fn read(
        list: &[Node],
        key: &str,
        at: Position,
        version: Version,
    ) -> Result<Self, ConfigError> {
        if list.is_empty() {
            let message = format!("`{key}` is required and must not be empty");
            return Err(ConfigError::new(at, message));
        }
        let mut read = Vec::with_capacity(list.len());
        let mut rules = Vec::with_capacity(list.len());
        for node in list {
            let (action, text) = read_action(node, version)?;
            read.push(action);
            rules.push(Rule { text, at: node.at });
        }
        Ok(Self {
            list: read,
            rules,
            hashes_empty: hashes_empty_text(version),
        })
    }

    /// The actions as they are shown.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Runs all actions on one set of attributes.
    pub fn apply(&self, attributes: &mut Attributes) {
        for action in &self.list {
            self.run(action, attributes);
        }
    }

    fn run(&self, action: &Action, attributes: &mut Attributes) {
        let key = &action.key;
        match &action.what {
            What::Insert(source) => {
                if attributes.get(key).is_none() {
                    set_from(attributes, key, source);
                }
            }
            What::Update(source) => {
                if attributes.get(key).is_some() {
                    set_from(attributes, key, source);
                }
            }
            What::Upsert(source) => set_from(attributes, key, source),
            What::Delete(pattern) => {
                attributes.remove(key);
                if let Some(pattern) = pattern {
                    attributes.retain(|key, _| !pattern.is_match(key));
                }
            }
            What::Hash(pattern) => {
                if let Some(value) = attributes.get_mut(key) {
                    hash(value, self.hashes_empty);
                }
                if let Some(pattern) = pattern {
                    self.hash_matching(pattern, attributes);
                }
            }
            What::Extract(pattern, names) => extract(attributes, key, pattern, names),
            What::Convert(target) => {
                if let Some(converted) = attributes
                    .get(key)
                    .and_then(|value| convert(value, *target))
                {
                    attributes.insert(key.clone(), converted);
                }
            }
        }
    }

    fn hash_matching(&self, pattern: &Pattern, attributes: &mut Attributes) {
        let keys: Vec<Text> = attributes
            .iter()
            .filter(|(key, _)| pattern.is_match(key))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            if let Some(value) = attributes.get_mut(&key) {
                hash(value, self.hashes_empty);
            }
        }
    }
}

fn set_from(attributes: &mut Attributes, key: &Text, source: &Source) {
    let found = match &source.value {
        From::Nothing => None,
        From::Value(value) => Some(value.clone()),
        From::Attribute(name) => attributes.get(name).cloned(),
        // A scrape comes from no client: no metadata, no authentication, and an address that is known
        // and empty (`getAttributeValueFromContext`).
        From::Context(name) => (name == "client.address").then(|| Value::Str(Text::default())),
    };
    if let Some(value) = found.or_else(|| source.default.clone()) {
        attributes.insert(key.clone(), value);
    }
}

fn hash(value: &mut Value, hashes_empty: bool) {
    let digest = match value {
        Value::Str(text) if text.is_empty() && !hashes_empty => None,
        Value::Str(text) => Some(Sha256::digest(text.as_bytes())),
        Value::Bool(truth) => Some(Sha256::digest([u8::from(*truth)])),
        Value::Int(number) => Some(Sha256::digest(number.to_le_bytes())),
        Value::Double(number) => Some(Sha256::digest(number.to_bits().to_le_bytes())),
        Value::Empty | Value::Bytes(_) | Value::List(_) | Value::Map(_) => None,
    };
    let text: String = digest
        .iter()
        .flat_map(|digest| digest.iter())
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect();
    *value = Value::Str(text.into());
}

fn extract(attributes: &mut Attributes, key: &Text, pattern: &Pattern, names: &[Text]) {
    let Some(Value::Str(text)) = attributes.get(key) else {
        return;
    };
    let text = text.clone();
    let Some(groups) = pattern.captures(&text) else {
        return;
    };
    for (name, group) in names.iter().zip(groups.iter().skip(1)) {
        attributes.insert(name.clone(), group.unwrap_or_default());
    }
}

/// The converted value; `None` where it stays as it is (`type_converter.go`).
fn convert(value: &Value, target: Target) -> Option<Value> {
    match (target, value) {
        (Target::String, Value::Str(_))
        | (Target::Int, Value::Int(_))
        | (Target::Double, Value::Double(_)) => None,
        (Target::String, _) => Some(Value::Str(value.to_string().into())),
        (Target::Int, Value::Double(number)) => Some(Value::Int(go_i64(*number))),
        (Target::Int, Value::Bool(truth)) => Some(Value::Int(i64::from(*truth))),
        (Target::Int, Value::Str(text)) => text.parse().ok().map(Value::Int),
        (Target::Double, Value::Int(number)) => Some(Value::Double(*number as f64)),
        (Target::Double, Value::Bool(truth)) => Some(Value::Double(f64::from(u8::from(*truth)))),
        (Target::Double, Value::Str(text)) => go_parse_float(text).map(Value::Double),
        _ => None,
    }
}

/// The fields of one action as they were written.
struct Written {
    at: Position,
    action: String,
    key: String,
    value: Option<Value>,
    default: Option<Value>,
    pattern: (String, Position),
    from_attribute: String,
    from_context: String,
    converted_type: (String, Position),
}

fn read_action(node: &Node, version: Version) -> Result<(Action, String), ConfigError> {
    let mut fields = Fields::of(node, "an action")?;
    let key = fields.text("key")?.unwrap_or_default();
    let value = fields.take("value").and_then(settings::value);
    let default = if has_default_value(version) {
        fields.take("default_value").and_then(settings::value)
    } else {
        None
    };
    let pattern = settings::text_at(&mut fields, "pattern")?;
    let from_attribute = fields.text("from_attribute")?.unwrap_or_default();
    let from_context = fields.text("from_context")?.unwrap_or_default();
    let converted_type = settings::text_at(&mut fields, "converted_type")?;
    let (action, action_at) = settings::text_at(&mut fields, "action")?;
    fields.finish()?;
    let written = Written {
        at: node.at,
        action: action.to_lowercase(),
        key,
        value,
        default,
        pattern,
        from_attribute,
        from_context,
        converted_type,
    };
    let text = [written.action.as_str(), &written.key, &written.pattern.0]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let what = match written.action.as_str() {
        "insert" => What::Insert(written.source()?),
        "update" => What::Update(written.source()?),
        "upsert" => What::Upsert(written.source()?),
        "delete" => What::Delete(written.keys()?),
        "hash" => What::Hash(written.keys()?),
        "extract" => written.extraction()?,
        "convert" => What::Convert(written.conversion()?),
        other => {
            let message = format!("there is no action `{other}`");
            let known = "insert, update, upsert, delete, hash, extract, convert";
            return Err(
                ConfigError::new(action_at, message).with_help(format!("known are {known}"))
            );
        }
    };
    let key = written.key.as_str().into();
    Ok((Action { key, what }, text))
}

impl Written {
    fn error(&self, what: &str) -> ConfigError {
        ConfigError::new(self.at, format!("action `{}` {what}", self.action))
    }

    fn sources(&self) -> usize {
        usize::from(self.value.is_some())
            + usize::from(!self.from_attribute.is_empty())
            + usize::from(!self.from_context.is_empty())
    }

    fn needs_key(&self) -> Result<(), ConfigError> {
        if self.key.is_empty() {
            Err(self.error("needs a `key`"))
        } else {
            Ok(())
        }
    }

    fn has_no_conversion(&self) -> Result<(), ConfigError> {
        if self.converted_type.0.is_empty() {
            Ok(())
        } else {
            Err(self.error("does not use `converted_type`"))
        }
    }

    fn source(&self) -> Result<Source, ConfigError> {
        self.needs_key()?;
        if self.sources() == 0 && self.default.is_none() {
            return Err(self.error("needs a `value`, `from_attribute` or `from_context`"));
        }
        if self.sources() > 1 {
            return Err(
                self.error("takes only one of `value`, `from_attribute` and `from_context`")
            );
        }
        if !self.pattern.0.is_empty() {
            return Err(self.error("does not use `pattern`"));
        }
        self.has_no_conversion()?;
        let value = match &self.value {
            Some(value) => From::Value(value.clone()),
            None if !self.from_context.is_empty() => From::Context(self.from_context.clone()),
            None if !self.from_attribute.is_empty() => {
                From::Attribute(self.from_attribute.as_str().into())
            }
            None => From::Nothing,
        };
        Ok(Source {
            value,
            default: self.default.clone(),
        })
    }

    fn keys(&self) -> Result<Option<Pattern>, ConfigError> {
        if self.key.is_empty() && self.pattern.0.is_empty() {
            return Err(self.error("needs a `key` or a `pattern`"));
        }
        if self.value.is_some() || !self.from_attribute.is_empty() {
            return Err(self.error("does not use `value` or `from_attribute`"));
        }
        let pattern = if self.pattern.0.is_empty() {
            None
        } else {
            Some(settings::pattern(&self.pattern.0, self.pattern.1)?)
        };
        self.has_no_conversion()?;
        Ok(pattern)
    }

    fn extraction(&self) -> Result<What, ConfigError> {
        self.needs_key()?;
        if self.sources() > 0 {
            return Err(self.error("does not use `value`, `from_attribute` or `from_context`"));
        }
        if self.pattern.0.is_empty() {
            return Err(self.error("needs a `pattern`"));
        }
        self.has_no_conversion()?;
        let pattern = settings::pattern(&self.pattern.0, self.pattern.1)?;
        let names: Vec<String> = pattern.names().iter().skip(1).cloned().collect();
        if names.is_empty() || names.iter().any(String::is_empty) {
            let message =
                "every group of the pattern of `extract` needs a name, as in `(?P<name>...)`";
            return Err(ConfigError::new(self.pattern.1, message));
        }
        let names = names.into_iter().map(Text::from).collect();
        Ok(What::Extract(pattern, names))
    }

    fn conversion(&self) -> Result<Target, ConfigError> {
        self.needs_key()?;
        if self.sources() > 0 || !self.pattern.0.is_empty() {
            return Err(self.error("does not use a value or a `pattern`"));
        }
        let (typed, at) = &self.converted_type;
        match typed.as_str() {
            "string" => Ok(Target::String),
            "int" => Ok(Target::Int),
            "double" => Ok(Target::Double),
            "" => Err(self.error("needs a `converted_type`")),
            other => {
                let message =
                    format!("`converted_type` must be string, int or double, not `{other}`");
                Err(ConfigError::new(*at, message))
            }
        }
    }
}
