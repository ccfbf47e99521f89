//! `meshctl compare`: two readings of a mesh, held against each other.

mod documents;

use std::sync::Arc;

use anyhow::bail;
use globset::GlobMatcher;

use super::ExitCode;
use super::messages::Messages;
use super::terminal::Terminal;
use super::terminal::seed;
use super::traffic;
use super::traffic::Reading;
use super::traffic::Showing;
use super::traffic::TrafficArgs;
use super::values;
use crate::compare;
use crate::compare::Found;
use crate::compare::Side;
use crate::compare::audit;
use crate::report;
use crate::report::ChangeOrder;
use crate::report::ComparisonReport;
use crate::source;
use crate::survey;
use crate::survey::Survey;
use crate::survey::Tracked;
use crate::survey::Tracking;
use crate::survey::Traffic;

/// Two readings: what grew, what came and went, which series stayed
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    traffic: TrafficArgs,
    /// Show only the families that match, such as 'response_*'
    ///
    /// Only the list of families gets shorter: totals and all other lists stay those of everything read.
    /// Braces name several: '{response_*,tcp_*}'.
    #[arg(
        long,
        value_name = "GLOB",
        value_parser = values::glob,
        help_heading = "What to show",
        env = "MESHCTL_FAMILY",
        hide_env_values = true
    )]
    family: Option<GlobMatcher>,
    /// Order of families, labels and workloads
    #[arg(
        long,
        value_name = "KEY",
        value_enum,
        default_value = "change",
        help_heading = "What to show",
        env = "MESHCTL_SORT_BY",
        hide_env_values = true
    )]
    sort_by: OrderArg,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OrderArg {
    /// What changed most, whichever way
    Change,
    /// What grew most
    Growth,
    /// What grew most in percent
    Percent,
    /// What was exchanged most: series that went and came
    Churn,
    /// What is largest now
    Series,
    Name,
}

impl From<OrderArg> for ChangeOrder {
    fn from(typed: OrderArg) -> Self {
        match typed {
            OrderArg::Change => Self::Change,
            OrderArg::Growth => Self::Growth,
            OrderArg::Percent => Self::Percent,
            OrderArg::Churn => Self::Churn,
            OrderArg::Series => Self::Series,
            OrderArg::Name => Self::Name,
        }
    }
}

const LONG_ABOUT: &str = "\
Two readings of a mesh, held against each other: families, labels and targets that came and went, what grew by family, \
label and workload, which series stayed, versions of proxies, and pods that series still name though they are gone.

OLD and NEW are each whatever can be a SOURCE (a snapshot, one of its sweeps, a directory, a file, a glob in quotes) or \
an audit saved with `meshctl audit -o json`. An audit does not hold its series, so with one of those it is not known \
which of them stayed, nor in which workload; that is said, and never shown as 0.

Examples:
  Before and after a roll-out
    meshctl compare before.tar.zst after.tar.zst
  For a comment on a pull request
    meshctl compare main.json branch.json -o markdown
  The first and the last sweep of a saved series, the families of TCP alone
    meshctl compare 'series.tar.zst#1' series.tar.zst --family 'tcp_*'";

/// Says that there are two sources, and what each is.
pub(super) fn named(command: clap::Command) -> clap::Command {
    command.mut_arg("sources", |arg| {
        arg.value_names(["OLD", "NEW"])
            .num_args(2)
            .required(true)
            .help("The older and the newer reading: a snapshot, directory, file, glob or URL, or a saved audit (JSON)")
            .long_help(
                "The older and the newer reading: each a snapshot (`series.tar.zst#1` names its first sweep), a \
                 directory, a file, a glob in quotes, a URL, `-`, or an audit saved with `meshctl audit -o json`",
            )
    })
}

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        traffic: args,
        family,
        sort_by,
    } = args;
    if args.sources.lists_targets() {
        bail!(
            "compare reads the two that are named, OLD and NEW: save what --targets lists with `meshctl scrape` first"
        );
    }
    let Some((plan, showing, reading)) = traffic::prepare("compare", args, terminal, messages)?
    else {
        return Ok(ExitCode::CouldNot);
    };
    let [old, new] = &plan.sources.sources[..] else {
        bail!("compare takes two: OLD and NEW");
    };
    if old == "-" && new == "-" {
        bail!("standard input cannot be both readings: save one of them to a file");
    }
    let documents = [documents::read(old)?, documents::read(new)?];
    let is_scraped = documents.each_ref().map(Option::is_none);
    let mut shown = Comparing {
        plan: &plan,
        showing: &showing,
        reading: &reading,
        messages,
        code: ExitCode::Clean,
        reasons: Vec::new(),
    };
    let [old_document, new_document] = documents;
    let tracking = match is_scraped {
        [true, true] => Some(Tracking::Keep(seed()?)),
        _ => None,
    };
    let Some((before, tracked)) = shown.side("OLD", old, old_document, tracking.as_ref())? else {
        return Ok(shown.code);
    };
    let tracking = match tracked {
        Some(Tracked::Kept(kept)) => Some(Tracking::Against(Arc::new(kept))),
        _ => None,
    };
    let Some((after, tracked)) = shown.side("NEW", new, new_document, tracking.as_ref())? else {
        return Ok(shown.code);
    };
    drop(tracking);
    let found = match &tracked {
        Some(Tracked::Held(churn, pods)) => Some(Found { churn, pods }),
        _ => None,
    };
    let comparison = compare::compare(&before, &after, found);
    if let Some(glob) = &family
        && !comparison
            .families
            .iter()
            .any(|family| glob.is_match(&family.name))
    {
        messages.warning(&format!(
            "no family matches --family '{}'",
            glob.glob().glob()
        ));
    }
    let names = [old, new].map(|typed| source::shown(typed));
    let file = |at: usize| (!is_scraped[at]).then_some(names[at].as_str());
    let report = ComparisonReport {
        before: &before,
        after: &after,
        files: [file(0), file(1)],
        comparison: &comparison,
        family: family.as_ref(),
        order: sort_by.into(),
        limit: showing.limit,
    };
    Ok(Showing::conclude(&shown.verdict(), messages, |out| {
        report::write_comparison(&report, &terminal.report, showing.format, out)
    }))
}

/// What both sides have in common, and what was wrong with them so far.
struct Comparing<'a> {
    plan: &'a survey::Plan,
    showing: &'a Showing,
    reading: &'a Reading,
    messages: Messages,
    code: ExitCode,
    reasons: Vec<String>,
}

impl Comparing<'_> {
    /// Reads one side; `None` where there is nothing to compare, which has been said.
    fn side(
        &mut self,
        name: &str,
        typed: &str,
        document: Option<Vec<u8>>,
        tracking: Option<&Tracking>,
    ) -> anyhow::Result<Option<(Side, Option<Tracked>)>> {
        if let Some(text) = document {
            let shown = source::shown(typed);
            let side = match audit::read(&text) {
                Ok(side) => side,
                Err(error) => bail!("{shown}: {error}"),
            };
            if self.plan.sources.target_filter.is_some() {
                bail!(
                    "{shown}: --target cannot choose among the targets of an audit: name the scrapes it was made from"
                );
            }
            if side.coverage.scraped == 0 {
                self.messages
                    .error(&format!("{shown}: an audit of no target that was read"));
                self.code = self.code.max(ExitCode::CouldNot);
                return Ok(None);
            }
            // Whoever wrote the audit has said what was lost, and so does the report.
            let verdict = self.showing.judge(&Survey {
                coverage: side.coverage.clone(),
                ..Survey::default()
            });
            self.code = self.code.max(verdict.code);
            self.reasons.extend(verdict.reasons);
            if side.is_partial() {
                self.code = self.code.max(ExitCode::Partial);
            }
            return Ok(Some((side, None)));
        }
        let mut plan = self.plan.clone();
        plan.sources.sources = vec![typed.to_owned()];
        self.reading.control.start_over();
        let (survey, tracked) = if let Some(tracking) = tracking {
            // Who is who, and which proxy speaks, is found out by what is said of traffic.
            plan.traffic = Traffic::Read;
            let (survey, tracked) = self.reading.tracking(&plan, tracking);
            (survey, Some(tracked))
        } else {
            (self.reading.survey(&plan), None)
        };
        let verdict = match self.showing.weigh(&survey, self.messages) {
            Ok(verdict) => verdict,
            Err(code) => {
                let text = format!("nothing could be read of {name}: {}", source::shown(typed));
                self.messages.error(&text);
                self.code = self.code.max(code);
                return Ok(None);
            }
        };
        self.code = self.code.max(verdict.code);
        self.reasons.extend(verdict.reasons);
        if survey.interrupted {
            return Ok(None);
        }
        Ok(Some((Side::of_survey(survey), tracked)))
    }

    fn verdict(self) -> super::gate::Verdict {
        super::gate::Verdict {
            code: self.code,
            reasons: self.reasons,
        }
    }
}
