//! Where a gate's outcome goes: any number of formats, each to standard output or a file.
//!
//! `-o FORMAT[=PATH]`. What can be refused is refused before anything is read; what goes wrong while writing
//! is said for each output, and the others are written all the same.

pub(super) mod file;
mod format;

use std::ffi::OsStr;
use std::path::Path;
use std::path::PathBuf;

use anyhow::bail;

use super::ExitCode;
use super::deliver::deliver;
use super::messages::Messages;
use super::terminal;
use super::terminal::Terminal;
use crate::report;
use crate::report::Judged;
use crate::report::JudgedFormat;
use crate::report::Style;
use format::Format;
use format::Request;
use format::RequestParser;

/// Formats and where they go.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "What to show")]
pub(super) struct OutputsArgs {
    /// Output format, and the file it goes to; may be given several times
    ///
    /// Without a PATH, or with `-` as PATH, it goes to standard output; one can. Where all go to files, the table
    /// still goes to standard output. A file appears when it is whole. The exit code is the same in every format.
    #[arg(
        short,
        long,
        value_name = "FORMAT[=PATH]",
        value_parser = RequestParser,
        env = "MESHCTL_OUTPUT",
        hide_env_values = true
    )]
    output: Vec<Request>,
}

/// What will be written, checked: at most one goes to standard output, and no two to one file.
#[derive(Debug)]
pub(super) struct Outputs {
    writes: Vec<(JudgedFormat, Destination)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Destination {
    Stdout,
    File(PathBuf),
    /// Behind what is there.
    Append(PathBuf),
}

/// GitHub's name for the file that a step's summary is written to.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

impl OutputsArgs {
    /// What these come to; call it before any work is done.
    ///
    /// # Errors
    /// Two for standard output, two for one file, a directory that is not there, or no file for a summary.
    pub(super) fn plan(&self) -> anyhow::Result<Outputs> {
        Outputs::new(&self.output, terminal::variable(STEP_SUMMARY).as_deref())
    }
}

impl Outputs {
    fn new(requests: &[Request], step_summary: Option<&str>) -> anyhow::Result<Self> {
        let mut writes = Vec::new();
        for request in requests {
            let format = request.format;
            let destination = match &request.path {
                Some(path) if path == Path::new("-") => Destination::Stdout,
                Some(path) if format == Format::GithubSummary => Destination::Append(path.clone()),
                Some(path) => Destination::File(path.clone()),
                None if format != Format::GithubSummary => Destination::Stdout,
                None => match step_summary {
                    Some(path) => Destination::Append(PathBuf::from(path)),
                    None => bail!(
                        "-o {}: {STEP_SUMMARY} is not set; outside of GitHub Actions name a file: -o {}=PATH",
                        format.as_str(),
                        format.as_str()
                    ),
                },
            };
            if let Destination::File(path) | Destination::Append(path) = &destination {
                file::check(path)
                    .map_err(|error| error.context(format!("-o {}", format.as_str())))?;
            }
            let taken = |(_, other): &(JudgedFormat, Destination)| *other == destination;
            if writes.iter().any(taken) {
                match &destination {
                    Destination::Stdout => bail!(
                        "-o {}: another format goes to standard output already; name a file: -o {}=PATH",
                        format.as_str(),
                        format.as_str()
                    ),
                    Destination::File(path) | Destination::Append(path) => bail!(
                        "-o {}: another format goes to {} already",
                        format.as_str(),
                        path.display()
                    ),
                }
            }
            writes.push((format.written_as(), destination));
        }
        if !writes.iter().any(|(_, to)| *to == Destination::Stdout) {
            writes.push((JudgedFormat::Table, Destination::Stdout));
        }
        Ok(Self { writes })
    }

    /// Writes everything, files first. Returns [`ExitCode::CouldNot`] if any could not be written, which is
    /// said; else [`ExitCode::Clean`]: the greater of this and the outcome is the exit code.
    pub(super) fn deliver(
        &self,
        judged: &Judged<'_>,
        terminal: &Terminal,
        messages: Messages,
    ) -> ExitCode {
        let mut code = ExitCode::Clean;
        // Whoever reads standard output may end the process by closing it.
        let is_last = |to: &Destination| *to == Destination::Stdout;
        let files = self.writes.iter().filter(|(_, to)| !is_last(to));
        let stdout = self.writes.iter().filter(|(_, to)| is_last(to));
        for (format, to) in files.chain(stdout) {
            let style = style(*format, to, &terminal.report);
            let write =
                |out: &mut dyn std::io::Write| report::write_judged(judged, &style, *format, out);
            let written = match to {
                Destination::Stdout => deliver(write),
                Destination::File(path) => file::replace(path, write),
                Destination::Append(path) => file::append(path, write),
            };
            if let Err(error) = written {
                messages.error(&format!("{error:#}"));
                code = ExitCode::CouldNot;
            }
        }
        code
    }
}

/// A file is no terminal: no colour, nothing escaped for one; and what a page on the web is made of may be
/// Unicode whatever the locale of a build machine.
fn style(format: JudgedFormat, to: &Destination, terminal: &Style) -> Style {
    if *to == Destination::Stdout {
        return terminal.clone();
    }
    Style {
        color: false,
        escape: false,
        unicode: terminal.unicode || format == JudgedFormat::Markdown,
        ..terminal.clone()
    }
}

/// Splits what was typed at the first `=`.
fn split(typed: &OsStr) -> Option<(String, Option<PathBuf>)> {
    let Some(text) = typed.to_str() else {
        // The name of a format is text; only the path behind it may be none.
        return split_bytes(typed);
    };
    Some(match text.split_once('=') {
        Some((name, path)) => (name.to_owned(), Some(PathBuf::from(path))),
        None => (text.to_owned(), None),
    })
}

#[cfg(unix)]
fn split_bytes(typed: &OsStr) -> Option<(String, Option<PathBuf>)> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = typed.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    let name = std::str::from_utf8(&bytes[..at]).ok()?;
    let path = PathBuf::from(OsStr::from_bytes(&bytes[at + 1..]));
    Some((name.to_owned(), Some(path)))
}

#[cfg(not(unix))]
fn split_bytes(_: &OsStr) -> Option<(String, Option<PathBuf>)> {
    None
}

#[cfg(test)]
mod tests;
