//! How the process ends: one number for each outcome, the same for every output format.

use std::fmt::Write as _;

/// The outcome of a run.
///
/// Ordered by precedence: where several are true at once, the greatest is the one reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// 0: it ran, and nothing is at or above `--fail-on`.
    Clean,
    /// 1: there is a finding at or above `--fail-on`.
    Findings,
    /// 3: some of what was named could not be read; the report covers the rest.
    Partial,
    /// 2: it could not be done: wrong usage, nothing readable, output not writable, or lines refused
    /// under `--strict`.
    CouldNot,
    /// 130: stopped by Ctrl-C or a termination signal; the report covers what was read until then.
    Interrupted,
}

impl ExitCode {
    /// All outcomes, by number.
    pub const ALL: [Self; 5] = [
        Self::Clean,
        Self::Findings,
        Self::CouldNot,
        Self::Partial,
        Self::Interrupted,
    ];

    /// What the shell sees.
    pub fn number(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::CouldNot => 2,
            Self::Partial => 3,
            Self::Interrupted => 130,
        }
    }

    /// What it means, as help and manual say it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "clean: no finding at or above --fail-on",
            Self::Findings => "findings at or above --fail-on",
            Self::CouldNot => {
                "could not do it: usage, nothing readable, or refused lines with --strict"
            }
            Self::Partial => {
                "incomplete: some sources could not be read, the report covers the rest"
            }
            Self::Interrupted => "interrupted: the report covers what was read until then",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.number().into()
    }
}

/// The table at the end of the long help.
pub(super) fn table() -> String {
    let mut text = String::from("Exit codes:\n");
    for code in ExitCode::ALL {
        let _ = writeln!(text, "  {:>3}  {}", code.number(), code.meaning());
    }
    text.push_str("\nWhere several are true, 130 goes before 2, 2 before 3, and 3 before 1. ");
    text.push_str("The output format never changes the code.");
    text
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn precedence_is_not_the_order_of_numbers() {
        let mut codes = ExitCode::ALL;
        codes.sort();
        assert_eq!(codes.map(ExitCode::number), [0, 1, 3, 2, 130]);
    }
}
