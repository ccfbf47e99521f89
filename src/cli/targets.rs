//! `meshctl targets`: what discovery and relabeling would scrape.

mod inputs;
mod listing;

use super::ExitCode;
use super::deliver::deliver;
use super::gate::GateArgs;
use super::messages::Messages;
use super::show::Output;
use super::terminal::Terminal;
use crate::collector::targets;
use crate::collector::targets::Targets;
use crate::findings;
use crate::report;
use inputs::InputArgs;
pub(super) use inputs::declared;

/// Which targets a configuration scrapes, what falls out, and what nobody scrapes
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    /// Output format
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "table",
        help_heading = "What to show",
        env = "MESHCTL_OUTPUT",
        hide_env_values = true
    )]
    output: Output,
    /// Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]
    #[arg(
        long,
        value_name = "N",
        help_heading = "What to show",
        env = "MESHCTL_LIMIT",
        hide_env_values = true
    )]
    limit: Option<usize>,
    #[command(flatten)]
    gate: GateArgs,
}

const LONG_ABOUT: &str = "\
Evaluates the discovery (kubernetes_sd_configs, static_configs) and relabel_configs of a Collector's or \
Prometheus' configuration over the objects of a cluster, without running it: which targets result, which raw \
targets fall out at which rule and what the rule saw, what is scraped twice, and which proxies nobody scrapes.

The objects are those of the kubeconfig's cluster: pods, and what the configuration asks for beside them \
(services, endpoints, endpointslices, nodes, namespaces, ingresses; replicasets and jobs for the names of what \
owns pods), in the namespaces that it names. They are listed, and nothing else is asked of the cluster. Or they \
are read from lists as `kubectl get -A -o json` or `-o yaml` prints them. What is a list and what is the \
configuration is told by the content.

Examples:
  What a configuration scrapes in the cluster of the current context
    meshctl targets otel.yaml
  The same from saved objects
    kubectl get pods,nodes -A -o json > objects.json
    meshctl targets otel.yaml objects.json
  One job, every target, every object that falls out
    meshctl targets otel.yaml objects.json --job linkerd-proxy -o wide
  A DaemonSet, as the Collector of one node sees it
    meshctl targets otel.yaml objects.json --mode daemonset --environment K8S_NODE_NAME=node-1
  In a pipeline: exit 1 when proxies are not scraped, or something twice
    kubectl get pods,nodes -A -o json | meshctl targets otel.yaml - --fail-on medium";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        inputs,
        output,
        limit,
        gate,
    } = args;
    let Some(read) = inputs.read(terminal, messages)? else {
        return Ok(ExitCode::CouldNot);
    };
    let plan = &read.loaded.plan;
    let job = plan.job.as_deref();
    let found = targets::evaluate(
        &plan.config,
        &plan.pipelines,
        job,
        &read.objects,
        &read.setting,
    );
    let mut found = found.map_err(|error| read.loaded.say_error(&error, terminal))?;
    found.name.clone_from(&plan.name);
    found.inputs = read.inputs;
    found.files.clone_from(&plan.files);
    let mut notices = plan.config.notices.clone();
    notices.append(&mut found.notices);
    found.notices = notices;
    Ok(conclude(&found, (output, limit, gate), terminal, messages))
}

/// Says what is not known, writes the report, and decides the exit code.
fn conclude(
    found: &Targets,
    (output, limit, gate): (Output, Option<usize>, GateArgs),
    terminal: &Terminal,
    messages: Messages,
) -> ExitCode {
    for notice in &found.notices {
        messages.warning(&report::notice_line(notice, &found.files));
    }
    let findings = findings::inspect_targets(found);
    let verdict = gate.judge_targets(&found.notices, &findings);
    let style = &terminal.report;
    let written =
        deliver(|out| report::write_targets(found, &findings, limit, style, output.format(), out));
    if let Err(error) = written {
        messages.error(&format!("{error:#}"));
        return verdict.code.max(ExitCode::CouldNot);
    }
    for reason in &verdict.reasons {
        messages.error(reason);
    }
    verdict.code
}
