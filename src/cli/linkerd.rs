//! What the linkerd command asks of its extensions: who are you, and what do your checks say.
//!
//! `linkerd check` runs each `linkerd-NAME` of the path that answers `_extension-metadata`, as
//! `linkerd-NAME check --FLAG=VALUE… --output=json` (`cli/cmd/check_extensions.go` and `check.go` in linkerd2), and
//! reads JSON from standard output. So a failure is JSON too.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use super::ExitCode;
use super::deliver::deliver;
use super::deliver::deliver_text;
use super::interrupt;
use super::sources::SourceArgs;
use super::terminal::ColorChoice;
use super::terminal::Surroundings;
use super::terminal::Terminal;
use super::values;
use crate::findings;
use crate::findings::Thresholds;
use crate::report::Healthcheck;
use crate::report::HealthcheckFormat;
use crate::survey;
use crate::survey::Control;

/// The name has to be that of the file; `always`: whatever is installed in the cluster.
const METADATA: &str = "{\"name\":\"linkerd-meshctl\",\"checks\":\"always\"}\n";

/// Checks what the proxies' metrics cost and hide, as part of `linkerd check`
#[derive(Debug, Parser)]
#[command(
    name = "linkerd meshctl check",
    bin_name = "linkerd meshctl check",
    version
)]
struct Check {
    /// Namespace of the proxies [default: all]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// The kubeconfig
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<String>,
    /// User to act as
    #[arg(long = "as", value_name = "USER")]
    act_as: Option<String>,
    /// Groups to act as; `[a,b]` is how the linkerd command writes a list
    #[arg(long, value_name = "GROUP")]
    as_group: Vec<String>,
    /// How long all of it may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = values::duration)]
    wait: Duration,
    /// How the checks are written
    #[arg(short, long, value_enum, default_value = "table")]
    output: Output,
    /// Where the control plane is; its proxies are read wherever they are
    #[arg(short = 'L', long, hide = true)]
    linkerd_namespace: Option<String>,
    /// Not possible: the kubeconfig says where the API server is
    #[arg(long, hide = true)]
    api_addr: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "true")]
    verbose: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "true")]
    proxy: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// Every check
    Table,
    /// Only what is not well
    Short,
    /// As the linkerd command reads it
    Json,
}

/// The flags of other commands that say what to read.
#[derive(Debug, Parser)]
struct Read {
    #[command(flatten)]
    sources: SourceArgs,
}

/// Answers the linkerd command; `None` where the words are for the rest of the program.
pub(super) fn run(arguments: &[OsString]) -> Option<ExitCode> {
    match arguments.get(1).and_then(|word| word.to_str()) {
        Some("_extension-metadata") => {
            Some(deliver_text(METADATA).map_or(ExitCode::CouldNot, |()| ExitCode::Clean))
        }
        Some("check") => Some(check(&arguments[1..])),
        _ => None,
    }
}

fn check(arguments: &[OsString]) -> ExitCode {
    let terminal = Terminal::new(&Surroundings::read(), ColorChoice::Auto);
    let (outcome, format) = match Check::try_parse_from(arguments) {
        Ok(check) => {
            let format = check.output.format();
            let outcome = judge(check, &terminal);
            let failed = |error: anyhow::Error| Healthcheck::failed(&format!("{error:#}"));
            (outcome.unwrap_or_else(failed), format)
        }
        Err(said) if wants_json(arguments) && said.use_stderr() => {
            let text = said.to_string();
            let first = text.lines().next().unwrap_or_default();
            let reason = first.strip_prefix("error: ").unwrap_or(first);
            (Healthcheck::failed(reason), HealthcheckFormat::Json)
        }
        Err(said) => return super::print_help_or_error(&said),
    };
    match deliver(|out| outcome.write(format, &terminal.report, out)) {
        Err(_) => ExitCode::CouldNot,
        Ok(()) if outcome.success => ExitCode::Clean,
        Ok(()) => ExitCode::Findings,
    }
}

fn judge(check: Check, terminal: &Terminal) -> anyhow::Result<Healthcheck> {
    let Some(plan) = plan(check)? else {
        anyhow::bail!("there is no kubeconfig and no service account of a cluster");
    };
    let control = Arc::new(Control::default());
    interrupt::listen(Arc::clone(&control), terminal.can_draw)?;
    let survey = survey::run(&plan, &control);
    let findings = findings::inspect(&survey, &Thresholds::default());
    Ok(Healthcheck::of(&survey, &findings))
}

/// The same as `meshctl audit` with these flags reads.
fn plan(check: Check) -> anyhow::Result<Option<survey::Plan>> {
    let Check {
        namespace,
        context,
        kubeconfig,
        act_as,
        as_group,
        wait,
        output: _,
        linkerd_namespace: _,
        api_addr,
        verbose: _,
        proxy: _,
    } = check;
    if let Some(address) = api_addr {
        anyhow::bail!(
            "--api-addr {address} cannot be used: name a kubeconfig for it, --kubeconfig"
        );
    }
    let mut words = vec![String::from("meshctl")];
    match namespace {
        Some(namespace) => words.push(format!("--namespace={namespace}")),
        None => words.push("--all-namespaces".to_owned()),
    }
    let given = [
        ("context", context),
        ("kubeconfig", kubeconfig),
        ("as", act_as),
    ];
    for (flag, value) in given {
        words.extend(value.map(|value| format!("--{flag}={value}")));
    }
    let groups = as_group.iter().flat_map(|written| groups(written));
    words.extend(groups.map(|group| format!("--as-group={group}")));
    words.push(format!("--deadline={}s", wait.as_secs().max(1)));
    let read = Read::try_parse_from(words)?;
    read.sources.plan()
}

/// `[a,b]` as the linkerd command writes its list, which may be empty, or one group by itself.
fn groups(written: &str) -> impl Iterator<Item = &str> {
    let list = written
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let names = list.unwrap_or(written).split(',');
    names.map(str::trim).filter(|name| !name.is_empty())
}

fn wants_json(arguments: &[OsString]) -> bool {
    let is_json = |word: &OsString| word == OsStr::new("--output=json") || word == "-ojson";
    let pair = |pair: &[OsString]| (pair[0] == "-o" || pair[0] == "--output") && pair[1] == "json";
    arguments.iter().any(is_json) || arguments.windows(2).any(pair)
}

impl Output {
    fn format(self) -> HealthcheckFormat {
        match self {
            Self::Table => HealthcheckFormat::Table,
            Self::Short => HealthcheckFormat::Short,
            Self::Json => HealthcheckFormat::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Check::command().debug_assert();
        Read::command().debug_assert();
    }

    #[test]
    fn takes_what_the_linkerd_command_passes() {
        let words = [
            "check",
            "--as-group=[]",
            "--linkerd-namespace=linkerd",
            "--verbose=false",
            "--proxy=false",
            "--wait=5m0s",
            "--output=json",
        ];
        let check = Check::try_parse_from(words).unwrap();
        assert_eq!(check.output, Output::Json);
        assert_eq!(check.wait, Duration::from_mins(5));
        assert_eq!(
            check.as_group.iter().flat_map(|text| groups(text)).count(),
            0
        );
    }

    #[test]
    fn a_list_of_groups_is_taken_apart() {
        assert_eq!(groups("[a, b]").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            groups("system:masters").collect::<Vec<_>>(),
            ["system:masters"]
        );
    }

    #[test]
    fn other_words_are_for_the_rest_of_the_program() {
        assert_eq!(run(&["linkerd-meshctl".into(), "audit".into()]), None);
        assert_eq!(run(&["linkerd-meshctl".into()]), None);
    }
}
