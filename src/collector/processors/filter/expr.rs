//! Expressions of `match_type: expr`: those of expr-lang (`github.com/expr-lang/expr`) over one data point.
//!
//! In comes a text; out goes what it says of a point: true or false, or that it fails. The language has two
//! dialects, those of expr-lang 1.16 and 1.17, which differ by the release of the Collector. What is not
//! simulated is an error that names it.

mod ast;
mod check;
mod eval;
mod functions;
mod lexer;
mod optimize;
mod parser;
mod types;
mod value;

use crate::collector::attributes::Attributes;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;
use value::V;

/// The first release with expr-lang 1.17: 0.121 still has 1.16.9, 0.125 has 1.17.2 (`internal/filter/go.mod`).
const NEW_DIALECT: u16 = 122;

/// What ends the message of what is not simulated.
const REFUSED: &str = " is not simulated";

/// Functions of the environment.
const METHODS: [&str; 2] = ["HasLabel", "Label"];

/// Longer texts are refused: expr-lang itself takes ten thousand parts at most.
const LONGEST: usize = 10_000;

/// Which expr-lang it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// 1.16.
    Old,
    /// 1.17.
    New,
}

impl Dialect {
    fn is_new(self) -> bool {
        self == Self::New
    }
}

/// Why a text is no expression here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// The Collector would not start with it.
    Wrong(String),
    /// It would, but this is not simulated.
    NotSimulated(String),
}

/// An expression, ready to run.
#[derive(Debug)]
pub struct Program {
    text: String,
    tree: ast::Node,
    dialect: Dialect,
}

/// What an expression sees of a data point.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    /// `MetricName`.
    pub name: &'a str,
    /// `MetricType`: `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`.
    pub kind: &'a str,
    /// What `HasLabel` and `Label` look at.
    pub attributes: &'a Attributes,
}

impl Environment<'_> {
    /// What `Label` returns: nothing for what is missing or no text.
    fn label(&self, key: &str) -> Text {
        match self.attributes.get(key) {
            Some(Value::Str(text)) => text.clone(),
            _ => Text::default(),
        }
    }
}

impl Program {
    /// The expression of a text.
    ///
    /// # Errors
    /// The Collector would not start with it, or it uses what is not simulated; so says the message.
    pub fn compile(text: &str, version: Version) -> Result<Self, String> {
        let dialect = if version.is_from(NEW_DIALECT) {
            Dialect::New
        } else {
            Dialect::Old
        };
        let tree = build(text, dialect).map_err(|fault| match fault {
            Fault::Wrong(message) => message,
            Fault::NotSimulated(what) => format!("{what}{REFUSED}"),
        })?;
        Ok(Self {
            text: text.to_owned(),
            tree,
            dialect,
        })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says of a point.
    ///
    /// # Errors
    /// It fails, or its value is no truth value; so says the message.
    pub fn matches(&self, environment: &Environment<'_>) -> Result<bool, String> {
        match eval::run(&self.tree, environment, self.dialect)? {
            V::Bool(value) => Ok(value),
            other => {
                let (ty, printed) = (other.go_type(), other.printed());
                Err(format!(
                    "filter returned non-boolean value type={ty} result={printed}"
                ))
            }
        }
    }
}

fn build(text: &str, dialect: Dialect) -> Result<ast::Node, Fault> {
    if text.len() > LONGEST {
        let what = format!("an expression of more than {LONGEST} bytes");
        return Err(Fault::NotSimulated(what));
    }
    let mut tree = parser::parse(text, dialect)?;
    check::check(&mut tree, dialect)?;
    optimize::optimize(&mut tree, dialect)?;
    Ok(tree)
}
