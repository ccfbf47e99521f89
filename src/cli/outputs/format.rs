//! `FORMAT[=PATH]` as it is typed.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use clap::builder::TypedValueParser;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

use crate::report::JudgedFormat;

/// One output as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) format: Format,
    pub(super) path: Option<PathBuf>,
}

/// What can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a reader: silent on what is well
    Table,
    /// One document
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A test report, for Jenkins, GitLab and others
    Junit,
    /// SARIF 2.1.0, for GitHub's code scanning
    Sarif,
    /// Annotations of a GitHub Actions run
    Github,
    /// Markdown, added to the summary of a GitHub Actions step
    GithubSummary,
    /// GitLab's code quality report
    Gitlab,
    /// Gauges in Prometheus' text format
    Prometheus,
}

impl Format {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::GithubSummary => "github-summary",
            Self::Gitlab => "gitlab",
            Self::Prometheus => "prometheus",
        }
    }

    pub(super) fn written_as(self) -> JudgedFormat {
        match self {
            Self::Table => JudgedFormat::Table,
            Self::Json => JudgedFormat::Json,
            Self::Markdown | Self::GithubSummary => JudgedFormat::Markdown,
            Self::Junit => JudgedFormat::Junit,
            Self::Sarif => JudgedFormat::Sarif,
            Self::Github => JudgedFormat::Github,
            Self::Gitlab => JudgedFormat::Gitlab,
            Self::Prometheus => JudgedFormat::Prometheus,
        }
    }
}

/// Names its formats in help and completions, and takes a path behind each.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestParser;

impl TypedValueParser for RequestParser {
    type Value = Request;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        typed: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let Some((name, path)) = super::split(typed) else {
            return Err(clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command));
        };
        let empty = path
            .as_ref()
            .is_some_and(|path| path.as_os_str().is_empty());
        let format = Format::value_variants()
            .iter()
            .find(|format| format.as_str() == name);
        match format {
            Some(format) if !empty => Ok(Request {
                format: *format,
                path,
            }),
            _ => Err(refused(command, argument, typed, &name, empty)),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Format::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

/// The error that clap has for a value that is none of those possible.
fn refused(
    command: &clap::Command,
    argument: Option<&clap::Arg>,
    typed: &OsStr,
    name: &str,
    no_path: bool,
) -> clap::Error {
    let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
    if let Some(argument) = argument {
        let argument = ContextValue::String(argument.to_string());
        error.insert(ContextKind::InvalidArg, argument);
    }
    let typed = typed.to_string_lossy().into_owned();
    error.insert(ContextKind::InvalidValue, ContextValue::String(typed));
    let known: Vec<String> = Format::value_variants()
        .iter()
        .map(|format| format.as_str().to_owned())
        .collect();
    let nearest = known
        .iter()
        .find(|known| known.starts_with(name) || name.starts_with(known.as_str()));
    let suggested = match nearest {
        Some(nearest) if no_path => Some(format!("{nearest}=PATH")),
        Some(nearest) if !name.is_empty() => Some(nearest.clone()),
        _ => None,
    };
    if let Some(suggested) = suggested {
        error.insert(ContextKind::SuggestedValue, ContextValue::String(suggested));
    }
    error.insert(ContextKind::ValidValue, ContextValue::Strings(known));
    error
}
