//! Proxies of Istio, read as traffic: the made-up shop of `fixtures/istio`.
#![cfg(test)]

use std::fs;
use std::sync::Arc;

use meshctl::census::Tally;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;
use meshctl::mesh;
use meshctl::mesh::Builder;
use meshctl::mesh::Code;
use meshctl::mesh::Direction;
use meshctl::mesh::Flow;
use meshctl::mesh::Mesh;
use meshctl::mesh::Proxy;
use meshctl::mesh::Recorded;
use meshctl::mesh::RefusedKind;
use meshctl::mesh::Security;
use meshctl::mesh::TargetTraffic;
use meshctl::mesh::edges::By;
use meshctl::mesh::edges::Edge;
use meshctl::mesh::edges::EndKind;
use meshctl::source::Target;

/// A target and its body.
type Scraped = (Target, String);

struct Lines<'a>(&'a mut Tally);

impl Visitor for Lines<'_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.sample(sample);
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.0.metadata(metadata);
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        panic!("line {} is refused: {:?}", reject.line, reject.kind);
    }
}

fn take(builder: &mut Builder, scraped: &[Scraped]) {
    let mut tally = Tally::default();
    tally.measure(mesh::measured);
    for (target, body) in scraped {
        let mut unread = body.as_bytes();
        let lines = Reader::new(1 << 20)
            .read(&mut unread, &mut Lines(&mut tally))
            .unwrap();
        let series = tally.fold_target(target, lines);
        builder.target(target, tally.table(), series < lines.samples);
        tally.drop_target();
    }
}

fn read(scraped: &[Scraped]) -> Mesh {
    let mut builder = Builder::new();
    take(&mut builder, scraped);
    mesh::merge(vec![builder.finish().0], None)
}

fn remember(scraped: &[Scraped]) -> Arc<Recorded> {
    let mut builder = Builder::recording(7);
    take(&mut builder, scraped);
    Arc::new(builder.finish().1.unwrap())
}

fn read_since(older: &Arc<Recorded>, scraped: &[Scraped]) -> Mesh {
    let mut builder = Builder::since(Arc::clone(older));
    take(&mut builder, scraped);
    mesh::merge(vec![builder.finish().0], Some(older))
}

fn body(fixture: &str) -> String {
    fs::read_to_string(format!("fixtures/istio/{fixture}.prom")).unwrap()
}

fn file(fixture: &str) -> Scraped {
    let target = Target {
        name: fixture.to_owned(),
        origin: format!("{fixture}.prom"),
        ..Target::default()
    };
    (target, body(fixture))
}

/// As discovery finds it: `pod` runs `workload` of `namespace`.
fn pod(fixture: &str, namespace: &str, pod: &str, workload: &str, port: u16) -> Scraped {
    let target = Target {
        name: format!("{namespace}/{pod}/istio-proxy"),
        namespace: Some(namespace.to_owned()),
        pod: Some(pod.to_owned()),
        origin: format!("pod/{namespace}/{pod}:{port}"),
        workload: Some(format!("deployment/{workload}")),
        ..Target::default()
    };
    (target, body(fixture))
}

fn url(fixture: &str, url: &str) -> Scraped {
    let target = Target {
        name: url.to_owned(),
        origin: url.to_owned(),
        ..Target::default()
    };
    (target, body(fixture))
}

fn only(mesh: &Mesh) -> &TargetTraffic {
    assert_eq!(mesh.targets.len(), 1);
    &mesh.targets[0]
}

/// The flow to a workload, service or address.
fn flow_to<'a>(target: &'a TargetTraffic, name: &str) -> &'a Flow {
    let is_it = |flow: &&Flow| {
        let party = &flow.destination;
        let named = party.workload.as_ref().or(party.service.as_ref());
        named
            .or(party.address.as_ref())
            .is_some_and(|known| &**known == name)
    };
    let mut found = target.flows.iter().filter(is_it);
    let flow = found.next().unwrap();
    assert!(found.next().is_none(), "more than one flow to {name}");
    flow
}

/// `http grpc error count` of each kind of response.
fn responses(flow: &Flow) -> Vec<String> {
    let shown = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let responses = flow.traffic.responses.iter();
    responses
        .map(|(outcome, count)| {
            let http = shown(outcome.http.map(|status| status.to_string()));
            let grpc = shown(outcome.grpc.as_ref().map(Code::name));
            let error = shown(outcome.error.as_ref().map(ToString::to_string));
            assert_eq!(outcome.class, None);
            format!("{http} {grpc} {error} {count}")
        })
        .collect()
}

fn is_near(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-12
}

fn names(edge: &Edge) -> String {
    format!("{}>{}", edge.source.name, edge.destination.name)
}

#[test]
fn a_source_counts_at_the_callers_side_and_names_both_ends() {
    let mesh = read(&[file("client")]);
    let target = only(&mesh);
    assert_eq!(target.proxy, Some(Proxy::Istio));
    assert_eq!(target.version.as_deref(), Some("1.26.2"));
    assert!(
        target
            .flows
            .iter()
            .all(|flow| flow.direction == Direction::Outbound)
    );
    let flow = flow_to(target, "cart-v1");
    assert_eq!(flow.source.workload.as_deref(), Some("frontend-v1"));
    assert_eq!(flow.source.namespace.as_deref(), Some("shop"));
    assert_eq!(
        flow.source.identity.as_deref(),
        Some("spiffe://cluster.local/ns/shop/sa/frontend")
    );
    assert_eq!(flow.destination.service.as_deref(), Some("cart"));
    assert!(!flow.source.concluded && !flow.destination.concluded);
}

#[test]
fn responses_have_their_codes_and_flags_and_no_class() {
    let mesh = read(&[file("client")]);
    let target = only(&mesh);
    assert_eq!(
        responses(flow_to(target, "cart-v1")),
        [
            "- NO_STATUS DC 2",
            "200 OK - 60",
            "200 RESOURCE_EXHAUSTED - 3",
            "200 UNAVAILABLE - 12"
        ]
    );
    // A delay by fault injection is no failure.
    assert_eq!(
        responses(flow_to(target, "catalog-v1")),
        ["200 - - 106", "503 - UF,URX 5", "504 - UT 1"]
    );
    assert_eq!(
        mesh::flags::explain("UF,URX"),
        "UF: the connection to the server failed, URX: the last allowed retry or connection attempt failed"
    );
    let all = target.flows.iter();
    assert!(all.clone().all(|flow| !flow.traffic.counts_requests));
    assert_eq!(target.without_grpc_label + target.unclassified_series, 0);
}

#[test]
fn a_callee_without_endpoints_is_still_known_as_a_service() {
    let mesh = read(&[file("client")]);
    let target = only(&mesh);
    let flow = flow_to(target, "cart");
    assert_eq!(flow.destination.workload, None);
    // Of the host, as no endpoint told its namespace.
    assert_eq!(flow.destination.namespace.as_deref(), Some("shop"));
    assert_eq!(responses(flow), ["503 UNAVAILABLE UH 4"]);
}

#[test]
fn hosts_outside_of_the_mesh_are_addresses() {
    let mesh = read(&[file("client")]);
    let flow = flow_to(only(&mesh), "api.example.org");
    assert_eq!(flow.destination.service, None);
    let edges = mesh::edges(&mesh, By::Service);
    let outside = edges
        .iter()
        .find(|edge| &*edge.destination.name == "api.example.org");
    assert_eq!(outside.unwrap().destination.kind, EndKind::Address);
}

#[test]
fn latency_is_read_in_milliseconds() {
    let mesh = read(&[file("client")]);
    let latency = &flow_to(only(&mesh), "cart-v1").traffic.latency_ms;
    assert!(is_near(latency.count(), 72.0));
    let median = latency.quantile(0.5).unwrap();
    assert_eq!((median.lower, median.upper), (1.0, 10.0));
}

#[test]
fn envoys_uptime_is_the_window_whenever_the_application_was_started() {
    let mesh = read(&[file("client"), file("ztunnel")]);
    assert_eq!(mesh.targets[0].window_seconds, Some(3600.0));
    assert_eq!(mesh.targets[1].window_seconds, None);
    let edges = mesh::edges(&mesh, By::Workload);
    let to_cart = edges
        .iter()
        .find(|edge| names(edge) == "frontend-v1>cart-v1");
    let view = to_cart.unwrap().outbound.as_ref().unwrap();
    assert_eq!(view.calls_per_second, Some(77.0 / 3600.0));
}

#[test]
fn mutual_tls_is_told_by_the_server_and_by_certificates_seen_by_the_client() {
    let client = read(&[file("client")]);
    let target = only(&client);
    assert_eq!(flow_to(target, "cart-v1").security, Security::Mutual);
    assert_eq!(
        flow_to(target, "api.example.org").security,
        Security::Unknown
    );
    let server = read(&[file("server")]);
    let of = |is_named: bool| {
        let mut flows = only(&server).flows.iter();
        let flow = flows.find(|flow| flow.source.workload.is_some() == is_named);
        flow.unwrap()
    };
    assert_eq!(of(true).security, Security::Mutual);
    assert_eq!(of(false).security, Security::None(None));
    assert!(of(false).source.is_unknown());
}

#[test]
fn both_ends_of_an_edge_stand_side_by_side_and_are_counted_once() {
    let mesh = read(&[file("client"), file("server")]);
    let edges = mesh::edges(&mesh, By::Workload);
    let both: Vec<&Edge> = edges
        .iter()
        .filter(|edge| edge.outbound.is_some() && edge.inbound.is_some())
        .collect();
    let [edge] = both[..] else {
        panic!("{} edges have both ends", both.len());
    };
    assert_eq!(names(edge), "frontend-v1>cart-v1");
    assert_eq!(edge.outbound.as_ref().unwrap().traffic.calls(), 77);
    assert_eq!(edge.inbound.as_ref().unwrap().traffic.calls(), 75);
    let grpc = mesh::grpc(&mesh);
    // 77 and 4 lost ones to cart, 112 to catalog, 7 outside, 30 of a stranger; not the 75 that cart counts too.
    assert_eq!(grpc.totals.calls, 77 + 4 + 112 + 7 + 30);
    assert_eq!(grpc.totals.hidden_from_http, 15);
    assert_eq!(grpc.totals.hidden_from_mesh, 0);
}

#[test]
fn envoys_own_counts_of_http_are_blind_for_grpc() {
    let mesh = read(&[file("client")]);
    let grpc = mesh::grpc(&mesh);
    let [blind] = &grpc.blind[..] else {
        panic!("{:?}", grpc.blind);
    };
    assert_eq!(blind.family, "envoy_cluster_upstream_rq");
    assert_eq!(&*blind.destination.shown(), "shop/cart");
    // By class or by code, and not by both.
    assert_eq!(blind.calls, 79);
    assert!(is_near(blind.reported_success_rate, 75.0 / 79.0));
    assert!(is_near(blind.true_success_rate, 60.0 / 81.0));
    assert_eq!(blind.hidden, 15);
    // No GRPCRoute is needed to see gRPC.
    assert_eq!(grpc.absent, []);
}

#[test]
fn codes_are_counted_where_classes_are_missing() {
    let (target, body) = file("client");
    let mut lines: Vec<&str> = body.lines().collect();
    lines.retain(|line| !line.contains("response_code_class"));
    let mesh = read(&[(target, lines.join("\n") + "\n")]);
    assert_eq!(mesh::grpc(&mesh).blind[0].calls, 79);
}

#[test]
fn clusters_tell_how_full_the_ways_are() {
    let mesh = read(&[file("client")]);
    let clusters = only(&mesh).saturation.iter();
    let clusters: Vec<_> = clusters
        .map(|known| (&*known.cluster, known.active, known.overflows))
        .collect();
    assert_eq!(
        clusters,
        [
            ("inbound|8080||", 1, 0),
            ("outbound|7070||cart.shop.svc.cluster.local", 3, 0),
            ("outbound|8080||catalog.shop.svc.cluster.local", 1024, 17),
        ]
    );
}

#[test]
fn connections_that_are_open_are_those_not_yet_closed() {
    let mesh = read(&[file("client")]);
    let tcp = flow_to(only(&mesh), "cache-v1").traffic.tcp;
    assert!(tcp.counted);
    assert_eq!((tcp.opened, tcp.closed, tcp.open), (9, 6, 3));
    assert_eq!((tcp.received_bytes, tcp.sent_bytes), (4100, 88000));
}

#[test]
fn connections_with_flags_were_lost() {
    let mesh = read(&[file("client"), file("ztunnel")]);
    let refused: Vec<_> = mesh
        .targets
        .iter()
        .flat_map(|target| &target.refused)
        .map(|lost| {
            let text = |text: &Option<mesh::Text>| text.as_deref().unwrap_or("?").to_owned();
            (
                lost.kind,
                text(&lost.reason),
                text(&lost.destination),
                lost.count,
            )
        })
        .collect();
    let lost = |kind, reason: &str, destination: &str, count| {
        (kind, reason.to_owned(), destination.to_owned(), count)
    };
    assert_eq!(
        refused,
        [
            lost(RefusedKind::ConnectionError, "UF,URX", "data/cache", 2),
            lost(RefusedKind::DeniedConnection, "DENY", "money/billing-v1", 3),
            lost(RefusedKind::ConnectionError, "CONNECT", "old/legacy-v1", 2),
        ]
    );
}

#[test]
fn a_ztunnel_speaks_for_other_pods_and_never_for_its_own() {
    let ztunnel = pod("ztunnel", "istio-system", "ztunnel-x7k2p", "ztunnel", 15020);
    let mesh = read(&[ztunnel]);
    let target = only(&mesh);
    assert_eq!(target.proxy, Some(Proxy::Istio));
    for flow in &target.flows {
        for party in [&flow.source, &flow.destination] {
            assert_ne!(party.namespace.as_deref(), Some("istio-system"));
            assert_eq!(party.pod, None);
        }
    }
    let edges = mesh::edges(&mesh, By::Workload);
    let shown: Vec<String> = edges.iter().map(names).collect();
    assert_eq!(
        shown,
        [
            "orders-v1>billing-v1",
            "frontend-v1>billing-v1",
            "frontend-v1>orders-v1",
            "frontend-v1>legacy-v1"
        ]
    );
    let both = edges
        .iter()
        .find(|edge| names(edge) == "frontend-v1>orders-v1");
    let both = both.unwrap();
    for view in [&both.outbound, &both.inbound] {
        let view = view.as_ref().unwrap();
        assert_eq!(view.traffic.tcp.opened, 20);
        assert_eq!(view.traffic.tcp.open, 2);
        assert!(view.has_mutual_tls);
    }
}

#[test]
fn a_ztunnel_is_not_the_caller_of_what_it_carries() {
    let (target, body) = file("waypoint");
    let nameless = body
        .replace("\"frontend-v1\"", "\"unknown\"")
        .replace("\"frontend\"", "\"unknown\"")
        .replace(
            "source_workload_namespace=\"shop\"",
            "source_workload_namespace=\"unknown\"",
        )
        .replace("ns/shop/sa/frontend", "ns/istio-system/sa/gateway");
    let ztunnel = pod("ztunnel", "istio-system", "ztunnel-x7k2p", "ztunnel", 15020);
    let mesh = read(&[(target, nameless), ztunnel]);
    let waypoint = mesh.targets.iter().find(|target| target.name == "waypoint");
    let caller = &flow_to(waypoint.unwrap(), "orders-v1").source;
    assert_eq!(caller.namespace.as_deref(), Some("istio-system"));
    assert_eq!(caller.workload, None);
}

#[test]
fn a_waypoint_stands_at_the_servers_side() {
    let mesh = read(&[pod(
        "waypoint",
        "money",
        "waypoint-6b8-abcde",
        "waypoint",
        15020,
    )]);
    let target = only(&mesh);
    assert!(
        target
            .flows
            .iter()
            .all(|flow| flow.direction == Direction::Inbound)
    );
    assert_eq!(
        responses(flow_to(target, "orders-v1")),
        ["200 OK - 50", "200 INTERNAL - 5"]
    );
    // Its own namespace is not that of the service.
    let none = flow_to(target, "refunds");
    assert_eq!(none.destination.namespace.as_deref(), Some("returns"));
    assert_eq!(mesh::grpc(&mesh).totals.hidden_from_http, 5);
}

#[test]
fn a_sidecar_of_istio_1_5_says_the_same() {
    let mesh = read(&[file("sidecar-1.5")]);
    let target = only(&mesh);
    assert_eq!(target.version, None);
    assert_eq!(target.window_seconds, Some(600.0));
    let flow = flow_to(target, "catalog-v1");
    assert_eq!(flow.source.workload.as_deref(), Some("frontend-v1"));
    assert_eq!(responses(flow), ["200 - - 100"]);
    assert_eq!(flow.security, Security::Mutual);
}

#[test]
fn names_of_pods_labels_stand_in_for_a_workloads() {
    let (target, body) = file("client");
    let body = body.replace(
        "source_workload=\"frontend-v1\"",
        "source_workload=\"unknown\"",
    );
    let mesh = read(&[(target, body)]);
    let source = &flow_to(only(&mesh), "cart-v1").source;
    assert_eq!(source.workload.as_deref(), Some("frontend"));
    assert!(source.concluded);
}

#[test]
fn the_pod_that_was_read_is_known_where_labels_name_its_workload() {
    let mesh = read(&[pod(
        "client",
        "shop",
        "frontend-v1-5d9-xk2lp",
        "frontend-v1",
        15020,
    )]);
    let flow = flow_to(only(&mesh), "cart-v1");
    assert_eq!(flow.source.pod.as_deref(), Some("frontend-v1-5d9-xk2lp"));
    assert_eq!(flow.destination.pod, None);
}

#[test]
fn two_ports_of_one_pod_are_the_same_series_twice() {
    let pod = |fixture, port| {
        pod(
            fixture,
            "shop",
            "frontend-v1-5d9-xk2lp",
            "frontend-v1",
            port,
        )
    };
    let both = [pod("client", 15020), pod("client-envoy", 15090)];
    let mesh = read(&both);
    let [doubled] = &mesh.doubled[..] else {
        panic!("{:?}", mesh.doubled);
    };
    assert!(doubled.counted_origin.ends_with(":15020"));
    assert!(doubled.origin.ends_with(":15090"));
    let alone = read(&both[..1]);
    assert_eq!(alone.doubled, []);
    assert_eq!(mesh::grpc(&mesh), mesh::grpc(&alone));
    assert_eq!(
        mesh::edges(&mesh, By::Workload),
        mesh::edges(&alone, By::Workload)
    );
    assert_eq!(mesh.targets[1].proxy, Some(Proxy::Istio));
    assert!(mesh.targets[1].saturation.is_empty());
    // In whatever order they come.
    let [first, second] = both;
    assert_eq!(read(&[second, first]), mesh);
}

#[test]
fn ports_of_one_address_are_too_but_not_those_of_this_machine() {
    let doubled = |first: &str, second: &str| {
        let mesh = read(&[url("client", first), url("client-envoy", second)]);
        mesh.doubled.len()
    };
    for (first, second, expected) in [
        (
            "http://10.1.2.3:15020/stats/prometheus",
            "http://10.1.2.3:15090/stats/prometheus",
            1,
        ),
        ("http://[fd00::3]:15020/m", "http://[fd00::3]:15090/m", 1),
        ("http://10.1.2.3:15020/m", "http://10.1.2.4:15020/m", 0),
        // Forwarded ports may lead to two pods of one workload, which have the same series.
        ("http://localhost:15020/m", "http://localhost:15021/m", 0),
        ("http://127.0.0.1:15020/m", "http://127.0.0.1:15021/m", 0),
    ] {
        assert_eq!(doubled(first, second), expected, "{first} {second}");
    }
}

#[test]
fn pods_of_one_workload_are_not_doubled_and_neither_are_two_proxies_of_one_host() {
    let replicas = read(&[
        pod(
            "client",
            "shop",
            "frontend-v1-5d9-xk2lp",
            "frontend-v1",
            15020,
        ),
        pod(
            "client",
            "shop",
            "frontend-v1-5d9-b4b4b",
            "frontend-v1",
            15020,
        ),
    ]);
    assert_eq!(replicas.doubled, []);
    let others = read(&[
        url("client", "http://10.1.2.3:15020/m"),
        url("ztunnel", "http://10.1.2.3:15021/m"),
    ]);
    assert_eq!(others.doubled, []);
}

#[test]
fn labels_that_somebody_took_away_are_missed() {
    let (target, body) = file("client");
    let without = |label: &str| {
        let mut body = body.clone();
        while let Some(start) = body.find(&format!("{label}=\"")) {
            let end = start + label.len() + 2;
            let end = end + body[end..].find('"').unwrap() + 1;
            let comma = usize::from(body[end..].starts_with(','));
            body.replace_range(start..end + comma, "");
        }
        only(&read(&[(target.clone(), body)])).clone()
    };
    let blind = without("grpc_response_status");
    // Three that differed in nothing else are one series now.
    assert_eq!(blind.without_grpc_label, 3);
    let flow = flow_to(&blind, "cart-v1");
    assert!(
        flow.traffic
            .responses
            .iter()
            .all(|(outcome, _)| outcome.grpc.is_none())
    );
    let lost = without("reporter");
    assert_eq!(lost.flows, []);
    // 10 of calls, 14 of durations, 8 of connections.
    assert_eq!(lost.without_reporter, 32);
    assert_eq!(only(&read(&[file("client")])).without_reporter, 0);
}

#[test]
fn only_what_came_since_an_older_reading_is_counted_and_gauges_stand() {
    let pod = |fixture| {
        pod(
            fixture,
            "shop",
            "frontend-v1-5d9-xk2lp",
            "frontend-v1",
            15020,
        )
    };
    let older = remember(&[pod("client")]);
    let mesh = read_since(&older, &[pod("client-envoy")]);
    let target = only(&mesh);
    assert_eq!(target.window_seconds, Some(2.0));
    assert_eq!(mesh.since.unwrap().resets, 0);
    assert_eq!(responses(flow_to(target, "cart-v1")), ["200 OK - 2"]);
    let tcp = flow_to(target, "cache-v1").traffic.tcp;
    assert_eq!((tcp.opened, tcp.closed, tcp.open), (0, 0, 3));
    let catalog = &target.saturation[2];
    assert_eq!((catalog.active, catalog.overflows), (1024, 0));
}

#[test]
fn a_younger_envoy_has_counted_anew_though_its_application_was_not_started_again() {
    let newer = body("client").replace("envoy_server_uptime{} 3600", "envoy_server_uptime{} 60");
    let pod = |body: &str| {
        let (target, _) = pod(
            "client",
            "shop",
            "frontend-v1-5d9-xk2lp",
            "frontend-v1",
            15020,
        );
        (target, body.to_owned())
    };
    let older = remember(&[pod(&body("client"))]);
    let mesh = read_since(&older, &[pod(&newer)]);
    assert_eq!(
        responses(flow_to(only(&mesh), "catalog-v1"))[0],
        "200 - - 106"
    );
    // And the other way round.
    let newer = body("client").replace("1764383000", "1764390000");
    let mesh = read_since(&older, &[pod(&newer)]);
    assert_eq!(mesh.since.unwrap().resets, 0);
}

#[test]
fn an_idle_proxy_of_istio_is_one_and_the_control_plane_is_none() {
    let body = |text: &str| (file("client").0, text.to_owned());
    let proxy = |text| only(&read(&[body(text)])).proxy;
    assert_eq!(
        proxy("istio_build{component=\"ztunnel\",tag=\"unknown\"} 1\n"),
        Some(Proxy::Istio)
    );
    assert_eq!(
        proxy("istio_build{component=\"pilot\",tag=\"1.26.2\"} 1\n"),
        None
    );
    assert_eq!(
        proxy("envoy_cluster_upstream_cx_active{cluster_name=\"xds-grpc\"} 1\n"),
        Some(Proxy::Istio)
    );
    // Envoy without Istio.
    assert_eq!(
        proxy("envoy_cluster_upstream_cx_active{envoy_cluster_name=\"web\"} 1\n"),
        None
    );
}
