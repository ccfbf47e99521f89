
use builtin;
use str;

set edit:completion:arg-completer[meshctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'meshctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'meshctl'= {
            cand --color 'When to use colour'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
            cand audit 'Everything on one screen: coverage, families, labels by what they cost, findings'
            cand families 'Families with their series, samples and bytes, and how they spread over targets'
            cand labels 'Labels by how many series would vanish without each'
            cand explain 'What a finding means, why it matters, and how to fix it; without an ID, all findings'
            cand completions 'Print a completion script for a shell'
            cand man 'Print the manual page, or write the pages of all commands to a directory'
        }
        &'meshctl;audit'= {
            cand --target 'Read only the targets whose name matches, such as ''emojivoto/*'''
            cand --timeout 'How long to wait for the answer of a URL, and then for each further piece of it'
            cand --max-line-bytes 'Longest line to read; a longer one is refused'
            cand --threads 'Targets to read at once [default: one for each processor]'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --limit 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]'
            cand --family 'Show only the families whose name matches, such as ''response_*'''
            cand --scrape-interval 'Time between two scrapes: samples a second are series divided by it'
            cand --fail-on 'Exit with 1 when there is a finding of this severity or worse'
            cand --sort-by 'Order of families and labels; a list that has no such column keeps its own order'
            cand --color 'When to use colour'
            cand --no-progress 'Show no progress, however long it takes'
            cand --strict 'Exit with 2 when any line was refused'
            cand --fail-if-partial 'Exit with 3 also when something was passed over, such as a file without metrics'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'meshctl;families'= {
            cand --target 'Read only the targets whose name matches, such as ''emojivoto/*'''
            cand --timeout 'How long to wait for the answer of a URL, and then for each further piece of it'
            cand --max-line-bytes 'Longest line to read; a longer one is refused'
            cand --threads 'Targets to read at once [default: one for each processor]'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --limit 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]'
            cand --family 'Show only the families whose name matches, such as ''response_*'''
            cand --scrape-interval 'Time between two scrapes: samples a second are series divided by it'
            cand --fail-on 'Exit with 1 when there is a finding of this severity or worse'
            cand --sort-by 'Order of the families [default: series]'
            cand --color 'When to use colour'
            cand --no-progress 'Show no progress, however long it takes'
            cand --strict 'Exit with 2 when any line was refused'
            cand --fail-if-partial 'Exit with 3 also when something was passed over, such as a file without metrics'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'meshctl;labels'= {
            cand --target 'Read only the targets whose name matches, such as ''emojivoto/*'''
            cand --timeout 'How long to wait for the answer of a URL, and then for each further piece of it'
            cand --max-line-bytes 'Longest line to read; a longer one is refused'
            cand --threads 'Targets to read at once [default: one for each processor]'
            cand -o 'Output format'
            cand --output 'Output format'
            cand --limit 'Rows of each list, 0 for all [default: a screenful; all in json, jsonl and csv]'
            cand --family 'Show only the families whose name matches, such as ''response_*'''
            cand --scrape-interval 'Time between two scrapes: samples a second are series divided by it'
            cand --fail-on 'Exit with 1 when there is a finding of this severity or worse'
            cand --sort-by 'Order of the labels [default: saves]'
            cand --color 'When to use colour'
            cand --no-progress 'Show no progress, however long it takes'
            cand --strict 'Exit with 2 when any line was refused'
            cand --fail-if-partial 'Exit with 3 also when something was passed over, such as a file without metrics'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'meshctl;explain'= {
            cand --color 'When to use colour'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'meshctl;completions'= {
            cand --color 'When to use colour'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
        &'meshctl;man'= {
            cand --dir 'Write one page for each command into this directory instead; made where it is missing'
            cand --color 'When to use colour'
            cand -q 'Print nothing but the report and errors'
            cand --quiet 'Print nothing but the report and errors'
            cand -v 'Say more: how long it took, and every target that could not be read'
            cand --verbose 'Say more: how long it took, and every target that could not be read'
            cand -h 'Print help: in short with -h, with examples with --help'
            cand --help 'Print help: in short with -h, with examples with --help'
            cand -V 'Print the version'
            cand --version 'Print the version'
        }
    ]
    $completions[$command]
}
