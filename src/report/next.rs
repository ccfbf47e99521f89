//! The command to run next, ready to be pasted into a shell.

use globset::GlobMatcher;

use crate::findings::Finding;
use crate::report::Command;
use crate::report::Page;
use crate::report::Style;
use crate::report::View;
use crate::report::text::is_hostile;
use crate::survey::Survey;

/// Sources that are repeated; more (a glob that the shell expanded) are left to the user.
const REPEATED_SOURCES: usize = 4;

/// What to run after this report: from an audit or from families, the labels of the first family shown;
/// from labels and filter, or where no family was read, the explanation of the worst finding. `None` where there is
/// nothing to suggest.
///
/// The text is safe for a terminal and for a POSIX shell: a name that cannot be shown as it is (control
/// or invisible characters) is never part of it.
pub fn next_command(survey: &Survey, findings: &[Finding], view: &View) -> Option<String> {
    let style = Style {
        width: 80,
        color: false,
        unicode: false,
        escape: true,
    };
    let page = Page {
        survey,
        findings,
        view,
        style: &style,
        wide: false,
    };
    let explain = || {
        let worst = page.findings(Some(1)).shown.first().copied()?;
        Some(format!("meshctl explain {}", quoted(worst.id)?))
    };
    let drill_down = || {
        let family = page.families(Some(1)).shown.first().copied()?;
        let pattern = globset::escape(&family.name);
        // `--family=-x`, for a name that would read as a flag.
        if family.name.starts_with('-') {
            return command(survey, "labels", &[&format!("--family={pattern}")]);
        }
        command(survey, "labels", &["--family", &pattern])
    };
    let asks_again = matches!(view.command, Command::Audit | Command::Families);
    if asks_again && survey.inputs.iter().any(|input| is_consumed(input)) {
        return None;
    }
    let widen = || {
        let _: &GlobMatcher = view.family.as_ref()?;
        command(survey, "labels", &[])
    };
    match view.command {
        Command::Audit | Command::Families => drill_down().or_else(explain),
        Command::Labels => explain().or_else(widen),
        Command::Filter => explain(),
    }
}

/// `meshctl NAME SOURCE… ARGUMENT…`, quoted; `None` where a part of it cannot be shown or
/// not be read again.
pub(super) fn command(survey: &Survey, name: &str, arguments: &[&str]) -> Option<String> {
    let mut words = vec!["meshctl".to_owned(), name.to_owned()];
    if survey.inputs.len() > REPEATED_SOURCES {
        words.push("SOURCE...".to_owned());
    } else {
        for input in &survey.inputs {
            if is_consumed(input) {
                return None;
            }
            // A path that would read as a flag.
            let input = if input.starts_with('-') {
                format!("./{input}")
            } else {
                input.clone()
            };
            words.push(quoted(&input)?);
        }
    }
    for argument in arguments {
        words.push(quoted(argument)?);
    }
    Some(words.join(" "))
}

/// Whether a source is gone once it is read: standard input, or what the shell opened for this command.
fn is_consumed(input: &str) -> bool {
    input == "-"
        || ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"]
            .iter()
            .any(|place| input.starts_with(place))
}

/// One word for a POSIX shell, in single quotes where it needs any.
fn quoted(word: &str) -> Option<String> {
    if word.chars().any(is_hostile) {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_whatever_a_shell_would_read() {
        let cases = [
            ("web.prom", Some("web.prom")),
            ("my dump.prom", Some("'my dump.prom'")),
            ("$(reboot)", Some("'$(reboot)'")),
            ("it's", Some(r"'it'\''s'")),
            ("*.prom", Some("'*.prom'")),
            ("~root", Some("'~root'")),
            ("", Some("''")),
            ("a\u{202e}b", None),
            ("a\nreboot", None),
        ];
        for (word, expected) in cases {
            assert_eq!(quoted(word).as_deref(), expected);
        }
    }

    #[test]
    fn a_path_is_never_read_as_a_flag() {
        let survey = Survey {
            inputs: vec!["web.prom".to_owned(), "--help".to_owned()],
            ..Survey::default()
        };
        let audit = command(&survey, "audit", &["-o", "json"]);
        assert_eq!(
            audit.as_deref(),
            Some("meshctl audit web.prom ./--help -o json")
        );
    }

    #[test]
    fn what_can_be_read_only_once_is_not_suggested_again() {
        for input in ["-", "/dev/stdin", "/dev/fd/63", "/proc/self/fd/11"] {
            let survey = Survey {
                inputs: vec!["web.prom".to_owned(), input.to_owned()],
                ..Survey::default()
            };
            assert_eq!(command(&survey, "audit", &[]), None, "{input}");
        }
    }
}
