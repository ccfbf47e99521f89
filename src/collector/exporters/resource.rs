//! What the exporters read off a resource: `job`, `instance`, and the labels of the scope.

use super::super::attributes::Attributes;
use super::super::pdata::ScopeMetrics;
use super::super::text::Text;
use super::super::value::Value;
use super::value_text::value_text;

/// Attributes that identify a target; they become `job` and `instance`.
pub(super) const IDENTIFYING: [&str; 3] =
    ["service.name", "service.namespace", "service.instance.id"];

/// `job`, from `service.namespace` and `service.name`; `None` without the latter.
pub(super) fn job(resource: &Attributes) -> Option<Text> {
    let name = value_text(resource.get("service.name")?);
    Some(match resource.get("service.namespace") {
        Some(namespace) => Text::from(format!("{}/{name}", value_text(namespace))),
        None => name,
    })
}

/// `instance`, from `service.instance.id`.
pub(super) fn instance(resource: &Attributes) -> Option<Text> {
    resource.get("service.instance.id").map(value_text)
}

/// Names of labels that tell of the scope, and their values; those of attributes are not sanitised yet.
pub(super) fn scope_attributes(scope: &ScopeMetrics) -> impl Iterator<Item = (&str, String, Text)> {
    scope.attributes.iter().map(|(key, value)| {
        let name = format!("otel_scope_{key}");
        (key.as_str(), name, value_text(value))
    })
}

/// Keys that a scope's attributes would share with its own name and version.
pub(super) fn is_reserved_for_scope(key: &str) -> bool {
    matches!(key, "name" | "version" | "schema_url")
}

/// Whether a value has a text.
pub(super) fn is_not_empty(value: &Value) -> bool {
    !value_text(value).is_empty()
}
