//! What surrounds the process: environment, terminals, clock. Nothing else in the program reads these.

use std::io;
use std::io::IsTerminal;
use std::time::Instant;

use anyhow::Context;

use crate::report::Style;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal that can show it
    Auto,
    /// Into pipes and files too
    Always,
    /// Not at all
    Never,
}

/// The environment as found, before anything is concluded from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    no_color: Option<String>,
    clicolor_force: Option<String>,
    term: Option<String>,
    columns: Option<String>,
    /// `LC_ALL`, `LC_CTYPE`, `LANG`, in the order in which they count.
    locale: [Option<String>; 3],
    stdin_is_terminal: bool,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    /// Columns of the terminal behind standard output.
    terminal_width: Option<u16>,
}

impl Surroundings {
    /// Looks once.
    pub(super) fn read() -> Self {
        let stdout = io::stdout();
        let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0);
        Self {
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            columns: variable("COLUMNS"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].map(variable),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: stdout.is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            terminal_width: width,
        }
    }

    fn color(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.no_color.is_some() => false,
            ColorChoice::Auto if self.forces_color() => true,
            ColorChoice::Auto => is_terminal && !self.is_dumb(),
        }
    }

    fn forces_color(&self) -> bool {
        self.clicolor_force
            .as_deref()
            .is_some_and(|value| value != "0")
    }

    fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }

    /// The first locale variable that is set decides, as in POSIX; Windows terminals are Unicode.
    fn unicode(&self) -> bool {
        let locale = self.locale.iter().flatten().next();
        locale.map_or(cfg!(windows), |locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
    }

    fn width(&self) -> usize {
        let columns = || {
            self.columns
                .as_deref()?
                .parse()
                .ok()
                .filter(|&columns| columns > 0)
        };
        self.terminal_width
            .or_else(columns)
            .unwrap_or(DEFAULT_WIDTH)
            .into()
    }
}

/// Columns where nobody says how many there are.
const DEFAULT_WIDTH: u16 = 80;

/// A variable that is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable as it is set, be it to nothing; `None` also where it is not text.
#[expect(
    clippy::disallowed_methods,
    reason = "configurations refer to the environment by `${env:NAME}`"
)]
pub(super) fn environment(name: &str) -> Option<String> {
    // These make `std::env::var` panic or find nothing on some systems.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var(name).ok()
}

/// The time of day, in nanoseconds since 1970; 0 where the clock stands before that.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub(super) fn now_ns() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// A number that nobody knows beforehand.
pub(super) fn seed() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("{error}"))
        .context("cannot get random numbers from the system")?;
    Ok(u64::from_ne_bytes(bytes))
}

/// The wall clock.
pub(super) fn timestamp() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Now, for saying how long something took.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// What the streams can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terminal {
    /// How the report may look.
    pub(super) report: Style,
    /// Colour in messages.
    pub(super) color_messages: bool,
    /// Somebody would have to type the input.
    pub(super) types_input: bool,
    /// Progress can be drawn.
    pub(super) can_draw: bool,
}

impl Terminal {
    /// Concludes what can be shown; a choice made by flag goes before the environment.
    pub(super) fn new(around: &Surroundings, color: ColorChoice) -> Self {
        Self {
            report: Style {
                width: around.width(),
                color: around.color(color, around.stdout_is_terminal),
                unicode: around.unicode(),
                escape: around.stdout_is_terminal,
            },
            color_messages: around.color(color, around.stderr_is_terminal),
            types_input: around.stdin_is_terminal,
            can_draw: around.stderr_is_terminal && !around.is_dumb(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_a_terminal() -> Surroundings {
        Surroundings {
            stdout_is_terminal: true,
            stderr_is_terminal: true,
            ..Surroundings::default()
        }
    }

    #[test]
    fn color_needs_a_terminal_that_can_show_it() {
        let auto = |around: &Surroundings| Terminal::new(around, ColorChoice::Auto).report.color;
        assert!(auto(&on_a_terminal()));
        assert!(!auto(&Surroundings::default()));
        assert!(!auto(&Surroundings {
            term: Some("dumb".to_owned()),
            ..on_a_terminal()
        }));
        assert!(!auto(&Surroundings {
            no_color: Some("1".to_owned()),
            ..on_a_terminal()
        }));
    }

    #[test]
    fn color_can_be_forced_where_it_is_not_forbidden() {
        let forced = Surroundings {
            clicolor_force: Some("1".to_owned()),
            ..Surroundings::default()
        };
        assert!(forced.color(ColorChoice::Auto, false));
        let zero = Surroundings {
            clicolor_force: Some("0".to_owned()),
            ..Surroundings::default()
        };
        assert!(!zero.color(ColorChoice::Auto, false));
        let both = Surroundings {
            no_color: Some("1".to_owned()),
            ..forced
        };
        assert!(!both.color(ColorChoice::Auto, false));
    }

    #[test]
    fn the_flag_goes_before_the_environment() {
        let none = Surroundings {
            no_color: Some("1".to_owned()),
            ..Surroundings::default()
        };
        assert!(none.color(ColorChoice::Always, false));
        let forced = Surroundings {
            clicolor_force: Some("1".to_owned()),
            ..on_a_terminal()
        };
        assert!(!forced.color(ColorChoice::Never, true));
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let unicode = |locale| {
            Surroundings {
                locale,
                ..Surroundings::default()
            }
            .unicode()
        };
        assert!(unicode([None, None, Some("de_DE.UTF-8".to_owned())]));
        assert!(unicode([
            Some("C.utf8".to_owned()),
            None,
            Some("C".to_owned())
        ]));
        assert!(!unicode([
            Some("C".to_owned()),
            None,
            Some("de_DE.UTF-8".to_owned())
        ]));
        assert_eq!(unicode([None, None, None]), cfg!(windows));
    }

    #[test]
    fn width_is_the_terminals_then_what_is_said_then_eighty() {
        let around = Surroundings {
            columns: Some("100".to_owned()),
            ..Surroundings::default()
        };
        assert_eq!(around.width(), 100);
        assert_eq!(
            Surroundings {
                terminal_width: Some(120),
                ..around
            }
            .width(),
            120
        );
        for columns in [None, Some("0".to_owned()), Some("wide".to_owned())] {
            assert_eq!(
                Surroundings {
                    columns,
                    ..Surroundings::default()
                }
                .width(),
                80
            );
        }
    }
}
