//! `meshctl grpc`: failures that hide behind HTTP 200.

use clap::builder::FalseyValueParser;

use super::ExitCode;
use super::gate::Verdict;
use super::messages::Messages;
use super::terminal::Terminal;
use super::traffic;
use super::traffic::Showing;
use super::traffic::TrafficArgs;
use super::values;
use crate::findings::numbers::counted;
use crate::findings::numbers::grouped;
use crate::mesh;
use crate::mesh::Mesh;
use crate::mesh::grpc::Grpc;
use crate::report;
use crate::survey;
use crate::survey::Survey;

/// Calls that fail behind HTTP 200, per edge and code, and the families that cannot see it
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    traffic: TrafficArgs,
    /// List edges without gRPC too
    #[arg(
        long,
        help_heading = "What to show",
        env = "MESHCTL_ALL",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    all: bool,
    /// Exit with 1 when more of an edge's calls are hidden failures, such as 0.01 or 1%; 0 means any
    ///
    /// Judged for each edge as each end counts it: hidden failures divided by calls with a gRPC status, as only
    /// these can hide. Where nothing tells of traffic, or a filter took away the labels that tell, the code is 3.
    #[arg(
        long,
        value_name = "RATIO",
        value_parser = values::ratio,
        help_heading = "What counts as failure",
        env = "MESHCTL_FAIL_ON_HIDDEN",
        hide_env_values = true
    )]
    fail_on_hidden: Option<f64>,
}

const LONG_ABOUT: &str = "\
Asks three times how many calls succeeded: by HTTP status, by the mesh's own classification, by gRPC status; and \
shows where they disagree, per edge and code.

Hidden from HTTP are calls with status 2xx that the mesh and gRPC call a failure. Hidden from the mesh too are those \
that gRPC alone calls a failure: by default Linkerd's proxy fails codes 2, 4, 7, 13, 14 and 15 only. Hidden from \
response_total is what never became a response: other families count it. Blind families report the same calls as \
better than they are.

Examples:
  What hides in a saved scrape
    meshctl grpc web.prom
  In a pipeline: exit 1 when more than 1% of the gRPC calls of any edge fail unseen
    meshctl grpc dumps/ --fail-on-hidden 1%
  Every edge and code, for a spreadsheet
    meshctl grpc dumps/ -o csv";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        traffic: args,
        all,
        fail_on_hidden,
    } = args;
    let Some((mut plan, showing, reading)) = traffic::prepare("grpc", args, terminal, messages)?
    else {
        return Ok(ExitCode::CouldNot);
    };
    plan.traffic = survey::Traffic::Read;
    let survey = reading.survey(&plan);
    let mut verdict = match showing.weigh(&survey, messages) {
        Ok(verdict) => verdict,
        Err(code) => return Ok(code),
    };
    let grpc = survey.mesh.as_ref().map(mesh::grpc).unwrap_or_default();
    if let Some(most) = fail_on_hidden {
        judge(most, &survey, &grpc, &mut verdict);
    }
    let shown = (showing.limit, all);
    Ok(Showing::conclude(&verdict, messages, |out| {
        report::write_grpc(&survey, &grpc, shown, &terminal.report, showing.format, out)
    }))
}

/// Holds each edge against the ratio.
fn judge(most: f64, survey: &Survey, grpc: &Grpc, verdict: &mut Verdict) {
    let ratio = |edge: &mesh::grpc::Edge| edge.hidden_ratio().filter(|ratio| *ratio > most);
    let over = || grpc.edges.iter().filter(|edge| ratio(edge).is_some());
    if let Some(worst) =
        over().max_by(|a, b| ratio(a).unwrap_or(0.0).total_cmp(&ratio(b).unwrap_or(0.0)))
    {
        let edges = counted(over().count() as u64, "edge hides", "edges hide");
        let what = if most > 0.0 {
            format!("failures of more than {}% of the gRPC calls", most * 100.0)
        } else {
            "failures".to_owned()
        };
        verdict.add(
            ExitCode::Findings,
            format!(
                "{edges} {what} (--fail-on-hidden); worst: {}, {} of {}",
                name(worst),
                grouped(worst.hidden()),
                grouped(worst.grpc_calls()),
            ),
        );
    }
    if !survey.mesh.as_ref().is_some_and(Mesh::speaks) {
        let reason = "no mesh metrics were read, so nothing was judged (--fail-on-hidden)";
        verdict.add(ExitCode::Partial, reason.to_owned());
    } else if grpc.stripped_series > 0 {
        let series = counted(
            grpc.stripped_series,
            "response series lacks",
            "response series lack",
        );
        let labels =
            "classification or grpc_status, so its failures were not judged (--fail-on-hidden)";
        verdict.add(ExitCode::Partial, format!("{series} the label {labels}"));
    }
}

/// `web → voting-svc`.
fn name(edge: &mesh::grpc::Edge) -> String {
    let called = edge.service.as_ref().unwrap_or(&edge.destination.name);
    format!("{} → {called}", edge.source.name)
}
