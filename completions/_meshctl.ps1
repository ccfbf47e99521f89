
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'meshctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'meshctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'meshctl' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Everything on one screen: coverage, families, labels by what they cost, findings')
            [CompletionResult]::new('families', 'families', [CompletionResultType]::ParameterValue, 'Families with their series, samples and bytes, and how they spread over targets')
            [CompletionResult]::new('labels', 'labels', [CompletionResultType]::ParameterValue, 'Labels by how many series would vanish without each')
            [CompletionResult]::new('filter', 'filter', [CompletionResultType]::ParameterValue, 'What a Collector pipeline keeps, stage by stage, and why the rest goes')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Two filters over the same scrapes: what only one lets arrive, and why')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'What a finding means, why it matters, and how to fix it; without an ID, all findings')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write the pages of all commands to a directory')
            break
        }
        'meshctl;audit' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Read only the targets whose name matches, such as ''emojivoto/*''')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for the answer of a URL, and then for each further piece of it')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Longest line to read; a longer one is refused')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Targets to read at once [default: one for each processor]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]')
            [CompletionResult]::new('--family', '--family', [CompletionResultType]::ParameterName, 'Show only the families (filter: names) that match, such as ''response_*''')
            [CompletionResult]::new('--scrape-interval', '--scrape-interval', [CompletionResultType]::ParameterName, 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 when there is a finding of this severity or worse')
            [CompletionResult]::new('--collector', '--collector', [CompletionResultType]::ParameterName, 'Collector configuration to simulate; several are merged as the Collector merges them')
            [CompletionResult]::new('--relabel', '--relabel', [CompletionResultType]::ParameterName, 'Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them')
            [CompletionResult]::new('--keep-regex', '--keep-regex', [CompletionResultType]::ParameterName, 'Keep the names that match, by `metric_relabel_configs` in a Collector')
            [CompletionResult]::new('--ottl', '--ottl', [CompletionResultType]::ParameterName, 'Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated')
            [CompletionResult]::new('--collector-version', '--collector-version', [CompletionResultType]::ParameterName, 'Release of the Collector, on which names and rules depend')
            [CompletionResult]::new('--pipeline', '--pipeline', [CompletionResultType]::ParameterName, 'Pipeline to simulate; may be repeated [default: each that scrapes enter]')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Only the scrape job of this name')
            [CompletionResult]::new('--collector-key', '--collector-key', [CompletionResultType]::ParameterName, 'Which of several configurations in one file is meant')
            [CompletionResult]::new('--pods', '--pods', [CompletionResultType]::ParameterName, 'Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'A variable of the Collector''s environment, for ${env:NAME}; goes before --env-file')
            [CompletionResult]::new('--env-file', '--env-file', [CompletionResultType]::ParameterName, 'A file with such variables, one a line')
            [CompletionResult]::new('--sort-by', '--sort-by', [CompletionResultType]::ParameterName, 'Order of families and labels; a list that has no such column keeps its own order')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress, however long it takes')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 2 when any line was refused, or a part of the configuration is not simulated')
            [CompletionResult]::new('--fail-if-partial', '--fail-if-partial', [CompletionResultType]::ParameterName, 'Exit with 3 also when something was passed over, such as a file without metrics')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;families' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Read only the targets whose name matches, such as ''emojivoto/*''')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for the answer of a URL, and then for each further piece of it')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Longest line to read; a longer one is refused')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Targets to read at once [default: one for each processor]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]')
            [CompletionResult]::new('--family', '--family', [CompletionResultType]::ParameterName, 'Show only the families (filter: names) that match, such as ''response_*''')
            [CompletionResult]::new('--scrape-interval', '--scrape-interval', [CompletionResultType]::ParameterName, 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 when there is a finding of this severity or worse')
            [CompletionResult]::new('--sort-by', '--sort-by', [CompletionResultType]::ParameterName, 'Order of the families [default: series]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress, however long it takes')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 2 when any line was refused, or a part of the configuration is not simulated')
            [CompletionResult]::new('--fail-if-partial', '--fail-if-partial', [CompletionResultType]::ParameterName, 'Exit with 3 also when something was passed over, such as a file without metrics')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;labels' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Read only the targets whose name matches, such as ''emojivoto/*''')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for the answer of a URL, and then for each further piece of it')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Longest line to read; a longer one is refused')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Targets to read at once [default: one for each processor]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]')
            [CompletionResult]::new('--family', '--family', [CompletionResultType]::ParameterName, 'Show only the families (filter: names) that match, such as ''response_*''')
            [CompletionResult]::new('--scrape-interval', '--scrape-interval', [CompletionResultType]::ParameterName, 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 when there is a finding of this severity or worse')
            [CompletionResult]::new('--sort-by', '--sort-by', [CompletionResultType]::ParameterName, 'Order of the labels [default: saves]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress, however long it takes')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 2 when any line was refused, or a part of the configuration is not simulated')
            [CompletionResult]::new('--fail-if-partial', '--fail-if-partial', [CompletionResultType]::ParameterName, 'Exit with 3 also when something was passed over, such as a file without metrics')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;filter' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Read only the targets whose name matches, such as ''emojivoto/*''')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for the answer of a URL, and then for each further piece of it')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Longest line to read; a longer one is refused')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Targets to read at once [default: one for each processor]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]')
            [CompletionResult]::new('--family', '--family', [CompletionResultType]::ParameterName, 'Show only the families (filter: names) that match, such as ''response_*''')
            [CompletionResult]::new('--scrape-interval', '--scrape-interval', [CompletionResultType]::ParameterName, 'Time between two scrapes: samples a second are series divided by it [default: that of the configuration, else 30s]')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 when there is a finding of this severity or worse')
            [CompletionResult]::new('--collector', '--collector', [CompletionResultType]::ParameterName, 'Collector configuration to simulate; several are merged as the Collector merges them')
            [CompletionResult]::new('--relabel', '--relabel', [CompletionResultType]::ParameterName, 'Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them')
            [CompletionResult]::new('--keep-regex', '--keep-regex', [CompletionResultType]::ParameterName, 'Keep the names that match, by `metric_relabel_configs` in a Collector')
            [CompletionResult]::new('--ottl', '--ottl', [CompletionResultType]::ParameterName, 'Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated')
            [CompletionResult]::new('--collector-version', '--collector-version', [CompletionResultType]::ParameterName, 'Release of the Collector, on which names and rules depend')
            [CompletionResult]::new('--pipeline', '--pipeline', [CompletionResultType]::ParameterName, 'Pipeline to simulate; may be repeated [default: each that scrapes enter]')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Only the scrape job of this name')
            [CompletionResult]::new('--collector-key', '--collector-key', [CompletionResultType]::ParameterName, 'Which of several configurations in one file is meant')
            [CompletionResult]::new('--pods', '--pods', [CompletionResultType]::ParameterName, 'Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'A variable of the Collector''s environment, for ${env:NAME}; goes before --env-file')
            [CompletionResult]::new('--env-file', '--env-file', [CompletionResultType]::ParameterName, 'A file with such variables, one a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Follow one name, or one series, through all stages: which clause decides, and why')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress, however long it takes')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 2 when any line was refused, or a part of the configuration is not simulated')
            [CompletionResult]::new('--fail-if-partial', '--fail-if-partial', [CompletionResultType]::ParameterName, 'Exit with 3 also when something was passed over, such as a file without metrics')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;diff' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Read only the targets whose name matches, such as ''emojivoto/*''')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for the answer of a URL, and then for each further piece of it')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Longest line to read; a longer one is refused')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Targets to read at once [default: one for each processor]')
            [CompletionResult]::new('--collector-version', '--collector-version', [CompletionResultType]::ParameterName, 'Release of the Collector; two, with one configuration, compare the releases')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the comparison')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the comparison')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress, however long it takes')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;explain' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
        'meshctl;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write one page for each command into this directory instead; made where it is missing')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: how long it took, and every target that could not be read')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help: in short with -h, with examples with --help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
