//! `service`: which components form which pipelines (`otelcol/config.go`, `service/pipelines/config.go`).

use std::collections::HashMap;
use std::collections::HashSet;

use super::super::decode::Fields;
use super::super::decode::nearest;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::components::Component;
use super::components::Role;
use super::components::error_at;
use super::components::id_of;
use super::components::id_parts;

/// One pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// `metrics/mesh`.
    pub id: String,
    /// `metrics`, `traces`, `logs` or `profiles`.
    pub signal: String,
    /// Where its id stands.
    pub at: Position,
    /// Receivers, and connectors that end other pipelines.
    pub receivers: Vec<Reference>,
    /// Processors, in the order in which they run.
    pub processors: Vec<Reference>,
    /// Exporters, and connectors that lead on.
    pub exporters: Vec<Reference>,
}

/// The name of a component, somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Id of the component.
    pub id: String,
    /// Where it is named.
    pub at: Position,
}

/// The sections of a configuration that define components; unknown ones are refused.
pub(super) fn sections(root: &Node) -> Result<Vec<(Role, &Node)>, ConfigError> {
    let mut fields = Fields::of(root, "a Collector configuration")?;
    let sections = Role::ALL.map(|role| fields.take(role.section()).map(|node| (role, node)));
    fields.take("service");
    fields.finish()?;
    Ok(sections.into_iter().flatten().collect())
}

/// The pipelines, and what `service.extensions` names.
pub(super) fn read(
    root: &Node,
    sections: &[(Role, &Node)],
    components: &[Component],
) -> Result<(Vec<Pipeline>, Vec<Reference>), ConfigError> {
    let defined = Defined::of(components);
    if components.is_empty() {
        return Err(ConfigError::new(root.at, "empty configuration file"));
    }
    for (role, key) in [(Role::Receiver, "receiver"), (Role::Exporter, "exporter")] {
        if !components.iter().any(|component| component.role == role) {
            let section = sections.iter().find(|(own, _)| *own == role);
            let at = section.map_or(root.at, |(_, node)| node.at);
            return Err(ConfigError::new(
                at,
                format!("no {key} configuration specified in config"),
            ));
        }
    }
    ensure_no_ambiguous_connector(components)?;
    let Some(service) = root.get("service") else {
        return Err(ConfigError::new(
            root.at,
            "service must have at least one pipeline",
        ));
    };
    let mut fields = Fields::of(service, "`service`")?;
    fields.take("telemetry");
    let extensions = references(&mut fields, "extensions")?;
    let pipelines = fields.take("pipelines");
    fields.finish()?;
    ensure_defined(
        &extensions,
        &[Role::Extension],
        "service::extensions",
        &defined,
    )?;

    let pipelines = pipelines.unwrap_or(service);
    if std::ptr::eq(pipelines, service) || pipelines.entries().is_empty() {
        if !matches!(pipelines.kind, Kind::Map(_) | Kind::Null) {
            let found = pipelines.kind_name();
            let message = format!("`service.pipelines` must be a map, not {found}");
            return Err(ConfigError::new(pipelines.at, message));
        }
        return Err(ConfigError::new(
            pipelines.at,
            "service must have at least one pipeline",
        ));
    }
    let entries = pipelines.entries().iter();
    let read: Result<Vec<Pipeline>, ConfigError> = entries
        .map(|entry| pipeline(&entry.key, entry.key_at, &entry.value, &defined))
        .collect();
    let read = read?;
    ensure_connectors_connect(&read, components)?;
    Ok((read, extensions))
}

fn pipeline(
    written: &str,
    at: Position,
    node: &Node,
    defined: &Defined<'_>,
) -> Result<Pipeline, ConfigError> {
    let fail = |message: String| error_at(at, written, message);
    let (signal, name) = id_parts(written).map_err(fail)?;
    if !["metrics", "traces", "logs", "profiles"].contains(&signal) {
        let message = format!("in \"{written}\" id: invalid pipeline signal: \"{signal}\"");
        return Err(fail(message));
    }
    let id = id_of(signal, name);
    let path = format!("service::pipelines::{id}");
    let mut fields = Fields::of(node, format!("pipeline `{id}`"))?;
    let receivers = references(&mut fields, "receivers")?;
    let processors = references(&mut fields, "processors")?;
    let exporters = references(&mut fields, "exporters")?;
    fields.finish()?;
    for (references, what) in [(&receivers, "receiver"), (&exporters, "exporter")] {
        if references.is_empty() {
            return Err(fail(format!("{path}: must have at least one {what}")));
        }
    }
    let mut seen = HashSet::new();
    for reference in &processors {
        if !seen.insert(reference.id.as_str()) {
            let message = format!(
                "{path}: references processor \"{}\" multiple times",
                reference.id
            );
            return Err(error_at(reference.at, &reference.id, message));
        }
    }
    ensure_defined(
        &receivers,
        &[Role::Receiver, Role::Connector],
        &path,
        defined,
    )?;
    ensure_defined(&processors, &[Role::Processor], &path, defined)?;
    ensure_defined(
        &exporters,
        &[Role::Exporter, Role::Connector],
        &path,
        defined,
    )?;
    let signal = signal.to_owned();
    Ok(Pipeline {
        id,
        signal,
        at,
        receivers,
        processors,
        exporters,
    })
}

/// The ids in a list. A single text is a list too, parts of it split at commas (`StringToSliceHookFunc`).
fn references(fields: &mut Fields<'_>, key: &'static str) -> Result<Vec<Reference>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(Vec::new());
    };
    let one = |text: &str, at: Position| match id_parts(text) {
        Ok((kind, name)) => Ok(Reference {
            id: id_of(kind, name),
            at,
        }),
        Err(message) => Err(error_at(at, text, message)),
    };
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::List(items) => items
            .iter()
            .map(|item| match item.scalar() {
                Some(text) => one(text, item.at),
                None => Err(fields.wrong(item, key, "a list of ids")),
            })
            .collect(),
        Kind::String(text) if text.is_empty() => Ok(Vec::new()),
        Kind::String(text) => text.split(',').map(|part| one(part, node.at)).collect(),
        _ => Err(fields.wrong(node, key, "a list of ids")),
    }
}

/// The ids of all components.
struct Defined<'a> {
    components: &'a [Component],
    ids: HashSet<(Role, &'a str)>,
}

impl<'a> Defined<'a> {
    fn of(components: &'a [Component]) -> Self {
        let ids = components
            .iter()
            .map(|component| (component.role, component.id.as_str()));
        let ids = ids.collect();
        Self { components, ids }
    }
}

fn ensure_defined(
    references: &[Reference],
    roles: &[Role],
    path: &str,
    defined: &Defined<'_>,
) -> Result<(), ConfigError> {
    for reference in references {
        let id = reference.id.as_str();
        if roles.iter().any(|role| defined.ids.contains(&(*role, id))) {
            continue;
        }
        let role = roles[0];
        let message = format!("{path}: references {role} \"{id}\" which is not configured");
        let error = error_at(reference.at, id, message);
        let candidates = defined
            .components
            .iter()
            .filter(|component| roles.contains(&component.role));
        let ids: Vec<&str> = candidates.map(|known| known.id.as_str()).collect();
        return Err(match nearest(id, &ids) {
            Some(close) => error.with_help(format!("did you mean `{close}`?")),
            None => error.with_help(format!("define it under `{}`", role.section())),
        });
    }
    Ok(())
}

fn ensure_no_ambiguous_connector(components: &[Component]) -> Result<(), ConfigError> {
    let defined = Defined::of(components);
    for connector in components
        .iter()
        .filter(|component| component.role == Role::Connector)
    {
        for role in [Role::Exporter, Role::Receiver] {
            if defined.ids.contains(&(role, connector.id.as_str())) {
                let id = &connector.id;
                let message = format!(
                    "connectors::{id}: ambiguous ID: Found both \"{id}\" {role} and \"{id}\" connector"
                );
                let error = error_at(connector.at, id, message);
                return Err(error.with_help(format!("call the connector `{id}/connector`")));
            }
        }
    }
    Ok(())
}

/// A connector must end one pipeline and begin another (`service/internal/graph/graph.go`).
fn ensure_connectors_connect(
    pipelines: &[Pipeline],
    components: &[Component],
) -> Result<(), ConfigError> {
    let named = |side: fn(&Pipeline) -> &[Reference]| -> HashMap<&str, Position> {
        let references = pipelines.iter().flat_map(side);
        references
            .map(|reference| (reference.id.as_str(), reference.at))
            .collect()
    };
    let received = named(|pipeline| &pipeline.receivers);
    let exported = named(|pipeline| &pipeline.exporters);
    for connector in components
        .iter()
        .filter(|component| component.role == Role::Connector)
    {
        let id = connector.id.as_str();
        let (at, has, lacks) = match (received.get(id), exported.get(id)) {
            (Some(at), None) => (*at, "receiver", "exporter"),
            (None, Some(at)) => (*at, "exporter", "receiver"),
            _ => continue,
        };
        let message = format!(
            "connector \"{id}\" used as {has} but not used in any supported {lacks} pipeline"
        );
        return Err(error_at(at, id, message));
    }
    Ok(())
}
