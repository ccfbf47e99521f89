//! The `attributes` processor: actions on the attributes of every data point.
//!
//! In come points; out go the same points with other attributes. Points that become alike stay apart: the
//! backend takes the last. Refused is what upstream refuses at start.

use super::super::decode::Fields;
use super::super::pdata::Metrics;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use super::actions::Actions;
use super::includes::Includes;

/// The processor.
#[derive(Debug)]
pub struct AttributesProcessor {
    includes: Includes,
    actions: Actions,
}

impl AttributesProcessor {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor attributes")?;
        let (include, exclude) = (fields.take("include"), fields.take("exclude"));
        let list = fields.list("actions")?;
        fields.finish()?;
        Ok(Self {
            actions: Actions::read(list, "actions", node.at, version)?,
            includes: Includes::of_all_signals(include, exclude, version)?,
        })
    }
}

impl Processor for AttributesProcessor {
    fn rules(&self) -> &[Rule] {
        self.actions.rules()
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        for resource in &mut metrics.resources {
            for metric in resource
                .scopes
                .iter_mut()
                .flat_map(|scope| &mut scope.metrics)
            {
                if self.includes.skips_metric(&metric.name) {
                    continue;
                }
                for index in 0..metric.data.len() {
                    if let Some(common) = metric.data.common_mut(index) {
                        self.actions.apply(&mut common.attributes);
                    }
                }
            }
        }
        Ok(())
    }
}
