//! What `audit`, `families`, `labels` and `filter` have in common: read, count, judge, write, and the exit code.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ExitCode;
use super::deliver::deliver;
use super::gate::GateArgs;
use super::interrupt;
use super::messages::Messages;
use super::progress;
use super::progress::Manner;
use super::show::Order;
use super::show::ShowArgs;
use super::simulation::Loaded;
use super::simulation::SimulationArgs;
use super::sources::SourceArgs;
use super::terminal::Terminal;
use super::terminal::now;
use crate::findings;
use crate::findings::Thresholds;
use crate::findings::numbers::plural;
use crate::report;
use crate::report::Command;
use crate::report::Format;
use crate::report::View;
use crate::survey;
use crate::survey::Control;
use crate::survey::Coverage;
use crate::survey::Survey;
use crate::survey::Traffic;
use crate::survey::Watch;
use crate::waterfall::Selector;

/// Arguments of every command that counts.
#[derive(Debug, clap::Args)]
pub(super) struct CountingArgs {
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    show: ShowArgs,
    #[command(flatten)]
    gate: GateArgs,
}

/// What will be done.
struct Plan {
    survey: survey::Plan,
    view: View,
    format: Format,
    gate: GateArgs,
    /// What is to be explained, as typed.
    asked: String,
    progress: Manner,
    /// Whether the sources of this run can be named in another command.
    can_repeat: bool,
}

/// Nothing is named, and there is no cluster to look at.
pub(super) const NO_SOURCE: &str = "no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a \
                                    glob, a URL, or a --kubeconfig";

/// How many failed targets are named before the rest is only counted.
const NAMED_FAILURES: usize = 10;

/// Does what was typed.
///
/// # Errors
/// Signals cannot be listened for, or what is to be simulated cannot be used.
pub(super) fn run(
    command: Command,
    order: Order,
    args: CountingArgs,
    simulation: Option<SimulationArgs>,
    watch: Option<String>,
    terminal: &Terminal,
    messages: Messages,
) -> anyhow::Result<ExitCode> {
    let CountingArgs {
        sources,
        show,
        gate,
    } = args;
    let simulates_stdin = simulation.as_ref().is_some_and(SimulationArgs::reads_stdin);
    if sources.takes_stdin() && simulates_stdin {
        anyhow::bail!("standard input cannot be both a SOURCE and a configuration");
    }
    if (sources.takes_stdin() || simulates_stdin) && terminal.types_input {
        messages.note("reading from the terminal: paste it and end with Ctrl-D");
    }
    let progress = sources.progress(terminal, messages);
    let can_repeat = sources.are_all_named();
    sources.say_idle_flags(messages);
    let Some(mut survey) = sources.plan()? else {
        return Ok(ask_for_source(command, terminal, messages));
    };
    let loaded = match simulation {
        Some(simulation) => simulation.load(terminal, messages)?,
        None => None,
    };
    let interval = loaded.as_ref().and_then(Loaded::interval_seconds);
    if let Some(loaded) = loaded {
        loaded.say_notices(terminal, messages);
        survey.simulate.push(loaded.plan);
    }
    if command == Command::Audit {
        survey.traffic = Traffic::Read;
    }
    survey.watch = watch.as_deref().map(watched).transpose()?;
    let plan = Plan {
        survey,
        format: show.format(),
        view: show.view(command, order, interval),
        gate,
        asked: watch.unwrap_or_default(),
        progress,
        can_repeat,
    };
    let control = Arc::new(Control::default());
    interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
    let survey = read(&plan, &control, messages);
    Ok(conclude(&plan, &survey, terminal, messages))
}

/// What is to be explained: with braces it is one series, else all of a name.
fn watched(asked: &str) -> anyhow::Result<Watch> {
    if !asked.contains('{') {
        return Ok(Watch::Name(asked.to_owned()));
    }
    match Selector::parse(asked) {
        Ok(selector) => Ok(Watch::Series(selector)),
        Err(why) => anyhow::bail!(
            "--explain names no series: {why}; write it as a scrape does, like \
             'response_total{{direction=\"outbound\"}}'"
        ),
    }
}

/// Without a source there is nothing to do, and guessing one would be worse.
fn ask_for_source(command: Command, terminal: &Terminal, messages: Messages) -> ExitCode {
    let more = if command == Command::Filter {
        " --collector otel.yaml"
    } else {
        ""
    };
    let command = command.as_str();
    messages.error(NO_SOURCE);
    messages.note(&format!("for example: meshctl {command} web.prom{more}"));
    messages.note(&format!(
        "from a cluster: meshctl {command} --kubeconfig FILE deploy/web{more}"
    ));
    if !terminal.types_input {
        messages.note(&format!(
            "to read standard input: meshctl {command} -{more}"
        ));
    }
    ExitCode::CouldNot
}

fn read(plan: &Plan, control: &Control, messages: Messages) -> Survey {
    let start = now();
    let work = || survey::run(&plan.survey, control);
    let survey = progress::watch(control, plan.progress, work);
    let threads = plan.survey.workers.max(plan.survey.sources.waits());
    messages.detail(&format!(
        "read {} of {} in {:.0?} on {}",
        plural(control.body_bytes.load(Ordering::Relaxed), "byte"),
        plural(survey.coverage.scraped, "target"),
        now().duration_since(start),
        plural(threads as u64, "thread"),
    ));
    survey
}

/// Says what is wrong on standard error, writes the report, and decides the exit code.
fn conclude(plan: &Plan, survey: &Survey, terminal: &Terminal, messages: Messages) -> ExitCode {
    let findings = findings::inspect(survey, &Thresholds::default());
    let verdict = plan.gate.judge(survey, &findings);
    if survey.coverage.scraped == 0 && !survey.interrupted {
        explain_nothing(&survey.coverage, messages);
        messages.remarks(&survey.remarks);
        return verdict.code;
    }
    say_failures(&survey.coverage, messages, Messages::warning);
    messages.remarks(&survey.remarks);
    if let Some(glob) = report::idle_filter(survey, &plan.view) {
        messages.warning(&format!(
            "no {} matches --family '{glob}'",
            plan.view.command.listed()
        ));
    }
    if let Some(watch) = &plan.survey.watch {
        let simulated = survey.simulated.first().map_or(&[][..], Vec::as_slice);
        let (asked, style) = (&plan.asked, &terminal.report);
        let written = deliver(|out| {
            report::write_explanation(simulated, asked, watch, style, plan.format, out)
        });
        if let Err(error) = written {
            messages.error(&format!("{error:#}"));
            return verdict.code.max(ExitCode::CouldNot);
        }
        return verdict.code;
    }
    let written = deliver(|out| {
        report::write(
            survey,
            &findings,
            &plan.view,
            &terminal.report,
            plan.format,
            out,
        )
    });
    if let Err(error) = written {
        messages.error(&format!("{error:#}"));
        return verdict.code.max(ExitCode::CouldNot);
    }
    for reason in &verdict.reasons {
        messages.error(reason);
    }
    if plan.format == Format::Table
        && plan.can_repeat
        && let Some(command) = report::next_command(survey, &findings, &plan.view)
    {
        // Escaped it would be another command.
        if terminal.report.unicode || command.is_ascii() {
            messages.next(&command);
        }
    }
    verdict.code
}

/// Nothing could be read: no report is better than one full of zeros.
pub(super) fn explain_nothing(coverage: &Coverage, messages: Messages) {
    if !coverage.failed.is_empty() {
        say_failures(coverage, messages, Messages::error);
    } else if let Some(first) = coverage.skipped.first() {
        messages.error(&format!(
            "nothing to read: {} passed over; first: {}: {}",
            plural(coverage.skipped.len() as u64, "source"),
            first.origin,
            first.reason,
        ));
    } else {
        messages.error("nothing to read in what was named");
    }
}

pub(super) fn say_failures(coverage: &Coverage, messages: Messages, say: fn(Messages, &str)) {
    let named = if messages.is_verbose() {
        usize::MAX
    } else {
        NAMED_FAILURES
    };
    for failure in coverage.failed.iter().take(named) {
        let place = if failure.target == failure.origin {
            failure.origin.clone()
        } else {
            format!("{} ({})", failure.target, failure.origin)
        };
        say(
            messages,
            &format!("cannot read {place}: {}", failure.reason),
        );
    }
    let more = coverage.failed.len().saturating_sub(named);
    if more > 0 {
        say(
            messages,
            &format!("cannot read {more} more; --verbose names them all"),
        );
    }
}
