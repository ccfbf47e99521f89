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
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "grpc" -d 'Calls that fail behind HTTP 200, per edge and code, and the families that cannot see it'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "edges" -d 'Golden signals per edge: success, rate, latency, connections, mTLS'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "check" -d 'Budgets and findings as a gate: silent when all is well, an exit code when not'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "scrape" -d 'Save scrapes with their coverage, to read them again with any command'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "targets" -d 'Which targets a configuration scrapes, what falls out, and what nobody scrapes'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "lint" -d 'Mistakes in a Collector\'s configuration, with the lines marked and what to write instead'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "rbac" -d 'Print the least Role that lets meshctl read from a cluster, with its binding'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "explain" -d 'What a finding means, why it matters, and how to fix it; without an ID, all findings'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "man" -d 'Print the manual page, or write the pages of all commands to a directory'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "latency" -d 'Mesh against application latency: the quantiles of both, the gap, and what it means'
complete -c meshctl -n "__fish_meshctl_needs_command" -f -a "compare" -d 'Two readings: what grew, what came and went, which series stayed'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
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
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l collector-version -d 'Release of the Collector, on which names and rules depend [default: 0.118.0]' -r
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
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand audit" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
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
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand families" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
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
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand labels" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
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
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l collector-version -d 'Release of the Collector, on which names and rules depend [default: 0.118.0]' -r
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
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand filter" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
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
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand diff" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l fail-on-hidden -d 'Exit with 1 when more of an edge\'s calls are hidden failures, such as 0.01 or 1%; 0 means any' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l strict -d 'Exit with 2 when any line was refused'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -l all -d 'List edges without gRPC too'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand grpc" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l since -d 'Count only what came since this older reading of the same targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l interval -d 'Read the targets twice, this far apart, and count what came between; for live targets' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l by -d 'What the ends of an edge are' -r -f -a "pod\t''
workload\t'What runs the pods'
service\t'Services that are called; callers are workloads'
namespace\t''
identity\t'Identities of certificates'"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l sort-by -d 'Order of the edges' -r -f -a "calls\t'The most calls first'
success\t'The worst first'
rate\t'The most calls a second first'
p99\t'The slowest first'
bytes\t'The most bytes first'
name\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l strict -d 'Exit with 2 when any line was refused'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand edges" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l config -d 'Budget file [default: meshctl.yaml, looked for from the working directory upward]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l baseline -d 'What there was, as --update-baseline wrote it [default: `baseline` of the budget file]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l max-growth -d 'Fail where all series are this much more than in the baseline, such as 5% or 1000; may be given both ways' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l headroom -d 'How much more than what is there the budgets of --init allow' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse [default: that of the budget file, else high]' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s o -l output -d 'Output format, and the file it goes to; may be given several times' -r -f -a "table\t'For a reader: silent on what is well'
json\t'One document'
markdown\t'For a comment on a pull request'
junit\t'A test report, for Jenkins, GitLab and others'
sarif\t'SARIF 2.1.0, for GitHub\'s code scanning'
github\t'Annotations of a GitHub Actions run'
github-summary\t'Markdown, added to the summary of a GitHub Actions step'
gitlab\t'GitLab\'s code quality report'
prometheus\t'Gauges in Prometheus\' text format'"
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l collector -d 'Collector configuration to simulate; several are merged as the Collector merges them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l relabel -d 'Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l keep-regex -d 'Keep the names that match, by `metric_relabel_configs` in a Collector' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l ottl -d 'Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l collector-version -d 'Release of the Collector, on which names and rules depend [default: 0.118.0]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l pipeline -d 'Pipeline to simulate; may be repeated [default: each that scrapes enter]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l job -d 'Only the scrape job of this name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l collector-key -d 'Which of several configurations in one file is meant' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l pods -d 'Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l environment -d 'A variable of the Collector\'s environment, for ${env:NAME}; goes before --env-file' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l env-file -d 'A file with such variables, one a line' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l scrape-interval -d 'Time between two scrapes, for samples a second [default: that of the configuration, else 30s]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l isolated -d 'Read no budget file: judge findings alone, or what was typed'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l update-baseline -d 'Write what there is now to the baseline, and say what changed'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l fail-on-new-family -d 'Fail where there is a family that the baseline does not have'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l fail-on-new-label -d 'Fail where a family has a label that it does not have in the baseline'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l ratchet -d 'Let what is over its limit only warn as long as it is no more than in the baseline'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l init -d 'Write a commented meshctl.yaml (or --config FILE, `-` for standard output) with budgets for what is there'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l force -d 'Let --init replace a file that is there'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l exit-zero -d 'Exit with 0 whatever is found; what cannot be read or done still counts'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l allow-partial -d 'Judge what could be read where some of it could not; nothing at all still exits with 3'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand check" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s o -l output -d 'Where to save: FILE.tar.zst, a directory (DIR/), or `-` for an archive on standard output' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l count -d 'How often to read all targets, all in one snapshot' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l interval -d 'From the beginning of one sweep to that of the next' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l redact -d 'Replace names and addresses by pseudonyms, in bodies and in the manifest' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -l force -d 'Replace the snapshot that is there; without it nothing is overwritten'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand scrape" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l collector -d 'Configuration to evaluate; several are merged as the Collector merges them' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l collector-version -d 'Release of the Collector, on which labels and rules depend' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l pipeline -d 'Only the jobs of this pipeline; may be repeated [default: each that scrapes enter]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l job -d 'Only the scrape job of this name' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l collector-key -d 'Which of several configurations in one file is meant' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l environment -d 'A variable of the Collector\'s environment, for ${env:NAME}; goes before --env-file' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l env-file -d 'A file with such variables, one a line' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l mode -d 'How many Collectors run it [default: what an `OpenTelemetryCollector` or Helm values say]' -r -f -a "daemonset\t'One on each node'
deployment\t'Some replicas'
statefulset\t'Some replicas with names that stay'
sidecar\t'One in each pod that asks for it'"
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l collector-namespace -d 'Namespace that the Collector runs in, for `own_namespace`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s n -l namespace -d 'Look in this namespace alone [default: those that the configuration looks at]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s A -l all-namespaces -d 'Look in all namespaces, whichever the configuration names'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l strict -d 'Exit with 2 when any line was refused, or a part of the configuration is not simulated'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand targets" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l collector-version -d 'Release of the Collector [default: that of an image\'s tag in the file, else all from 0.100 on]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l collector-key -d 'Only the configuration of this name, of several in a file' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l dump -d 'What proxies expose: a saved scrape, a directory of them, a URL; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l pods -d 'Objects of the cluster: the output of `kubectl get pods,nodes -A -o json`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l fail-on -d 'Exit with 1 when there is a finding of this severity or worse' -r -f -a "none\t'Findings never change the exit code'
info\t''
low\t''
medium\t''
high\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -s o -l output -d 'Output format, and the file it goes to; may be given several times' -r -f -a "table\t'For a reader: silent on what is well'
json\t'One document'
markdown\t'For a comment on a pull request'
junit\t'A test report, for Jenkins, GitLab and others'
sarif\t'SARIF 2.1.0, for GitHub\'s code scanning'
github\t'Annotations of a GitHub Actions run'
github-summary\t'Markdown, added to the summary of a GitHub Actions step'
gitlab\t'GitLab\'s code quality report'
prometheus\t'Gauges in Prometheus\' text format'"
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l merge -d 'Merge the files into one configuration, as the Collector does, instead of judging each by itself'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l fix -d 'Write what is certain into the files, and report what is left'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l diff -d 'Print what --fix would change, instead of the report'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -l exit-zero -d 'Findings never change the exit code'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand lint" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l collector -d 'What `meshctl targets` lists for this configuration, instead; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l collector-namespace -d 'Namespace that this Collector runs in, for `own_namespace`' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l user -d 'User to give it to' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l group -d 'Group to give it to' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l serviceaccount -d 'Service account to give it to [default: meshctl in the namespace that is read]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l name -d 'What to call the Role and its binding' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand rbac" -s V -l version -d 'Print the version'
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
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l mesh -d 'What the mesh measured: a histogram, with matchers on its labels as in a query' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l app -d 'What the application measured of the same calls: likewise' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l quantile -d 'Quantile to show, from 0 to 1; may be repeated [default: 0.5, 0.9, 0.95, 0.99]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l mesh-unit -d 'Unit of the mesh\'s histogram [default: its # UNIT, else the end of its name]' -r -f -a "ns\t'Nanoseconds'
us\t'Microseconds'
ms\t'Milliseconds'
s\t'Seconds'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l app-unit -d 'Unit of the application\'s histogram [default: its # UNIT, else the end of its name]' -r -f -a "ns\t'Nanoseconds'
us\t'Microseconds'
ms\t'Milliseconds'
s\t'Seconds'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s o -l output -d 'How to write the comparison' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'The same, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each quantile, in seconds'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l mesh-kind -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand latency" -s V -l version -d 'Print the version'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l target -d 'Read only the targets whose name matches, such as \'emojivoto/*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l max-line-bytes -d 'Longest line to read; a longer one is refused' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l threads -d 'Files to read at once [default: one for each processor]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l targets -d 'Read the targets listed in a Prometheus `file_sd` file too; may be repeated' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l concurrency -d 'Targets to ask at once' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l timeout -d 'How long one target may take in all, from the connection to the end of its body' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l deadline -d 'How long all targets may take together; what is not read by then is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l retries -d 'Further tries of a target that refuses the connection or answers 429, 500, 502, 503 or 504' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l max-body-bytes -d 'Longest body of a target, decompressed; a longer one is a failed target' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l header -d 'Send this header to URLs and listed targets; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l bearer-token-file -d 'Send the token in this file to URLs and listed targets, as `Authorization: Bearer`' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l ca -d 'Trust the certificate authorities in this PEM file, and no others' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l cert -d 'Our certificate for servers that ask for one, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l key -d 'The private key of --cert, in PEM' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s n -l namespace -d 'Namespace to look in [default: that of the context]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s l -l selector -d 'Only pods with these labels, such as \'app=web,tier!=db\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l field-selector -d 'Only pods with these fields, such as \'spec.nodeName=node-1\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l context -d 'Context of the kubeconfig [default: the current one]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l kubeconfig -d 'Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod\'s service account]' -r -F
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l as -d 'User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l as-group -d 'Group to act as; may be repeated' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l mesh -d 'Whose proxies to look for' -r -f -a "auto\t'All that are known'
linkerd\t'Linkerd\'s'
istio\t'Istio\'s: sidecars, gateways, waypoints, ztunnels'"
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l container -d 'Containers of this name, instead of proxies' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l port -d 'Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l path -d 'Path of the metrics [default: /metrics, of Istio\'s proxies /stats/prometheus]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l via -d 'The way to a pod' -r -f -a "auto\t'The first that works'
portforward\t'A port that the API server forwards'
apiproxy\t'The API server\'s proxy'
direct\t'The pod\'s address'"
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s o -l output -d 'Output format' -r -f -a "table\t'For a reader, fitted to the terminal'
wide\t'Every column, however wide'
json\t'One document'
jsonl\t'The same, one object a line'
csv\t'One row for each family; in labels for each label, in filter for each name at each stage'
markdown\t'For a comment on a pull request'"
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l limit -d 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l family -d 'Show only the families that match, such as \'response_*\'' -r
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l sort-by -d 'Order of families, labels and workloads' -r -f -a "change\t'What changed most, whichever way'
growth\t'What grew most'
percent\t'What grew most in percent'
churn\t'What was exchanged most: series that went and came'
series\t'What is largest now'
name\t''"
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can show it'
always\t'Into pipes and files too'
never\t'Not at all'"
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l no-progress -d 'Show no progress, however long it takes'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l insecure -d 'Take any server for the right one, whatever its certificate'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s A -l all-namespaces -d 'All namespaces'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l strict -d 'Exit with 2 when any line was refused'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -l fail-if-partial -d 'Exit with 3 also when something was passed over, such as a file without metrics'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s q -l quiet -d 'Print nothing but the report and errors'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s v -l verbose -d 'Say more: how long it took, and every target that could not be read'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s h -l help -d 'Print help: in short with -h, with examples with --help'
complete -c meshctl -n "__fish_meshctl_using_subcommand compare" -s V -l version -d 'Print the version'
