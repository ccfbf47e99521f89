//! `meshctl labels`: one row for each label.

use super::ExitCode;
use super::counting;
use super::counting::CountingArgs;
use super::messages::Messages;
use super::show;
use super::show::Order;
use super::terminal::Terminal;
use crate::report::Command;

/// Labels by how many series would vanish without each
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    counting: CountingArgs,
    /// Order of the labels [default: saves]
    #[arg(
        long,
        value_name = "KEY",
        value_parser = show::label_order(),
        help_heading = "What to show",
        env = "MESHCTL_SORT_BY",
        hide_env_values = true
    )]
    sort_by: Option<Order>,
}

const LONG_ABOUT: &str = "\
Labels by how many series would vanish if each were removed, with their values, their bytes, and which \
other labels say the same. With --family, the labels of each matching family.

Examples:
  What to remove from one family
    meshctl labels dumps/ --family response_latency_ms
  What costs bytes and no series
    meshctl labels dumps/ --sort-by bytes --limit 0";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let order = args.sort_by.unwrap_or_default();
    counting::run(
        Command::Labels,
        order,
        args.counting,
        None,
        None,
        terminal,
        messages,
    )
}
