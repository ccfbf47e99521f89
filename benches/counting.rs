//! Reading and counting, without finding files and writing a report: `cargo bench --bench counting`.

use std::hint::black_box;
use std::io;

use divan::Bencher;
use divan::counter::BytesCount;
use meshctl::census::Census;
use meshctl::census::Tally;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;

fn main() {
    divan::main();
}

struct Count<'a>(&'a mut Tally);

impl Visitor for Count<'_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.sample(sample);
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.0.metadata(metadata);
    }

    fn reject(&mut self, _: &Reject<'_>) {}
}

const SCRAPE: &str = include_str!("../fixtures/scrapes/busy-client.prom");

fn census(bodies: &[&[u8]]) -> io::Result<Census> {
    let mut reader = Reader::new(1 << 20);
    let mut tally = Tally::default();
    for (index, body) in bodies.iter().enumerate() {
        let mut body = black_box(*body);
        let lines = reader.read(&mut body, &mut Count(&mut tally))?;
        tally.end_target(format!("pod-{index}"), String::new(), lines);
    }
    Ok(tally.finish())
}

/// The census of one worker over this many equal targets.
#[divan::bench(args = [1, 10, 100])]
fn targets(bencher: Bencher<'_, '_>, count: usize) {
    let bodies = vec![SCRAPE.as_bytes(); count];
    bencher
        .counter(BytesCount::new(SCRAPE.len() * count))
        .bench_local(|| census(&bodies));
}

/// One target that holds the series of many: every sample under a `pod` of its own.
#[divan::bench(args = [10])]
fn one_large_target(bencher: Bencher<'_, '_>, pods: usize) {
    let mut body = String::new();
    for pod in 0..pods {
        for line in SCRAPE.lines().filter(|line| line.contains('{')) {
            body.push_str(&line.replacen('{', &format!("{{pod=\"web-{pod}\","), 1));
            body.push('\n');
        }
    }
    bencher
        .counter(BytesCount::of_str(&body))
        .bench_local(|| census(&[body.as_bytes()]));
}
