//! `meshctl edges`: golden signals of who calls whom.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::bail;

use super::ExitCode;
use super::messages::Messages;
use super::terminal::Terminal;
use super::terminal::now;
use super::terminal::seed;
use super::traffic;
use super::traffic::Reading;
use super::traffic::Showing;
use super::traffic::TrafficArgs;
use super::values;
use crate::mesh;
use crate::mesh::edges::By;
use crate::report;
use crate::report::EdgeOrder;
use crate::report::Edges;
use crate::source;
use crate::survey;
use crate::survey::Survey;
use crate::survey::Traffic;

/// Golden signals per edge: success, rate, latency, connections, mTLS
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    traffic: TrafficArgs,
    /// Count only what came since this older reading of the same targets; may be repeated
    ///
    /// A snapshot (`series.tar.zst#1` names its first sweep), or whatever else can be a SOURCE. Without it proxies
    /// are counted since they were started.
    #[arg(
        long,
        value_name = "SOURCE",
        help_heading = "What to count",
        conflicts_with = "interval",
        env = "MESHCTL_SINCE",
        hide_env_values = true
    )]
    since: Vec<String>,
    /// Read the targets twice, this far apart, and count what came between; for live targets
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::duration,
        help_heading = "What to count",
        env = "MESHCTL_INTERVAL",
        hide_env_values = true
    )]
    interval: Option<Duration>,
    /// What the ends of an edge are
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "workload",
        help_heading = "What to show",
        env = "MESHCTL_BY",
        hide_env_values = true
    )]
    by: ByArg,
    /// Order of the edges
    #[arg(
        long,
        value_name = "KEY",
        value_enum,
        default_value = "calls",
        help_heading = "What to show",
        env = "MESHCTL_SORT_BY",
        hide_env_values = true
    )]
    sort_by: OrderArg,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ByArg {
    Pod,
    /// What runs the pods
    Workload,
    /// Services that are called; callers are workloads
    Service,
    Namespace,
    /// Identities of certificates
    Identity,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OrderArg {
    /// The most calls first
    Calls,
    /// The worst first
    Success,
    /// The most calls a second first
    Rate,
    /// The slowest first
    P99,
    /// The most bytes first
    Bytes,
    Name,
}

impl From<ByArg> for By {
    fn from(typed: ByArg) -> Self {
        match typed {
            ByArg::Pod => Self::Pod,
            ByArg::Workload => Self::Workload,
            ByArg::Service => Self::Service,
            ByArg::Namespace => Self::Namespace,
            ByArg::Identity => Self::Identity,
        }
    }
}

impl From<OrderArg> for EdgeOrder {
    fn from(typed: OrderArg) -> Self {
        match typed {
            OrderArg::Calls => Self::Calls,
            OrderArg::Success => Self::Success,
            OrderArg::Rate => Self::Rate,
            OrderArg::P99 => Self::P99,
            OrderArg::Bytes => Self::Bytes,
            OrderArg::Name => Self::Name,
        }
    }
}

const LONG_ABOUT: &str = "\
Who calls whom, and how that goes: success, calls a second, p50, p95 and p99 as Prometheus' histogram_quantile has \
them, open connections, bytes a second, and whether it goes over mutual TLS.

From one reading, numbers are those since each proxy was started; from two (--since, --interval) what came between. \
Where both ends of an edge were read, what each counts stands in a row of its own and is never added up.

Examples:
  Since the proxies were started
    meshctl edges dumps/
  Between two sweeps of a saved series
    meshctl edges series.tar.zst --since 'series.tar.zst#1'
  The next 30 seconds of a namespace, the worst first
    meshctl edges ns/emojivoto --interval 30s --sort-by success";

/// How long the wait for the second reading goes on after Ctrl-C at most.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        traffic: args,
        since,
        interval,
        by,
        sort_by,
    } = args;
    let Some((mut plan, showing, reading)) = traffic::prepare("edges", args, terminal, messages)?
    else {
        return Ok(ExitCode::CouldNot);
    };
    let older_plan = older_plan(&plan, since, interval)?;
    let older = match older_plan {
        None => {
            plan.traffic = Traffic::Read;
            None
        }
        Some(older) => {
            let older = reading.survey(&older);
            if older.interrupted {
                return Ok(ExitCode::Interrupted);
            }
            if let Err(code) = showing.weigh(&older, messages) {
                messages.error("nothing could be read of the older reading");
                return Ok(code);
            }
            let remembered = older.recorded.clone();
            plan.traffic = remembered.map_or(Traffic::Read, Traffic::Since);
            Some(older)
        }
    };
    if let Some(interval) = interval
        && !wait(interval, &reading, messages)
    {
        return Ok(ExitCode::Interrupted);
    }
    let survey = reading.survey(&plan);
    let mut verdict = match showing.weigh(&survey, messages) {
        Ok(verdict) => verdict,
        Err(code) => return Ok(code),
    };
    if older.as_ref().is_some_and(lacks_targets) {
        verdict.code = verdict.code.max(ExitCode::Partial);
    }
    let by = By::from(by);
    let edges = survey.mesh.as_ref().map(|mesh| mesh::edges(mesh, by));
    let edges = Edges {
        survey: &survey,
        older: older.as_ref(),
        edges: &edges.unwrap_or_default(),
        by,
        order: sort_by.into(),
        limit: showing.limit,
    };
    Ok(Showing::conclude(&verdict, messages, |out| {
        report::write_edges(&edges, &terminal.report, showing.format, out)
    }))
}

fn lacks_targets(survey: &Survey) -> bool {
    !survey.coverage.failed.is_empty()
}

/// What to read first and remember; `None` where nothing is held against anything.
fn older_plan(
    plan: &survey::Plan,
    since: Vec<String>,
    interval: Option<Duration>,
) -> anyhow::Result<Option<survey::Plan>> {
    if since.is_empty() && interval.is_none() {
        return Ok(None);
    }
    let mut older = plan.clone();
    older.traffic = Traffic::Remember(seed()?);
    if interval.is_some() {
        if let Some(saved) = plan
            .sources
            .sources
            .iter()
            .find(|typed| !source::is_live(typed))
        {
            bail!(
                "--interval reads its targets twice, and {} would be the same both times: name live targets (a URL, \
                 deploy/web, --targets FILE), or hold a newer file against it with --since {}",
                source::shown(saved),
                source::shown(saved)
            );
        }
        return Ok(Some(older));
    }
    if since.iter().any(|typed| typed == "-")
        && plan.sources.sources.iter().any(|typed| typed == "-")
    {
        bail!("standard input cannot be both readings: save one of them to a file");
    }
    older.sources.sources = since;
    older.sources.listed.clear();
    older.sources.lists.clear();
    older.sources.cluster.everything = false;
    Ok(Some(older))
}

/// Waits between the readings; false where the user stopped it.
fn wait(interval: Duration, reading: &Reading, messages: Messages) -> bool {
    messages.note(&format!(
        "the second reading follows in {}",
        humantime::format_duration(interval)
    ));
    let start = now();
    let is_cancelled = || reading.control.cancel.load(Ordering::Relaxed);
    while !is_cancelled() {
        let left = interval.saturating_sub(now().duration_since(start));
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(LOOK));
    }
    false
}
