//! `meshctl check --init`: writes a budget file from what there is.

use std::path::Path;

use anyhow::bail;

use super::policy::NAMES;
use crate::budget;
use crate::budget::Start;
use crate::cli::ExitCode;
use crate::cli::deliver::deliver_text;
use crate::cli::gate::Verdict;
use crate::cli::messages::Messages;
use crate::cli::outputs::file;

/// Whether and how to write a new budget file.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A new budget file")]
pub(super) struct InitArgs {
    /// Write a commented meshctl.yaml (or --config FILE, `-` for standard output) with budgets for what is there
    #[arg(long)]
    init: bool,
    /// How much more than what is there the budgets of --init allow
    #[arg(long, value_name = "SHARE", default_value = "20%", value_parser = headroom)]
    headroom: f64,
    /// Let --init replace a file that is there
    #[arg(long, requires = "init")]
    force: bool,
}

/// `20%` or `0.2`; more than everything again is allowed too.
fn headroom(typed: &str) -> Result<f64, String> {
    let (number, whole) = match typed.strip_suffix('%') {
        Some(number) => (number.trim(), 100.0),
        None => (typed, 1.0),
    };
    match number.parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 && number / whole <= 100.0 => {
            Ok(number / whole)
        }
        _ => Err("write it like 20% or 0.2".to_owned()),
    }
}

impl InitArgs {
    /// Whether a file is to be written.
    pub(super) fn is_asked(&self) -> bool {
        self.init
    }

    /// As a share.
    pub(super) fn headroom(&self) -> f64 {
        self.headroom
    }

    /// Writes it, unless what was read is not all.
    ///
    /// # Errors
    /// There is a file already, or it cannot be written.
    pub(super) fn write(
        &self,
        typed: Option<&str>,
        start: &Start<'_>,
        verdict: &Verdict,
        messages: Messages,
    ) -> anyhow::Result<ExitCode> {
        if verdict.code != ExitCode::Clean {
            for reason in &verdict.reasons {
                messages.error(reason);
            }
            messages
                .error("no budget file is written: what was read is not all, see --allow-partial");
            return Ok(verdict.code);
        }
        let text = budget::init(start);
        let name = typed.unwrap_or(NAMES[0]);
        if name == "-" {
            deliver_text(&text)?;
            return Ok(ExitCode::Clean);
        }
        if !self.force && Path::new(name).exists() {
            bail!("{name} is there already: --force replaces it, `--config -` shows the new one");
        }
        file::replace(Path::new(name), |out| out.write_all(text.as_bytes()))?;
        messages.note(&format!(
            "{name} written: read it, and then run `meshctl check`"
        ));
        Ok(ExitCode::Clean)
    }
}
