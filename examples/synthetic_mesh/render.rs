//! Writes families as text, in either of the proxy's two styles.
//!
//! Legacy: `HELP`, `TYPE`; histograms as buckets, `_count`, `_sum`, `le` last. Registry: `TYPE` of a counter
//! without `_total`, `# UNIT`; histograms as `_sum`, `_count`, buckets, `le` first. Labels are not escaped.

use super::catalogue::families;
use super::family::{Block, Family, Kind};
use super::histogram::Histogram;
use super::model::Pod;
use super::rows::{Cell, rows};

/// A sample's value. Floats are millionths, so that no rounding depends on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// Printed bare.
    Whole(u64),
    /// Printed as a decimal with at least one digit after the point.
    Micros(u64),
}

/// Appends the whole answer of a pod's proxy to one scrape.
pub(crate) fn body(pod: &Pod, out: &mut Vec<u8>) {
    for (block, family) in families() {
        let start = out.len();
        header(block, family, out);
        let headed = out.len();
        samples(block, family, pod, "", out);
        if out.len() == headed {
            out.truncate(start);
        }
    }
    out.extend_from_slice(b"# EOF\n");
}

fn header(block: Block, family: &Family, out: &mut Vec<u8>) {
    let Family {
        name,
        kind,
        unit,
        help,
        ..
    } = family;
    describe(name, *kind, help, out);
    if let (Block::Registry, Some(unit)) = (block, unit) {
        push(out, &["# UNIT ", name, " ", unit, "\n"]);
    }
}

/// `# HELP` and `# TYPE` under the given name.
pub(crate) fn describe(name: &str, kind: Kind, help: &str, out: &mut Vec<u8>) {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    push(
        out,
        &[
            "# HELP ",
            name,
            " ",
            help,
            "\n# TYPE ",
            name,
            " ",
            kind,
            "\n",
        ],
    );
}

/// What a counter's or gauge's samples are called.
pub(crate) fn sample_suffix(block: Block, kind: Kind) -> &'static str {
    match (block, kind) {
        (Block::Registry, Kind::Counter) => "_total",
        (Block::Registry | Block::Legacy, _) => "",
    }
}

/// Appends a pod's samples of one family. `prefix` is put before the labels; when not empty it ends in `,`.
pub(crate) fn samples(block: Block, family: &Family, pod: &Pod, prefix: &str, out: &mut Vec<u8>) {
    let suffix = sample_suffix(block, family.kind);
    rows(pod, family, &mut |labels, cell| {
        let labels = labels.text();
        match cell {
            Cell::Number(value) => {
                sample(out, [family.name, suffix], [prefix, "", labels, ""], value);
            }
            Cell::Histogram(histogram) => {
                buckets(block, family.name, [prefix, labels], &histogram, out);
            }
        }
    });
}

fn buckets(
    block: Block,
    name: &str,
    [prefix, labels]: [&str; 2],
    histogram: &Histogram,
    out: &mut Vec<u8>,
) {
    let Histogram {
        bounds,
        cumulative,
        count,
        sum,
    } = histogram;
    let bucket = |out: &mut Vec<u8>, bound: &str, value: u64| {
        let (first, last) = match (block, labels) {
            (Block::Legacy, "") | (Block::Registry, _) => (bound, ""),
            (Block::Legacy, _) => ("", bound),
        };
        sample(
            out,
            [name, "_bucket"],
            [prefix, first, labels, last],
            Number::Whole(value),
        );
    };
    let total = |out: &mut Vec<u8>, suffix: &str, value: Number| {
        sample(out, [name, suffix], [prefix, "", labels, ""], value);
    };
    if block == Block::Registry {
        total(out, "_sum", *sum);
        total(out, "_count", Number::Whole(*count));
    }
    for (bound, value) in bounds.printed.iter().zip(cumulative) {
        bucket(out, bound, *value);
    }
    bucket(out, "+Inf", *count);
    if block == Block::Legacy {
        total(out, "_count", Number::Whole(*count));
        total(out, "_sum", *sum);
    }
}

/// One line: a name in two parts, then prefix, leading `le`, labels, trailing `le`, each possibly empty.
fn sample(out: &mut Vec<u8>, name: [&str; 2], labels: [&str; 4], value: Number) {
    let [prefix, first, labels, last] = labels;
    push(out, &name);
    if [prefix, first, labels, last]
        .iter()
        .any(|part| !part.is_empty())
    {
        out.push(b'{');
        let prefix = match (first, labels, last) {
            ("", "", "") => prefix.trim_end_matches(','),
            _ => prefix,
        };
        push(out, &[prefix]);
        if !first.is_empty() {
            push(
                out,
                &["le=\"", first, if labels.is_empty() { "\"" } else { "\"," }],
            );
        }
        push(out, &[labels]);
        if !last.is_empty() {
            push(out, &[",le=\"", last, "\""]);
        }
        out.push(b'}');
    }
    out.push(b' ');
    number(out, value);
    out.push(b'\n');
}

fn number(out: &mut Vec<u8>, value: Number) {
    match value {
        Number::Whole(value) => digits(out, value),
        Number::Micros(value) => {
            digits(out, value / 1_000_000);
            out.push(b'.');
            let end = out.len();
            let mut rest = value % 1_000_000;
            let mut unit = 100_000;
            while rest > 0 || out.len() == end {
                digits(out, rest / unit);
                rest %= unit;
                unit /= 10;
            }
        }
    }
}

fn digits(out: &mut Vec<u8>, mut value: u64) {
    let start = out.len();
    loop {
        out.push(b'0' + (value % 10) as u8);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out[start..].reverse();
}

fn push(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}
