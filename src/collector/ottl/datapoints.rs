//! What the filter processor adds to OTTL in the metric context (`internal/filter/filterottl/functions.go`).

use crate::collector::pdata::Data;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::function::Args;
use super::function::Context;
use super::function::Function;
use super::function::Getter;
use super::function::Host;
use super::function::Kind;
use super::function::Param;
use super::scene::Scene;
use super::val::Val;

/// Both functions.
pub const TABLE: &[Function] = &[
    Function::converter(
        "HasAttrKeyOnDatapoint",
        &[Param::new("Key", Kind::LitStr)],
        has_key,
    )
    .only(Host::Filter, &[Context::Metric]),
    Function::converter(
        "HasAttrOnDatapoint",
        &[
            Param::new("Key", Kind::LitStr),
            Param::new("ExpectedVal", Kind::LitStr),
        ],
        has_value,
    )
    .only(Host::Filter, &[Context::Metric]),
];

/// Looks at the first point that has the key, and at no later one.
struct HasAttr {
    key: Text,
    expected: Option<Text>,
}

fn has_key(mut args: Args) -> Result<Box<dyn Getter>, String> {
    let key = args.text("Key").ok_or("a key is wanted")?;
    let expected = None;
    Ok(Box::new(HasAttr { key, expected }))
}

fn has_value(mut args: Args) -> Result<Box<dyn Getter>, String> {
    let key = args.text("Key").ok_or("a key is wanted")?;
    let expected = Some(args.text("ExpectedVal").ok_or("a value is wanted")?);
    Ok(Box::new(HasAttr { key, expected }))
}

impl Getter for HasAttr {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        let Some(metric) = scene.metric() else {
            return Ok(Val::Bool(false));
        };
        if metric.data == Data::None {
            return Err("unknown metric type".to_owned());
        }
        let points = 0..metric.data.len();
        let value = points
            .filter_map(|point| metric.data.common(point))
            .find_map(|common| common.attributes.get(&self.key));
        Ok(Val::Bool(match (value, &self.expected) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(Value::Str(text)), Some(expected)) => text == expected,
            // Upstream reads the text of whatever it is: nothing, unless it is a text.
            (Some(_), Some(expected)) => expected.is_empty(),
        }))
    }
}
