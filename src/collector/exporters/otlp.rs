//! Exporters that send data points as they are: OTLP over gRPC and HTTP, and those that only show them.
//!
//! What a backend makes of OTLP is its own affair, so nothing is renamed: the name is that of the OTLP
//! metric, a histogram is one point, and attributes of the resource stand apart from those of the point.

use std::rc::Rc;

use super::super::attributes::Attributes;
use super::super::pdata::At;
use super::super::pdata::Metrics;
use super::super::text::Text;
use super::series::BoundStyle;
use super::series::ExportedPoint;
use super::series::Exporter;
use super::series::Label;
use super::series::Names;
use super::series::Shape;
use super::series::Sink;
use super::value_text::value_text;

/// Where hostile input would make names without end, all are forgotten and made anew.
const MOST_NAMES: usize = 1 << 16;

/// Hands data points on as they are.
#[derive(Debug, Default)]
pub struct OtlpExporter {
    names: foldhash::HashMap<Text, Rc<Names>>,
    resource: Vec<Label>,
    labels: Vec<Label>,
}

impl Exporter for OtlpExporter {
    fn export(&mut self, metrics: &Metrics, sink: &mut dyn Sink) {
        for (resource, content) in metrics.resources.iter().enumerate() {
            fill(&mut self.resource, &content.attributes);
            for (scope, content) in content.scopes.iter().enumerate() {
                for (metric, content) in content.metrics.iter().enumerate() {
                    if self.names.len() >= MOST_NAMES {
                        self.names.clear();
                    }
                    let known = self.names.entry(content.name.clone());
                    let names = known.or_insert_with_key(|name| Rc::new(Names::new(name.clone())));
                    for point in 0..content.data.len() {
                        let Some(common) = content.data.common(point) else {
                            continue;
                        };
                        fill(&mut self.labels, &common.attributes);
                        sink.point(&ExportedPoint {
                            names,
                            labels: &self.labels,
                            resource: &self.resource,
                            shape: Shape::Point,
                            created: false,
                            style: BoundStyle::Plain,
                            ended: common.flags & 1 == 1,
                            at: At {
                                resource,
                                scope,
                                metric,
                                point,
                            },
                        });
                    }
                }
            }
        }
    }
}

fn fill(labels: &mut Vec<Label>, attributes: &Attributes) {
    labels.clear();
    labels.extend(attributes.iter().map(|(name, value)| Label {
        name: name.clone(),
        value: value_text(value),
    }));
    labels.retain(|label| !label.value.is_empty());
    labels.sort_unstable_by(|left, right| left.name.cmp(&right.name));
}
