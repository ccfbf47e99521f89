//! From metrics to what the backend stores.
//!
//! In come the settings of an exporter and, one payload at a time, what the processors leave; out go data
//! points with their backend names and final labels, and `target_info`, to a [`Sink`]. What the exporter
//! would not send is reported with its reason. Values are not exported: identity is what counts here.
//!
//! An empty label value is no label for any Prometheus-compatible store; it is handed on where the release
//! sends it, and whoever counts leaves it out.

mod conversion;
mod era;
pub mod go_float;
mod labels;
mod names;
mod naming;
mod otlp;
mod plan;
mod prometheus;
mod remotewrite;
mod resource;
mod series;
mod settings;
mod target_info;
mod transport;
mod units;
mod value_text;

pub use conversion::Conversion;
pub use era::Era;
pub use labels::LabelError;
pub use labels::LabelNamer;
pub use naming::MetricKind;
pub use naming::MetricNamer;
pub use naming::NameError;
pub use otlp::OtlpExporter;
pub use prometheus::Pull;
pub use prometheus::PullExporter;
pub use remotewrite::RemoteWrite;
pub use remotewrite::RemoteWriteExporter;
pub use series::BoundStyle;
pub use series::ExportedPoint;
pub use series::Exporter;
pub use series::Extent;
pub use series::Label;
pub use series::Names;
pub use series::Part;
pub use series::Series;
pub use series::Shape;
pub use series::Sink;
pub use value_text::value_text;

use super::position::ConfigError;
use super::version::Version;
use super::yaml::Node;

/// The settings of one exporter. Plain data: workers make their own running exporter of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Config {
    /// `prometheusremotewrite`.
    RemoteWrite(RemoteWrite),
    /// `prometheus`, which is scraped.
    Pull(Pull),
    /// Everything that sends, writes or shows data points as they are.
    AsTheyAre,
}

impl Config {
    /// Makes it ready to run.
    pub fn start(&self) -> Box<dyn Exporter> {
        match self {
            Self::RemoteWrite(settings) => Box::new(settings.start()),
            Self::Pull(settings) => Box::new(settings.start()),
            Self::AsTheyAre => Box::new(OtlpExporter::default()),
        }
    }

    /// Whether series come out, rather than OTLP data points whose series are the backend's affair.
    pub fn makes_series(&self) -> bool {
        match self {
            Self::RemoteWrite(_) | Self::Pull(_) => true,
            Self::AsTheyAre => false,
        }
    }
}

/// An exporter that is known, or treated as if it sent data points as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its settings.
    pub config: Config,
    /// What to tell the user, if it is not simulated.
    pub notice: Option<NotSimulated>,
}

/// An exporter that is not simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSimulated {
    /// Its type.
    pub name: String,
    /// What it could change about the figures.
    pub could_change: &'static str,
}

/// Types of exporters that not every release has: the first release with it, the first without it again,
/// and what to write instead (`metadata.yaml` of each; of 0.143.0 nothing was at hand).
const NOT_ALWAYS: [(&str, u16, Option<u16>, &str); 4] = [
    (
        "prometheus_remote_write",
        154,
        None,
        "prometheusremotewrite",
    ),
    ("otlp_grpc", 144, None, "otlp"),
    ("otlp_http", 144, None, "otlphttp"),
    ("logging", 0, Some(111), "debug"),
];

/// Reads the settings of an exporter of the type `kind`.
///
/// # Errors
/// The release would not start with them, or they ask for what is not simulated.
pub fn build(kind: &str, node: &Node, version: Version) -> Result<Built, ConfigError> {
    for (name, since, until, instead) in NOT_ALWAYS {
        let gone = until.is_some_and(|until| version.is_from(until));
        if name == kind && (gone || !version.is_from(since)) {
            let message = format!("release {version} has no exporter `{kind}`");
            let help = format!("write `{instead}`");
            return Err(ConfigError::new(node.at, message).with_help(help));
        }
    }
    let as_they_are = |checked: Result<(), ConfigError>| checked.map(|()| Config::AsTheyAre);
    let config = match kind {
        "prometheusremotewrite" | "prometheus_remote_write" => {
            settings::remote_write(node, version)?
        }
        "prometheus" => settings::pull(node, version)?,
        "otlp" | "otlp_grpc" => as_they_are(transport::otlp_grpc(node, version))?,
        "otlphttp" | "otlp_http" => as_they_are(transport::otlp_http(node, version))?,
        "debug" => as_they_are(transport::debug(node, version))?,
        "logging" => as_they_are(transport::logging(node, version))?,
        "file" => as_they_are(transport::file(node, version))?,
        "nop" => as_they_are(transport::nop(node))?,
        other => {
            return Ok(Built {
                config: Config::AsTheyAre,
                notice: Some(NotSimulated {
                    name: other.to_owned(),
                    could_change: "names, labels and the number of series, as it may translate them in its own way",
                }),
            });
        }
    };
    Ok(Built {
        config,
        notice: None,
    })
}

#[cfg(test)]
mod tests;
