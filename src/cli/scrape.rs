//! `meshctl scrape`: save scrapes with their coverage.

mod summary;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::builder::StringValueParser;
use clap::builder::TypedValueParser;
use jiff::Timestamp;

use super::ExitCode;
use super::counting;
use super::interrupt;
use super::messages::Messages;
use super::progress;
use super::sources::SourceArgs;
use super::terminal;
use super::terminal::Terminal;
use super::values;
use crate::snapshot;
use crate::snapshot::Clock;
use crate::snapshot::Destination;
use crate::snapshot::Key;
use crate::survey;

/// Save scrapes with their coverage, to read them again with any command
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT, after_long_help = super::exit::table())]
pub(super) struct Args {
    #[command(flatten)]
    sources: SourceArgs,
    /// Where to save: FILE.tar.zst, a directory (DIR/), or `-` for an archive on standard output
    ///
    /// An archive takes its name when it is whole: killed at any moment, there is the old file or the new
    /// one. A directory keeps every body that is complete, and says so when it is read.
    #[arg(
        short,
        long,
        value_name = "FILE|DIR/",
        help_heading = "What to save",
        env = "MESHCTL_SCRAPE_OUTPUT",
        hide_env_values = true
    )]
    output: PathBuf,
    /// Replace the snapshot that is there; without it nothing is overwritten
    ///
    /// An old archive stays until the new one is whole. In a directory the old snapshot goes first.
    #[arg(
        long,
        help_heading = "What to save",
        env = "MESHCTL_FORCE",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    force: bool,
    /// How often to read all targets, all in one snapshot
    ///
    /// A command reads the last complete sweep; SNAPSHOT#1 names the first.
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        value_parser = sweeps,
        help_heading = "What to save",
        env = "MESHCTL_COUNT",
        hide_env_values = true
    )]
    count: NonZeroU32,
    /// From the beginning of one sweep to that of the next
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30s",
        value_parser = values::duration,
        help_heading = "What to save",
        env = "MESHCTL_INTERVAL",
        hide_env_values = true
    )]
    interval: Duration,
    /// Replace names and addresses by pseudonyms, in bodies and in the manifest
    ///
    /// Equal stays equal and different stays different, so that counts, savings and edges are the same.
    /// With KEYFILE, which is made if it does not exist, other snapshots of the same key get the same
    /// pseudonyms; without, the key is gone afterwards. Metric names, label names and HELP texts stay.
    #[arg(
        long,
        value_name = "KEYFILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        value_parser = StringValueParser::new().map(KeyChoice::of),
        help_heading = "What to save",
        env = "MESHCTL_REDACT",
        hide_env_values = true
    )]
    redact: Option<KeyChoice>,
}

const LONG_ABOUT: &str = "\
Saves the bodies of all targets, byte for byte, with what is known of them: when, which targets, their \
labels, and which failed or were passed over and why. Every command reads a snapshot back with the same \
numbers. Nothing is written where nothing could be read.

Examples:
  A file to look at later, or elsewhere
    meshctl scrape -o web.tar.zst http://localhost:4191/metrics
    meshctl audit web.tar.zst
  Two sweeps a minute apart
    meshctl scrape -o series.tar.zst --count 2 --interval 1m http://localhost:4191/metrics
    meshctl audit series.tar.zst#1
  To share, without a name in it
    meshctl scrape -o shared.tar.zst --redact dumps/";

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        sources,
        output,
        force,
        count,
        interval,
        redact,
    } = args;
    if output.as_os_str() == "-" && terminal.report.escape {
        anyhow::bail!("an archive is nothing for a terminal: name a file, -o FILE.tar.zst");
    }
    if sources.reads_stdin() && count.get() > 1 {
        anyhow::bail!("standard input can be read once only: leave --count out");
    }
    if sources.takes_stdin() && terminal.types_input {
        messages.note("reading from the terminal: paste it and end with Ctrl-D");
    }
    let manner = sources.progress(terminal, messages);
    sources.say_idle_flags(messages);
    let Some(survey) = sources.plan()? else {
        messages.error(counting::NO_SOURCE);
        messages.note("for example: meshctl scrape -o web.tar.zst http://localhost:4191/metrics");
        return Ok(ExitCode::CouldNot);
    };
    let destination = Destination::of(&output, force, &survey.sources.sources)?;
    let redact = match redact {
        Some(KeyChoice::File(file)) => {
            Some(summary::say_key(Key::from_file(&file)?, &file, messages))
        }
        Some(KeyChoice::New) => Some(Key::random()?),
        None => None,
    };
    let plan = snapshot::Plan {
        sources: survey.sources,
        workers: survey.workers,
        max_line_bytes: survey.max_line_bytes,
        sweeps: count.get(),
        interval,
        redact,
        scratch: std::env::temp_dir(),
    };
    let control = Arc::new(survey::Control::default());
    interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
    let strings = snapshot::Control {
        cancel: &control.cancel,
        progress: &control.progress,
        targets_done: &control.targets_done,
        targets_failed: &control.targets_failed,
        body_bytes: &control.body_bytes,
    };
    let start = terminal::now();
    let work = || snapshot::take(&plan, strings, &WallClock, destination.clone());
    let taken = progress::watch(&control, manner, work)?;
    let spent = terminal::now().duration_since(start);
    summary::conclude(&taken, &output, &destination, spent, terminal, messages)
}

/// Which key makes the pseudonyms.
#[derive(Debug, Clone)]
enum KeyChoice {
    /// One that is forgotten.
    New,
    /// That in a file.
    File(PathBuf),
}

impl KeyChoice {
    fn of(typed: String) -> Self {
        if typed.is_empty() {
            Self::New
        } else {
            Self::File(PathBuf::from(typed))
        }
    }
}

/// A whole number from 1 on.
fn sweeps(typed: &str) -> Result<NonZeroU32, String> {
    typed
        .parse()
        .map_err(|_| "not a whole number from 1 on".to_owned())
}

/// The clock on the wall.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let nanoseconds = i128::from(terminal::now_ns());
        Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn wait(&self, until: Timestamp, cancel: &AtomicBool) {
        /// How soon a Ctrl-C is heard.
        const LOOK: Duration = Duration::from_millis(100);
        while !cancel.load(Ordering::Relaxed) {
            let left = Duration::try_from(until.duration_since(self.now())).unwrap_or_default();
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(LOOK));
        }
    }
}
