//! `meshctl diff`: two filters over the same scrapes.

mod sides;

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;

use super::ExitCode;
use super::counting::NO_SOURCE;
use super::deliver::deliver;
use super::interrupt;
use super::messages::Messages;
use super::progress;
use super::progress::Manner;
use super::simulation::SettingArgs;
use super::simulation::release;
use super::sources::SourceArgs;
use super::terminal::Terminal;
use crate::collector::edit;
use crate::collector::edit::Edit;
use crate::collector::edit::Wish;
use crate::collector::plan::Plan;
use crate::collector::version;
use crate::collector::version::Version;
use crate::report;
use crate::report::Compared;
use crate::report::Format;
use crate::report::VerifiedEdit;
use crate::source::Kept;
use crate::survey;
use crate::survey::Control;
use crate::survey::Simulated;
use crate::survey::Survey;
use crate::waterfall::difference;
use crate::waterfall::difference::Difference;
use crate::waterfall::difference::Side;
use sides::Sides;

/// Two filters over the same scrapes: what only one lets arrive, and why
#[derive(Debug, clap::Args)]
#[command(
    long_about = LONG_ABOUT,
    override_usage = "meshctl diff [OPTIONS] <LEFT> <RIGHT> [SOURCE]...\n       \
                      meshctl diff --collector-version <OLD>,<NEW> <CONFIG> [SOURCE]...",
)]
pub(super) struct Args {
    #[command(flatten)]
    sources: SourceArgs,
    /// Release of the Collector; two, with one configuration, compare the releases
    #[arg(
        long,
        value_name = "VERSION",
        value_delimiter = ',',
        value_parser = release,
        env = "MESHCTL_COLLECTOR_VERSION",
        hide_env_values = true
    )]
    collector_version: Vec<Version>,
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
enum Output {
    /// For a reader, fitted to the terminal
    Table,
    /// The same, however wide
    Wide,
    /// One document
    Json,
    /// The same, one object a line
    Jsonl,
    /// One row for each name
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
Runs the same scrapes through two filters and says, name by name, what both let arrive, what only one \
does and why, and which edit would make them equal; the edit is tried before it is shown.

LEFT and RIGHT are each a file (a Collector configuration, `#metrics/mesh` behind it for one pipeline; a \
prometheus.yml; a list of metric_relabel_configs), an OTTL condition of what to drop, or a regex of the \
names to keep. A condition or regex stands in the place of the other side's filters, everything else \
being equal. `ottl:` or `regex:` in front says which it is, where that is in doubt.

Exit code: 0 the very same series arrive, 1 they differ, 2 it could not be done.

Examples:
  A filter against the relabeling that was meant to do the same
    meshctl diff otel.yaml 'response_total|response_latency_ms.*|tcp_.*' dumps/
  Two configurations
    meshctl diff old.yaml new.yaml dumps/
  What an upgrade of the Collector would change
    meshctl diff --collector-version 0.118,0.156 otel.yaml dumps/";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        mut sources,
        collector_version,
        output,
    } = args;
    let versions = match collector_version[..] {
        [] => [version::DEFAULT; 2],
        [one] => [one; 2],
        [left, right] => [left, right],
        _ => bail!("--collector-version takes one release, or two"),
    };
    let wanted = if collector_version.len() == 2 { 1 } else { 2 };
    let words = sources.take_front(wanted);
    let (left, right) = match (&words[..], wanted) {
        ([config], 1) => (config, config),
        ([left, right], _) => (left, right),
        _ => {
            messages.error("name two filters to compare, and what to run through them");
            messages.note("for example: meshctl diff otel.yaml 'response_total|tcp_.*' dumps/");
            return Ok(ExitCode::CouldNot);
        }
    };
    if sources.takes_stdin() && terminal.types_input {
        messages.note("reading from the terminal: paste a scrape and end with Ctrl-D");
    }
    let setting = SettingArgs::plain(versions[0]);
    let sides = Sides::load([left, right], versions, &setting, terminal, messages)?;
    let once = sources.reads_stdin();
    let progress = sources.progress(terminal, messages);
    sources.say_idle_flags(messages);
    let Some(mut plan) = sources.plan()? else {
        messages.error(NO_SOURCE);
        return Ok(ExitCode::CouldNot);
    };
    // Asked again, live targets would have other series, and the edits be tried on those.
    let kept = Kept::new(std::env::temp_dir());
    plan.sources.keep = Some(Arc::clone(&kept));
    let control = Arc::new(Control::default());
    interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
    let base = Base {
        plan,
        control,
        progress,
    };
    let survey = base.survey(vec![sides.left.clone(), sides.right.clone()]);
    for failure in &survey.coverage.failed {
        messages.warning(&format!(
            "cannot read {}: {}",
            failure.origin, failure.reason
        ));
    }
    messages.remarks(&survey.remarks);
    if survey.coverage.scraped == 0 {
        messages.error("nothing could be read");
        return Ok(ExitCode::CouldNot);
    }
    let [left, right] = [first(&survey, 0), first(&survey, 1)];
    let difference = difference::compare(side(left), side(right));
    let (edits, no_edit) = if difference.is_empty() || versions[0] != versions[1] {
        (Vec::new(), None)
    } else if survey.interrupted {
        let why = "no edit was tried: the run was interrupted";
        (Vec::new(), Some(why.to_owned()))
    } else if once {
        let why = "no edit was tried: standard input cannot be read a second time";
        (Vec::new(), Some(why.to_owned()))
    } else if let Some(broken) = kept.broken() {
        let why = format!("no edit was tried: the scrapes could not be kept, as {broken}");
        (Vec::new(), Some(why))
    } else {
        (verified(&base, &sides, [left, right]), None)
    };
    let compared = Compared {
        left: &sides.names[0],
        right: &sides.names[1],
        difference: &difference,
        edits: &edits,
        no_edit: no_edit.as_deref(),
        interval: interval(left),
        targets: survey.coverage.scraped,
    };
    let (style, format) = (&terminal.report, output.format());
    let written = deliver(|out| report::write_difference(&compared, style, format, out));
    let code = verdict(&survey, &difference);
    if let Err(error) = written {
        messages.error(&format!("{error:#}"));
        return Ok(code.max(ExitCode::CouldNot));
    }
    Ok(code)
}

fn verdict(survey: &Survey, difference: &Difference) -> ExitCode {
    if survey.interrupted {
        ExitCode::Interrupted
    } else if !survey.coverage.failed.is_empty() {
        ExitCode::Partial
    } else if difference.is_empty() {
        ExitCode::Clean
    } else {
        ExitCode::Findings
    }
}

/// What is read, once or more often.
struct Base {
    plan: survey::Plan,
    control: Arc<Control>,
    progress: Manner,
}

impl Base {
    /// One pass, through these plans.
    fn survey(&self, simulate: Vec<Plan>) -> Survey {
        let plan = survey::Plan {
            simulate,
            ..self.plan.clone()
        };
        self.control.start_over();
        let work = || survey::run(&plan, &self.control);
        progress::watch(&self.control, self.progress, work)
    }
}

/// The first pipeline of a plan. A plan has at least one.
fn first(survey: &Survey, plan: usize) -> &Simulated {
    static NONE: std::sync::LazyLock<Simulated> = std::sync::LazyLock::new(Simulated::default);
    let simulated = survey.simulated.get(plan).and_then(|plan| plan.first());
    simulated.unwrap_or(&NONE)
}

fn side(simulated: &Simulated) -> Side<'_> {
    Side {
        layout: &simulated.layout,
        flow: &simulated.flow,
    }
}

fn interval(simulated: &Simulated) -> Duration {
    let seconds = simulated.layout.interval_seconds;
    let seconds = if seconds > 0.0 { seconds } else { 30.0 };
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(30))
}

/// Edits of either side after which the very same series arrive, found out by running them all at once.
fn verified(base: &Base, sides: &Sides, simulated: [&Simulated; 2]) -> Vec<VerifiedEdit> {
    let [left, right] = simulated;
    let of_left = edit::proposals(&sides.left, &left.layout, &wish(side(left), side(right)));
    let of_right = edit::proposals(&sides.right, &right.layout, &wish(side(right), side(left)));
    let tagged = |name: &'static str| move |edit: Edit| (name, edit);
    let edits: Vec<(&'static str, Edit)> = of_left
        .into_iter()
        .map(tagged("left"))
        .chain(of_right.into_iter().map(tagged("right")))
        .filter(|(_, edit)| edit.plan.build().is_ok())
        .collect();
    if edits.is_empty() {
        return Vec::new();
    }
    let plans = edits.iter().map(|(_, edit)| edit.plan.clone()).collect();
    let survey = base.survey(plans);
    let mut verified: Vec<VerifiedEdit> = Vec::new();
    for (at, (name, edit)) in edits.into_iter().enumerate() {
        let other = if name == "left" { right } else { left };
        let equal = difference::compare(side(first(&survey, at)), side(other)).is_empty();
        if !equal || verified.iter().any(|known| known.side == name) {
            continue;
        }
        let file = edit.plan.files.get(edit.at.file as usize);
        let place = file.filter(|_| edit.at.line > 0 && sides.is_file(name));
        verified.push(VerifiedEdit {
            side: name,
            stage: edit.stage,
            place: place.map(|file| format!("{file}:{}:{}", edit.at.line, edit.at.column)),
            before: edit.before,
            after: edit.after,
        });
    }
    verified
}

/// What one side would have to let pass to be like the other.
fn wish(here: Side<'_>, there: Side<'_>) -> Wish {
    let (own, wanted) = (here.arriving(), there.arriving());
    let scraped: Vec<&str> = here.flow.stages.first().map_or_else(Vec::new, |stage| {
        stage
            .by_name
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    });
    let metric = |name: &str| -> String {
        let stem = difference::family(name);
        let bucket = format!("{stem}_bucket");
        let count = format!("{stem}_count");
        let is_part = wanted.contains_key(bucket.as_str()) && wanted.contains_key(count.as_str());
        if is_part {
            stem.to_owned()
        } else {
            name.to_owned()
        }
    };
    let mut wish = Wish::default();
    for name in wanted.keys().filter(|name| !name.ends_with("target_info")) {
        let metric = metric(name);
        if !own.contains_key(name) && !wish.add.contains(&metric) {
            wish.add.push(metric.clone());
        }
        if !wish.metrics.contains(&metric) {
            wish.metrics.push(metric);
        }
        if scraped.contains(name) {
            wish.samples.push((*name).to_owned());
        }
    }
    wish
}
