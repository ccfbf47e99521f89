//! What is found in a cluster and scraped of it, beside what a real Prometheus finds and scrapes.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use meshctl::collector::config::Config;
use meshctl::collector::config::File;
use meshctl::collector::confmap::Sources;
use meshctl::collector::targets;
use meshctl::collector::targets::JobTargets;
use meshctl::collector::targets::Objects;
use meshctl::collector::targets::Setting;
use meshctl::collector::version::Version;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Recorded {
    clusters: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    cluster: String,
    config: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    name: String,
    discovered: Told<Set>,
    active: Told<Active>,
    dropped: usize,
}

/// All of a list, or how many it had.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told<T> {
    Counted(usize),
    Listed(Vec<T>),
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Active {
    url: String,
    labels: Set,
}

type Set = BTreeMap<String, String>;

/// The release whose library was asked.
const RELEASE: Version = Version::new(0, 156, 0);

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// An empty value is no label.
fn plain(sets: impl IntoIterator<Item = Set>) -> Vec<Set> {
    let mut sets: Vec<Set> = sets
        .into_iter()
        .map(|set| {
            set.into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect()
        })
        .collect();
    sets.sort();
    sets
}

/// The first label in which two lists of sets differ, to be read in a failure.
fn difference(ours: &[Set], theirs: &[Set]) -> String {
    let only = |these: &[Set], others: &[Set]| {
        let lone: Vec<String> = these
            .iter()
            .filter(|set| !others.contains(set))
            .take(2)
            .map(|set| format!("{set:?}"))
            .collect();
        lone.join("\n    ")
    };
    format!(
        "{} ours, {} theirs\n  only ours:\n    {}\n  only theirs:\n    {}",
        ours.len(),
        theirs.len(),
        only(ours, theirs),
        only(theirs, ours)
    )
}

fn judge(case: &Case, objects: &Objects, faults: &mut Vec<String>) {
    let file = File {
        name: "prometheus.yml",
        text: &case.config,
    };
    let sources = Sources {
        env: &|_| None,
        read_file: None,
    };
    let config = Config::load(&[file], None, sources, RELEASE).unwrap();
    let setting = Setting::default();
    let pipelines = vec!["metrics".to_owned()];
    let found = targets::evaluate(&config, &pipelines, None, objects, &setting).unwrap();
    assert_eq!(found.jobs.len(), case.jobs.len(), "{}", case.name);
    for (at, recorded) in case.jobs.iter().enumerate() {
        let job = &config.scrapes[0].jobs[at];
        let evaluated = &found.jobs[at];
        assert_eq!(evaluated.name, recorded.name);
        let what = format!("{} ({}), job {}", case.name, case.cluster, recorded.name);
        let differ = |ours: usize, theirs: usize, how: &str| {
            (ours != theirs).then(|| format!("{what}: {ours} {how}, not {theirs}"))
        };
        faults.extend(differ(evaluated.dropped.len(), recorded.dropped, "dropped"));
        let ours = plain(targets::discovered(&config, job, objects, &setting).unwrap());
        faults.extend(match &recorded.discovered {
            Told::Counted(count) => differ(ours.len(), *count, "discovered"),
            Told::Listed(sets) => {
                let theirs = plain(sets.iter().cloned());
                (ours != theirs)
                    .then(|| format!("{what}: discovered: {}", difference(&ours, &theirs)))
            }
        });
        faults.extend(match &recorded.active {
            Told::Counted(count) => differ(evaluated.targets.len(), *count, "scraped"),
            Told::Listed(theirs) => scraped(evaluated, theirs, &what),
        });
    }
}

/// What is scraped, where it is not the same.
fn scraped(job: &JobTargets, theirs: &[Active], what: &str) -> Option<String> {
    let mut ours: Vec<Active> = job
        .targets
        .iter()
        .map(|target| Active {
            url: target.url(),
            labels: target.labels.iter().cloned().collect(),
        })
        .collect();
    ours.sort();
    let mut theirs: Vec<&Active> = theirs.iter().collect();
    theirs.sort();
    if ours.iter().eq(theirs.iter().copied()) {
        return None;
    }
    let mut pairs = ours.iter().zip(&theirs);
    let first = pairs.find(|(ours, theirs)| ours != *theirs);
    let (ours, theirs) = (ours.len(), theirs.len());
    Some(format!(
        "{what}: {ours} scraped, not {theirs}; first: {first:?}"
    ))
}

#[test]
fn the_same_targets_are_found_and_scraped() {
    let recorded: Recorded = serde_json::from_str(&fixture("conformance/discovery.json")).unwrap();
    assert!(recorded.cases.len() >= 50, "{}", recorded.cases.len());
    let mut clusters: BTreeMap<&str, Objects> = BTreeMap::new();
    for (name, items) in &recorded.clusters {
        let list = serde_json::json!({"kind": "List", "items": items});
        let mut objects = Objects::default();
        objects.add(&list.to_string(), 0).unwrap();
        clusters.insert(name, objects);
    }
    let mut mesh = Objects::default();
    mesh.add(&fixture("kubernetes/mesh.json"), 0).unwrap();
    clusters.insert("mesh", mesh);
    let mut faults = Vec::new();
    for case in &recorded.cases {
        assert_eq!(case.error, "", "{}", case.name);
        judge(case, &clusters[case.cluster.as_str()], &mut faults);
    }
    let shown: Vec<&str> = faults.iter().take(5).map(String::as_str).collect();
    assert!(
        faults.is_empty(),
        "{} differ:\n{}",
        faults.len(),
        shown.join("\n")
    );
}
