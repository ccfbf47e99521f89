//! What of the result to show, and as what.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::builder::ValueParser;
use globset::GlobMatcher;

use super::values;
use crate::report::Command;
use crate::report::Format;
use crate::report::View;
use crate::report::order::FamilyOrder;
use crate::report::order::LabelOrder;

/// What to show, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to show")]
pub(super) struct ShowArgs {
    /// Output format
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "table",
        env = "MESHCTL_OUTPUT",
        hide_env_values = true
    )]
    output: Output,
    /// Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]
    #[arg(long, value_name = "N", env = "MESHCTL_LIMIT", hide_env_values = true)]
    limit: Option<usize>,
    /// Show only the families (filter: names) that match, such as 'response_*'
    ///
    /// Only the lists get shorter: totals, findings and the exit code stay those of everything read.
    /// Braces name several: '{response_*,tcp_*}'.
    #[arg(
        long,
        value_name = "GLOB",
        value_parser = values::glob,
        env = "MESHCTL_FAMILY",
        hide_env_values = true
    )]
    family: Option<GlobMatcher>,
    /// Time between two scrapes: samples a second are series divided by it [default: that of the
    /// configuration, else 30s]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::duration,
        env = "MESHCTL_SCRAPE_INTERVAL",
        hide_env_values = true
    )]
    scrape_interval: Option<Duration>,
}

/// Where neither a flag nor a configuration says how often targets are scraped: the interval of most meshes.
pub(super) const DEFAULT_INTERVAL: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Output {
    /// For a reader, fitted to the terminal
    Table,
    /// Every column, however wide
    Wide,
    /// One document
    Json,
    /// The same, one object a line
    Jsonl,
    /// One row for each family; in labels for each label, in filter for each name at each stage
    Csv,
    /// For a comment on a pull request
    Markdown,
}

impl Output {
    /// The format to write.
    pub(super) fn format(self) -> Format {
        match self {
            Self::Table => Format::Table,
            Self::Wide => Format::Wide,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Csv => Format::Csv,
            Self::Markdown => Format::Markdown,
        }
    }
}

impl ShowArgs {
    /// The format to write.
    pub(super) fn format(&self) -> Format {
        self.output.format()
    }

    /// What of the survey to show in answer to `command`; `interval` is that of the configuration.
    pub(super) fn view(self, command: Command, order: Order, interval: Option<f64>) -> View {
        let configured = interval.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let typed = self.scrape_interval;
        View {
            command,
            families: order.families.unwrap_or_default(),
            labels: order.labels.unwrap_or_default(),
            limit: self.limit,
            family: self.family,
            scrape_interval: typed.or(configured).unwrap_or(DEFAULT_INTERVAL),
            typed_interval: typed.is_some(),
        }
    }
}

/// The orders asked for; a list that does not know one keeps its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Order {
    pub(super) families: Option<FamilyOrder>,
    pub(super) labels: Option<LabelOrder>,
}

/// Orders that either list knows.
pub(super) fn any_order() -> ValueParser {
    let mut names: Vec<&str> = FamilyOrder::ALL.map(FamilyOrder::as_str).to_vec();
    names.extend(LabelOrder::ALL.map(LabelOrder::as_str));
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let parse = |name: String| Order {
        families: name.parse().ok(),
        labels: name.parse().ok(),
    };
    PossibleValuesParser::new(known).map(parse).into()
}

/// Orders of families.
pub(super) fn family_order() -> ValueParser {
    PossibleValuesParser::new(FamilyOrder::ALL.map(FamilyOrder::as_str))
        .map(|name| Order {
            families: name.parse().ok(),
            labels: None,
        })
        .into()
}

/// Orders of labels.
pub(super) fn label_order() -> ValueParser {
    PossibleValuesParser::new(LabelOrder::ALL.map(LabelOrder::as_str))
        .map(|name| Order {
            families: None,
            labels: name.parse().ok(),
        })
        .into()
}
