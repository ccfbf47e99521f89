//! A Collector configuration as a typed model with source positions.
//!
//! In come the texts of one or more files, what they may refer to, and the release; out comes a [`Config`]:
//! components by role, pipelines, and the Prometheus receivers decoded. A file may be a plain configuration, a
//! Kubernetes manifest that holds one, Helm values, or a Prometheus configuration; positions are always those
//! of the file itself. Refused, at their place: what the Collector of that release would not start with, as
//! far as it can be told without running its components, and files that hold no configuration or several.

mod components;
mod discovery;
mod images;
mod job;
mod kinds;
mod number;
mod prometheus;
mod scrape_keys;
mod service;
mod shape;

pub use components::Component;
pub use components::Role;
pub use components::is_known;
pub use components::nearest_kind;
pub use discovery::Discovery;
pub use discovery::KubernetesDiscovery;
pub use discovery::Selector;
pub use discovery::StaticGroup;
pub use images::Image;
pub use images::images;
pub use job::Limits;
pub use job::NameValidation;
pub use job::ScrapeJob;
pub use prometheus::PrometheusReceiver;
pub use service::Pipeline;
pub use service::Reference;
pub use shape::CHOOSE_FLAG;
pub use shape::Contents;
pub use shape::Found;
pub use shape::Shape;
pub use shape::contents;

pub(super) use number::parse_duration;

use std::collections::HashSet;

use super::confmap;
use super::confmap::Sources;
use super::decode::Notice;
use super::decode::nearest;
use super::position::ConfigError;
use super::position::Position;
use super::version::Version;
use super::yaml::Kind;
use super::yaml::Node;

/// One file of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// As the user calls it, for messages.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

/// A configuration that a Collector of the release reads without complaint.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What the first file is.
    pub shape: Shape,
    /// The release whose rules it was read by.
    pub version: Version,
    /// Everything that is defined, in the order written; roles are mixed.
    pub components: Vec<Component>,
    /// The receivers of type `prometheus`, decoded.
    pub scrapes: Vec<PrometheusReceiver>,
    /// In the order written.
    pub pipelines: Vec<Pipeline>,
    /// What `service.extensions` names.
    pub extensions: Vec<Reference>,
    /// What may make a difference and is not simulated, or is only warned of.
    pub notices: Vec<Notice>,
    /// The tree after references were replaced, for parts that this model does not have.
    pub root: Node,
}

impl Config {
    /// Reads a configuration. `chosen` names one of several in a file, as the error of an undecided choice
    /// lists them.
    ///
    /// # Errors
    /// The Collector of that release would not start with it, or it is none.
    pub fn load(
        files: &[File<'_>],
        chosen: Option<&str>,
        sources: Sources<'_>,
        version: Version,
    ) -> Result<Self, ConfigError> {
        let mut notices = Vec::new();
        let mut found: Option<(Shape, Node)> = None;
        for (index, file) in files.iter().enumerate() {
            let (shape, root) =
                shape::recognise(index as u32, *file, files.len() > 1, chosen, &mut notices)?;
            found = Some(match found {
                None => (shape, root),
                Some((first, earlier)) => (first, confmap::merge(earlier, root)),
            });
        }
        let Some((shape, root)) = found else {
            return Err(ConfigError::new(
                Position::default(),
                "no configuration was given",
            ));
        };
        Self::read(shape, root, sources, version, notices)
    }

    /// Reads a configuration from its tree as written; `notices` are those that there were before.
    ///
    /// # Errors
    /// The Collector of that release would not start with it.
    pub fn read(
        shape: Shape,
        root: Node,
        sources: Sources<'_>,
        version: Version,
        mut notices: Vec<Notice>,
    ) -> Result<Self, ConfigError> {
        if shape == Shape::Prometheus {
            return Self::of_prometheus(root, version, notices);
        }
        let root = confmap::resolve(&root, sources, version, &mut notices)?;
        Self::of_collector(shape, root, version, notices)
    }

    fn of_collector(
        shape: Shape,
        root: Node,
        version: Version,
        mut notices: Vec<Notice>,
    ) -> Result<Self, ConfigError> {
        let sections = service::sections(&root)?;
        let components = components::all(&sections, version, &mut notices)?;
        let (pipelines, extensions) = service::read(&root, &sections, &components)?;
        let mut scrapes = Vec::new();
        for component in &components {
            if component.role == Role::Receiver && component.kind == "prometheus" {
                scrapes.push(prometheus::receiver(component, version, &mut notices)?);
            }
        }
        Ok(Self {
            shape,
            version,
            components,
            scrapes,
            pipelines,
            extensions,
            notices,
            root,
        })
    }

    /// A Prometheus of its own: one receiver in one pipeline, which ends there.
    fn of_prometheus(
        root: Node,
        version: Version,
        mut notices: Vec<Notice>,
    ) -> Result<Self, ConfigError> {
        let at = root.at;
        let id = "prometheus".to_owned();
        let scrapes = vec![prometheus::bare(&id, &root, version, &mut notices)?];
        let reference = Reference { id: id.clone(), at };
        Ok(Self {
            shape: Shape::Prometheus,
            version,
            components: vec![Component {
                role: Role::Receiver,
                kind: id.clone(),
                written_kind: id.clone(),
                name: String::new(),
                id,
                node: Node {
                    kind: Kind::Null,
                    at,
                },
                at,
            }],
            scrapes,
            pipelines: vec![Pipeline {
                id: "metrics".to_owned(),
                signal: "metrics".to_owned(),
                at,
                receivers: vec![reference],
                processors: Vec::new(),
                exporters: Vec::new(),
            }],
            extensions: Vec::new(),
            notices,
            root,
        })
    }

    /// The component of a role and id.
    pub fn component(&self, role: Role, id: &str) -> Option<&Component> {
        let mut components = self.components.iter();
        components.find(|component| component.role == role && component.id == id)
    }

    /// The components of a role, in the order written.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Component> {
        self.components
            .iter()
            .filter(move |component| component.role == role)
    }

    /// The pipelines that scrapes enter: those for metrics with a `prometheus` receiver. What the chart of a
    /// Helm release scrapes on its own account is left out.
    pub fn metrics_pipelines(&self) -> Vec<&Pipeline> {
        let scraped = |reference: &Reference| {
            let mut scrapes = self.scrapes.iter();
            scrapes.any(|scrape| scrape.id == reference.id && scrape.at.line > 0)
        };
        let entered = |pipeline: &&Pipeline| {
            pipeline.signal == "metrics" && pipeline.receivers.iter().any(scraped)
        };
        self.pipelines.iter().filter(entered).collect()
    }

    /// The pipelines for metrics that get what this one sends, with the connector between them.
    pub fn after(&self, pipeline: &Pipeline) -> Vec<(&Component, &Pipeline)> {
        let connectors = pipeline.exporters.iter();
        let connectors =
            connectors.filter_map(|reference| self.component(Role::Connector, &reference.id));
        let fed = connectors.flat_map(|connector| {
            let receives = |next: &&Pipeline| {
                next.signal == "metrics"
                    && next.receivers.iter().any(|from| from.id == connector.id)
            };
            let pipelines = self.pipelines.iter().filter(receives);
            pipelines.map(move |next| (connector, next))
        });
        fed.collect()
    }

    /// The pipeline to simulate: the one named, or the only one that scrapes enter.
    ///
    /// # Errors
    /// There is none of that name, none at all, or several.
    pub fn select_pipeline(&self, named: Option<&str>) -> Result<&Pipeline, ConfigError> {
        let entered = self.metrics_pipelines();
        if let Some(named) = named {
            let found = self.pipelines.iter().find(|pipeline| pipeline.id == named);
            return found.ok_or_else(|| {
                let ids: Vec<&str> = self
                    .pipelines
                    .iter()
                    .map(|pipeline| pipeline.id.as_str())
                    .collect();
                let error =
                    ConfigError::new(self.root.at, format!("there is no pipeline `{named}`"));
                match nearest(named, &ids) {
                    Some(close) => error.with_help(format!("did you mean `{close}`?")),
                    None => error.with_help(format!("there are: {}", ids.join(", "))),
                }
            });
        }
        match entered[..] {
            [only] => Ok(only),
            [] => {
                let message =
                    "no metrics pipeline has a prometheus receiver: nothing here is scraped";
                Err(ConfigError::new(self.root.at, message))
            }
            [_, second, ..] => {
                let ids: Vec<&str> = entered
                    .iter()
                    .map(|pipeline| pipeline.id.as_str())
                    .collect();
                let error = ConfigError::new(second.at, "scrapes enter more than one pipeline");
                Err(error.with_help(format!("choose one with `--pipeline`: {}", ids.join(", "))))
            }
        }
    }

    /// What is defined and used in no pipeline: it does nothing, and no release says so.
    pub fn unused(&self) -> Vec<&Component> {
        let ids = |references: &'_ [Reference], role: Role, used: &mut HashSet<(Role, String)>| {
            used.extend(
                references
                    .iter()
                    .map(|reference| (role, reference.id.clone())),
            );
        };
        let mut used = HashSet::new();
        ids(&self.extensions, Role::Extension, &mut used);
        for pipeline in &self.pipelines {
            ids(&pipeline.receivers, Role::Receiver, &mut used);
            ids(&pipeline.processors, Role::Processor, &mut used);
            ids(&pipeline.exporters, Role::Exporter, &mut used);
            ids(&pipeline.receivers, Role::Connector, &mut used);
        }
        let unused = |component: &&Component| {
            component.at.line > 0 && !used.contains(&(component.role, component.id.clone()))
        };
        self.components.iter().filter(unused).collect()
    }
}
