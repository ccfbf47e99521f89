//! `meshctl man`: manual pages.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;

use super::ExitCode;
use super::deliver::deliver;

/// Print the manual page, or write the pages of all commands to a directory
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    /// Write one page for each command into this directory instead; made where it is missing
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const LONG_ABOUT: &str = "\
Print the manual page, or write the pages of all commands to a directory.

Examples:
  meshctl man | man -l -
  meshctl man --dir ~/.local/share/man/man1";

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.dir {
        Some(dir) => write_all(dir)
            .with_context(|| format!("cannot write manual pages to {}", dir.display()))?,
        None => deliver(|out| clap_mangen::Man::new(super::command()).render(out))?,
    }
    Ok(ExitCode::Clean)
}

fn write_all(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(super::command(), dir)
}
