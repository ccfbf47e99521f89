//! `meshctl explain`: what a finding means, offline.

use std::fmt::Write as _;

use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use clap::builder::ValueParser;

use super::ExitCode;
use super::deliver::deliver_text;
use crate::findings::catalogue;
use crate::findings::catalogue::RULES;

/// What a finding means, why it matters, and how to fix it; without an ID, all findings
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    /// Finding to explain
    #[arg(value_name = "ID", value_parser = ids(), hide_possible_values = true)]
    id: Option<String>,
}

const LONG_ABOUT: &str = "\
What a finding means, why it matters, how to confirm and fix it, and when to ignore it. The text is that \
of docs/findings/. Without an ID, lists all findings.

Examples:
  meshctl explain
  meshctl explain labels/unbounded";

fn ids() -> ValueParser {
    let value = |rule: &catalogue::Rule| PossibleValue::new(rule.id).help(rule.title);
    PossibleValuesParser::new(RULES.iter().map(value)).into()
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match args.id.as_deref().and_then(catalogue::find) {
        Some(rule) => deliver_text(rule.page)?,
        None => deliver_text(&list())?,
    }
    Ok(ExitCode::Clean)
}

fn list() -> String {
    let width = RULES
        .iter()
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for rule in &*RULES {
        let _ = writeln!(
            text,
            "{:width$}  {:6}  {}",
            rule.id,
            rule.severity.as_str(),
            rule.title
        );
    }
    text
}
