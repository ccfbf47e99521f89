//! The processors that are simulated, and those known to change nothing.
//!
//! In come the kind of a processor and its settings; out comes the processor, ready to run, or what is
//! known of one that is not simulated. A kind that does not exist in the release, and settings that the
//! Collector would refuse at start, are errors at their place.

pub mod actions;
pub mod aggregate;
pub mod attributes;
pub mod cumulativetodelta;
pub mod deltatocumulative;
pub mod filter;
pub mod groupbyattrs;
pub mod identity;
pub mod includes;
pub mod interval;
pub mod k8sattributes;
pub mod kubernetes;
pub mod metricsgeneration;
pub mod metricstransform;
pub mod numbers;
pub mod passive;
pub mod pattern;
pub mod resource;
pub mod resourcedetection;
pub mod settings;
pub mod transform;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::position::ConfigError;
use super::position::Position;
use super::trace::Processor;
use super::version::Version;
use super::yaml::Node;
use kubernetes::Cluster;
use passive::Known;

/// The value of an attribute that is there, but of which only the Collector's own surroundings know what
/// it says.
pub const UNKNOWN: &str = "(unknown)";

/// What processors need to know beside their settings.
#[derive(Debug, Clone, Default)]
pub struct BuildContext {
    /// Release of the Collector.
    pub version: Version,
    /// Pods, namespaces and nodes of the cluster; `None` where they are not known.
    pub cluster: Option<Arc<Cluster>>,
    /// Variables of the Collector's environment.
    pub environment: BTreeMap<String, String>,
}

/// A processor as it was built.
pub struct Built {
    /// What it does.
    pub stage: Stage,
    /// What could not be known of it.
    pub notices: Vec<Notice>,
}

/// What a processor does to the metrics.
pub enum Stage {
    /// This.
    Simulated(Box<dyn Processor>),
    /// It changes no name, no label and no series, and why.
    Passive(&'static str),
    /// It is not simulated; what it could change.
    NotSimulated(&'static str),
}

/// Something that the user should know about an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In words; lower case, no full stop.
    pub message: String,
    /// The setting it is about.
    pub at: Position,
}

/// Newer spellings of kinds, and the first release that knows each (`metadata.yaml`, `deprecated_type`).
/// Where no release is known exactly, it is the first in which the spelling was seen.
const NEW_SPELLINGS: [(&str, &str, u16); 5] = [
    ("cumulative_to_delta", "cumulativetodelta", 158),
    ("delta_to_cumulative", "deltatocumulative", 158),
    ("k8s_attributes", "k8sattributes", 147),
    ("metrics_transform", "metricstransform", 152),
    ("resource_detection", "resourcedetection", 155),
];

/// The kind under which a processor is known here.
///
/// # Errors
/// The release does not know the spelling yet.
fn spelled(kind: &str, at: Position, version: Version) -> Result<&str, ConfigError> {
    let Some((_, old, since)) = NEW_SPELLINGS.iter().find(|(new, ..)| *new == kind) else {
        return Ok(kind);
    };
    if version.is_from(*since) {
        return Ok(old);
    }
    let message = format!("release {version} has no processor `{kind}`");
    Err(ConfigError::new(at, message).with_help(format!("write `{old}`, or name a newer release")))
}

/// Builds a processor of a kind, the part before the `/` of its name, from its settings.
///
/// # Errors
/// The kind is unknown, takes no metrics, or would be refused at start with these settings.
pub fn build(kind: &str, node: &Node, context: &BuildContext) -> Result<Built, ConfigError> {
    let version = context.version;
    let kind = spelled(kind, node.at, version)?;
    let processor: Box<dyn Processor> = match kind {
        "attributes" => Box::new(attributes::AttributesProcessor::new(node, version)?),
        "cumulativetodelta" => Box::new(cumulativetodelta::CumulativeToDelta::new(node, version)?),
        "deltatocumulative" => Box::new(deltatocumulative::DeltaToCumulative::new(node, version)?),
        "filter" => Box::new(filter::Filter::new(node, version)?),
        "groupbyattrs" => Box::new(groupbyattrs::GroupByAttrs::new(node)?),
        "interval" => Box::new(interval::Interval::new(node)?),
        "k8sattributes" => {
            let (processor, notices) = k8sattributes::K8sAttributes::new(node, context)?;
            return Ok(Built::with_notices(Box::new(processor), notices));
        }
        "metricsgeneration" => Box::new(metricsgeneration::MetricsGeneration::new(node, version)?),
        "metricstransform" => Box::new(metricstransform::MetricsTransform::new(node, version)?),
        "resource" => Box::new(resource::ResourceProcessor::new(node, version)?),
        "resourcedetection" => {
            let (processor, notices) = resourcedetection::ResourceDetection::new(node, context)?;
            return Ok(Built::with_notices(Box::new(processor), notices));
        }
        "transform" => Box::new(transform::Transform::new(node, version)?),
        other => return build_unchanged(other, node, version),
    };
    Ok(Built::with_notices(processor, Vec::new()))
}

fn build_unchanged(kind: &str, node: &Node, version: Version) -> Result<Built, ConfigError> {
    let stage = match passive::known(kind) {
        Some(Known::Passive(why)) => {
            passive::check(kind, node, version)?;
            Stage::Passive(why)
        }
        Some(Known::NotSimulated(what)) => Stage::NotSimulated(what),
        Some(Known::NotForMetrics) => {
            let message = format!("processor `{kind}` takes no metrics");
            return Err(ConfigError::new(node.at, message));
        }
        None => Stage::NotSimulated("the processor is not known here: anything"),
    };
    Ok(Built {
        stage,
        notices: Vec::new(),
    })
}

impl Built {
    fn with_notices(processor: Box<dyn Processor>, notices: Vec<Notice>) -> Self {
        Self {
            stage: Stage::Simulated(processor),
            notices,
        }
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
