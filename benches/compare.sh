#!/usr/bin/env bash
# Measures whole processes against promtool and the parser against prometheus-parse, in one run on the same
# files, and prints an entry for benches/log as Markdown. Progress goes to stderr.
#
#     benches/compare.sh > benches/log/$(date +%F)-$(nproc)core.md
#
# Needs cargo, hyperfine, promtool (Debian package prometheus) and GNU time, 2 GB in TMPDIR, ten minutes and
# a machine that does nothing else. SKIP_PROMTOOL=1 leaves its minutes out.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

note() { printf '%s\n' "$*" >&2; }

for tool in cargo hyperfine promtool python3 /usr/bin/time; do
    command -v "$tool" >/dev/null || { note "$tool is missing: apt-get install hyperfine prometheus python3 time"; exit 2; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

load=$(cut -d' ' -f1-3 /proc/loadavg)
note "building"
cargo build --release --locked --quiet --bin meshctl --example synthetic_mesh
target=${CARGO_TARGET_DIR:-target}/release
meshctl=$target/meshctl
mesh=$target/examples/synthetic_mesh

note "making the files"
merged=$scratch/merged.prom
joined=$scratch/joined.txt
"$mesh" --scenario scale --edges 8 --form merged --lines 200000 --bytes 100000000 --out "$merged"
"$mesh" --scenario scale --pods 1000 --edges 14 --form joined --out "$joined"
"$mesh" --scenario scale --pods 16 --edges 9 --form dir --out "$scratch/pods"
small=$(find "$scratch/pods" -name "*.prom" -size +900k | sort | head -n 1)
# promtool stops behind its lint problems (exit code 3), before it counts: its time here is a lower bound.
promtool="promtool check metrics --extended"

# Mean wall time in seconds of a command, its spread and its best.
seconds() { # NAME RUNS COMMAND
    note "timing $1"
    hyperfine -N --ignore-failure --warmup 1 --runs "$2" --style none \
        --export-json "$scratch/$1.json" "$3" >/dev/null
    python3 - "$scratch/$1.json" <<'PY'
import json, sys
result = json.load(open(sys.argv[1]))["results"][0]
print(f'{result["mean"]:.4f} {result["stddev"] or 0:.4f} {result["min"]:.4f}')
PY
}

# Peak resident memory in kB of a command.
peak() { # FILE COMMAND...
    local file=$1
    shift
    { /usr/bin/time -f %M -o "$scratch/peak" "$@" <"$file" >/dev/null 2>&1; } || true
    tail -n 1 "$scratch/peak"
}

series() { "$meshctl" audit -o json "$1" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["totals"]["series"])'; }
ratio() { python3 -c 'import sys; print(f"{float(sys.argv[1]) / float(sys.argv[2]):.1f}")' "$1" "$2"; }
megabytes() { python3 -c 'import sys; print(f"{int(sys.argv[1]) / 1e6:,.1f} MB")' "$1"; }
size() { megabytes "$(stat -c %s "$1")"; }
memory() { megabytes "$(($1 * 1024))"; }

times=$(seconds meshctl-merged 20 "$meshctl audit -o json $merged")
read -r merged_mean merged_dev merged_min <<<"$times"
times=$(seconds meshctl-joined 5 "$meshctl audit -o json $joined")
read -r joined_mean joined_dev joined_min <<<"$times"
times=$(seconds meshctl-small 50 "$meshctl audit -o json $small")
read -r small_mean small_dev small_min <<<"$times"
merged_peak=$(peak /dev/null "$meshctl" audit -o json "$merged")
joined_peak=$(peak /dev/null "$meshctl" audit -o json "$joined")
printf '# TYPE a gauge\na 1\n' >"$scratch/empty.prom"
base_peak=$(peak /dev/null "$meshctl" audit -o json "$scratch/empty.prom")
merged_series=$(series "$merged")
joined_series=$(series "$joined")

promtool_mean=- promtool_dev=- promtool_min=- promtool_peak=- promtool_ratio=- promtool_best=- promtool_memory=-
if [ -z "${SKIP_PROMTOOL:-}" ]; then
    times=$(seconds promtool-merged 3 "sh -c '$promtool <$merged'")
    read -r promtool_mean promtool_dev promtool_min <<<"$times"
    # shellcheck disable=SC2086
    promtool_peak=$(peak "$merged" $promtool)
    promtool_ratio="$(ratio "$promtool_mean" "$merged_mean") times"
    promtool_best="$(ratio "$promtool_min" "$merged_min") times"
    promtool_memory=$(memory "$promtool_peak")
fi

note "timing the parsers"
cargo bench --locked --quiet --bench parser 2>/dev/null >"$scratch/parser.txt"
cat >"$scratch/parser.py" <<'PY'
# Medians of `throughput` rows of divan's tree, by engine and argument, in MB/s.
import re, sys
units = {"B/s": 1e-6, "KB/s": 1e-3, "MB/s": 1, "GB/s": 1e3}
engine, rates, argument = None, {}, None
for line in open(sys.argv[1]):
    text = line.lstrip("│├╰─ ").rstrip()
    if re.match(r"(meshctl|prometheus_parse)\b", text):
        engine = text.split()[0]
    elif re.match(r"\d+ ", text) and "s " in text and "B/s" not in text:
        argument = int(text.split()[0])
    elif "B/s" in text:
        cells = re.findall(r"([\d.]+) ([KMG]?B/s)", text)
        value, unit = cells[2]
        rates[engine, argument] = float(value) * units[unit]
for argument in sorted({argument for _, argument in rates}):
    ours, theirs = rates["meshctl", argument], rates["prometheus_parse", argument]
    print(f"| {argument} | {ours:,.0f} MB/s | {theirs:,.1f} MB/s | {ours / theirs:.1f} times |")
PY

cat <<MARKDOWN
# $(date +%F), $(nproc) cores

- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores; $(uname -sr)
- commit: $(git rev-parse --short=12 HEAD)$(git diff --quiet HEAD || echo ', with changes')
- $(rustc --version); promtool $(promtool --version 2>&1 | sed -n 's/^promtool, version \([^ ]*\).*/\1/p'); $(hyperfine --version)
- load before: $load
- command: \`benches/compare.sh\`; warm page cache, mean of runs after one warm-up

## Whole process

\`meshctl audit -o json FILE\` against \`promtool check metrics --extended <FILE\`.

| file | size | series | engine | mean | ± | fastest | peak memory |
|---|---:|---:|---|---:|---:|---:|---:|
| merged, one body | $(size "$merged") | $merged_series | meshctl | $merged_mean s | $merged_dev s | $merged_min s | $(memory "$merged_peak") |
| merged, one body | $(size "$merged") | $merged_series | promtool | $promtool_mean s | $promtool_dev s | $promtool_min s | $promtool_memory |
| 1,000 pods, joined | $(size "$joined") | $joined_series | meshctl | $joined_mean s | $joined_dev s | $joined_min s | $(memory "$joined_peak") |
| one dump | $(size "$small") | $(series "$small") | meshctl | $small_mean s | $small_dev s | $small_min s | |

meshctl is faster than promtool by **$promtool_ratio** (means; $promtool_best between the fastest runs). promtool
2.42 ends at its lint problems, before it counts, so its time is a lower bound.

## Memory of a series

A process that counts one series peaks at $(memory "$base_peak"). What the merged body adds to that is
**$(ratio "$(((merged_peak - base_peak) * 1024))" "$merged_series") bytes** for each of its series, read buffers and label values
included; what the 1,000 pods add is **$(ratio "$(((joined_peak - base_peak) * 1024))" "$joined_series") bytes**.

## Parser alone

\`cargo bench --bench parser\`, median throughput on a real scrape as federated for so many pods.

| pods | meshctl | prometheus-parse | faster by |
|---:|---:|---:|---:|
$(python3 "$scratch/parser.py" "$scratch/parser.txt")

\`\`\`text
$(cat "$scratch/parser.txt")
\`\`\`
MARKDOWN
