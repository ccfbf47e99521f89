//! Quantiles against recorded answers of Prometheus' own `histogram_quantile`.
#![cfg(test)]

use std::fs;

use meshctl::mesh::histogram::Histogram;
use serde::Deserialize;

/// A line of `fixtures/conformance/quantile.json`, as `tests/conformance/quantile/main.go` writes it. Numbers are texts:
/// JSON has no infinity.
#[derive(Deserialize)]
struct Row {
    /// Upper bound and cumulative count.
    buckets: Vec<(String, String)>,
    /// Quantile and answer.
    quantiles: Vec<(String, String)>,
}

fn recorded() -> Vec<Row> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/conformance/quantile.json"
    );
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn quantiles_are_those_of_prometheus() {
    let mut compared = 0;
    for row in recorded() {
        let buckets: Vec<_> = row
            .buckets
            .iter()
            .map(|(upper, count)| (number(upper), number(count)))
            .collect();
        let mut histogram = Histogram::default();
        for &(upper, count) in &buckets {
            histogram.add_bucket(upper, count);
        }
        for (q, answer) in &row.quantiles {
            let (q, answer) = (number(q), number(answer));
            let ours = histogram.quantile(q);
            // Where Prometheus answers with no number of the histogram, there is none.
            let expected =
                Some(answer).filter(|answer| !answer.is_nan() && (0.0..=1.0).contains(&q));
            assert_eq!(
                ours.map(|quantile| quantile.value),
                expected,
                "{q} of {buckets:?}"
            );
            compared += 1;
        }
    }
    assert!(compared > 3000, "only {compared} were compared");
}
