//! The `resource` processor: actions on the attributes of every resource.
//!
//! In come resources; out go the same with other attributes. Two that become alike stay apart until the
//! exporter. Refused is what upstream refuses at start.

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

/// The processor.
#[derive(Debug)]
pub struct ResourceProcessor {
    actions: Actions,
}

impl ResourceProcessor {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor resource")?;
        let list = fields.list("attributes")?;
        fields.finish()?;
        Ok(Self {
            actions: Actions::read(list, "attributes", node.at, version)?,
        })
    }
}

impl Processor for ResourceProcessor {
    fn touches_points(&self) -> bool {
        false
    }

    fn reads_values(&self) -> bool {
        false
    }

    fn rules(&self) -> &[Rule] {
        self.actions.rules()
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        for resource in &mut metrics.resources {
            self.actions.apply(&mut resource.attributes);
        }
        Ok(())
    }
}
