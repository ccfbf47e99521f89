//! OTTL: the language of conditions and statements about telemetry.
//!
//! In come the text of a condition or statement, its place in the configuration, its context and a
//! release; out goes something compiled that judges or changes items of a payload, or an error at the
//! place that the real library would refuse at start. What upstream has and this has not is refused by name.

pub mod ast;
pub mod call;
pub mod coerce;
pub mod compare;
pub mod compile;
pub mod condition;
pub mod datapoints;
pub mod editors;
pub mod enums;
pub mod explain;
pub mod function;
pub mod functions;
pub mod groups;
pub mod infer;
pub mod keys;
pub mod lexer;
pub mod math;
pub mod mode;
pub mod parser;
pub mod paths;
pub mod scene;
pub mod statement;
pub mod val;
pub mod zone;

pub use condition::Condition;
pub use function::Context;
pub use scene::Scene;
pub use statement::Statement;
