//! `meshctl audit`: everything on one screen.

use super::ExitCode;
use super::counting;
use super::counting::CountingArgs;
use super::messages::Messages;
use super::show;
use super::show::Order;
use super::simulation::SimulationArgs;
use super::terminal::Terminal;
use crate::report::Command;

/// Everything on one screen: coverage, families, labels by what they cost, findings
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    counting: CountingArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Order of families and labels; a list that has no such column keeps its own order
    #[arg(
        long,
        value_name = "KEY",
        value_parser = show::any_order(),
        help_heading = "What to show",
        env = "MESHCTL_SORT_BY",
        hide_env_values = true
    )]
    sort_by: Option<Order>,
}

const LONG_ABOUT: &str = "\
Everything on one screen: how much of what was named could be read, the families with the most series, \
the labels by what dropping each would save, and findings with a remedy each.

Examples:
  With what a Collector keeps of it
    meshctl audit dumps/ --collector otel.yaml
  A scrape saved with curl, or a directory of them
    meshctl audit web.prom
    meshctl audit dumps/
  The proxies of a running workload
    linkerd diagnostics proxy-metrics -n emojivoto deploy/web | meshctl audit -
  In a pipeline: exit 1 when something of medium severity or worse is found
    meshctl audit dumps/ -o json --fail-on medium > audit.json";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let order = args.sort_by.unwrap_or_default();
    counting::run(
        Command::Audit,
        order,
        args.counting,
        Some(args.simulation),
        None,
        terminal,
        messages,
    )
}
