//! The baseline: what to hold growth against, and writing it anew.

use std::path::Path;

use anyhow::Context;
use anyhow::bail;

use super::policy::Home;
use crate::budget;
use crate::budget::Baseline;
use crate::budget::policy::Allowed;
use crate::budget::policy::Verdict;
use crate::cli::ExitCode;
use crate::cli::gate;
use crate::cli::messages::Messages;
use crate::cli::outputs::file;
use crate::cli::simulation::files::text;
use crate::collector::position::Position;
use crate::survey::Survey;

/// What to hold growth against.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Growth")]
pub(super) struct BaselineArgs {
    /// What there was, as --update-baseline wrote it [default: `baseline` of the budget file]
    #[arg(
        long,
        value_name = "FILE",
        env = "MESHCTL_BASELINE",
        hide_env_values = true
    )]
    baseline: Option<String>,
    /// Write what there is now to the baseline, and say what changed
    #[arg(long)]
    update_baseline: bool,
    #[command(flatten)]
    growth: GrowthArgs,
}

/// How much more there may be, and what may be new.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Growth")]
struct GrowthArgs {
    /// Fail where all series are this much more than in the baseline, such as 5% or 1000; may be given both ways
    #[arg(long, value_name = "GROWTH", value_parser = growth)]
    max_growth: Vec<Growth>,
    /// Fail where there is a family that the baseline does not have
    #[arg(long)]
    fail_on_new_family: bool,
    /// Fail where a family has a label that it does not have in the baseline
    #[arg(long)]
    fail_on_new_label: bool,
    /// Let what is over its limit only warn as long as it is no more than in the baseline
    #[arg(long)]
    ratchet: bool,
}

/// How much more there may be.
#[derive(Debug, Clone, Copy)]
enum Growth {
    Share(f64),
    Series(u64),
}

fn growth(typed: &str) -> Result<Growth, String> {
    let no = || "write it like 5% or 1000".to_owned();
    if let Some(percent) = typed.strip_suffix('%') {
        let number: f64 = percent.trim().parse().map_err(|_| no())?;
        return if number.is_finite() && number >= 0.0 {
            Ok(Growth::Share(number / 100.0))
        } else {
            Err(no())
        };
    }
    typed.parse().map(Growth::Series).map_err(|_| no())
}

/// The baseline of this run.
pub(super) struct Against {
    name: Option<String>,
    known: Option<Baseline>,
    update: bool,
}

/// Where a baseline is written to that nobody named.
const DEFAULT_NAME: &str = "meshctl-baseline.json";

impl BaselineArgs {
    /// Reads the baseline, and adds the limits that were typed to the policy.
    ///
    /// # Errors
    /// It cannot be read or used, or growth is limited and there is none.
    pub(super) fn read(
        self,
        mut home: Home,
        messages: Messages,
    ) -> anyhow::Result<(Home, Against)> {
        let said = home
            .policy
            .baseline
            .as_deref()
            .map(|path| home.at_home(path));
        let mut name = self.baseline.or(said);
        let limits = &mut home.policy.growth;
        for growth in self.growth.max_growth {
            // What was typed goes before what the file says.
            let total = limits.total.get_or_insert_with(Allowed::default);
            total.at = Position::default();
            match growth {
                Growth::Share(share) => total.share = Some(share),
                Growth::Series(series) => total.absolute = Some(series),
            }
        }
        if self.growth.fail_on_new_family {
            limits.new_families = Verdict::Fail;
        }
        if self.growth.fail_on_new_label {
            limits.new_labels = Verdict::Fail;
        }
        limits.ratchet |= self.growth.ratchet;
        if self.update_baseline {
            let beside = || home.at_home(DEFAULT_NAME);
            name = Some(name.unwrap_or_else(beside));
        }
        let limits = &home.policy.growth;
        let needs = limits.total.is_some()
            || limits.families.is_some()
            || limits.labels.is_some()
            || limits.workloads.is_some()
            || limits.new_families != Verdict::Allow
            || limits.new_labels != Verdict::Allow
            || limits.ratchet;
        let known = match &name {
            None if needs => bail!(
                "growth is limited, and there is no baseline to hold it against: write one with \
                 --baseline {DEFAULT_NAME} --update-baseline"
            ),
            None => None,
            Some(name) if self.update_baseline && !Path::new(name).exists() => None,
            Some(name) => match read(name) {
                Ok(baseline) => Some(baseline),
                // It is to be written anew anyway.
                Err(error) if self.update_baseline => {
                    messages.warning(&format!("{error:#}"));
                    None
                }
                Err(error) => return Err(error),
            },
        };
        let against = Against {
            name,
            known,
            update: self.update_baseline,
        };
        Ok((home, against))
    }
}

fn read(name: &str) -> anyhow::Result<Baseline> {
    if !Path::new(name).exists() {
        bail!("there is no baseline {name}: write it with --update-baseline");
    }
    Baseline::read(&text(name)?).with_context(|| format!("the baseline {name} cannot be used"))
}

impl Against {
    /// What there was; none while it is written anew.
    pub(super) fn known(&self) -> Option<&Baseline> {
        self.known.as_ref().filter(|_| !self.update)
    }

    /// As the user calls it.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it is to be written.
    pub(super) fn is_written(&self) -> bool {
        self.update
    }

    /// Writes what there is, unless that is not all.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(
        &self,
        survey: &Survey,
        context: budget::Context,
        verdict: &gate::Verdict,
        messages: Messages,
    ) -> anyhow::Result<ExitCode> {
        let Some(name) = &self.name else {
            return Ok(ExitCode::Clean);
        };
        if verdict.code != ExitCode::Clean {
            for reason in &verdict.reasons {
                messages.error(reason);
            }
            messages.error("the baseline is left as it is: what was read is not all");
            return Ok(verdict.code);
        }
        let newer = Baseline::of(survey, context);
        file::replace(Path::new(name), |out| newer.write(out)).context("the baseline")?;
        let changed = match &self.known {
            None => "written".to_owned(),
            Some(older) => older
                .changes(&newer)
                .unwrap_or_else(|| "as it was".to_owned()),
        };
        messages.note(&format!("baseline {name}: {changed}"));
        Ok(ExitCode::Clean)
    }
}
