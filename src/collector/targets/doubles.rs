//! Endpoints that are scraped more than once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Active;
use super::JobTargets;

/// One endpoint and its targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    /// Job and number in it, at least two.
    pub targets: Vec<(usize, usize)>,
    /// Labels by which the targets differ, by name; `__…` ones are on no sample.
    pub differing: Vec<String>,
}

impl Double {
    /// Whether several jobs scrape it.
    pub fn is_across_jobs(&self) -> bool {
        let first = self.targets.first().map(|(job, _)| *job);
        self.targets.iter().any(|(job, _)| Some(*job) != first)
    }

    /// Whether the samples of its targets have the same labels, so that each series is written several times.
    pub fn repeats_series(&self) -> bool {
        self.differing.iter().all(|name| name.starts_with("__"))
    }
}

/// All endpoints with several targets, in the order of their first.
pub(super) fn all(jobs: &[JobTargets]) -> Vec<Double> {
    let mut by_endpoint: BTreeMap<_, Vec<(usize, usize)>> = BTreeMap::new();
    for (job, found) in jobs.iter().enumerate() {
        for (number, target) in found.targets.iter().enumerate() {
            let endpoint = (
                &target.scheme,
                with_port(target),
                &target.path,
                &target.parameters,
            );
            by_endpoint.entry(endpoint).or_default().push((job, number));
        }
    }
    let several = by_endpoint
        .into_values()
        .filter(|targets| targets.len() > 1);
    let mut doubles: Vec<Double> = several
        .map(|targets| Double {
            differing: differing(jobs, &targets),
            targets,
        })
        .collect();
    doubles.sort_by(|a, b| a.targets.cmp(&b.targets));
    doubles
}

/// An address with the port that is asked where it names none.
fn with_port(target: &Active) -> String {
    let address = &target.address;
    let behind_brackets = address.rsplit(']').next().unwrap_or(address);
    if behind_brackets.contains(':') {
        return address.clone();
    }
    let port = if target.scheme == "https" { 443 } else { 80 };
    format!("{address}:{port}")
}

fn differing(jobs: &[JobTargets], targets: &[(usize, usize)]) -> Vec<String> {
    let all: Vec<BTreeMap<&str, &str>> = targets
        .iter()
        .map(|(job, number)| {
            let target = &jobs[*job].targets[*number];
            let pairs = target.labels.iter().chain(&target.hidden);
            pairs
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect()
        })
        .collect();
    let names: BTreeSet<&str> = all
        .iter()
        .flat_map(|labels| labels.keys().copied())
        .collect();
    let first = all.first();
    let differs = |name: &&str| {
        let value = first.and_then(|labels| labels.get(name));
        all.iter().any(|labels| labels.get(name) != value)
    };
    names
        .into_iter()
        .filter(differs)
        .map(str::to_owned)
        .collect()
}
