//! Whole configurations over small bodies, scrape by scrape: the same series with the same values as a real
//! Collector sent, or the same refusal, in three releases.

#![cfg(test)]

#[path = "support/otlp.rs"]
mod otlp;
#[path = "support/recorded.rs"]
mod recorded;
#[path = "support/scraping.rs"]
mod scraping;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use meshctl::census::Tally;
use meshctl::collector::config::Config;
use meshctl::collector::config::File;
use meshctl::collector::confmap::Sources;
use meshctl::collector::discover::Found;
use meshctl::collector::plan::Layout;
use meshctl::collector::plan::Plan;
use meshctl::collector::position::ConfigError;
use meshctl::collector::simulator::Pipeline;
use meshctl::table::Keep;
use recorded::Sent;
use serde_json::Value;

/// Answers that are not ours yet, and why: release, configuration, reason.
const KNOWN: [(&str, &str, &str); 5] = [
    (
        "0.118.0",
        "p53_label_names",
        "of more than twelve labels an unstable sort decides which of two with one name comes last",
    ),
    (
        "0.118.0",
        "p80b_k8s_uid",
        "chance: the recorded Collector saw the pod before its replica set, which names the deployment",
    ),
    (
        "0.118.0",
        "p80c_k8s_all_metadata",
        "chance: the recorded Collector saw the pod before its replica set, which names the deployment",
    ),
    (
        "0.118.0",
        "p80i_k8s_filter",
        "the recorder's Kubernetes API has no lists of one namespace: the Collector saw no pod",
    ),
    (
        "0.158.0",
        "p80i_k8s_filter",
        "the recorder's Kubernetes API has no lists of one namespace: the Collector saw no pod",
    ),
];

/// One scrape after the other, three seconds apart, from a time behind those that stand in bodies.
const FIRST_NS: u64 = 1_795_200_000_000_000_000;
const INTERVAL_NS: u64 = 3_000_000_000;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/pipelines")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The variables that the comments at the top of a configuration name.
fn environment(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::from([
        ("OUT".to_owned(), "out.jsonl".to_owned()),
        ("KUBECONFIG".to_owned(), "kubeconfig".to_owned()),
    ]);
    for line in text.lines() {
        if let Some((name, value)) = line
            .strip_prefix("# environment: ")
            .and_then(|variable| variable.split_once('='))
        {
            variables.insert(name.to_owned(), value.to_owned());
        }
    }
    variables
}

fn build(text: &str, release: &str, list: &Value) -> Result<Vec<(Layout, Pipeline)>, ConfigError> {
    let files = [File {
        name: "config.yaml",
        text,
    }];
    let environment = environment(text);
    let sources = Sources {
        env: &|name| environment.get(name).cloned(),
        read_file: None,
    };
    let config = Config::load(&files, None, sources, release.parse().unwrap())?;
    let pipelines = config.metrics_pipelines();
    let pipelines = pipelines
        .iter()
        .map(|pipeline| pipeline.id.clone())
        .collect();
    let plan = Plan {
        name: "config.yaml".to_owned(),
        files: vec!["config.yaml".to_owned()],
        config,
        pipelines,
        job: None,
        cluster: Some(Arc::new(recorded::cluster(list))),
        environment,
    };
    plan.build()
}

/// The targets of a configuration with the bodies that each served.
fn targets(text: &str, answer: &Value, list: &Value) -> Vec<(Found, Vec<String>)> {
    let bodies: BTreeMap<&String, Vec<String>> = answer["targets"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(address, bodies)| {
            let bodies = bodies.as_array().unwrap().iter();
            let bodies = bodies.map(|body| body["body"].as_str().unwrap().to_owned());
            let mut bodies: Vec<String> = bodies.collect();
            // The last body was served until the end.
            if text
                .lines()
                .any(|line| line.starts_with("# targets:") && line.ends_with('*'))
            {
                bodies.extend(bodies.last().cloned());
            }
            (address, bodies)
        })
        .collect();
    if text.contains("kubernetes_sd_configs") {
        let all = recorded::found(list).into_iter();
        return all
            .filter_map(|found| {
                let bodies = bodies.get(found.address.as_ref()?)?.clone();
                Some((found, bodies))
            })
            .collect();
    }
    let all = bodies.into_iter();
    all.map(|(address, bodies)| {
        let found = Found {
            address: Some(address.clone()),
            ..Found::default()
        };
        (found, bodies)
    })
    .collect()
}

fn run(
    pipelines: Vec<(Layout, Pipeline)>,
    targets: &[(Found, Vec<String>)],
    remembers: bool,
) -> Sent {
    let mut sent = Sent::default();
    let scrapes = targets.iter().map(|(_, bodies)| bodies.len()).max();
    for (_, mut pipeline) in pipelines {
        if remembers {
            pipeline.expect_scrapes_again();
        }
        let mut tally = Tally::default();
        tally.keep(Keep::Values);
        for scrape in 0..scrapes.unwrap_or(0) {
            sent.page.clear();
            for (found, bodies) in targets {
                let Some(name) = bodies.get(scrape) else {
                    continue;
                };
                let page = fixtures().join("scrapes").join(name);
                let bytes = (name != "!").then(|| fs::read(page).unwrap());
                let time_ns = FIRST_NS + scrape as u64 * INTERVAL_NS;
                scraping::scraped(&mut tally, name, bytes.as_deref(), time_ns, |body| {
                    pipeline.run(body, found, &mut sent, &mut |_, _| {});
                });
            }
        }
    }
    sent
}

fn differences(release: &str, name: &str, list: &Value) -> Vec<String> {
    let text = fixtures().join("configs").join(format!("{name}.yaml"));
    let text = fs::read_to_string(text).unwrap();
    let answer = json(
        &fixtures()
            .join("answers")
            .join(release)
            .join(format!("{name}.json")),
    );
    let accepted = answer["startup"]["accepted"].as_bool().unwrap();
    match (build(&text, release, list), accepted) {
        (Ok(pipelines), true) => {
            let targets = targets(&text, &answer, list);
            let repeats = name.starts_with("p87");
            let mut differences = run(pipelines, &targets, true).differences(&answer, repeats);
            // Of a single scrape, nothing needs to be remembered, and samples take shorter ways.
            if targets.iter().all(|(_, bodies)| bodies.len() == 1) {
                let pipelines = build(&text, release, list).unwrap();
                let sent = run(pipelines, &targets, false);
                differences.extend(sent.differences(&answer, repeats));
            }
            differences
        }
        (Err(_), false) => Vec::new(),
        (Ok(_), false) => vec![format!("accepted, but {}", answer["startup"]["error"])],
        (Err(error), true) => vec![format!("refused: {error} at {:?}", error.at)],
    }
}

fn compare(release: &str, least: usize) {
    let list = json(&fixtures().join("pods.json"));
    let answers = fs::read_dir(fixtures().join("answers").join(release)).unwrap();
    let mut names: Vec<String> = answers
        .map(|entry| {
            let path = entry.unwrap().path();
            path.file_stem().unwrap().to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= least, "only {} answers", names.len());
    let mut unequal = Vec::new();
    let mut told = Vec::new();
    for name in &names {
        let differences = differences(release, name, &list);
        if differences.is_empty() {
            continue;
        }
        unequal.push(name.as_str());
        if !KNOWN
            .iter()
            .any(|(at, known, _)| (*at, *known) == (release, name))
        {
            let shown = differences.iter().take(8);
            told.extend(shown.map(|text| format!("{name}: {text}")));
        }
    }
    let known: Vec<&str> = KNOWN
        .iter()
        .filter(|(at, ..)| *at == release)
        .map(|(_, name, _)| *name)
        .collect();
    let count = (unequal.len(), names.len());
    assert_eq!(
        unequal,
        known,
        "{release}: {} of {} differ\n{}",
        count.0,
        count.1,
        told.join("\n")
    );
}

#[test]
fn pipelines_send_what_release_0_118_sends() {
    compare("0.118.0", 114);
}

#[test]
fn pipelines_send_what_release_0_156_sends() {
    compare("0.156.0", 117);
}

#[test]
fn pipelines_send_what_release_0_158_sends() {
    compare("0.158.0", 22);
}
