//! The lists of the filter and transform processors in which each entry is a text or a group of texts.

use crate::collector::decode::Fields;
use crate::collector::decode::text;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

use super::function::Context;
use super::infer;
use super::mode::ErrorMode;

/// A condition or statement and where it stands.
pub type Placed = (String, Position);

/// Texts that belong together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where it begins.
    pub at: Position,
    /// The context that is given; `None` where it must be inferred.
    pub context: Option<Context>,
    /// Conditions.
    pub conditions: Vec<Placed>,
    /// Statements; none for the filter processor.
    pub statements: Vec<Placed>,
    /// Its own mode, if it has one.
    pub mode: Option<ErrorMode>,
    /// Whether it shares its scratch map with others of its context, for a whole payload.
    pub shares_cache: bool,
}

/// What the texts of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Conditions of the filter processor.
    Conditions,
    /// Statements of the transform processor.
    Statements {
        /// Whether a group may have an error mode of its own.
        own_mode: bool,
        /// Whether texts that stand alone are one group; otherwise each is one, with a shared scratch map.
        one_group: bool,
    },
}

/// The groups of a list; texts that stand alone become one group without a context, at the end.
///
/// # Errors
/// An entry is neither a text nor a group, or both kinds are mixed in a way that upstream refuses.
pub fn read(node: &Node, key: &str, texts: Texts) -> Result<Vec<Group>, ConfigError> {
    let items: &[Node] = match &node.kind {
        Kind::Null => &[],
        Kind::List(items) => items,
        _ => {
            let message = format!("`{key}` must be a list, not {}", node.kind_name());
            return Err(ConfigError::new(node.at, message));
        }
    };
    let each = matches!(texts, Texts::Statements { one_group, .. } if !one_group);
    let mut groups = Vec::new();
    let mut alone: Vec<Placed> = Vec::new();
    for item in items {
        let mixed = match &item.kind {
            Kind::Null => {
                let message = format!("an entry of `{key}` is empty");
                return Err(ConfigError::new(item.at, message));
            }
            Kind::String(text) if each => {
                groups.push(Group {
                    at: item.at,
                    context: None,
                    conditions: Vec::new(),
                    statements: vec![(text.clone(), item.at)],
                    mode: None,
                    shares_cache: true,
                });
                false
            }
            Kind::String(text) => {
                alone.push((text.clone(), item.at));
                // The transform processor lets texts follow groups.
                texts == Texts::Conditions && !groups.is_empty()
            }
            _ => {
                groups.push(group(item, key, texts)?);
                !alone.is_empty()
            }
        };
        if mixed {
            let message = format!("`{key}` mixes texts and groups");
            let error = ConfigError::new(item.at, message);
            return Err(error.with_help("write all entries the same way"));
        }
    }
    if let Some((_, at)) = alone.first() {
        let at = *at;
        let (conditions, statements) = match texts {
            Texts::Conditions => (alone, Vec::new()),
            Texts::Statements { .. } => (Vec::new(), alone),
        };
        groups.push(Group {
            at,
            context: None,
            conditions,
            statements,
            mode: None,
            shares_cache: false,
        });
    }
    Ok(groups)
}

fn group(node: &Node, key: &str, texts: Texts) -> Result<Group, ConfigError> {
    let mut fields = Fields::of(node, format!("a group of `{key}`"))?;
    let context = context(&mut fields)?;
    let conditions = fields.texts("conditions")?;
    let (mut statements, mut mode) = (Vec::new(), None);
    match texts {
        Texts::Conditions => mode = ErrorMode::read(&mut fields)?,
        Texts::Statements { own_mode, .. } => {
            statements = fields.texts("statements")?;
            if own_mode {
                mode = ErrorMode::read(&mut fields)?;
            }
        }
    }
    fields.finish()?;
    Ok(Group {
        at: node.at,
        context,
        conditions,
        statements,
        mode,
        shares_cache: false,
    })
}

fn context(fields: &mut Fields<'_>) -> Result<Option<Context>, ConfigError> {
    let Some(node) = fields.take("context") else {
        return Ok(None);
    };
    let typed = text(node)?.unwrap_or_default().to_lowercase();
    if typed.is_empty() {
        return Ok(None);
    }
    infer::named(&typed).map(Some).ok_or_else(|| {
        let message = match typed.as_str() {
            "exemplar" => "the exemplar context is not simulated".to_owned(),
            _ => format!("`{typed}` is no context of metrics"),
        };
        ConfigError::new(node.at, message).with_help("write resource, scope, metric or datapoint")
    })
}
