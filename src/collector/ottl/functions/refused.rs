//! Converters that upstream has and that are not simulated: each is an error that names it.

use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;

use super::arguments::Built;

/// The converters of this file.
pub static TABLE: &[Function] =
    &[
        Function::converter("UserAgent", &[Param::new("UserAgent", Kind::Str)], |_| {
            refuse("UserAgent")
        })
        .since(108),
    ];

fn refuse(name: &str) -> Built {
    Err(format!("{name} is not simulated"))
}
