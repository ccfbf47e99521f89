//! Receivers, processors, exporters, connectors and extensions as they are defined.

use std::fmt;

use super::super::decode::Notice;
use super::super::decode::nearest;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::kinds;
use super::kinds::Spelling;

/// What a component is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Brings data in.
    Receiver,
    /// Changes data.
    Processor,
    /// Sends data out.
    Exporter,
    /// Leads from one pipeline into another.
    Connector,
    /// Stands beside the pipelines.
    Extension,
}

impl Role {
    /// All of them, in the order of a configuration.
    pub const ALL: [Self; 5] = [
        Self::Receiver,
        Self::Processor,
        Self::Exporter,
        Self::Connector,
        Self::Extension,
    ];

    /// The key of a configuration that holds them.
    pub fn section(self) -> &'static str {
        match self {
            Self::Receiver => "receivers",
            Self::Processor => "processors",
            Self::Exporter => "exporters",
            Self::Connector => "connectors",
            Self::Extension => "extensions",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.section().strip_suffix('s').unwrap_or_default())
    }
}

/// One component, its settings as they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// What it is for.
    pub role: Role,
    /// What pipelines call it: `filter/mesh`.
    pub id: String,
    /// Its type, in the oldest spelling: `k8sattributes` for `k8s_attributes` as well.
    pub kind: String,
    /// Its type as written.
    pub written_kind: String,
    /// What follows the slash; empty if there is none.
    pub name: String,
    /// Its settings.
    pub node: Node,
    /// Where its id stands.
    pub at: Position,
}

impl Component {
    /// What its type is called from this release on, if the name that is written is an old one by then.
    pub fn newer_kind(&self, version: Version) -> Option<&'static str> {
        match kinds::spelling(self.role, &self.written_kind, version) {
            Spelling::Deprecated(new) => Some(new),
            _ => None,
        }
    }

    /// Whether any distribution is known to have its type.
    pub fn is_known(&self, version: Version) -> bool {
        is_known(self.role, &self.written_kind, version)
    }
}

/// Whether a type of component is known, in whatever spelling.
pub fn is_known(role: Role, kind: &str, version: Version) -> bool {
    kinds::spelling(role, kind, version) != Spelling::Unknown
}

/// The known type of component that is spelled most like this one, if any is.
pub fn nearest_kind(role: Role, kind: &str) -> Option<&'static str> {
    nearest(kind, kinds::known(role))
}

/// All components of the sections.
pub(super) fn all(
    sections: &[(Role, &Node)],
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Component>, ConfigError> {
    let mut components: Vec<Component> = Vec::new();
    for (role, section) in sections {
        if !matches!(section.kind, Kind::Map(_) | Kind::Null) {
            let (section, found) = (role.section(), section.kind_name());
            let message = format!("`{section}` must be a map, not {found}");
            return Err(ConfigError::new(sections_at(sections, *role), message));
        }
        for entry in section.entries() {
            let fail = |message: String| error_at(entry.key_at, &entry.key, message);
            let (written_kind, name) = id_parts(&entry.key).map_err(fail)?;
            let kind = kind(
                *role,
                written_kind,
                &entry.key,
                entry.key_at,
                version,
                notices,
            )?;
            components.push(Component {
                role: *role,
                id: id_of(written_kind, name),
                kind,
                written_kind: written_kind.to_owned(),
                name: name.to_owned(),
                node: entry.value.clone(),
                at: entry.key_at,
            });
        }
    }
    Ok(components)
}

fn sections_at(sections: &[(Role, &Node)], role: Role) -> Position {
    let mut sections = sections.iter();
    sections
        .find(|(own, _)| *own == role)
        .map_or_else(Position::default, |(_, node)| node.at)
}

/// An error about a word that stands somewhere.
pub(super) fn error_at(at: Position, word: &str, message: String) -> ConfigError {
    let mut error = ConfigError::new(at, message);
    error.length = word.chars().count() as u32;
    error
}

/// The id as the Collector keeps it: without blanks around its parts.
pub(super) fn id_of(kind: &str, name: &str) -> String {
    match name {
        "" => kind.to_owned(),
        name => format!("{kind}/{name}"),
    }
}

/// The type and name of an id; the error is the Collector's (`component/identifiable.go`).
pub(super) fn id_parts(id: &str) -> Result<(&str, &str), String> {
    let (kind, name) = match id.split_once('/') {
        Some((kind, name)) => (kind.trim(), Some(name.trim())),
        None => (id.trim(), None),
    };
    match (kind, name) {
        ("", Some(_)) => {
            return Err(format!(
                "in \"{id}\" id: the part before / should not be empty"
            ));
        }
        ("", None) => return Err("id must not be empty".to_owned()),
        (_, Some("")) => {
            return Err(format!(
                "in \"{id}\" id: the part after / should not be empty"
            ));
        }
        _ => {}
    }
    let mut letters = kind.bytes();
    let fits = kind.len() <= 63
        && letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !fits {
        return Err(format!(
            "in \"{id}\" id: invalid character(s) in type \"{kind}\""
        ));
    }
    let name = name.unwrap_or_default();
    if name.chars().any(|character| {
        character.is_whitespace() || character.is_control() || "$+<=>^`|~".contains(character)
    }) {
        return Err(format!(
            "in \"{name}\" id: invalid character(s) in name \"{name}\""
        ));
    }
    Ok((kind, name))
}

/// The oldest spelling of a type, and what is to be said about the one that was used.
fn kind(
    role: Role,
    written: &str,
    id: &str,
    at: Position,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<String, ConfigError> {
    let mut notice = |message: String| {
        if at.line > 0 {
            let subject = id.to_owned();
            notices.push(Notice {
                at,
                subject,
                message,
            });
        }
    };
    match kinds::spelling(role, written, version) {
        Spelling::Usual => Ok(written.to_owned()),
        Spelling::Renamed(old) => Ok(old.to_owned()),
        Spelling::Deprecated(new) => {
            notice(format!(
                "`{written}` is a deprecated name for the {role} `{new}`"
            ));
            Ok(written.to_owned())
        }
        Spelling::NotYet { old, from } => {
            let section = role.section();
            let message = format!("'{section}' unknown type: \"{written}\" for id: \"{id}\"");
            let error = error_at(at, id, message);
            Err(error.with_help(format!(
                "{version} calls it `{old}`; `{written}` came with 0.{from}.0"
            )))
        }
        Spelling::Gone { until, instead } => {
            let section = role.section();
            let message = format!("'{section}' unknown type: \"{written}\" for id: \"{id}\"");
            let error = error_at(at, id, message);
            Err(error.with_help(format!("it is gone since 0.{until}.0; use `{instead}`")))
        }
        Spelling::Unknown => {
            let close = nearest(written, kinds::known(role));
            let close = close
                .map(|close| format!("; did you mean `{close}`?"))
                .unwrap_or_default();
            notice(format!("no {role} of type `{written}` is known{close}"));
            Ok(written.to_owned())
        }
    }
}
