//! The name the program was called by: one binary answers to three.
//!
//! `kubectl meshctl` runs a `kubectl-meshctl` of the path, `linkerd meshctl` a `linkerd-meshctl`. Both are this
//! program under another name, and help and messages then show the command that was really typed.

use std::ffi::OsStr;
use std::path::Path;

use clap::Command;

/// Which of its names the program goes by in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Program {
    /// `meshctl`, or whatever else somebody called the file.
    #[default]
    Meshctl,
    /// `kubectl-meshctl`: a plugin of kubectl.
    Kubectl,
    /// `linkerd-meshctl`: an extension of the linkerd command.
    Linkerd,
}

impl Program {
    /// By the first word of the command line.
    pub(super) fn of(invoked: Option<&OsStr>) -> Self {
        let stem = invoked.and_then(|path| Path::new(path).file_stem());
        // kubectl reads `_` in a plugin's file name as a `-` of the command.
        let stem = stem.map(|stem| stem.to_string_lossy().to_ascii_lowercase());
        match stem.as_deref() {
            Some("kubectl-meshctl") => Self::Kubectl,
            Some("linkerd-meshctl") => Self::Linkerd,
            _ => Self::Meshctl,
        }
    }

    /// What a user types.
    pub(super) fn typed(self) -> &'static str {
        match self {
            Self::Meshctl => PLAIN,
            Self::Kubectl => "kubectl meshctl",
            Self::Linkerd => "linkerd meshctl",
        }
    }

    /// `text` with this name wherever a command of ours stands in it.
    pub(super) fn retold(self, text: &str) -> String {
        if self == Self::Meshctl {
            return text.to_owned();
        }
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(COMMAND) {
            let (before, from) = rest.split_at(at);
            told.push_str(before);
            let starts_word = before.is_empty() || before.ends_with([' ', '\n', '`', '\'', '(']);
            told.push_str(if starts_word { self.typed() } else { PLAIN });
            told.push(' ');
            rest = &from[COMMAND.len()..];
        }
        told.push_str(rest);
        told
    }

    /// The command line as data, with this name in usage and examples.
    pub(super) fn command(self, command: Command) -> Command {
        if self == Self::Meshctl {
            return command;
        }
        self.with_texts(command.bin_name(self.typed()))
    }

    fn with_texts(self, mut command: Command) -> Command {
        if let Some(about) = command.get_long_about() {
            let about = self.retold(&about.to_string());
            command = command.long_about(about);
        }
        if let Some(help) = command.get_after_long_help() {
            let help = self.retold(&help.to_string());
            command = command.after_long_help(help);
        }
        // Only a usage that was written by hand has two lines, and the name in it.
        let usage = command.render_usage().to_string();
        if let Some(written) = usage.strip_prefix("Usage: ").filter(|it| it.contains('\n')) {
            command = command.override_usage(self.retold(written));
        }
        command.mut_subcommands(|subcommand| self.with_texts(subcommand))
    }
}

const PLAIN: &str = "meshctl";

/// How a command of ours begins in a text.
const COMMAND: &str = "meshctl ";

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str) -> Program {
        Program::of(Some(OsStr::new(name)))
    }

    #[test]
    fn the_file_name_decides() {
        assert_eq!(called("/usr/bin/kubectl-meshctl"), Program::Kubectl);
        assert_eq!(called("linkerd-meshctl.exe"), Program::Linkerd);
        assert_eq!(called("./meshctl"), Program::Meshctl);
        assert_eq!(called("kubectl-meshctl-old"), Program::Meshctl);
        assert_eq!(Program::of(None), Program::Meshctl);
    }

    #[test]
    fn commands_in_texts_are_renamed_and_nothing_else() {
        let text = "Examples:\n  meshctl audit x | meshctl audit -\n  cp kubectl-meshctl /usr/bin";
        assert_eq!(
            Program::Kubectl.retold(text),
            "Examples:\n  kubectl meshctl audit x | kubectl meshctl audit -\n  cp kubectl-meshctl /usr/bin"
        );
        assert_eq!(Program::Meshctl.retold(text), text);
    }

    #[test]
    fn help_shows_the_name_that_was_typed() {
        let mut command = Program::Kubectl.command(super::super::command());
        let help = command.render_long_help().to_string();
        assert!(help.contains("Usage: kubectl meshctl"), "{help}");
        assert!(help.contains("    kubectl meshctl audit"), "{help}");
        assert!(!help.contains("    meshctl"), "{help}");
        let diff = command.find_subcommand_mut("diff").unwrap();
        let usage = diff.render_usage().to_string();
        assert_eq!(usage.matches("kubectl meshctl diff").count(), 2, "{usage}");
    }
}
