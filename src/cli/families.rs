//! `meshctl families`: one row for each family.

use super::ExitCode;
use super::counting;
use super::counting::CountingArgs;
use super::messages::Messages;
use super::show;
use super::show::Order;
use super::terminal::Terminal;
use crate::report::Command;

/// Families with their series, samples and bytes, and how they spread over targets
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    counting: CountingArgs,
    /// Order of the families [default: series]
    #[arg(
        long,
        value_name = "KEY",
        value_parser = show::family_order(),
        help_heading = "What to show",
        env = "MESHCTL_SORT_BY",
        hide_env_values = true
    )]
    sort_by: Option<Order>,
}

const LONG_ABOUT: &str = "\
Families with their type, series, samples and bytes, and how they spread over targets.

Examples:
  The five largest by bytes
    meshctl families dumps/ --sort-by bytes --limit 5
  Every TCP family of one namespace, for a spreadsheet
    meshctl families dumps/ --target 'emojivoto/*' --family 'tcp_*' -o csv";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let order = args.sort_by.unwrap_or_default();
    counting::run(
        Command::Families,
        order,
        args.counting,
        None,
        None,
        terminal,
        messages,
    )
}
