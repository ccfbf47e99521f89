//! `meshctl lint`: mistakes in a Collector's configuration.

mod fixing;
mod inputs;

use clap::builder::FalseyValueParser;

use super::ExitCode;
use super::deliver::deliver_text;
use super::gate::FailOn;
use super::messages::Messages;
use super::outputs::OutputsArgs;
use super::simulation::release;
use super::terminal::Terminal;
use crate::collector::version::Version;
use crate::findings::Finding;
use crate::findings::numbers::plural;
use crate::report::Judged;
use inputs::Inputs;

/// Mistakes in a Collector's configuration, with the lines marked and what to write instead
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    /// Configurations of a Collector or Prometheus, or what holds one; `-` for standard input
    ///
    /// Also a `ConfigMap` or `OpenTelemetryCollector`, Helm values, relabeling rules by themselves. Of a file that
    /// holds several, all are judged.
    #[arg(value_name = "CONFIG", required = true)]
    files: Vec<String>,
    #[command(flatten)]
    which: WhichArgs,
    /// What proxies expose: a saved scrape, a directory of them, a URL; may be repeated
    ///
    /// Without it, rules about names know the families of Linkerd's and Istio's proxies.
    #[arg(long, value_name = "SOURCE", help_heading = "What is known beside it")]
    dump: Vec<String>,
    /// Objects of the cluster: the output of `kubectl get pods,nodes -A -o json`
    #[arg(long, value_name = "FILE", help_heading = "What is known beside it")]
    pods: Option<String>,
    /// Write what is certain into the files, and report what is left
    #[arg(long, help_heading = "What to do about it", conflicts_with = "diff")]
    fix: bool,
    /// Print what --fix would change, instead of the report
    #[arg(long, help_heading = "What to do about it")]
    diff: bool,
    /// Exit with 1 when there is a finding of this severity or worse
    #[arg(
        long,
        value_name = "SEVERITY",
        value_enum,
        default_value = "medium",
        help_heading = "What counts as failure",
        env = "MESHCTL_FAIL_ON",
        hide_env_values = true
    )]
    fail_on: FailOn,
    /// Findings never change the exit code
    #[arg(
        long,
        help_heading = "What counts as failure",
        env = "MESHCTL_EXIT_ZERO",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    exit_zero: bool,
    #[command(flatten)]
    outputs: OutputsArgs,
}

/// Which configuration, and for which release.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which configuration")]
pub(super) struct WhichArgs {
    /// Merge the files into one configuration, as the Collector does, instead of judging each by itself
    #[arg(long)]
    merge: bool,
    /// Release of the Collector [default: that of an image's tag in the file, else all from 0.100 on]
    #[arg(
        long,
        value_name = "VERSION",
        value_parser = release,
        env = "MESHCTL_COLLECTOR_VERSION",
        hide_env_values = true
    )]
    collector_version: Option<Version>,
    /// Only the configuration of this name, of several in a file
    #[arg(long, value_name = "NAME")]
    collector_key: Option<String>,
}

const LONG_ABOUT: &str = "\
Looks for mistakes in the configuration of an OpenTelemetry Collector that scrapes a mesh: what a release would \
not start with, what it would silently read as something else, filters and relabeling rules that keep or drop \
other names than they seem to, and what loses labels, targets or secrets on the way. Nothing is run, no cluster \
is asked, and variables of the environment are taken as unknown.

Rules depend on the release. Where none is named, and no image's tag in the file says it, every release from \
0.100 on is judged, and findings say for which they hold.

Examples:
  One file
    meshctl lint otel.yaml
  For one release, with the names that proxies really expose
    meshctl lint otel.yaml --collector-version 0.118.0 --dump dumps/
  What is running in the cluster
    kubectl get otelcol -A -o yaml | meshctl lint -
  What could be mended, and mending it
    meshctl lint otel.yaml --diff
    meshctl lint otel.yaml --fix
  What a finding means
    meshctl explain filter/unanchored-match";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let (fix, diff) = (args.fix, args.diff);
    let outputs = args.outputs.plan()?;
    let fail_on = args.fail_on.severity().filter(|_| !args.exit_zero);
    let mut inputs = Inputs::read(args, terminal, messages)?;
    let mut linted = inputs.lint(terminal, messages);
    if fix && fixing::write(&mut inputs, &linted.findings, messages)? {
        linted = inputs.lint(terminal, messages);
    }
    let findings = &linted.findings;
    let fails = |finding: &Finding| fail_on.is_some_and(|least| finding.severity >= least);
    let failing = findings.iter().filter(|finding| fails(finding)).count();
    let mut code = if failing > 0 {
        ExitCode::Findings
    } else {
        ExitCode::Clean
    };
    if linted.unreadable {
        code = code.max(ExitCode::CouldNot);
    }
    if diff {
        deliver_text(&fixing::diff(&inputs, findings, messages))?;
        return Ok(code);
    }
    let files = inputs.files();
    let names: Vec<String> = files.iter().map(|file| file.name.to_owned()).collect();
    let judged = Judged {
        command: "lint",
        inputs: &names,
        coverage: None,
        measured: &[],
        budget_file: None,
        baseline: None,
        findings,
        ignored: &[],
        files: &files,
        fail_on,
        exit: (code.number(), &[]),
    };
    code = code.max(outputs.deliver(&judged, terminal, messages));
    if findings.is_empty() && !linted.unreadable {
        messages.note(&format!(
            "no finding in {}{}",
            plural(linted.configurations, "configuration"),
            linted.judged_for(),
        ));
    }
    Ok(code)
}
