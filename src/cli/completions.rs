//! `meshctl completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

use super::ExitCode;
use super::deliver::deliver;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    /// Shell to complete in
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

const LONG_ABOUT: &str = "\
Print a completion script for a shell, to be put where that shell looks for one.

Examples:
  meshctl completions bash > ~/.local/share/bash-completion/completions/meshctl
  meshctl completions zsh > ~/.zfunc/_meshctl
  meshctl completions fish > ~/.config/fish/completions/meshctl.fish";

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    // Generated first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "meshctl", &mut script);
    deliver(|out| out.write_all(&script))?;
    Ok(ExitCode::Clean)
}
