//! Whole configurations over real scrapes: the same series as a real Collector sent, by name, label set and
//! hash, in two releases.

#![cfg(test)]

#[path = "support/scraping.rs"]
mod scraping;
#[path = "support/simulated.rs"]
mod simulated;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use meshctl::collector::config::Config;
use meshctl::collector::confmap::Sources;
use meshctl::collector::plan::Plan;
use meshctl::collector::position::ConfigError;
use meshctl::collector::version::Version;
use serde_json::Value;
use simulated::Answer;
use simulated::Scrape;
use simulated::simulate;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/collector")
}

/// The bodies of the targets, by name.
fn dumps() -> BTreeMap<String, Vec<u8>> {
    let archive = fs::File::open(fixtures().join("dumps.tar.zst")).unwrap();
    let mut archive = tar::Archive::new(zstd::Decoder::new(archive).unwrap());
    let entries = archive.entries().unwrap();
    entries
        .map(|entry| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut body = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut body).unwrap();
            (name, body)
        })
        .collect()
}

fn plan(text: &str, version: Version) -> Result<Plan, ConfigError> {
    let files = [meshctl::collector::config::File {
        name: "config.yaml",
        text,
    }];
    let sources = Sources {
        env: &|_| None,
        read_file: None,
    };
    let config = Config::load(&files, None, sources, version)?;
    let pipelines = config.metrics_pipelines();
    let pipelines = pipelines
        .iter()
        .map(|pipeline| pipeline.id.clone())
        .collect();
    Ok(Plan {
        name: "config.yaml".to_owned(),
        files: vec!["config.yaml".to_owned()],
        config,
        pipelines,
        job: None,
        cluster: None,
        environment: BTreeMap::new(),
    })
}

/// The differences between a recorded answer and ours, in words.
fn differences(release: &str, name: &str, dumps: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let config = fixtures().join("configs").join(format!("{name}.yaml"));
    let text = fs::read_to_string(config).unwrap();
    let text = text
        .replace("__TARGETS__", "'127.0.0.1:14001'")
        .replace("__REMOTE_WRITE__", "http://127.0.0.1:1/write");
    let answer = fixtures()
        .join("answers")
        .join(release)
        .join(format!("{name}.json"));
    let answer: Value = serde_json::from_slice(&fs::read(answer).unwrap()).unwrap();
    let version: Version = release.parse().unwrap();
    let built = plan(&text, version).and_then(|plan| plan.build().map(|built| (plan, built)));
    let accepted = answer["startup"]["accepted"].as_bool().unwrap();
    let (_, pipelines) = match (built, accepted) {
        (Ok(built), true) => built,
        (Err(_), false) => return Vec::new(),
        (Ok(_), false) => return vec![format!("accepted, but {}", answer["startup"]["error"])],
        (Err(error), true) => return vec![format!("refused: {error} at {:?}", error.at)],
    };
    let scrapes: Vec<Scrape> = answer["targets"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(address, target)| {
            let dump = target["dump"].as_str().unwrap().to_owned();
            Scrape {
                address: address.clone(),
                body: dumps[&dump].clone(),
                dump,
            }
        })
        .collect();
    simulate(pipelines, &scrapes).differences(&Answer::of(&answer))
}

fn compare(release: &str) {
    let dumps = dumps();
    let mut compared = 0;
    let mut all = Vec::new();
    let answers = fixtures().join("answers").join(release);
    let mut names: Vec<String> = fs::read_dir(answers)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    for name in names {
        compared += 1;
        let differences = differences(release, &name, &dumps);
        all.extend(
            differences
                .into_iter()
                .take(12)
                .map(|text| format!("{name}: {text}")),
        );
    }
    assert!(compared >= 50, "only {compared} answers were found");
    assert!(
        all.is_empty(),
        "{release}, {compared} compared:\n{}",
        all.join("\n")
    );
}

#[test]
fn series_are_those_of_release_0_117() {
    compare("0.117.0");
}

#[test]
fn series_are_those_of_release_0_156() {
    compare("0.156.0");
}
