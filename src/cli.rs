//! The command line: what can be typed, what it comes to, and how the process ends.
//!
//! In come arguments; out goes an [`ExitCode`]. Each subcommand has a file with its arguments and its
//! `run`, which turns what was typed into a plan for the other modules. Only here are flags, environment,
//! clock and terminal read.

mod audit;
mod check;
mod cluster;
mod compare;
mod completions;
mod counting;
mod deliver;
mod diff;
mod edges;
mod exit;
mod explain;
mod families;
mod filter;
mod gate;
mod grpc;
mod interrupt;
mod labels;
mod latency;
mod linkerd;
mod lint;
mod live;
mod man;
mod messages;
mod outputs;
mod program;
mod progress;
mod rbac;
mod scrape;
mod show;
mod simulation;
mod sources;
mod targets;
mod terminal;
mod traffic;
mod values;

use std::ffi::OsString;
use std::io;

use clap::ArgAction;
use clap::CommandFactory;
use clap::FromArgMatches;
use clap::Parser;
use clap::Subcommand;
use clap::builder::FalseyValueParser;

use messages::Messages;
use messages::Volume;
use program::Program;
use terminal::ColorChoice;
use terminal::Surroundings;
use terminal::Terminal;

pub use exit::ExitCode;

/// Counts, checks and explains the metrics that service-mesh proxies expose
#[derive(Debug, Parser)]
#[command(
    name = "meshctl",
    version,
    long_about = LONG_ABOUT,
    after_long_help = exit::table(),
    max_term_width = 100,
    arg_required_else_help = true,
    propagate_version = true,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const LONG_ABOUT: &str = "\
Counts, checks and explains the metrics that service-mesh proxies expose: what they cost, which labels \
make them grow, and what is wrong with them. Works on saved scrapes, offline, and on endpoints by URL.

Examples:
  Everything on one screen, from a scrape saved with curl
    meshctl audit web.prom
  From the proxies of a running workload
    linkerd diagnostics proxy-metrics -n emojivoto deploy/web | meshctl audit -
  Which label of one family is worth removing
    meshctl labels dumps/ --family response_latency_ms
  What a Collector configuration keeps, and why the rest goes
    meshctl filter dumps/ --collector otel.yaml
  What a roll-out made of it
    meshctl compare before.tar.zst after.tar.zst
  Which targets it would scrape in a cluster, and which proxies nobody does
    meshctl targets otel.yaml pods.json
  In a pipeline: exit 1 when something of medium severity or worse is found
    meshctl audit dumps/*.prom.gz -o json --fail-on medium
  What a finding means and how to fix it
    meshctl explain labels/unbounded";

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::Args),
    Families(families::Args),
    Labels(labels::Args),
    Filter(filter::Args),
    Diff(diff::Args),
    Grpc(grpc::Args),
    Edges(edges::Args),
    Latency(latency::Args),
    Check(Box<check::Args>),
    Compare(compare::Args),
    Scrape(scrape::Args),
    Targets(targets::Args),
    Lint(lint::Args),
    Rbac(rbac::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// What every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
struct Common {
    /// When to use colour
    ///
    /// `auto` uses it on a terminal, unless NO_COLOR is set or TERM is dumb; CLICOLOR_FORCE turns it on
    /// elsewhere too.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto",
        env = "MESHCTL_COLOR",
        hide_env_values = true
    )]
    color: ColorChoice,
    /// Print nothing but the report and errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        env = "MESHCTL_QUIET",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    quiet: bool,
    /// Say more: how long it took, and every target that could not be read
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Print help: in short with -h, with examples with --help
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

impl Common {
    fn volume(&self) -> Volume {
        match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        }
    }
}

/// The whole command line as data, from which help, completions and manual pages are made.
pub fn command() -> clap::Command {
    Cli::command()
        .mut_subcommand("latency", latency::named)
        .mut_subcommand("compare", compare::named)
}

/// Runs one command line, the program's name first, to its end.
///
/// Writes the report to standard output and everything else to standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let program = Program::of(arguments.first().map(OsString::as_os_str));
    if program == Program::Linkerd
        && let Some(code) = linkerd::run(&arguments)
    {
        return code;
    }
    let parsed = program.command(command()).try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(help_or_error) => return print_help_or_error(&help_or_error),
    };
    let terminal = Terminal::new(&Surroundings::read(), cli.common.color);
    let messages = Messages::new(
        cli.common.volume(),
        terminal.color_messages,
        terminal.report.unicode,
        program,
    );
    let done = match cli.command {
        Command::Audit(args) => audit::run(args, &terminal, messages),
        Command::Families(args) => families::run(args, &terminal, messages),
        Command::Labels(args) => labels::run(args, &terminal, messages),
        Command::Filter(args) => filter::run(args, &terminal, messages),
        Command::Diff(args) => diff::run(args, &terminal, messages),
        Command::Grpc(args) => grpc::run(args, &terminal, messages),
        Command::Edges(args) => edges::run(args, &terminal, messages),
        Command::Latency(args) => latency::run(args, &terminal, messages),
        Command::Check(args) => check::run(*args, &terminal, messages),
        Command::Compare(args) => compare::run(args, &terminal, messages),
        Command::Scrape(args) => scrape::run(args, &terminal, messages),
        Command::Targets(args) => targets::run(args, &terminal, messages),
        Command::Lint(args) => lint::run(args, &terminal, messages),
        Command::Rbac(args) => rbac::run(args, &terminal, messages),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    done.unwrap_or_else(|error| {
        if !error.is::<simulation::AlreadySaid>() {
            messages.error(&format!("{error:#}"));
        }
        ExitCode::CouldNot
    })
}

/// What clap has to say: help and version are an answer, anything else is a usage error.
fn print_help_or_error(said: &clap::Error) -> ExitCode {
    match said.print() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::CouldNot,
        _ if said.use_stderr() => ExitCode::CouldNot,
        _ => ExitCode::Clean,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
