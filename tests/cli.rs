//! The command line by itself: help, usage errors, and the commands that read no scrape.

#![cfg(test)]

mod harness;

use std::fs;
use std::io;

use harness::Cli;
use harness::code;
use harness::text;

#[test]
fn short_help_fits_a_screen() {
    insta::assert_snapshot!(Cli::new().run(&["-h"]), @"
    exit: 0
    --- stdout
    Counts, checks and explains the metrics that service-mesh proxies expose

    Usage: meshctl [OPTIONS] <COMMAND>

    Commands:
      audit        Everything on one screen: coverage, families, labels by what they cost, findings
      families     Families with their series, samples and bytes, and how they spread over targets
      labels       Labels by how many series would vanish without each
      filter       What a Collector pipeline keeps, stage by stage, and why the rest goes
      diff         Two filters over the same scrapes: what only one lets arrive, and why
      grpc         Calls that fail behind HTTP 200, per edge and code, and the families that cannot see
                   it
      edges        Golden signals per edge: success, rate, latency, connections, mTLS
      latency      Mesh against application latency: the quantiles of both, the gap, and what it means
      check        Budgets and findings as a gate: silent when all is well, an exit code when not
      compare      Two readings: what grew, what came and went, which series stayed
      scrape       Save scrapes with their coverage, to read them again with any command
      targets      Which targets a configuration scrapes, what falls out, and what nobody scrapes
      lint         Mistakes in a Collector's configuration, with the lines marked and what to write
                   instead
      rbac         Print the least Role that lets meshctl read from a cluster, with its binding
      explain      What a finding means, why it matters, and how to fix it; without an ID, all findings
      completions  Print a completion script for a shell
      man          Print the manual page, or write the pages of all commands to a directory

    Global options:
          --color <WHEN>  When to use colour [env: MESHCTL_COLOR] [default: auto] [possible values:
                          auto, always, never]
      -q, --quiet         Print nothing but the report and errors [env: MESHCTL_QUIET]
      -v, --verbose       Say more: how long it took, and every target that could not be read
      -h, --help          Print help: in short with -h, with examples with --help
      -V, --version       Print the version
    --- stderr
    ");
}

#[test]
fn long_help_opens_with_examples_and_ends_with_exit_codes() {
    let help = Cli::new().run(&["--help"]);
    // The library indents blank lines too.
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    exit: 0
    --- stdout
    Counts, checks and explains the metrics that service-mesh proxies expose: what they cost, which
    labels make them grow, and what is wrong with them. Works on saved scrapes, offline, and on
    endpoints by URL.

    Examples:
      Everything on one screen, from a scrape saved with curl
        meshctl audit web.prom
      From the proxies of a running workload
        linkerd diagnostics proxy-metrics -n emojivoto deploy/web | meshctl audit -
      Which label of one family is worth removing
        meshctl labels dumps/ --family response_latency_ms
      What a Collector configuration keeps, and why the rest goes
        meshctl filter dumps/ --collector otel.yaml
      What a roll-out made of it
        meshctl compare before.tar.zst after.tar.zst
      Which targets it would scrape in a cluster, and which proxies nobody does
        meshctl targets otel.yaml pods.json
      In a pipeline: exit 1 when something of medium severity or worse is found
        meshctl audit dumps/*.prom.gz -o json --fail-on medium
      What a finding means and how to fix it
        meshctl explain labels/unbounded

    Usage: meshctl [OPTIONS] <COMMAND>

    Commands:
      audit        Everything on one screen: coverage, families, labels by what they cost, findings
      families     Families with their series, samples and bytes, and how they spread over targets
      labels       Labels by how many series would vanish without each
      filter       What a Collector pipeline keeps, stage by stage, and why the rest goes
      diff         Two filters over the same scrapes: what only one lets arrive, and why
      grpc         Calls that fail behind HTTP 200, per edge and code, and the families that cannot see
                   it
      edges        Golden signals per edge: success, rate, latency, connections, mTLS
      latency      Mesh against application latency: the quantiles of both, the gap, and what it means
      check        Budgets and findings as a gate: silent when all is well, an exit code when not
      compare      Two readings: what grew, what came and went, which series stayed
      scrape       Save scrapes with their coverage, to read them again with any command
      targets      Which targets a configuration scrapes, what falls out, and what nobody scrapes
      lint         Mistakes in a Collector's configuration, with the lines marked and what to write
                   instead
      rbac         Print the least Role that lets meshctl read from a cluster, with its binding
      explain      What a finding means, why it matters, and how to fix it; without an ID, all findings
      completions  Print a completion script for a shell
      man          Print the manual page, or write the pages of all commands to a directory

    Global options:
          --color <WHEN>
              When to use colour

              `auto` uses it on a terminal, unless NO_COLOR is set or TERM is dumb; CLICOLOR_FORCE turns
              it on elsewhere too.

              Possible values:
              - auto:   On a terminal that can show it
              - always: Into pipes and files too
              - never:  Not at all

              [env: MESHCTL_COLOR]
              [default: auto]

      -q, --quiet
              Print nothing but the report and errors

              [env: MESHCTL_QUIET]

      -v, --verbose
              Say more: how long it took, and every target that could not be read

      -h, --help
              Print help: in short with -h, with examples with --help

      -V, --version
              Print the version

    Exit codes:
        0  clean: no finding at or above --fail-on
        1  findings at or above --fail-on
        2  could not do it: usage, nothing readable, or refused lines with --strict
        3  incomplete: some sources could not be read, the report covers the rest
      130  interrupted: the report covers what was read until then

    Where several are true, 130 goes before 2, 2 before 3, and 3 before 1. The output format never
    changes the code.
    --- stderr
    ");
}

#[test]
fn audit_help_shows_the_flags_that_matter_first() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "-h"]), @"
    exit: 0
    --- stdout
    Everything on one screen: coverage, families, labels by what they cost, findings

    Usage: meshctl audit [OPTIONS] [SOURCE]...

    Arguments:
      [SOURCE]...  Files, directories, globs, URLs, `-`, or workloads such as deploy/web [default: the
                   cluster's proxies]

    What to read:
          --target <GLOB>  Read only the targets whose name matches, such as 'emojivoto/*' [env:
                           MESHCTL_TARGET]

    Live targets:
          --targets <FILE>  Read the targets listed in a Prometheus `file_sd` file too; may be repeated
                            [env: MESHCTL_TARGETS]

    Cluster:
      -n, --namespace <NAME>     Namespace to look in [default: that of the context] [env:
                                 MESHCTL_NAMESPACE]
      -A, --all-namespaces       All namespaces [env: MESHCTL_ALL_NAMESPACES]
      -l, --selector <SELECTOR>  Only pods with these labels, such as 'app=web,tier!=db' [env:
                                 MESHCTL_SELECTOR]
          --context <NAME>       Context of the kubeconfig [default: the current one] [env:
                                 MESHCTL_CONTEXT]

    What to show:
      -o, --output <FORMAT>             Output format [env: MESHCTL_OUTPUT] [default: table] [possible
                                        values: table, wide, json, jsonl, csv, markdown]
          --limit <N>                   Rows of each list, 0 for all [default: a screenful; all in json,
                                        jsonl and csv] [env: MESHCTL_LIMIT]
          --family <GLOB>               Show only the families (filter: names) that match, such as
                                        'response_*' [env: MESHCTL_FAMILY]
          --scrape-interval <DURATION>  Time between two scrapes: samples a second are series divided by
                                        it [default: that of the configuration, else 30s] [env:
                                        MESHCTL_SCRAPE_INTERVAL]
          --sort-by <KEY>               Order of families and labels; a list that has no such column
                                        keeps its own order [env: MESHCTL_SORT_BY] [possible values:
                                        series, name, names, samples, bytes, data-points, saves, values,
                                        families]

    What counts as failure:
          --fail-on <SEVERITY>  Exit with 1 when there is a finding of this severity or worse [env:
                                MESHCTL_FAIL_ON] [default: none] [possible values: none, info, low,
                                medium, high]
          --strict              Exit with 2 when any line was refused, or a part of the configuration is
                                not simulated [env: MESHCTL_STRICT]
          --fail-if-partial     Exit with 3 also when something was passed over, such as a file without
                                metrics [env: MESHCTL_FAIL_IF_PARTIAL]

    Which filter:
          --collector <FILE>    Collector configuration to simulate; several are merged as the Collector
                                merges them
          --relabel <FILE>      Rules of `metric_relabel_configs`, by themselves, as a Prometheus
                                applies them
          --keep-regex <REGEX>  Keep the names that match, by `metric_relabel_configs` in a Collector
          --ottl <CONDITION>    Drop the metrics for which it is true, by a filter processor in a
                                Collector; may be repeated

    How to simulate it:
          --collector-version <VERSION>  Release of the Collector, on which names and rules depend
                                         [default: 0.118.0] [env: MESHCTL_COLLECTOR_VERSION]
          --pipeline <ID>                Pipeline to simulate; may be repeated [default: each that
                                         scrapes enter]
          --job <NAME>                   Only the scrape job of this name

    Global options:
          --color <WHEN>  When to use colour [env: MESHCTL_COLOR] [default: auto] [possible values:
                          auto, always, never]
      -q, --quiet         Print nothing but the report and errors [env: MESHCTL_QUIET]
      -v, --verbose       Say more: how long it took, and every target that could not be read
      -h, --help          Print help: in short with -h, with examples with --help
      -V, --version       Print the version
    --- stderr
    ");
}

#[test]
fn help_does_not_show_what_the_environment_holds() {
    let cli = Cli::new()
        .env("MESHCTL_TARGET", "secret")
        .env("MESHCTL_OUTPUT", "json");
    assert_eq!(cli.run(&["audit", "-h"]), Cli::new().run(&["audit", "-h"]));
}

#[test]
fn no_command_is_help_and_a_usage_error() {
    let output = Cli::new().output(&[]);
    assert_eq!(code(&output), 2);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(
        text(&output.stderr),
        text(&Cli::new().output(&["-h"]).stdout)
    );
}

#[test]
fn version_is_one_line() {
    insta::assert_snapshot!(Cli::new().run(&["--version"]), @"
    exit: 0
    --- stdout
    meshctl 0.1.0
    --- stderr
    ");
}

#[test]
fn a_mistyped_command_is_guessed() {
    insta::assert_snapshot!(Cli::new().run(&["adit", "web.prom"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'adit'

      tip: a similar subcommand exists: 'audit'

    Usage: meshctl [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn a_mistyped_flag_is_guessed() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--ouput", "json"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: unexpected argument '--ouput' found

      tip: a similar argument exists: '--output'

    Usage: meshctl audit --output <FORMAT> <SOURCE>...

    For more information, try '--help'.
    ");
}

#[test]
fn a_mistyped_sort_key_is_guessed() {
    insta::assert_snapshot!(Cli::new().run(&["families", "web.prom", "--sort-by", "seris"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'seris' for '--sort-by <KEY>'
      [possible values: series, name, names, samples, bytes, data-points]

      tip: a similar value exists: 'series'

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_format_names_the_known_ones() {
    insta::assert_snapshot!(Cli::new().run(&["labels", "web.prom", "-o", "xml"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'xml' for '--output <FORMAT>'
      [possible values: table, wide, json, jsonl, csv, markdown]

    For more information, try '--help'.
    ");
}

#[test]
fn no_source_says_what_a_source_is() {
    let cli = Cli::new().stdin("up 1\n");
    insta::assert_snapshot!(cli.run(&["audit"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a glob, a URL, or a --kubeconfig
    note: for example: meshctl audit web.prom
    note: from a cluster: meshctl audit --kubeconfig FILE deploy/web
    note: to read standard input: meshctl audit -
    ");
}

#[test]
fn quiet_leaves_only_the_error() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "--quiet"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a glob, a URL, or a --kubeconfig
    ");
}

#[test]
fn quiet_and_verbose_exclude_each_other() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "-qv"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose'

    Usage: meshctl audit --quiet <SOURCE>...

    For more information, try '--help'.
    ");
}

#[test]
fn a_broken_glob_says_where() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--family", "response_["]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'response_[' for '--family <GLOB>': unclosed character class; missing ']'

    For more information, try '--help'.
    ");
}

#[test]
fn a_broken_target_glob_says_where() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--target", "{a,b"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value '{a,b' for '--target <GLOB>': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)

    For more information, try '--help'.
    ");
}

#[test]
fn a_duration_needs_a_unit() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--scrape-interval", "30"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value '30' for '--scrape-interval <DURATION>': time unit needed, for example 30sec or 30ms; write it like 30s, 1m or 500ms

    For more information, try '--help'.
    ");
}

#[test]
fn a_scrape_interval_of_nothing_is_refused() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--scrape-interval", "0s"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value '0s' for '--scrape-interval <DURATION>': must be longer than nothing, for example 30s

    For more information, try '--help'.
    ");
}

#[test]
fn a_size_is_bytes_or_has_a_unit() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--max-line-bytes", "big"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'big' for '--max-line-bytes <SIZE>': not a size; write it like 1MiB, 64KiB or 4096

    For more information, try '--help'.
    ");
}

#[test]
fn no_thread_reads_nothing() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "web.prom", "--threads", "0"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value '0' for '--threads <N>': not a whole number from 1 on

    For more information, try '--help'.
    ");
}

#[test]
fn a_wrong_value_in_the_environment_is_told_like_a_flag() {
    let cli = Cli::new().env("MESHCTL_TIMEOUT", "soon");
    insta::assert_snapshot!(cli.run(&["audit", "web.prom"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'soon' for '--timeout <DURATION>': expected number at 0; write it like 30s, 1m or 500ms

    For more information, try '--help'.
    ");
}

#[test]
fn explain_lists_every_finding() {
    let output = Cli::new().output(&["explain"]);
    assert_eq!(code(&output), 0);
    let list = text(&output.stdout);
    let ids: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let known: Vec<&str> = meshctl::findings::catalogue::RULES
        .iter()
        .map(|rule| rule.id)
        .collect();
    assert_eq!(ids, known);
    let first = list.lines().next().unwrap_or_default();
    insta::assert_snapshot!(first, @"budget/missing-name              medium  a name that should arrive does not");
}

#[test]
fn explain_prints_the_page() {
    let output = Cli::new().output(&["explain", "labels/unbounded"]);
    assert_eq!(code(&output), 0);
    assert_eq!(
        text(&output.stdout),
        include_str!("../docs/findings/labels/unbounded.md")
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn explain_guesses_a_mistyped_finding() {
    insta::assert_snapshot!(Cli::new().run(&["explain", "labels/redundent"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'labels/redundent' for '[ID]'
      [possible values: budget/missing-name, budget/near, budget/over, budget/unknown, budget/unmatched, collector/failures-lost, collector/scrape-lost, config/refused, config/unknown-component, coverage/partial, discovery/doubled-ports, discovery/every-collector, discovery/native-sidecars, discovery/no-phase-filter, discovery/rbac, discovery/two-jobs, discovery/unpinned-image, discovery/wrong-port, expansion/capture-group, expansion/default-value, expansion/hidden-variable, expansion/name-runs-on, expansion/plain-variable, exporter/delta, exporter/external-labels, exporter/info-name, exporter/merged-names, exporter/no-suffixes, exporter/otlp-names, exporter/scope-labels, exporter/target-info, exporter/tls-expected, exporter/total-added, exposition/duplicate-series, exposition/rejected-lines, exposition/unescaped-label, families/dominant, filter/error-mode, filter/first-datapoint, filter/histogram-parts, filter/legacy-regexp, filter/metric-conditions, filter/missing-attribute, filter/number-compare, filter/target-info, filter/unanchored-match, growth/new-family, growth/new-label, growth/over, growth/shrunk, grpc/blind-family, grpc/hidden-from-http, grpc/hidden-from-mesh, grpc/no-family, grpc/stripped-labels, ignore/expired, ignore/unused, labels/redundant, labels/unbounded, mesh/double-reporter, mesh/no-mtls, ottl/copied-again, ottl/escape, ottl/foreign-regex, ottl/unknown-function, relabeling/address-without-port, relabeling/all-pod-labels, relabeling/buckets-remain, relabeling/count-dropped, relabeling/foreign-regex, relabeling/hidden-label, relabeling/identity-label, relabeling/le-spelling, relabeling/matches-nothing, relabeling/no-such-name, relabeling/redundant-anchor, relabeling/rename, relabeling/synthetic-series, relabeling/wildcard-leak, relabeling/wrong-stage, resource/churning-label, resource/collector-host, resource/joined-label, resource/no-association, resource/not-a-label, resource/one-target-only, resource/service-namespace, scrape/broken-line, scrape/exported-job, scrape/honor-labels, scrape/limit, scrape/policy, scrape/renamed-label, security/credentials, security/open-endpoint, security/plain-text, security/skip-verify, service/batch-early, service/deprecated-name, service/memory-limiter, service/unused, service/wrong-signal, targets/doubled, targets/every-node, targets/none, targets/not-running, targets/outlier, targets/refused, targets/unscraped, targets/wrong-port]

      tip: a similar value exists: 'labels/redundant'

    For more information, try '--help'.
    ");
}

#[test]
fn completions_are_printed_as_they_are_kept() {
    let output = Cli::new().output(&["completions", "fish"]);
    assert_eq!(code(&output), 0);
    assert_eq!(
        text(&output.stdout),
        include_str!("../completions/meshctl.fish")
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn completions_for_an_unknown_shell_name_the_known_ones() {
    insta::assert_snapshot!(Cli::new().run(&["completions", "cmd"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value 'cmd' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

    For more information, try '--help'.
    ");
}

#[test]
fn man_prints_one_page() {
    let output = Cli::new().output(&["man"]);
    assert_eq!(code(&output), 0);
    let page = text(&output.stdout);
    let title = page.lines().find(|line| line.starts_with(".TH"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        title,
        Some(&*format!(".TH meshctl 1  \"meshctl {version}\" "))
    );
}

#[test]
fn man_writes_a_page_for_each_command() {
    let cli = Cli::new();
    insta::assert_snapshot!(cli.run(&["man", "--dir", "share/man1"]), @"
    exit: 0
    --- stdout
    --- stderr
    ");
    let entries = fs::read_dir(cli.path().join("share/man1")).unwrap();
    let mut pages: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    pages.sort();
    assert_eq!(
        pages,
        [
            "meshctl-audit.1",
            "meshctl-check.1",
            "meshctl-compare.1",
            "meshctl-completions.1",
            "meshctl-diff.1",
            "meshctl-edges.1",
            "meshctl-explain.1",
            "meshctl-families.1",
            "meshctl-filter.1",
            "meshctl-grpc.1",
            "meshctl-labels.1",
            "meshctl-latency.1",
            "meshctl-lint.1",
            "meshctl-man.1",
            "meshctl-rbac.1",
            "meshctl-scrape.1",
            "meshctl-targets.1",
            "meshctl.1"
        ]
    );
}

#[test]
fn man_says_where_it_could_not_write() {
    let cli = Cli::new().file("share", "a file, not a directory");
    insta::assert_snapshot!(cli.run(&["man", "--dir", "share/man1"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot write manual pages to share/man1: Not a directory (os error 20)
    ");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let cli = Cli::new();
    for arguments in [
        &["explain", "labels/unbounded"][..],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = cli.command(arguments);
        command.stdout(writer);
        let output = cli.finish(command);
        assert_eq!(
            (code(&output), text(&output.stderr)),
            (0, String::new()),
            "{arguments:?}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let cli = Cli::new();
    let mut command = cli.command(&["explain"]);
    command.stdout(
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap(),
    );
    let output = cli.finish(command);
    assert_eq!(code(&output), 2);
    insta::assert_snapshot!(text(&output.stderr), @"error: cannot write to standard output: No space left on device (os error 28)");
}

#[test]
fn messages_are_coloured_only_when_asked_for() {
    let plain = Cli::new().verdict(&["audit"]);
    assert_eq!(
        Cli::new()
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", "1")
            .verdict(&["audit"]),
        plain
    );
    assert_eq!(
        Cli::new().env("MESHCTL_COLOR", "never").verdict(&["audit"]),
        plain
    );
    insta::assert_snapshot!(Cli::new().verdict(&["audit", "--color", "always", "-q"]).escape_debug(), @r"exit: 2\n--- stderr\n\u{1b}[31;1merror:\u{1b}[0m no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a glob, a URL, or a --kubeconfig\n");
}
