# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_meshctl_global_optspecs
    string join \n color= q/quiet v/verbose h/help V/version
end

function __fish_meshctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_meshctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_meshctl_using_subcommand
    set -l cmd (__fish_meshctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c meshctl -n "__fish_meshctl_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_needs_command" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_needs_command" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_needs_command" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_needs_command" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "audit" -d 'Everything on one screen: coverage, families, labels by what they cost, findings'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "families" -d 'Families with their series, samples and bytes, and how they spread over targets'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "labels" -d 'Labels by how many series would vanish without each'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "filter" -d 'What a Collector pipeline keeps, stage by stage, and why the rest goes'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "diff" -d 'Two filters over the same scrapes: what only one lets arrive, and why'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "explain" -d 'What a finding means, why it matters, and how to fix it; without an ID, all findings'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "man" -d 'Print the manual page, or write the pages of all commands to a directory'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l timeout -d 'How long to wait for the answer of a URL, and then for each further piece of it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l threads -d 'Targets to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l family -d 'Show only the families (filter: names) that match, such as \'response_*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l scrape-interval -d 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l collector -d 'Collector configuration to simulate; several are merged as the Collector merges them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l relabel -d 'Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l keep-regex -d 'Keep the names that match, by `metric_relabel_configs` in a Collector' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l ottl -d 'Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l collector-version -d 'Release of the Collector, on which names and rules depend' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l pipeline -d 'Pipeline to simulate; may be repeated [default: each that scrapes enter]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l job -d 'Only the scrape job of this name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l collector-key -d 'Which of several configurations in one file is meant' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l pods -d 'Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l environment -d 'A variable of the Collector\'s environment, for ${env:NAME}; goes before --env-file' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l env-file -d 'A file with such variables, one a line' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l sort-by -d 'Order of families and labels; a list that has no such column keeps its own order' -r -f -a "series\t''
name\t''
names\t''
samples\t''
bytes\t''
data-points\t''
saves\t''
values\t''
families\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l timeout -d 'How long to wait for the answer of a URL, and then for each further piece of it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l threads -d 'Targets to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l family -d 'Show only the families (filter: names) that match, such as \'response_*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l scrape-interval -d 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l sort-by -d 'Order of the families [default: series]' -r -f -a "series\t''
name\t''
names\t''
samples\t''
bytes\t''
data-points\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l timeout -d 'How long to wait for the answer of a URL, and then for each further piece of it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l threads -d 'Targets to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l family -d 'Show only the families (filter: names) that match, such as \'response_*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l scrape-interval -d 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l sort-by -d 'Order of the labels [default: saves]' -r -f -a "saves\t''
values\t''
bytes\t''
families\t''
name\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l timeout -d 'How long to wait for the answer of a URL, and then for each further piece of it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l threads -d 'Targets to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l family -d 'Show only the families (filter: names) that match, such as \'response_*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l scrape-interval -d 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l collector -d 'Collector configuration to simulate; several are merged as the Collector merges them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l relabel -d 'Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l keep-regex -d 'Keep the names that match, by `metric_relabel_configs` in a Collector' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l ottl -d 'Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l collector-version -d 'Release of the Collector, on which names and rules depend' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l pipeline -d 'Pipeline to simulate; may be repeated [default: each that scrapes enter]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l job -d 'Only the scrape job of this name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l collector-key -d 'Which of several configurations in one file is meant' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l pods -d 'Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l environment -d 'A variable of the Collector\'s environment, for ${env:NAME}; goes before --env-file' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l env-file -d 'A file with such variables, one a line' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l explain -d 'Follow one name, or one series, through all stages: which clause decides, and why' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l timeout -d 'How long to wait for the answer of a URL, and then for each further piece of it' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l threads -d 'Targets to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l collector-version -d 'Release of the Collector; two, with one configuration, compare the releases' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s o -l output -d 'How to write the comparison' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'The same, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each name'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand explain" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand explain" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand explain" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand explain" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand completions" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand completions" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand completions" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand completions" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -l dir -d 'Write one page for each command into this directory instead; made where it is missing' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand man" -s V -l version -d 'Print the version'
