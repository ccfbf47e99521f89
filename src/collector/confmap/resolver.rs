//! The resolver: `${scheme:opaque}` (`confmap/expand.go`, `confmap/resolver.go`).

use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml::Entry;
use super::super::yaml::Kind;
use super::super::yaml::MAX_DEPTH;
use super::super::yaml::Node;
use super::CHECKED_NAMES_FROM;
use super::DEFAULTS_FROM;
use super::DOUBLE_UNESCAPE;
use super::Notice;
use super::ORIGINAL_TEXT_FROM;
use super::RESOLVER_ONLY_FROM;
use super::Sources;
use super::Version;
use super::references;
use super::references::Uri;
use super::retrieved::Retrieved;
use super::retrieved::quoted;

/// The release from which an empty default makes an empty text rather than nothing.
const EMPTY_DEFAULT_FROM: u16 = 131;

/// How long a text may get by its references. No real value comes near; references that double their own text
/// come to it in thirty steps.
pub(super) const MAX_TEXT: usize = 4 << 20;

/// How much all references together may stand for, in nodes; long texts count as several.
const MAX_GROWN: usize = 2_000_000;

/// What every variable must look like.
const NAME_PATTERN: &str = "^[a-zA-Z_][a-zA-Z0-9_]*$";

/// Replaces all `${…}` that the resolver of the release knows.
pub(super) fn resolve(
    root: &Node,
    sources: Sources<'_>,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Node, ConfigError> {
    let mut resolver = Resolver {
        sources,
        version,
        notices,
        grown: 0,
    };
    resolver.node(root, Place::Map, Depth::default())
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Map,
    List,
    /// In what a reference stands for.
    Value,
}

/// How far down a value stands.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    /// Lists and maps around it.
    nested: usize,
    /// References replaced to come to it.
    steps: usize,
}

impl Depth {
    fn inside(self) -> Self {
        let nested = self.nested + 1;
        Self { nested, ..self }
    }
}

struct Resolver<'a, 'b> {
    sources: Sources<'a>,
    version: Version,
    notices: &'b mut Vec<Notice>,
    /// What references stood for so far, in nodes.
    grown: usize,
}

impl Resolver<'_, '_> {
    fn node(&mut self, node: &Node, place: Place, depth: Depth) -> Result<Node, ConfigError> {
        if depth.nested > MAX_DEPTH {
            return Err(ConfigError::new(
                node.at,
                "references stand in one another too deep",
            ));
        }
        let kind = match &node.kind {
            Kind::String(text) => return self.text(text, node.at, place, depth),
            Kind::List(items) => {
                let place = if place == Place::Value {
                    place
                } else {
                    Place::List
                };
                let items = items
                    .iter()
                    .map(|item| self.node(item, place, depth.inside()));
                Kind::List(items.collect::<Result<_, _>>()?)
            }
            Kind::Map(entries) => {
                // A map in a list is part of the list: only what is reached by keys alone is a direct value.
                let entries = entries.iter().map(|entry| {
                    let value = self.node(&entry.value, place, depth.inside())?;
                    let (key, key_at) = (entry.key.clone(), entry.key_at);
                    Ok(Entry { key, key_at, value })
                });
                Kind::Map(entries.collect::<Result<_, ConfigError>>()?)
            }
            other => other.clone(),
        };
        Ok(Node { kind, at: node.at })
    }

    /// Replaces references in a text until there is none left.
    fn text(
        &mut self,
        text: &str,
        at: Position,
        place: Place,
        depth: Depth,
    ) -> Result<Node, ConfigError> {
        let mut depth = depth;
        let mut text = text.to_owned();
        while text.contains("${") && text.contains('}') {
            let Some(reference) = references::find(&text, self.version) else {
                break;
            };
            depth.steps += 1;
            if depth.steps > self.most_steps() {
                return Err(ConfigError::new(at, "too many recursive expansions"));
            }
            let reference = reference.to_owned();
            let uri = references::parse(&reference)
                .map_err(|message| self.fail(at, &reference, message))?;
            let retrieved = self.retrieve(&uri, &reference, at)?;
            self.grow(retrieved.value.weight(), at)?;
            if reference == text {
                match retrieved.value.kind {
                    Kind::String(whole) => text = whole,
                    _ => return self.node(&retrieved.value, Place::Value, depth.inside()),
                }
                continue;
            }
            let inside = retrieved.inside_text(self.version).map_err(|message| {
                let after = if self.version.is_from(CHECKED_NAMES_FROM) {
                    ":"
                } else {
                    ","
                };
                self.fail(
                    at,
                    &reference,
                    format!("expanding {reference}{after} {message}"),
                )
            })?;
            let times = text.matches(&reference).count();
            if text
                .len()
                .saturating_add(times.saturating_mul(inside.len()))
                > MAX_TEXT
            {
                return Err(self.fail(
                    at,
                    &reference,
                    "references make this text too long".to_owned(),
                ));
            }
            text = text.replace(&reference, &inside);
            self.grow(text.len() / 64, at)?;
        }
        if self.version.is_from(RESOLVER_ONLY_FROM)
            || (self.version.minor == DOUBLE_UNESCAPE
                && self.version.major == 0
                && place == Place::Map)
        {
            text = text.replace("$$", "$");
        }
        Ok(Node {
            kind: Kind::String(text),
            at,
        })
    }

    /// How many references may stand for one another.
    fn most_steps(&self) -> usize {
        if self.version.is_from(ORIGINAL_TEXT_FROM) {
            1000
        } else {
            100
        }
    }

    fn grow(&mut self, by: usize, at: Position) -> Result<(), ConfigError> {
        self.grown += by;
        if self.grown > MAX_GROWN {
            let message = "references make this configuration too large";
            return Err(ConfigError::new(at, message));
        }
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "reads better where it is called")]
    fn fail(&self, at: Position, reference: &str, message: String) -> ConfigError {
        let mut error = ConfigError::new(at, message);
        let inner = &reference[2..reference.len() - 1];
        error.help = if !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(format!(
                "for the group of a relabel rule write `$${inner}`: braces are for variables"
            ))
        } else if inner.contains(":-") && !inner.starts_with("env:") {
            Some(format!(
                "a default needs the scheme: `${{env:{inner}}}`, known from 0.110.0 on"
            ))
        } else {
            None
        };
        error
    }

    fn retrieve(
        &mut self,
        uri: &Uri,
        reference: &str,
        at: Position,
    ) -> Result<Retrieved, ConfigError> {
        let version = self.version;
        let text = match (uri.scheme.as_str(), self.sources.read_file) {
            ("env", _) => return self.variable(uri, reference, at),
            ("yaml", _) => uri.opaque.clone(),
            ("file", Some(read)) => read(&uri.opaque).ok_or_else(|| {
                let file = &uri.opaque;
                self.fail(at, reference, format!("unable to read the file {file}"))
            })?,
            ("http" | "https", _) => {
                let mut error = self.unsupported(uri, reference, at);
                error.help = Some("meshctl fetches no configuration; save it to a file".to_owned());
                return Err(error);
            }
            _ => return Err(self.unsupported(uri, reference, at)),
        };
        Retrieved::from_yaml(text, at, version).map_err(|message| self.fail(at, reference, message))
    }

    fn unsupported(&self, uri: &Uri, reference: &str, at: Position) -> ConfigError {
        let (scheme, uri) = (quoted(&uri.scheme), quoted(&uri.written()));
        self.fail(
            at,
            reference,
            format!("scheme {scheme} is not supported for uri {uri}"),
        )
    }

    fn variable(
        &mut self,
        uri: &Uri,
        reference: &str,
        at: Position,
    ) -> Result<Retrieved, ConfigError> {
        let version = self.version;
        let (name, default) = match uri.opaque.split_once(":-") {
            Some((name, default)) if version.is_from(DEFAULTS_FROM) => (name, Some(default)),
            _ => (uri.opaque.as_str(), None),
        };
        if version.is_from(CHECKED_NAMES_FROM) && !is_name(name) {
            return Err(self.fail(at, reference, invalid_name(name)));
        }
        let text = match ((self.sources.env)(name), default) {
            (Some(value), _) => value,
            (None, Some("")) if version.is_from(EMPTY_DEFAULT_FROM) => {
                return Ok(Retrieved::text(String::new(), at));
            }
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                self.notices.push(unset(name, at));
                String::new()
            }
        };
        Retrieved::from_yaml(text, at, version).map_err(|message| self.fail(at, reference, message))
    }
}

/// Whether a variable may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The Collector's words for a name that no variable has.
pub(super) fn invalid_name(name: &str) -> String {
    let name = quoted(name);
    format!("environment variable {name} has invalid name: must match regex {NAME_PATTERN}")
}

/// The notice of a variable that is not set.
pub(super) fn unset(name: &str, at: Position) -> Notice {
    Notice {
        at,
        subject: name.to_owned(),
        message: "this variable is not set: the Collector goes on with nothing in its place"
            .to_owned(),
    }
}
