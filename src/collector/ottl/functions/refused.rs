//! Converters that upstream has and that are not simulated: each is an error that names it.

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;

use super::arguments::Built;

const TARGET: Param = Param::new("Target", Kind::Str);
const PATH: Param = Param::new("XPath", Kind::LitStr);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("ParseXML", &[TARGET], |_| refuse("ParseXML")),
    Function::converter("ParseSimplifiedXML", &[TARGET], |_| {
        refuse("ParseSimplifiedXML")
    })
    .since(112),
    Function::converter("GetXML", &[TARGET, PATH], |_| refuse("GetXML")).since(111),
    Function::converter("RemoveXML", &[TARGET, PATH], |_| refuse("RemoveXML")).since(111),
    Function::converter(
        "InsertXML",
        &[TARGET, PATH, Param::new("SubDocument", Kind::Str)],
        |_: Args| refuse("InsertXML"),
    )
    .since(111),
    Function::converter(
        "ConvertAttributesToElementsXML",
        &[TARGET, Param::optional("XPath", Kind::LitStr)],
        |_| refuse("ConvertAttributesToElementsXML"),
    )
    .since(112),
    Function::converter(
        "ConvertTextToElementsXML",
        &[
            TARGET,
            Param::optional("XPath", Kind::LitStr),
            Param::optional("ElementName", Kind::LitStr),
        ],
        |_| refuse("ConvertTextToElementsXML"),
    )
    .since(112),
];

fn refuse(name: &str) -> Built {
    Err(format!("{name} is not simulated"))
}
