//! What is said on standard error: errors, warnings, notes, the next command.

use std::fmt::Display;
use std::io;
use std::io::Write;

use owo_colors::OwoColorize;
use owo_colors::Style;

use super::program::Program;
use crate::report;
use crate::source::Remark;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Volume {
    /// Errors only.
    Quiet,
    /// Errors, warnings and the next command.
    Normal,
    /// Also how long it took, and warnings without a limit.
    Verbose,
}

/// Standard error. A message that cannot be written is lost without a word: there is nowhere left to say so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Messages {
    volume: Volume,
    color: bool,
    unicode: bool,
    program: Program,
}

impl Messages {
    pub(super) fn new(volume: Volume, color: bool, unicode: bool, program: Program) -> Self {
        Self {
            volume,
            color,
            unicode,
            program,
        }
    }

    pub(super) fn is_quiet(self) -> bool {
        self.volume == Volume::Quiet
    }

    pub(super) fn is_verbose(self) -> bool {
        self.volume == Volume::Verbose
    }

    /// Why the exit code is not 0. Always said.
    pub(super) fn error(self, text: &str) {
        self.say(&"error:", Style::new().red().bold(), text);
    }

    /// What the reader should know before believing the report.
    pub(super) fn warning(self, text: &str) {
        if self.volume != Volume::Quiet {
            self.say(&"warning:", Style::new().yellow().bold(), text);
        }
    }

    /// What helps.
    pub(super) fn note(self, text: &str) {
        if self.volume != Volume::Quiet {
            self.say(&"note:", Style::new().bold(), &self.program.retold(text));
        }
    }

    /// What only `--verbose` asks for.
    pub(super) fn detail(self, text: &str) {
        if self.volume == Volume::Verbose {
            self.say(&"note:", Style::new().bold(), text);
        }
    }

    /// Lines of a configuration with what is wrong with them, complete and made safe. Always said.
    pub(super) fn excerpt(lines: &str) {
        let _ = io::stderr().lock().write_all(lines.as_bytes());
    }

    /// What is known of how targets were found.
    pub(super) fn remarks(self, remarks: &[Remark]) {
        for remark in remarks {
            match remark {
                Remark::Note(text) => self.note(text),
                Remark::Detail(text) => self.detail(text),
                Remark::Manifest(_) if self.is_quiet() => {}
                Remark::Manifest(lines) => Self::excerpt(lines),
            }
        }
    }

    /// The command to run next.
    pub(super) fn next(self, command: &str) {
        if self.volume != Volume::Quiet {
            self.say(&"next:", Style::new().bold(), &self.program.retold(command));
        }
    }

    /// One line. Texts hold names from files and scrapes, so each is made safe for a terminal.
    fn say(self, kind: &dyn Display, style: Style, text: &str) {
        let style = if self.color { style } else { Style::new() };
        let text = if self.unicode {
            report::escape_terminal(text)
        } else {
            report::escape_ascii(text)
        };
        let _ = writeln!(io::stderr().lock(), "{} {text}", kind.style(style));
    }
}
