//! What proxies expose, as far as rules about names ask.

use std::sync::LazyLock;

use crate::census::Census;

/// The families that are built in, in a format of its own.
const FAMILIES: &str = include_str!("exposed/families.txt");

/// Names of what the receiver adds to each scrape.
pub const SYNTHETIC: [&str; 8] = [
    "scrape_body_size_bytes",
    "scrape_duration_seconds",
    "scrape_sample_limit",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "up",
];

/// Families, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposed {
    /// Whose they are: `busy-client.prom`, `Linkerd's and Istio's proxies`.
    pub whose: String,
    /// Sorted by name.
    pub families: Vec<ExposedFamily>,
    /// The targets that were scraped; none where that is not known.
    pub targets: Vec<ExposedTarget>,
}

/// What one target of a dump has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedTarget {
    /// `Target::name`.
    pub name: String,
    /// Lines with a sample.
    pub samples: u64,
    /// Bytes of the body, uncompressed.
    pub body_bytes: u64,
    /// Lines that no parser takes.
    pub rejects: u64,
}

/// One family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFamily {
    /// As on its `# TYPE` line.
    pub name: String,
    /// `counter`, `histogram`, …
    pub kind: String,
    /// Names of its samples, sorted.
    pub sample_names: Vec<String>,
    /// Names of its labels, sorted; empty where they are not known.
    pub labels: Vec<String>,
}

impl Exposed {
    /// What Linkerd's and Istio's proxies expose.
    pub fn known() -> &'static Self {
        static KNOWN: LazyLock<Exposed> = LazyLock::new(|| {
            let mut families = Vec::new();
            let mut labels: Vec<String> = Vec::new();
            for line in FAMILIES.lines().filter(|line| !line.starts_with('#')) {
                match line.split_once(' ') {
                    Some(("labels", names)) => {
                        labels = names.split_whitespace().map(str::to_owned).collect();
                    }
                    Some((kind, name)) => families.push(family(kind, name, &labels)),
                    // A group without labels.
                    None => labels.clear(),
                }
            }
            families.sort_by(|a: &ExposedFamily, b| a.name.cmp(&b.name));
            Exposed {
                whose: "Linkerd's and Istio's proxies".to_owned(),
                families,
                targets: Vec::new(),
            }
        });
        &KNOWN
    }

    /// What a census counted, read from `whose`.
    pub fn of(census: &Census, whose: String) -> Self {
        let families = census.families.iter().map(|family| ExposedFamily {
            name: family.name.clone(),
            kind: family.family_type.as_str().to_owned(),
            sample_names: family.sample_names.clone(),
            labels: family
                .labels
                .iter()
                .map(|label| label.name.clone())
                .collect(),
        });
        let mut families: Vec<ExposedFamily> = families.collect();
        families.sort_by(|a, b| a.name.cmp(&b.name));
        let targets = census.targets.iter().map(|target| ExposedTarget {
            name: target.name.clone(),
            samples: target.samples,
            body_bytes: target.body_bytes,
            rejects: target.rejects,
        });
        Self {
            whose,
            families,
            targets: targets.collect(),
        }
    }

    /// Names of all samples.
    pub fn sample_names(&self) -> impl Iterator<Item = &str> {
        let families = self.families.iter();
        families.flat_map(|family| family.sample_names.iter().map(String::as_str))
    }

    /// Names of all metrics, as processors see them.
    pub fn metric_names(&self) -> impl Iterator<Item = &str> {
        self.families.iter().flat_map(ExposedFamily::metric_names)
    }

    /// The family that a sample of this name belongs to.
    pub fn family_of(&self, sample: &str) -> Option<&ExposedFamily> {
        let mut families = self.families.iter();
        families.find(|family| family.sample_names.iter().any(|name| name == sample))
    }
}

impl ExposedFamily {
    /// Whether its samples are lines of points: buckets, counts and sums.
    pub fn has_points(&self) -> bool {
        matches!(self.kind.as_str(), "histogram" | "summary")
    }

    /// What the receiver calls what it makes of it: all lines of a histogram are one metric, and a counter keeps
    /// its `_total`.
    pub fn metric_names(&self) -> impl Iterator<Item = &str> {
        let own = self.has_points().then_some(self.name.as_str());
        let samples = self.sample_names.iter().map(String::as_str);
        own.into_iter()
            .chain(samples.filter(|_| !self.has_points()))
    }
}

fn family(kind: &str, name: &str, labels: &[String]) -> ExposedFamily {
    let suffixes: &[&str] = match kind {
        "histogram" => &["_bucket", "_count", "_sum"],
        "total" => &["_total"],
        _ => &[""],
    };
    let mut labels = labels.to_vec();
    if kind == "histogram" {
        labels.push("le".to_owned());
        labels.sort_unstable();
    }
    ExposedFamily {
        name: name.to_owned(),
        kind: if kind == "total" { "counter" } else { kind }.to_owned(),
        sample_names: suffixes
            .iter()
            .map(|suffix| format!("{name}{suffix}"))
            .collect(),
        labels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_known_by_their_samples_and_metrics() {
        let known = Exposed::known();
        assert!(known.families.is_sorted_by(|a, b| a.name < b.name));
        let latency = known.family_of("response_latency_ms_bucket").unwrap();
        assert_eq!(
            latency.metric_names().collect::<Vec<_>>(),
            ["response_latency_ms"]
        );
        assert!(latency.labels.contains(&"direction".to_owned()));
        let queue = known.family_of("control_destination_balancer_queue_requests_total");
        let names: Vec<_> = queue.unwrap().metric_names().collect();
        assert_eq!(names, ["control_destination_balancer_queue_requests_total"]);
    }
}
