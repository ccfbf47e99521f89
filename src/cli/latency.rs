//! `meshctl latency`: mesh against application latency for the same operation.

use std::sync::Arc;

use anyhow::Context;

use super::ExitCode;
use super::counting::NO_SOURCE;
use super::counting::explain_nothing;
use super::counting::say_failures;
use super::deliver::deliver;
use super::interrupt;
use super::messages::Messages;
use super::progress;
use super::sources::SourceArgs;
use super::terminal::Terminal;
use super::values;
use crate::mesh::latency;
use crate::mesh::latency::Asked;
use crate::mesh::latency::Question;
use crate::mesh::latency::Side;
use crate::mesh::latency::Unit;
use crate::mesh::matchers::Matchers;
use crate::report;
use crate::report::Format;
use crate::report::LatencyReport;
use crate::survey;
use crate::survey::Control;
use crate::survey::Survey;

/// Mesh against application latency: the quantiles of both, the gap, and what it means
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    #[command(flatten)]
    sources: SourceArgs,
    /// What the mesh measured: a histogram, with matchers on its labels as in a query
    ///
    /// By the name of its family or of its buckets; matchers are = != =~ !~; no range, no function. Labels namespace, pod and container are those of the target where the series has none.
    #[arg(
        id = "mesh_selector",
        long = "mesh",
        value_name = "SELECTOR",
        help_heading = "What to compare"
    )]
    mesh: String,
    /// What the application measured of the same calls: likewise
    #[arg(long, value_name = "SELECTOR", help_heading = "What to compare")]
    app: String,
    /// Quantile to show, from 0 to 1; may be repeated [default: 0.5, 0.9, 0.95, 0.99]
    #[arg(
        long,
        value_name = "Q",
        value_delimiter = ',',
        value_parser = values::quantile,
        env = "MESHCTL_QUANTILE",
        hide_env_values = true,
        help_heading = "What to compare"
    )]
    quantile: Vec<f64>,
    /// Unit of the mesh's histogram [default: its # UNIT, else the end of its name]
    #[arg(
        long,
        value_name = "UNIT",
        value_enum,
        help_heading = "What to compare"
    )]
    mesh_unit: Option<TypedUnit>,
    /// Unit of the application's histogram [default: its # UNIT, else the end of its name]
    #[arg(
        long,
        value_name = "UNIT",
        value_enum,
        help_heading = "What to compare"
    )]
    app_unit: Option<TypedUnit>,
    /// How to write the comparison
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TypedUnit {
    /// Nanoseconds
    Ns,
    /// Microseconds
    Us,
    /// Milliseconds
    Ms,
    /// Seconds
    S,
}

impl TypedUnit {
    fn unit(self) -> Unit {
        match self {
            Self::Ns => Unit::Nanoseconds,
            Self::Us => Unit::Microseconds,
            Self::Ms => Unit::Milliseconds,
            Self::S => Unit::Seconds,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// For a reader, fitted to the terminal
    Table,
    /// The same, however wide
    Wide,
    /// One document
    Json,
    /// The same, one object a line
    Jsonl,
    /// One row for each quantile, in seconds
    Csv,
    /// For a comment on a pull request
    Markdown,
}

impl Output {
    fn format(self) -> Format {
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

const LONG_ABOUT: &str = "\
Compares what the mesh and what the application measured of the same calls, as a panel of quantiles draws \
both: p50, p90, p95 and p99 of both sides in one unit, the gap between them, and what such a gap usually \
means. A histogram only tells in which bucket a quantile lies, so each is shown with its bucket, and each \
gap with the range that follows.

Both selectors look at all SOURCEs: name the scrapes of the proxies and those of the application.

Exit code: 0 it was compared, 2 it could not be (a selector fits nothing, or no histogram), 3 some of the \
sources could not be read, 130 interrupted.

Examples:
  The caller's and the server's view of one operation
    meshctl latency proxies/ cart-app.prom --mesh 'response_latency_ms{dst_service=\"cart\"}' \\
      --app app_cart_add_item_latency_seconds
  What the proxy beside the application adds
    meshctl latency pod/ --mesh 'response_latency_ms{direction=\"inbound\"}' \\
      --app 'http_server_duration_seconds{route=~\"/cart.*\"}' --quantile 0.99,0.999
  A histogram whose name says no unit
    meshctl latency dumps/ --mesh response_latency_ms --app rpc_duration --app-unit ms -o json";

/// Gives `--mesh`, which everywhere else says whose proxies to look for, to the selector: here that is `--mesh-kind`.
pub(super) fn named(command: clap::Command) -> clap::Command {
    command.mut_arg("mesh", |arg| arg.long("mesh-kind"))
}

/// Where nothing is typed.
const DEFAULT_QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

impl Args {
    fn question(&self) -> anyhow::Result<Question> {
        let asked = |side: Side, typed: &str, unit: Option<TypedUnit>| {
            let flag = side.as_str();
            let matchers = Matchers::parse(typed);
            let matchers = matchers.with_context(|| format!("--{flag} is no selector"))?;
            anyhow::Ok(Asked {
                matchers,
                unit: unit.map(TypedUnit::unit),
            })
        };
        let mut quantiles = if self.quantile.is_empty() {
            DEFAULT_QUANTILES.to_vec()
        } else {
            self.quantile.clone()
        };
        quantiles.sort_by(f64::total_cmp);
        quantiles.dedup();
        Ok(Question {
            mesh: asked(Side::Mesh, &self.mesh, self.mesh_unit)?,
            app: asked(Side::App, &self.app, self.app_unit)?,
            quantiles,
        })
    }
}

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let question = args.question()?;
    let Args {
        sources, output, ..
    } = args;
    if sources.reads_stdin() && terminal.types_input {
        messages.note("reading from the terminal: paste a scrape and end with Ctrl-D");
    }
    let manner = sources.progress(terminal, messages);
    let Some(plan) = sources.plan()? else {
        messages.error(NO_SOURCE);
        messages.note(
            "for example: meshctl latency proxies/ app.prom --mesh response_latency_ms --app NAME",
        );
        return Ok(ExitCode::CouldNot);
    };
    let plan = survey::Plan {
        latency: Some(question.clone()),
        ..plan
    };
    let control = Arc::new(Control::default());
    interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
    let survey = progress::watch(&control, manner, || survey::run(&plan, &control));
    Ok(conclude(&question, &survey, output, terminal, messages))
}

/// Says what is wrong on standard error, writes the report, and decides the exit code.
fn conclude(
    question: &Question,
    survey: &Survey,
    output: Output,
    terminal: &Terminal,
    messages: Messages,
) -> ExitCode {
    if survey.coverage.scraped == 0 && !survey.interrupted {
        explain_nothing(&survey.coverage, messages);
        messages.remarks(&survey.remarks);
        return ExitCode::CouldNot;
    }
    say_failures(&survey.coverage, messages, Messages::warning);
    messages.remarks(&survey.remarks);
    let code = if survey.interrupted {
        ExitCode::Interrupted
    } else if survey.coverage.failed.is_empty() {
        ExitCode::Clean
    } else {
        ExitCode::Partial
    };
    let found = survey.latency.clone().unwrap_or_default();
    let comparison = match latency::compare(question, &found) {
        Ok(comparison) => comparison,
        Err(trouble) => {
            let (error, notes) = report::latency_trouble(&trouble, question);
            messages.error(&error);
            for note in notes {
                messages.note(&note);
            }
            return code.max(ExitCode::CouldNot);
        }
    };
    let report = LatencyReport {
        question,
        comparison: &comparison,
        survey,
    };
    let (style, format) = (&terminal.report, output.format());
    let written = deliver(|out| report::write_latency(&report, style, format, out));
    if let Err(error) = written {
        messages.error(&format!("{error:#}"));
        return code.max(ExitCode::CouldNot);
    }
    code
}
