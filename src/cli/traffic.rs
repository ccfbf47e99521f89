//! What commands about traffic have in common: read, say what is wrong, write, and the exit code.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ExitCode;
use super::counting;
use super::counting::NO_SOURCE;
use super::deliver::deliver;
use super::gate::ReadingGateArgs;
use super::gate::Verdict;
use super::interrupt;
use super::messages::Messages;
use super::progress;
use super::progress::Manner;
use super::show::Output;
use super::sources::SourceArgs;
use super::terminal::Terminal;
use super::terminal::now;
use crate::findings::numbers::plural;
use crate::report::Format;
use crate::survey;
use crate::survey::Control;
use crate::survey::Survey;
use crate::survey::Tracked;
use crate::survey::Tracking;

/// Arguments of every command about traffic.
#[derive(Debug, clap::Args)]
pub(super) struct TrafficArgs {
    #[command(flatten)]
    pub(super) sources: SourceArgs,
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
    gate: ReadingGateArgs,
}

/// How the result is shown and judged.
pub(super) struct Showing {
    pub(super) format: Format,
    pub(super) limit: Option<usize>,
    gate: ReadingGateArgs,
}

/// Reads sources, one sweep or more.
pub(super) struct Reading {
    pub(super) control: Arc<Control>,
    progress: Manner,
    messages: Messages,
}

/// What is to be read and how it is shown; `None` where nothing is named, which has been said.
///
/// # Errors
/// Signals cannot be listened for, or a file that says what to read cannot be used.
pub(super) fn prepare(
    command: &str,
    args: TrafficArgs,
    terminal: &Terminal,
    messages: Messages,
) -> anyhow::Result<Option<(survey::Plan, Showing, Reading)>> {
    let TrafficArgs {
        sources,
        output,
        limit,
        gate,
    } = args;
    if sources.reads_stdin() && terminal.types_input {
        messages.note("reading from the terminal: paste it and end with Ctrl-D");
    }
    let progress = sources.progress(terminal, messages);
    let Some(plan) = sources.plan()? else {
        messages.error(NO_SOURCE);
        messages.note(&format!("for example: meshctl {command} web.prom"));
        let cluster = format!("from a cluster: meshctl {command} --kubeconfig FILE deploy/web");
        messages.note(&cluster);
        if !terminal.types_input {
            messages.note(&format!("to read standard input: meshctl {command} -"));
        }
        return Ok(None);
    };
    let showing = Showing {
        format: output.format(),
        limit,
        gate,
    };
    let reading = Reading::new(progress, terminal, messages)?;
    Ok(Some((plan, showing, reading)))
}

impl Reading {
    /// Ready to read, and to be stopped.
    ///
    /// # Errors
    /// Signals cannot be listened for.
    pub(super) fn new(
        progress: Manner,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Self> {
        let control = Arc::new(Control::default());
        interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
        Ok(Self {
            control,
            progress,
            messages,
        })
    }

    /// Reads everything that the plan names.
    pub(super) fn survey(&self, plan: &survey::Plan) -> Survey {
        let (survey, ()) = self.read(|| (survey::run(plan, &self.control), ()));
        survey
    }

    /// The same, and keeps track of each series.
    pub(super) fn tracking(&self, plan: &survey::Plan, tracking: &Tracking) -> (Survey, Tracked) {
        self.read(|| survey::run_tracking(plan, &self.control, tracking))
    }

    fn read<T: Send>(&self, work: impl FnOnce() -> (Survey, T) + Send) -> (Survey, T) {
        let start = now();
        let before = self.control.body_bytes.load(Ordering::Relaxed);
        let (survey, tracked) = progress::watch(&self.control, self.progress, work);
        let bytes = self.control.body_bytes.load(Ordering::Relaxed) - before;
        self.messages.detail(&format!(
            "read {} of {} in {:.0?}",
            plural(bytes, "byte"),
            plural(survey.coverage.scraped, "target"),
            now().duration_since(start),
        ));
        (survey, tracked)
    }
}

impl Showing {
    /// Says what could not be read; `Err` is the exit code where there is nothing to report.
    pub(super) fn weigh(&self, survey: &Survey, messages: Messages) -> Result<Verdict, ExitCode> {
        let verdict = self.gate.judge(survey);
        if survey.coverage.scraped == 0 && !survey.interrupted {
            counting::explain_nothing(&survey.coverage, messages);
            messages.remarks(&survey.remarks);
            return Err(verdict.code);
        }
        counting::say_failures(&survey.coverage, messages, Messages::warning);
        messages.remarks(&survey.remarks);
        Ok(verdict)
    }

    /// What a survey comes to, of which everything has been said.
    pub(super) fn judge(&self, survey: &Survey) -> Verdict {
        self.gate.judge(survey)
    }

    /// Writes the report, says why the exit code is what it is, and gives it.
    pub(super) fn conclude(
        verdict: &Verdict,
        messages: Messages,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> ExitCode {
        if let Err(error) = deliver(write) {
            messages.error(&format!("{error:#}"));
            return verdict.code.max(ExitCode::CouldNot);
        }
        for reason in &verdict.reasons {
            messages.error(reason);
        }
        verdict.code
    }
}
