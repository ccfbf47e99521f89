//! Any bodies, one a target: what is counted of them equals a slow recount with sets of whole label sets,
//! and counts of parts, merged in either order, equal the count of the whole.
//!
//! Input: bodies with a zero byte between them.
#![no_main]

#[path = "../../tests/support/slow_counter.rs"]
mod slow_counter;
#[path = "../../tests/support/slow_reader.rs"]
mod slow_reader;

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use meshctl::census::Census;
use meshctl::census::Tally;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;

use slow_counter::SlowFamily;

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

fn tally(bodies: &[(usize, &[u8])]) -> Tally {
    let mut tally = Tally::default();
    let mut reader = Reader::new(1 << 20);
    for (index, body) in bodies {
        let lines = reader.read(&mut &body[..], &mut Count(&mut tally)).unwrap();
        tally.end_target(format!("{index:03}"), String::new(), lines);
    }
    tally
}

fn merged(mut one: Tally, other: Tally) -> Census {
    one.merge(other);
    one.finish()
}

fuzz_target!(|input: &[u8]| {
    let bodies: Vec<(usize, &[u8])> = input.split(|&byte| byte == 0).enumerate().collect();
    let together = tally(&bodies).finish();
    let (front, back) = bodies.split_at(bodies.len() / 2);
    assert_eq!(together, merged(tally(front), tally(back)));
    assert_eq!(together, merged(tally(back), tally(front)));
    ensure_slow_counter_agrees(&together, &bodies);
});

fn ensure_slow_counter_agrees(census: &Census, bodies: &[(usize, &[u8])]) {
    let targets: Vec<_> = bodies
        .iter()
        .map(|(_, body)| slow_counter::target(body))
        .collect();
    let mut families: BTreeMap<&str, Vec<&SlowFamily>> = BTreeMap::new();
    for (name, family) in targets.iter().flat_map(|target| &target.families) {
        families.entry(name).or_default().push(family);
    }
    let counted = census.families.iter().map(|family| family.name.as_str());
    assert!(counted.eq(families.keys().copied()));
    for (count, slow) in census.families.iter().zip(families.values()) {
        let sum = |of: &dyn Fn(&SlowFamily) -> u64| slow.iter().map(|&family| of(family)).sum();
        let described = targets.iter().filter_map(|t| t.described.get(&count.name));
        let described: u64 = described.sum();
        let counts = [
            count.series,
            count.samples,
            count.body_bytes,
            count.otlp_data_points,
        ];
        let recount: [u64; 4] = [
            sum(&|family| family.series().len() as u64),
            sum(&|family| family.samples.len() as u64),
            sum(&|family| family.sample_bytes + family.metadata_bytes) + described,
            sum(&SlowFamily::otlp_data_points),
        ];
        assert_eq!(counts, recount, "{}", count.name);
        for label in &count.labels {
            let saving: u64 = sum(&|family| family.marginal_saving(&label.name));
            assert_eq!(
                label.marginal_saving, saving,
                "{}{{{}}}",
                count.name, label.name
            );
            let bytes: u64 = sum(&|family| family.label_bytes(&label.name));
            assert_eq!(label.body_bytes, bytes, "{}{{{}}}", count.name, label.name);
        }
    }
    let totals = census.totals;
    assert_eq!(totals.duplicates, totals.samples - totals.series);
    let samples: u64 = targets.iter().map(|target| target.samples).sum();
    let rejects: u64 = targets.iter().map(|target| target.rejects).sum();
    assert_eq!((totals.samples, totals.rejects), (samples, rejects));
}
