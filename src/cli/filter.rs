//! `meshctl filter`: what a Collector pipeline keeps.

use clap::ArgGroup;

use super::ExitCode;
use super::counting;
use super::counting::CountingArgs;
use super::messages::Messages;
use super::show::Order;
use super::simulation::FILTERS;
use super::simulation::SimulationArgs;
use super::terminal::Terminal;
use crate::report::Command;

/// What a Collector pipeline keeps, stage by stage, and why the rest goes
#[derive(Debug, clap::Args)]
#[command(
    long_about = LONG_ABOUT,
    after_long_help = super::exit::table(),
    group = ArgGroup::new("filter").required(true).multiple(true).args(FILTERS)
)]
pub(super) struct Args {
    #[command(flatten)]
    counting: CountingArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Follow one name, or one series, through all stages: which clause decides, and why
    ///
    /// With braces it is a series, as a scrape writes it: `response_total{direction="outbound"}`. Of several
    /// that have these labels, the first is followed, with its labels as they stand behind each stage.
    #[arg(long, value_name = "NAME", help_heading = "What to show")]
    explain: Option<String>,
}

const LONG_ABOUT: &str = "\
Runs saved scrapes through a Collector configuration, without a Collector: names, series, data points, \
samples and bytes behind every stage, what each stage dropped or renamed by which line of the file, and \
what arrives.

Examples:
  What a configuration keeps
    meshctl filter dumps/ --collector otel.yaml
  One filter, before it is in any configuration
    meshctl filter web.prom --ottl 'not IsMatch(name, \"^(response|tcp)_.*\")'
    meshctl filter web.prom --keep-regex 'response_total|tcp_.*'
  Why one series does not arrive
    meshctl filter web.prom --collector otel.yaml --explain 'tcp_open_total{peer=\"dst\"}'
  Every name, for a spreadsheet
    meshctl filter dumps/ --collector otel.yaml -o csv
  The configuration as it runs in the cluster
    kubectl get configmap otel -o yaml | meshctl filter dumps/ --collector -";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        counting,
        simulation,
        explain,
    } = args;
    counting::run(
        Command::Filter,
        Order::default(),
        counting,
        Some(simulation),
        explain,
        terminal,
        messages,
    )
}
