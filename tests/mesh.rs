//! What traffic means, against a slow, obvious counter: on real scrapes, recomputed from their lines.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use meshctl::mesh;
use meshctl::mesh::Code;
use meshctl::mesh::Direction;
use meshctl::mesh::Mesh;
use meshctl::mesh::edges::By;
use meshctl::source;
use meshctl::survey;
use meshctl::survey::Survey;
use meshctl::survey::Traffic;

fn survey(paths: &[&str], workers: usize, traffic: Traffic) -> Survey {
    let plan = survey::Plan {
        sources: source::Options {
            sources: paths.iter().map(|&path| path.to_owned()).collect(),
            ..source::Options::default()
        },
        workers,
        max_line_bytes: 1 << 20,
        simulate: Vec::new(),
        traffic,
        watch: None,
        latency: None,
        now_ns: 0,
        detail: meshctl::survey::Detail::default(),
    };
    let survey = survey::run(&plan, &survey::Control::default());
    assert_eq!(survey.coverage.failed, []);
    survey
}

fn read(paths: &[&str]) -> Mesh {
    survey(paths, 2, Traffic::Read).mesh.unwrap()
}

/// Files from an archive, unpacked.
fn unpacked(archive: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let stream = zstd::Decoder::new(fs::File::open(archive).unwrap()).unwrap();
    tar::Archive::new(stream).unpack(dir.path()).unwrap();
    dir
}

const DUMPS: &str = "fixtures/conformance/collector/dumps.tar.zst";
const SHOP: &str = "fixtures/astronomy-shop.tar.zst";

/// One line: name, labels, value.
type Line = (String, BTreeMap<String, String>, f64);

/// The samples of a file, each line cut apart by its quotes; lines with an odd quote are left out.
fn lines(path: &Path) -> Vec<Line> {
    let mut text = String::new();
    let mut file = fs::File::open(path).unwrap();
    if path.extension().is_some_and(|ending| ending == "zst") {
        zstd::Decoder::new(file)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
    } else {
        file.read_to_string(&mut text).unwrap();
    }
    let line = |line: &str| -> Option<Line> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, rest) = series.split_once('{').unwrap_or((series, ""));
        let parts: Vec<&str> = rest.split('"').collect();
        let mut labels = BTreeMap::new();
        for pair in parts.chunks(2).take(parts.len() / 2) {
            let name = pair[0].trim_start_matches(',').trim_end_matches('=');
            if name.is_empty() || name.contains(['\\', ' ', '"']) {
                return None;
            }
            if !pair[1].is_empty() {
                labels.insert(name.to_owned(), pair[1].to_owned());
            }
        }
        Some((name.to_owned(), labels, value.parse().ok()?))
    };
    text.lines()
        .filter(|text| !text.starts_with('#'))
        .filter_map(line)
        .collect()
}

/// The sum of all lines of a name that fit.
fn sum(lines: &[Line], name: &str, fits: &[(&str, &str)]) -> u64 {
    let has = |labels: &BTreeMap<String, String>| {
        let value = |label: &str| labels.get(label).map_or("", String::as_str);
        fits.iter().all(|(label, wanted)| value(label) == *wanted)
    };
    let all = lines
        .iter()
        .filter(|(known, labels, _)| known == name && has(labels));
    all.map(|(_, _, value)| *value as u64).sum()
}

#[test]
fn what_all_flows_hold_is_what_the_lines_add_up_to() {
    let dir = unpacked(DUMPS);
    let mut files: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "prom"));
    assert_eq!(files.len(), 9);
    for path in files {
        let mesh = read(&[path.to_str().unwrap()]);
        let lines = lines(&path);
        for direction in [Direction::Inbound, Direction::Outbound] {
            let flows = mesh.targets[0]
                .flows
                .iter()
                .filter(|flow| flow.direction == direction);
            let flows: Vec<_> = flows.map(|flow| &flow.traffic).collect();
            let way = ("direction", direction.as_str());
            let away = match direction {
                Direction::Inbound => ("peer", "src"),
                Direction::Outbound => ("peer", "dst"),
            };
            let ours: [u64; 8] = [
                flows.iter().map(|traffic| traffic.requests).sum(),
                flows.iter().map(|traffic| traffic.calls()).sum(),
                flows.iter().map(|traffic| traffic.tcp.opened).sum(),
                flows.iter().map(|traffic| traffic.tcp.closed).sum(),
                flows.iter().map(|traffic| traffic.tcp.open).sum(),
                flows.iter().map(|traffic| traffic.tcp.received_bytes).sum(),
                flows.iter().map(|traffic| traffic.tcp.sent_bytes).sum(),
                flows
                    .iter()
                    .map(|traffic| traffic.latency_ms.count() as u64)
                    .sum(),
            ];
            let theirs = [
                sum(&lines, "request_total", &[way]),
                sum(&lines, "response_total", &[way]),
                sum(&lines, "tcp_open_total", &[way, away]),
                sum(&lines, "tcp_close_total", &[way, away]),
                sum(&lines, "tcp_open_connections", &[way, away]),
                sum(&lines, "tcp_read_bytes_total", &[way, away]),
                sum(&lines, "tcp_write_bytes_total", &[way, away]),
                sum(&lines, "response_latency_ms_count", &[way]),
            ];
            assert_eq!(ours, theirs, "{} {}", path.display(), direction.as_str());
            for le in ["1", "5", "100", "+Inf"] {
                let bound = le.parse::<f64>().unwrap();
                let ours: f64 = flows
                    .iter()
                    .flat_map(|traffic| traffic.latency_ms.buckets())
                    .filter(|(upper, _)| upper.total_cmp(&bound).is_eq())
                    .map(|(_, count)| count)
                    .sum();
                let theirs = sum(&lines, "response_latency_ms_bucket", &[way, ("le", le)]);
                assert_eq!(ours as u64, theirs, "{} {le}", path.display());
            }
        }
    }
}

#[test]
fn failures_are_exact_for_each_code_and_service() {
    let dir = unpacked(DUMPS);
    let path = dir.path().join("outbound_grpc_failure.prom");
    let lines = lines(&path);
    let grpc = mesh::grpc(&read(&[path.to_str().unwrap()]));
    let mut checked = 0;
    for service in ["emoji-svc", "voting-svc", "voting-direct"] {
        for code in 0..17 {
            for class in ["success", "failure"] {
                let edges = grpc.edges.iter();
                let edges = edges.filter(|edge| edge.service.as_deref() == Some(service));
                let codes = edges.flat_map(mesh::grpc::Edge::codes);
                let ours: u64 = codes
                    .filter(|((known, known_class), _)| {
                        known.number() == Some(code) && known_class.unwrap().as_str() == class
                    })
                    .map(|(_, count)| count)
                    .sum();
                let number = code.to_string();
                let fits = [
                    ("direction", "outbound"),
                    ("dst_service", service),
                    ("grpc_status", &number),
                    ("classification", class),
                ];
                assert_eq!(
                    ours,
                    sum(&lines, "response_total", &fits),
                    "{service} {code} {class}"
                );
                checked += ours;
            }
        }
    }
    assert_eq!(checked, grpc.totals.grpc_calls);
    let fails = |class: &str| {
        let fits = [
            ("direction", "outbound"),
            ("classification", class),
            ("status_code", "200"),
        ];
        let all = sum(&lines, "response_total", &fits);
        let ok = [&fits[..], &[("grpc_status", "0")]].concat();
        let plain = [&fits[..], &[("grpc_status", "")]].concat();
        all - sum(&lines, "response_total", &ok) - sum(&lines, "response_total", &plain)
    };
    assert_eq!(grpc.totals.hidden_from_http, fails("failure"));
    assert_eq!(grpc.totals.hidden_from_mesh, fails("success"));
}

#[test]
fn families_that_see_no_failure_are_named() {
    let dir = unpacked(DUMPS);
    let path = dir.path().join("outbound_grpc_failure.prom");
    let grpc = mesh::grpc(&read(&[path.to_str().unwrap()]));
    let of_emoji: Vec<_> = grpc
        .blind
        .iter()
        .filter(|blind| blind.destination.name.as_deref() == Some("emoji-svc"))
        .collect();
    let families: Vec<_> = of_emoji.iter().map(|blind| blind.family).collect();
    assert_eq!(
        families,
        [
            "outbound_http_route_backend_response_statuses_total",
            "outbound_http_route_request_statuses_total",
        ]
    );
    for blind in of_emoji {
        assert_eq!(blind.calls, 70);
        let rates = (blind.reported_success_rate, blind.true_success_rate);
        assert_eq!(format!("{rates:?}"), format!("{:?}", (1.0, 24.0 / 70.0)));
        assert_eq!(blind.hidden, 46);
    }
    // It has a GRPCRoute, so its families know.
    let knows =
        |blind: &&mesh::grpc::Blind| blind.destination.name.as_deref() == Some("voting-svc");
    assert!(!grpc.blind.iter().any(|blind| knows(&blind)));
    let absent: Vec<_> = grpc
        .absent
        .iter()
        .map(|absent| absent.destination.shown())
        .collect();
    assert_eq!(
        absent,
        [
            "emojivoto/emoji-svc:8080".into(),
            "emojivoto/voting-direct:8080".into()
        ] as [mesh::Text; 2]
    );
}

/// HTTP status, gRPC code, and how often.
type Ended = (Option<u16>, Option<u32>, u64);

#[test]
fn between_two_scrapes_lies_the_traffic_that_was_made() {
    let [older, newer] =
        ["t0", "t1"].map(|at| format!("fixtures/scrapes/busy-client-{at}.prom.zst"));
    let remembered = survey(&[&older], 2, Traffic::Remember(7)).recorded.unwrap();
    let mesh = survey(&[&newer], 2, Traffic::Since(remembered))
        .mesh
        .unwrap();
    let since = mesh.since.unwrap();
    assert_eq!(
        (since.matched, since.only_newer, since.only_older),
        (1, 0, 0)
    );
    assert_eq!((since.resets, since.vanished), (0, 0));
    let calls: Vec<(String, u64, Vec<Ended>)> = mesh::edges(&mesh, By::Service)
        .iter()
        .filter_map(|edge| {
            let traffic = &edge.outbound.as_ref()?.traffic;
            let responses = traffic.responses.iter();
            let responses = responses.map(|(outcome, count)| {
                (
                    outcome.http,
                    outcome.grpc.as_ref().and_then(Code::number),
                    *count,
                )
            });
            Some((
                edge.destination.name.to_string(),
                traffic.calls(),
                responses.collect(),
            ))
        })
        .filter(|(_, calls, _)| *calls > 0)
        .collect();
    assert_eq!(
        calls,
        [
            (
                "emoji-http".to_owned(),
                15,
                vec![(Some(200), None, 10), (Some(500), None, 5)]
            ),
            (
                "emoji-svc".to_owned(),
                10,
                vec![(Some(200), Some(0), 5), (Some(200), Some(14), 5)]
            ),
            ("legacy-svc".to_owned(), 2, vec![(Some(200), None, 2)]),
        ]
    );
    let window = mesh.targets[0].window_seconds.unwrap();
    assert!((window - 1.396).abs() < 0.001, "{window}");
}

#[test]
fn the_call_that_fails_behind_200_comes_first() {
    let mesh = read(&[SHOP]);
    let grpc = mesh::grpc(&mesh);
    let first = &grpc.edges[0];
    assert_eq!(
        (&*first.source.name, &*first.destination.name),
        ("frontend", "ad")
    );
    assert_eq!(first.direction, Direction::Outbound);
    let failures: Vec<_> = first
        .codes()
        .into_iter()
        .filter(|((code, _), _)| !code.is_ok())
        .collect();
    assert_eq!(failures.len(), 1);
    assert_eq!((failures[0].0.0.number(), failures[0].1), (Some(14), 6));
    assert_eq!(
        first.count(|outcome| outcome.is_2xx() && outcome.is_hidden_from_http()),
        6
    );
}

#[test]
fn both_ends_of_an_edge_are_shown_and_not_added_up() {
    let mesh = read(&[SHOP]);
    let edges = mesh::edges(&mesh, By::Workload);
    let edge = edges
        .iter()
        .find(|edge| (&*edge.source.name, &*edge.destination.name) == ("frontend", "ad"))
        .unwrap();
    let views = [&edge.outbound, &edge.inbound].map(|view| view.as_ref().unwrap());
    assert_eq!(views[0].traffic.calls(), views[1].traffic.calls());
    let grpc = mesh::grpc(&mesh);
    let outbound: u64 = grpc
        .edges
        .iter()
        .filter(|edge| edge.in_totals)
        .map(|edge| edge.traffic.calls())
        .sum();
    assert_eq!(grpc.totals.calls, outbound);
}

#[test]
fn neither_order_nor_workers_change_what_is_said() {
    let dir = unpacked(SHOP);
    let all: Vec<String> = ["otel-demo", "linkerd"]
        .iter()
        .map(|part| dir.path().join(part).to_str().unwrap().to_owned())
        .collect();
    let forwards = survey(&[&all[0], &all[1]], 1, Traffic::Read).mesh;
    let backwards = survey(&[&all[1], &all[0]], 4, Traffic::Read).mesh;
    assert!(forwards.as_ref().is_some_and(Mesh::speaks));
    assert_eq!(forwards, backwards);
}

#[test]
fn a_series_that_stands_twice_counts_once() {
    let body = fs::read("fixtures/scrapes/grpc-failures-outbound.prom").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let twice = dir.path().join("twice.prom");
    let half = body.strip_suffix(b"# EOF\n").unwrap_or(&body);
    fs::write(&twice, [half, &body].concat()).unwrap();
    let traffic = |path: &str| {
        let mesh = read(&[path]);
        mesh::grpc(&mesh).totals
    };
    assert_eq!(
        traffic(twice.to_str().unwrap()),
        traffic("fixtures/scrapes/grpc-failures-outbound.prom")
    );
}
