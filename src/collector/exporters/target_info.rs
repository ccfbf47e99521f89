//! The series `target_info`: what is known of a target, once for each resource.
//!
//! Follows `addResourceTargetInfo` of `prometheusremotewrite/helper.go`.

use std::rc::Rc;

use super::super::pdata::At;
use super::super::pdata::Metrics;
use super::super::text::Text;
use super::super::value::Value;
use super::plan::Constants;
use super::plan::Layer;
use super::plan::Plans;
use super::plan::Rules;
use super::resource::IDENTIFYING;
use super::series::BoundStyle;
use super::series::ExportedPoint;
use super::series::Extent;
use super::series::Label;
use super::series::Names;
use super::series::Shape;
use super::series::Sink;

/// Makes `target_info` for the remote-write exporter.
#[derive(Debug)]
pub(super) struct TargetInfo {
    names: Rc<Names>,
    plans: Plans,
    rules: Rules,
    labels: Vec<Label>,
}

impl TargetInfo {
    /// The namespace is put in front as it is.
    pub(super) fn new(namespace: &str, rules: Rules) -> Self {
        Self {
            names: names(namespace),
            plans: Plans::new(rules),
            rules,
            labels: Vec::new(),
        }
    }

    /// Sends the series of the resource at `at`, if it has attributes worth one and is identified.
    pub(super) fn export(
        &mut self,
        metrics: &Metrics,
        at: At,
        constants: Vec<(Layer, Text, Text)>,
        sink: &mut dyn Sink,
    ) {
        let Some(resource) = metrics.resources.get(at.resource) else {
            return;
        };
        let pairs = resource.attributes.iter();
        let telling = pairs.filter(|(key, _)| !IDENTIFYING.contains(&key.as_str()));
        let telling: Vec<(Text, Value)> = telling
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if telling.is_empty() {
            return;
        }
        let constants = Constants { list: constants };
        self.plans.set_constants(&constants);
        if let Err(reason) = self.plans.apply(&telling, &constants, &mut self.labels) {
            sink.dropped(metrics, at, Extent::TargetInfo, &reason);
            return;
        }
        let identifies = |name: &str| matches!(name, "job" | "instance");
        // Where empty values count, an empty identity is one too, though it leaves no label.
        let by_empty_value = !self.rules.skips_empty
            && (constants.list.iter().any(|(_, name, _)| identifies(name))
                || telling.iter().any(|(key, _)| identifies(key)));
        if !by_empty_value && !self.labels.iter().any(|label| identifies(&label.name)) {
            return;
        }
        self.labels.retain(|label| label.name != "__name__");
        sink.point(&ExportedPoint {
            names: &self.names,
            labels: &self.labels,
            resource: &[],
            shape: Shape::TargetInfo,
            created: false,
            style: BoundStyle::Plain,
            ended: false,
            at,
        });
    }
}

/// `target_info`, with a namespace in front.
pub(super) fn names(namespace: &str) -> Rc<Names> {
    let name = match namespace {
        "" => "target_info".to_owned(),
        namespace => format!("{namespace}_target_info"),
    };
    Rc::new(Names::new(Text::from(name)))
}
