//! `meshctl check`: budgets and findings as a gate.

mod baseline;
mod init;
mod policy;

use std::time::Duration;

use clap::builder::FalseyValueParser;
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ExitCode;
use super::counting::NO_SOURCE;
use super::counting::explain_nothing;
use super::counting::say_failures;
use super::gate::FailOn;
use super::gate::GateArgs;
use super::gate::Verdict;
use super::messages::Messages;
use super::outputs::Outputs;
use super::outputs::OutputsArgs;
use super::show::DEFAULT_INTERVAL;
use super::simulation::Loaded;
use super::simulation::SimulationArgs;
use super::sources::SourceArgs;
use super::terminal::Terminal;
use super::terminal::timestamp;
use super::traffic::Reading;
use super::values;
use crate::budget;
use crate::budget::Assessment;
use crate::budget::Context;
use crate::budget::Known;
use crate::budget::Start;
use crate::collector::config::File;
use crate::findings;
use crate::findings::Budgets;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::Thresholds;
use crate::findings::numbers::plural;
use crate::report::Ignored;
use crate::report::Judged;
use crate::survey;
use crate::survey::Survey;
use crate::survey::Traffic;
use baseline::Against;
use baseline::BaselineArgs;
use init::InitArgs;
use policy::Home;
use policy::PolicyArgs;

/// Budgets and findings as a gate: silent when all is well, an exit code when not
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    init: InitArgs,
    #[command(flatten)]
    gate: CheckGateArgs,
    #[command(flatten)]
    outputs: OutputsArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Time between two scrapes, for samples a second [default: that of the configuration, else 30s]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::duration,
        help_heading = "What counts as failure",
        env = "MESHCTL_SCRAPE_INTERVAL",
        hide_env_values = true
    )]
    scrape_interval: Option<Duration>,
}

/// What makes the exit code other than 0.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "What counts as failure")]
struct CheckGateArgs {
    /// Exit with 1 when there is a finding of this severity or worse [default: that of the budget file, else high]
    ///
    /// A budget over its limit is high, one that warns is medium.
    #[arg(
        long,
        value_name = "SEVERITY",
        value_enum,
        env = "MESHCTL_FAIL_ON",
        hide_env_values = true
    )]
    fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found; what cannot be read or done still counts
    #[arg(
        long,
        env = "MESHCTL_EXIT_ZERO",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    exit_zero: bool,
    /// Judge what could be read where some of it could not; nothing at all still exits with 3
    #[arg(
        long,
        env = "MESHCTL_ALLOW_PARTIAL",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    allow_partial: bool,
    /// Exit with 2 when any line was refused, or a part of the configuration is not simulated
    #[arg(
        long,
        env = "MESHCTL_STRICT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    strict: bool,
}

const LONG_ABOUT: &str = "\
Holds metrics against the budgets of meshctl.yaml and against everything that `meshctl audit` finds, and exits with \
1 where something is at or above --fail-on. Budgets limit series, bytes, samples a second, values of labels, names \
and hidden failures: as targets expose them, behind a stage of a Collector's pipeline, or as they arrive.

meshctl.yaml is looked for from the working directory upward, as far as the root of the repository. Without one only \
findings are judged. Input that is empty or incomplete exits with 3: a gate that saw nothing is not green.

Examples:
  Write a meshctl.yaml with budgets for what is there, and 20% more
    meshctl check dumps/ --collector otel.yaml --init
  The gate
    meshctl check
  In GitHub Actions: annotations, a summary, and a file for code scanning
    meshctl check -o github -o github-summary -o sarif=meshctl.sarif
  Only what gets worse: write a baseline, then allow 5% more than it has
    meshctl check --baseline meshctl-baseline.json --update-baseline
    meshctl check --baseline meshctl-baseline.json --max-growth 5%";

/// For how long a new budget file ignores what is there already.
const IGNORED_DAYS: i32 = 90;

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        sources,
        policy,
        baseline,
        init,
        gate,
        outputs,
        simulation,
        scrape_interval,
    } = args;
    let outputs = outputs.plan()?;
    // A file that is to be written is not there yet.
    let home = if init.is_asked() {
        Home::none()
    } else {
        policy.read(terminal)?
    };
    if !init.is_asked() && home.file.is_none() && !messages.is_quiet() {
        messages
            .note("no meshctl.yaml: only findings are judged; `meshctl check --init` writes one");
    }
    let (home, against) = baseline.read(home, messages)?;
    let work = Work::prepare(
        home,
        sources,
        simulation,
        scrape_interval,
        terminal,
        messages,
    )?;
    let Some(work) = work else {
        messages.error(NO_SOURCE);
        messages.note("for example: meshctl check dumps/, or `sources: [dumps/]` in meshctl.yaml");
        return Ok(ExitCode::CouldNot);
    };
    let survey = work.reading.survey(&work.plan);
    let verdict = weigh(&survey, gate, work.home.policy.min_targets);
    say_coverage(&survey, messages);
    if init.is_asked() {
        let known = known(&findings::inspect(&survey, &Thresholds::default()));
        return init.write(
            policy.file(),
            &work.start(&survey, &init, &known),
            &verdict,
            messages,
        );
    }
    if against.is_written() {
        let code = against.write(&survey, work.context, &verdict, messages)?;
        if code != ExitCode::Clean {
            return Ok(code);
        }
    }
    Ok(work.conclude(
        &survey,
        verdict,
        &against,
        (gate, &outputs),
        terminal,
        messages,
    ))
}

/// What is to be done.
struct Work {
    home: Home,
    plan: survey::Plan,
    context: Context,
    reading: Reading,
    /// Names and texts of the files that findings may point into.
    files: Vec<(String, String)>,
    /// Sources, files of the Collector's configuration and its release, as typed.
    named: (Vec<String>, Vec<String>, Option<String>),
}

impl Work {
    /// `None` where nothing is named to read.
    fn prepare(
        home: Home,
        mut sources: SourceArgs,
        simulation: SimulationArgs,
        scrape_interval: Option<Duration>,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Option<Self>> {
        sources.default_to(home.sources());
        let simulation = home.simulation(simulation, terminal)?;
        if sources.takes_stdin() && simulation.reads_stdin() {
            anyhow::bail!("standard input cannot be both a SOURCE and a configuration");
        }
        if sources.reads_stdin() && terminal.types_input {
            messages.note("reading from the terminal: paste it and end with Ctrl-D");
        }
        let named = (
            sources.named().to_vec(),
            simulation.collector_files().to_vec(),
            simulation.release().map(|release| release.to_string()),
        );
        let progress = sources.progress(terminal, messages);
        sources.say_idle_flags(messages);
        let Some(mut plan) = sources.plan()? else {
            return Ok(None);
        };
        plan.traffic = Traffic::Read;
        let loaded = simulation.load(terminal, messages)?;
        let layouts = loaded.as_ref().map_or(&[][..], Loaded::layouts);
        home.check_stages(layouts, terminal)?;
        plan.detail = budget::detail(&home.policy, layouts);
        let typed = scrape_interval.or(home.policy.scrape_interval);
        let configured = loaded.as_ref().and_then(Loaded::interval_seconds);
        let seconds = typed.map(|interval| interval.as_secs_f64()).or(configured);
        let context = Context {
            interval_seconds: seconds.unwrap_or(DEFAULT_INTERVAL.as_secs_f64()),
            is_typed: typed.is_some(),
        };
        let mut files = home.files();
        if let Some(loaded) = loaded {
            loaded.say_notices(terminal, messages);
            files.extend(loaded.files().iter().cloned());
            plan.simulate.push(loaded.plan);
        }
        Ok(Some(Self {
            home,
            plan,
            context,
            reading: Reading::new(progress, terminal, messages)?,
            files,
            named,
        }))
    }

    /// What a new budget file is made from.
    fn start<'a>(&'a self, survey: &'a Survey, init: &InitArgs, known: &'a [Known]) -> Start<'a> {
        let (sources, collector, release) = &self.named;
        Start {
            survey,
            context: self.context,
            sources,
            collector,
            collector_version: release.as_deref(),
            headroom: init.headroom(),
            known,
            until: today().saturating_add(Span::new().days(IGNORED_DAYS)),
        }
    }

    /// Judges what was read, writes it, and says why the exit code is what it is.
    fn conclude(
        &self,
        survey: &Survey,
        verdict: Verdict,
        against: &Against,
        (gate, outputs): (CheckGateArgs, &Outputs),
        terminal: &Terminal,
        messages: Messages,
    ) -> ExitCode {
        let policy = &self.home.policy;
        let file = self.home.file.as_ref().map(|(name, _)| name.as_str());
        let is_something = survey.coverage.scraped > 0 && !survey.interrupted;
        let assessment = if is_something {
            budget::assess(policy, survey, self.context, against.known())
        } else {
            // What nobody read to the end keeps no budget.
            Assessment::default()
        };
        let grown = match against.known().filter(|_| is_something) {
            Some(known) => budget::grown(policy, survey, self.context, known),
            None => Vec::new(),
        };
        let mut found = findings::inspect(survey, &Thresholds::default());
        found.extend(findings::inspect_budgets(Budgets {
            file,
            assessment: &assessment,
            grown: &grown,
            simulated: &survey.simulated,
        }));
        let settled = findings::settle(found, policy, file, today());
        let ignored = settled.ignored.into_iter();
        let ignored: Vec<Ignored> = ignored
            .map(|(finding, reason, until)| Ignored {
                finding,
                reason,
                until,
            })
            .collect();
        let fail_on = gate.fail_on(policy.fail_on.and_then(Into::into));
        let verdict = judge(verdict, &settled.findings, fail_on, gate);
        let files = self.files.iter();
        let files: Vec<File<'_>> = files.map(|(name, text)| File { name, text }).collect();
        let judged = Judged {
            command: "check",
            inputs: &survey.inputs,
            coverage: Some(&survey.coverage),
            measured: &assessment.measured,
            budget_file: file,
            baseline: against.name(),
            findings: &settled.findings,
            ignored: &ignored,
            files: &files,
            fail_on,
            exit: (verdict.code.number(), &verdict.reasons),
        };
        let written = outputs.deliver(&judged, terminal, messages);
        for reason in &verdict.reasons {
            messages.error(reason);
        }
        verdict.code.max(written)
    }
}

fn today() -> Date {
    timestamp().to_zoned(TimeZone::UTC).date()
}

/// What would fail already, for a new budget file.
fn known(findings: &[Finding]) -> Vec<Known> {
    let failing = findings
        .iter()
        .filter(|finding| finding.severity == Severity::High);
    let known = failing.map(|finding| {
        let Subject {
            target,
            family,
            label,
            edge,
            part,
        } = finding.subject.clone();
        let subject = [
            ("target", target),
            ("family", family),
            ("label", label),
            ("edge", edge),
            ("part", part),
        ];
        Known {
            id: finding.id.to_owned(),
            subject: subject
                .into_iter()
                .filter_map(|(key, name)| Some((key, name?)))
                .collect(),
        }
    });
    known.collect()
}

impl CheckGateArgs {
    /// The least severity that fails, if any does: typed, else that of the file, else high.
    fn fail_on(self, said: Option<Severity>) -> Option<Severity> {
        match self.fail_on {
            Some(typed) => typed.severity(),
            None => said.or(Some(Severity::High)),
        }
    }
}

/// What was read, and whether that is enough to judge by.
fn weigh(survey: &Survey, gate: CheckGateArgs, min_targets: Option<u64>) -> Verdict {
    let mut verdict = GateArgs::of_reading(gate.strict, !gate.allow_partial).judge(survey, &[]);
    let scraped = survey.coverage.scraped;
    if gate.allow_partial && verdict.code == ExitCode::Partial {
        verdict.code = ExitCode::Clean;
    }
    if scraped == 0 || survey.census.totals.series == 0 {
        // Even where all failed: it could be done, and nothing was seen.
        if verdict.code == ExitCode::CouldNot && verdict.reasons.is_empty() {
            verdict.code = ExitCode::Partial;
        }
        let what = if scraped == 0 { "target" } else { "series" };
        verdict.add(
            ExitCode::Partial,
            format!("no {what} was read: there is nothing to judge"),
        );
    }
    if survey.interrupted {
        let reason = "interrupted: budgets are not judged by a part of what there is";
        verdict.add(ExitCode::Interrupted, reason.to_owned());
    }
    if let Some(least) = min_targets.filter(|least| scraped < *least) {
        let read = plural(scraped, "target");
        let reason =
            format!("{read} read, and the budget file wants at least {least} (`min_targets`)");
        verdict.add(ExitCode::Partial, reason);
    }
    verdict
}

/// Says which targets are missing.
fn say_coverage(survey: &Survey, messages: Messages) {
    if survey.coverage.scraped == 0 && !survey.interrupted {
        explain_nothing(&survey.coverage, messages);
    } else {
        say_failures(&survey.coverage, messages, Messages::warning);
    }
    messages.remarks(&survey.remarks);
}

/// The verdict with what was found.
fn judge(
    mut verdict: Verdict,
    findings: &[Finding],
    fail_on: Option<Severity>,
    gate: CheckGateArgs,
) -> Verdict {
    let Some(limit) = fail_on.filter(|_| !gate.exit_zero) else {
        return verdict;
    };
    // That something is missing was allowed.
    let is_allowed = |finding: &Finding| gate.allow_partial && finding.id == "coverage/partial";
    let grave = findings.iter().filter(|finding| finding.severity >= limit);
    let count = grave.filter(|finding| !is_allowed(finding)).count() as u64;
    if count > 0 {
        let reason = format!(
            "{} at or above {}",
            plural(count, "finding"),
            limit.as_str()
        );
        verdict.add(ExitCode::Findings, reason);
    }
    verdict
}
