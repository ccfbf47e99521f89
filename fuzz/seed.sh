#!/bin/sh
# Cuts the real scrapes into small pieces to start from: fuzz/corpus/reader and fuzz/corpus/census.
set -eu
cd "$(dirname "$0")"
rm -rf corpus/seeds
mkdir -p corpus/seeds corpus/reader corpus/census
for scrape in ../fixtures/scrapes/*.prom; do
    split -l 9 -a 4 "$scrape" "corpus/seeds/$(basename "$scrape" .prom)-"
done
cat > corpus/seeds/forms <<'TEXT'
# TYPE a counter
# UNIT a seconds
a_total{t="1",u=""} 1 1795217722507 # {trace_id="x\"y"} 0.5 1.5
a_created{t="1",u=""} 1.5e9
{"my.metric","a.b"="c\\d",le="+Inf"} NaN
 b { t = "1" , } -Inf
b_sum{t="1",t="2"} 1
# EOF
# TYPE a gauge
a_total{t="x"y"} 1
TEXT
for seed in corpus/seeds/*; do
    # A line limit of 256 bytes and three piece sizes.
    { printf '\377\203\005\100\001'; cat "$seed"; } > "corpus/reader/$(basename "$seed")"
    # Two targets that share lines.
    { cat "$seed"; printf '\0'; tail -n 5 "$seed"; } > "corpus/census/$(basename "$seed")"
done
rm -r corpus/seeds
