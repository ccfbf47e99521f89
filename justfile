# What CI runs, exactly.
check:
    .ci/run

# One test by its name, without the rest: just test unescaped
test *name:
    cargo test --locked {{name}}

# Writes again what is made from the program: completions, index of findings, schema, README and docs.
# Look at the difference before you commit it.
update:
    cargo test --locked --test schema -- the_published_schema regenerate
    MESHCTL_UPDATE=1 cargo test --locked --test drift
    MESHCTL_UPDATE=1 cargo test --locked --test readme

# Known vulnerabilities and unmaintained dependencies; needs the network and cargo-deny.
advisories:
    cargo deny --locked check advisories

# Whole processes beside promtool, and the parser beside prometheus-parse: an entry for benches/log.
bench:
    benches/compare.sh
