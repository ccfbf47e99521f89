//! The synthetic mesh: its hard numbers, counted the slow and obvious way, and the committed fixture.
#![cfg(test)]

#[path = "../examples/synthetic_mesh/generator.rs"]
mod generator;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;

use generator::merged::{self, Padding};
use generator::scale::Scale;
use generator::scenario::Scenario;
use generator::{forms, render};

/// Families of the published lab, one `# TYPE` name each.
const FAMILIES: usize = 163;
/// Label sets of `response_latency_ms` there.
const LATENCY_SETS: usize = 217;
/// Buckets of each.
const BUCKETS: usize = 26;
/// Series its Collector kept, with one `target_info` a pod that is no proxy's.
const KEPT_SERIES: usize = 9_280;
const PODS: usize = 30;

const KEPT_NAMES: [&str; 10] = [
    "response_total",
    "response_latency_ms_bucket",
    "response_latency_ms_count",
    "response_latency_ms_sum",
    "tcp_open_connections",
    "tcp_read_bytes_total",
    "tcp_write_bytes_total",
    "control_response_latency_ms_bucket",
    "control_response_latency_ms_count",
    "control_response_latency_ms_sum",
];

fn bodies() -> Vec<String> {
    let scenario = Scenario::astronomy_shop(1);
    let body = |pod: &generator::model::Pod| {
        let mut text = Vec::new();
        render::body(pod, &mut text);
        String::from_utf8(text).unwrap()
    };
    scenario.pods().map(|pod| body(&pod)).collect()
}

/// Name, labels and value of every sample line. Values here hold no `{`, `}` or escaped quote in labels.
fn samples(body: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    body.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            (name, labels.strip_suffix('}').unwrap(), value)
        })
}

fn count(bodies: &[String], name: &str) -> usize {
    let names = bodies.iter().flat_map(|body| samples(body));
    names.filter(|(found, _, _)| *found == name).count()
}

/// The value of a label written as the proxy writes it.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    let start = labels.find(&format!("{name}=\""))? + name.len() + 2;
    labels[start..].split('"').next()
}

#[test]
fn the_shop_has_the_families_of_the_lab() {
    let bodies = bodies();
    assert_eq!(bodies.len(), PODS);
    let types: BTreeSet<&str> = bodies
        .iter()
        .flat_map(|body| body.lines())
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(types.len(), FAMILIES);
    assert!(types.iter().all(|name| !name.starts_with("route_")));
}

#[test]
fn the_shop_has_the_latency_buckets_of_the_lab() {
    let bodies = bodies();
    assert_eq!(count(&bodies, "response_latency_ms_count"), LATENCY_SETS);
    assert_eq!(count(&bodies, "response_latency_ms_sum"), LATENCY_SETS);
    assert_eq!(
        count(&bodies, "response_latency_ms_bucket"),
        LATENCY_SETS * BUCKETS
    );
    assert_eq!(LATENCY_SETS * BUCKETS, 5_642);
}

#[test]
fn the_shop_has_the_kept_series_of_the_lab() {
    let bodies = bodies();
    let kept: usize = KEPT_NAMES.iter().map(|name| count(&bodies, name)).sum();
    assert_eq!(kept + PODS, KEPT_SERIES);
}

#[test]
fn the_frontend_hides_six_unavailable_calls_to_ad_behind_200() {
    let bodies = bodies();
    let calls = |direction: &str, peer: &str, grpc_status: &str| -> Vec<u64> {
        bodies
            .iter()
            .flat_map(|body| samples(body))
            .filter(|(name, labels, _)| {
                *name == "response_total"
                    && label(labels, "direction") == Some(direction)
                    && labels.contains(peer)
                    && label(labels, "status_code") == Some("200")
                    && label(labels, "grpc_status") == Some(grpc_status)
            })
            .map(|(_, labels, value)| {
                let failure = label(labels, "classification") == Some("failure");
                assert_eq!(failure, grpc_status == "14");
                value.parse().unwrap()
            })
            .collect()
    };
    let identity = "frontend.otel-demo.serviceaccount.identity.linkerd.cluster.local";
    let client = format!("client_id=\"{identity}\",srv_group=\"\",srv_kind=\"default\"");
    let outbound = calls("outbound", "dst_service=\"ad\"", "14");
    assert_eq!(outbound, [6]);
    let good = calls("outbound", "dst_service=\"ad\"", "0");
    assert!(good[0] > 1_000);
    assert!(calls("inbound", &client, "14").contains(&6));
    assert!(calls("inbound", &client, "0").contains(&good[0]));
}

#[test]
fn no_pod_says_a_series_twice_and_no_label_twice_in_one() {
    for body in bodies() {
        let mut seen = BTreeSet::new();
        for (name, labels, value) in samples(&body) {
            assert!(seen.insert((name, labels)), "{name}{{{labels}}}");
            assert!(value.parse::<f64>().unwrap().is_finite());
            let names: Vec<&str> = labels
                .split("\",")
                .map(|pair| pair.split('=').next().unwrap())
                .collect();
            assert_eq!(
                names.iter().collect::<BTreeSet<_>>().len(),
                names.len(),
                "{labels}"
            );
        }
        assert!(body.ends_with("# EOF\n"));
        assert_eq!(body.matches("# EOF").count(), 1);
    }
}

#[test]
fn histograms_are_cumulative_and_end_at_their_count() {
    for body in bodies() {
        let mut last: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for (name, labels, value) in samples(&body) {
            if let Some(family) = name.strip_suffix("_bucket") {
                let bound = format!("le=\"{}\"", label(labels, "le").unwrap());
                let rest = labels.replace(&bound, "").trim_matches(',').to_owned();
                let value = value.parse().unwrap();
                let before = last.insert((family.to_owned(), rest), value).unwrap_or(0);
                assert!(before <= value, "{name}{{{labels}}} {value}");
            } else if let Some(family) = name.strip_suffix("_count") {
                counts.insert(
                    (family.to_owned(), labels.to_owned()),
                    value.parse().unwrap(),
                );
            }
        }
        assert_eq!(last, counts);
    }
}

#[test]
fn the_committed_fixture_is_what_the_generator_writes() {
    let mut generated = Vec::new();
    forms::archive(&Scenario::astronomy_shop(1), &mut generated).unwrap();
    let fixture = File::open("fixtures/astronomy-shop.tar.zst").unwrap();
    let mut committed = Vec::new();
    zstd::Decoder::new(fixture)
        .unwrap()
        .read_to_end(&mut committed)
        .unwrap();
    assert!(
        generated == committed,
        "make it again with the command in fixtures/README.md"
    );
}

/// Every family as a real scrape describes it: `HELP`, `TYPE` and `UNIT` lines, and their order.
#[test]
fn families_are_described_and_ordered_as_in_a_real_scrape() {
    for scrape in ["busy-client", "busy-server"] {
        let real = std::fs::read_to_string(format!("fixtures/scrapes/{scrape}.prom")).unwrap();
        let described: Vec<&str> = real.lines().filter(|line| line.starts_with("# ")).collect();
        let place = |line: &str| described.iter().position(|real| *real == line);
        let mut compared = 0;
        for body in bodies() {
            let comments = body.lines().filter(|line| line.starts_with("# "));
            let known = |line: &&str| {
                let family = line.split(' ').nth(2).unwrap_or_default();
                described
                    .iter()
                    .any(|real| real.split(' ').nth(2) == Some(family))
            };
            let places: Vec<usize> = comments
                .filter(known)
                .map(|line| place(line).expect(line))
                .collect();
            assert!(places.is_sorted());
            compared += places.len();
        }
        assert!(compared > 1_000);
    }
}

/// Label names in order, for each sample name of the real scrapes.
fn real_label_names() -> BTreeSet<(String, Vec<String>)> {
    let scrapes = ["busy-client", "busy-server", "grpc-failures-inbound"];
    let mut known = BTreeSet::new();
    for scrape in scrapes {
        let real = std::fs::read_to_string(format!("fixtures/scrapes/{scrape}.prom")).unwrap();
        for (name, labels, _) in samples(&real) {
            known.insert((name.to_owned(), label_names(labels)));
        }
    }
    known
}

fn label_names(labels: &str) -> Vec<String> {
    let pairs = labels.split("\",");
    pairs
        .map(|pair| pair.split("=\"").next().unwrap().to_owned())
        .collect()
}

#[test]
fn label_sets_have_the_names_and_the_order_of_real_ones() {
    let known = real_label_names();
    let mut compared = 0;
    for body in bodies() {
        for (name, labels, _) in samples(&body) {
            // What no real scrape here has: a StatefulSet, an endpoint that is no pod, a meshed client cut off.
            if labels.contains("dst_statefulset=")
                || labels.contains("dst_service=\"kubernetes\"")
                || name == "inbound_tcp_authz_terminate_total"
            {
                continue;
            }
            let shape = (name.to_owned(), label_names(labels));
            assert!(known.contains(&shape), "{name}{{{labels}}}");
            compared += 1;
        }
    }
    assert!(compared > 20_000);
}

#[test]
fn a_joined_dump_numbers_its_pods_and_keeps_their_bodies() {
    let scale = Scale {
        seed: 7,
        pods: 3,
        edges: 2,
        extra_rows: 0,
    };
    let mut text = Vec::new();
    forms::joined(&Scenario::Scale(scale), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let parts: Vec<&str> = text.split("#\n# POD ").collect();
    assert_eq!(parts.len(), 4);
    for (index, part) in parts.iter().enumerate().skip(1) {
        let (header, body) = part.split_once("\n#\n").unwrap();
        assert!(header.ends_with(&format!("({index} of 3)")));
        assert!(body.starts_with("# HELP ") && body.ends_with("# EOF\n"));
    }
}

#[test]
fn a_directory_holds_the_files_of_the_archive() {
    let scenario = Scenario::Scale(Scale {
        seed: 7,
        pods: 3,
        edges: 2,
        extra_rows: 0,
    });
    let folder = tempfile::tempdir().unwrap();
    forms::directory(&scenario, folder.path()).unwrap();
    let mut archive = Vec::new();
    forms::archive(&scenario, &mut archive).unwrap();
    let mut archive = tar::Archive::new(archive.as_slice());
    let mut files = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let file = folder.path().join(entry.path().unwrap());
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        assert!(std::fs::read(file).unwrap() == text);
        files += 1;
    }
    assert_eq!(files, 3);
}

#[test]
fn a_merged_body_has_the_lines_and_nearly_the_bytes_asked_for() {
    let scale = Scale {
        seed: 1,
        pods: 0,
        edges: 4,
        extra_rows: 0,
    };
    let scale = merged::fit_lines(scale, 10_000).unwrap();
    let scenario = Scenario::Scale(scale);
    let padding = merged::fit_bytes(&scenario, 5_500_000).unwrap();
    let mut text = Vec::new();
    merged::merged(&scenario, padding, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 10_000);
    assert!(text.len().abs_diff(5_500_000) < 10_000, "{}", text.len());
    let mut seen = BTreeSet::new();
    assert!(samples(&text).all(|(name, labels, _)| seen.insert((name, labels))));
    let mut types = BTreeSet::new();
    let described = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    assert!(described.into_iter().all(|line| types.insert(line)));
}

#[test]
fn a_size_that_cannot_be_reached_is_refused_with_a_remedy() {
    let scale = Scale {
        seed: 1,
        pods: 0,
        edges: 4,
        extra_rows: 0,
    };
    let refusal = merged::fit_lines(scale.clone(), 500)
        .unwrap_err()
        .to_string();
    assert!(refusal.ends_with("lower --edges"), "{refusal}");
    let scenario = Scenario::Scale(merged::fit_lines(scale, 10_000).unwrap());
    let refusal = merged::fit_bytes(&scenario, 1_000_000)
        .unwrap_err()
        .to_string();
    assert!(refusal.ends_with("lower --edges or --lines"), "{refusal}");
}

#[test]
fn a_merged_shop_has_every_sample_once() {
    let mut text = Vec::new();
    merged::merged(&Scenario::astronomy_shop(1), Padding::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let bodies = bodies();
    let apart: usize = bodies.iter().map(|body| samples(body).count()).sum();
    let mut seen = BTreeSet::new();
    assert!(samples(&text).all(|(name, labels, _)| seen.insert((name, labels))));
    assert_eq!(seen.len(), apart);
}
