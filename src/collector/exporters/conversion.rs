//! Attributes of the resource as labels of every series (`resource_to_telemetry_conversion`).

use super::super::attributes::Attributes;
use super::super::text::Text;
use super::plan::Layer;
use super::resource::IDENTIFYING;
use super::value_text::value_text;

/// Whether and which attributes of a resource are put on its points. Follows
/// `pkg/resourcetotelemetry/resource_to_telemetry.go`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conversion {
    /// Whether it is done.
    pub enabled: bool,
    /// Whether the attributes that become `job` and `instance` are left out.
    pub without_service: bool,
}

impl Conversion {
    /// The attributes that go on every point.
    pub(super) fn constants(
        self,
        resource: &Attributes,
    ) -> impl Iterator<Item = (Layer, Text, Text)> {
        let wanted = move |key: &Text| {
            self.enabled && !(self.without_service && IDENTIFYING.contains(&key.as_str()))
        };
        let pairs = resource.iter().filter(move |(key, _)| wanted(key));
        pairs.map(|(key, value)| (Layer::Attribute, key.clone(), value_text(value)))
    }
}
