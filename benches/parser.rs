//! The reader alone, and `prometheus-parse` on the same bytes: `cargo bench --bench parser`.

use std::hint::black_box;
use std::io;

use divan::Bencher;
use divan::counter::BytesCount;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;

fn main() {
    divan::main();
}

/// Touches each sample so that reading it cannot be left out.
#[derive(Default)]
struct Touch(u64);

impl Visitor for Touch {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.0 += sample.line_bytes() as u64 + sample.label_count() as u64;
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.0 += metadata.line_bytes as u64;
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        self.0 += reject.column;
    }
}

const SCRAPE: &str = include_str!("../fixtures/scrapes/busy-client.prom");

/// The scrape of a busy client as a federation would send it for this many pods: one body, every sample with
/// a `pod` of its own.
fn body(pods: usize) -> String {
    let mut body = String::new();
    for pod in 0..pods {
        let pod = pod.to_string();
        for line in SCRAPE.lines() {
            let name = line.find(['{', ' ']).unwrap_or(line.len());
            match &line[name..] {
                rest if rest.starts_with('{') => {
                    body.extend([&line[..name], "{pod=\"web-", &pod, "\",", &rest[1..]]);
                }
                _ if line.starts_with('#') => body.push_str(line),
                rest => body.extend([&line[..name], "{pod=\"web-", &pod, "\"}", rest]),
            }
            body.push('\n');
        }
    }
    body
}

/// About 1.3 MB and 13 MB.
const PODS: [usize; 2] = [1, 10];

#[divan::bench(args = PODS)]
fn meshctl(bencher: Bencher<'_, '_>, pods: usize) {
    let body = body(pods);
    let mut reader = Reader::new(1 << 20);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| {
        let mut touch = Touch::default();
        reader
            .read(&mut black_box(body.as_bytes()), &mut touch)
            .map(|_| touch.0)
    });
}

#[divan::bench(args = PODS, sample_count = 5, sample_size = 1)]
fn prometheus_parse(bencher: Bencher<'_, '_>, pods: usize) {
    let body = body(pods);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| {
        let lines = black_box(&body).lines();
        prometheus_parse::Scrape::parse(lines.map(|line| io::Result::Ok(line.to_owned())))
    });
}
