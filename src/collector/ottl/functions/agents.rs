//! `UserAgent`: which program and system a browser says it is.
//!
//! The expressions are those of uap-core in two states, in `agents/expressions.txt`, which
//! `tests/conformance/generate_agents.py` writes.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::sync::OnceLock;

use crate::collector::attributes::Attributes;
use crate::collector::expand::Template;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::regex::GoRegex;
use crate::collector::text::Text;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::text;

static EXPRESSIONS: &str = include_str!("agents/expressions.txt");

/// The state of December 2025 (`pkg/ottl/go.mod` of 0.148.0).
const SECOND_STATE: u16 = 148;

/// The system is told too (`func_useragent.go` of 0.131.0).
const WITH_SYSTEM: u16 = 131;

/// The converters of this file.
pub static TABLE: &[Function] = &[Function::converter(
    "UserAgent",
    &[Param::new("UserAgent", Kind::Str)],
    user_agent,
)
.since(108)];

/// An expression that is compiled when it is first tried: most texts match one of the first.
struct Expression {
    source: &'static str,
    /// Family and parts of the version, as they are written where they differ from the groups.
    replacements: Vec<&'static str>,
    compiled: OnceLock<Result<(GoRegex, Vec<Template>), String>>,
}

/// The programs of both states, and the systems: all calls share what is compiled.
static PROGRAMS: LazyLock<[Vec<Expression>; 2]> =
    LazyLock::new(|| [false, true].map(|second| expressions("ua", second)));
static SYSTEMS: LazyLock<[Vec<Expression>; 2]> =
    LazyLock::new(|| [false, true].map(|second| expressions("os", second)));

/// Family and version.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    family: String,
    version: String,
}

/// The expressions of a sort, `ua` or `os`, in one of the two states.
fn expressions(sort: &str, second: bool) -> Vec<Expression> {
    let other = if second { "-" } else { "+" };
    let mut found = Vec::new();
    for line in EXPRESSIONS.lines() {
        let mut fields = line.split('\t');
        if fields.next() == Some(other) || fields.next() != Some(sort) {
            continue;
        }
        found.push(Expression {
            source: fields.next().unwrap_or_default(),
            replacements: fields.collect(),
            compiled: OnceLock::new(),
        });
    }
    found
}

impl Expression {
    fn compiled(&self) -> Result<&(GoRegex, Vec<Template>), String> {
        let compile = || {
            let regex = GoRegex::new(self.source).map_err(|error| error.to_string())?;
            let templates = self.replacements.iter().enumerate();
            let templates = templates.map(|(at, written)| match *written {
                "" => Template::new(&format!("${}", at + 1), &regex),
                written => Template::new(written, &regex),
            });
            let templates = templates.collect();
            Ok((regex, templates))
        };
        self.compiled
            .get_or_init(compile)
            .as_ref()
            .map_err(String::clone)
    }

    /// Family and parts of the version, if the text matches.
    fn parts(&self, text: &str) -> Result<Option<Vec<String>>, String> {
        let (regex, templates) = self.compiled()?;
        let Some(captures) = regex.captures(text) else {
            return Ok(None);
        };
        let parts = templates.iter().map(|template| {
            let mut part = String::new();
            template.expand(text, &captures, &mut part);
            part
        });
        Ok(Some(parts.collect()))
    }
}

/// What the first expression says that has a family; one without is taken for its version if no other follows.
fn find(expressions: &[Expression], text: &str) -> Result<Found, String> {
    let mut found = Found::default();
    for expression in expressions {
        let Some(parts) = expression.parts(text)? else {
            continue;
        };
        let (family, version) = parts
            .split_first()
            .ok_or("an expression without a family")?;
        found.family.clone_from(family);
        found.version = version_of(version);
        if !family.is_empty() {
            return Ok(found);
        }
    }
    "Other".clone_into(&mut found.family);
    Ok(found)
}

/// The parts that are not empty, all but the first behind a point.
fn version_of(parts: &[String]) -> String {
    let mut version = String::new();
    for (at, part) in parts.iter().enumerate() {
        if !part.is_empty() {
            if at > 0 {
                version.push('.');
            }
            version.push_str(part);
        }
    }
    version
}

fn user_agent(mut args: Args) -> Built {
    let agent = args.getter("UserAgent")?;
    let state = usize::from(args.version.is_from(SECOND_STATE));
    let with_system = args.version.is_from(WITH_SYSTEM);
    // Trying some hundred expressions takes long, and the same text often comes again.
    let last: RefCell<Option<(Text, Attributes)>> = RefCell::new(None);
    call(move |scene| {
        let agent = text(agent.as_ref(), scene)?;
        if let Some((own, parts)) = last.borrow().as_ref()
            && *own == agent
        {
            return Ok(Val::Map(parts.clone()));
        }
        let program = find(&PROGRAMS[state], &agent)?;
        let mut parts = Attributes::default();
        parts.insert("user_agent.name", program.family.as_str());
        parts.insert("user_agent.original", agent.as_str());
        parts.insert("user_agent.version", program.version.as_str());
        if with_system {
            let system = find(&SYSTEMS[state], &agent)?;
            parts.insert("os.name", system.family.as_str());
            if !system.version.is_empty() {
                parts.insert("os.version", system.version.as_str());
            }
        }
        *last.borrow_mut() = Some((agent, parts.clone()));
        Ok(Val::Map(parts))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_states_have_their_own_expressions() {
        let has = |second: bool| {
            let all = expressions("ua", second);
            all.iter().any(|one| one.source.contains("HiBrowser"))
        };
        assert!(has(true));
        assert!(!has(false));
    }

    #[test]
    fn a_program_is_found_by_the_first_expression_that_fits() {
        let agent =
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0";
        let program = find(&expressions("ua", true), agent).unwrap();
        assert_eq!(
            (program.family.as_str(), program.version.as_str()),
            ("Firefox", "115.0")
        );
        let system = find(&expressions("os", true), agent).unwrap();
        assert_eq!(
            (system.family.as_str(), system.version.as_str()),
            ("Ubuntu", "")
        );
    }

    #[test]
    fn every_expression_compiles() {
        for sort in ["ua", "os"] {
            for second in [false, true] {
                let all = expressions(sort, second);
                assert!(all.len() > 150);
                for expression in all {
                    assert!(
                        GoRegex::new(expression.source).is_ok(),
                        "{}",
                        expression.source
                    );
                }
            }
        }
    }
}
