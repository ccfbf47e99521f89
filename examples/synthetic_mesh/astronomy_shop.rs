//! The OpenTelemetry Demo on a linkerd mesh: 25 services, a Collector, a metrics store, a control plane.
//!
//! Shaped to a published lab of 30 meshed pods: which services exist and who calls whom is the demo's; sizes
//! are chosen so that the totals are the lab's (the test counts them). Nothing here was measured.

use self::Call::{Grpc, GrpcRoute, Http, HttpRoute, Opaque, Tls, Watch};
use super::model::{Client, Inbound, Outbound, Outcome, Place, Pod, Protocol, Traffic};
use super::random::Random;

const SHOP: &str = "otel-demo";
const LINKERD: &str = "linkerd";

/// Workloads by namespace; a `StatefulSet` is marked.
const WORKLOADS: [(&str, &str, bool); 30] = [
    (LINKERD, "linkerd-destination", false),
    (LINKERD, "linkerd-identity", false),
    (LINKERD, "linkerd-proxy-injector", false),
    (SHOP, "accounting", false),
    (SHOP, "ad", false),
    (SHOP, "cart", false),
    (SHOP, "checkout", false),
    (SHOP, "currency", false),
    (SHOP, "email", false),
    (SHOP, "flagd", false),
    (SHOP, "fraud-detection", false),
    (SHOP, "frontend", false),
    (SHOP, "frontend-proxy", false),
    (SHOP, "grafana", false),
    (SHOP, "image-provider", false),
    (SHOP, "jaeger", false),
    (SHOP, "kafka", false),
    (SHOP, "llm", false),
    (SHOP, "load-generator", false),
    (SHOP, "opensearch", true),
    (SHOP, "otel-collector", false),
    (SHOP, "payment", false),
    (SHOP, "postgresql", false),
    (SHOP, "product-catalog", false),
    (SHOP, "product-reviews", false),
    (SHOP, "quote", false),
    (SHOP, "recommendation", false),
    (SHOP, "shipping", false),
    (SHOP, "valkey-cart", false),
    (SHOP, "victoria-metrics", true),
];

/// What passes over an edge. Numbers from 100 up vary with the seed, smaller ones are exact.
#[derive(Debug, Clone, Copy)]
enum Call {
    /// Responses by status.
    Http(&'static [(u16, u64)]),
    /// The same under a named `HTTPRoute` that retries.
    HttpRoute(&'static str, &'static [(u16, u64)]),
    /// Calls by gRPC code, under a plain HTTP policy, as for most services.
    Grpc(&'static [(u8, u64)]),
    /// The same under a named `GRPCRoute`.
    GrpcRoute(&'static str, &'static [(u8, u64)]),
    /// gRPC streams that are all still open: requests without a response.
    Watch(u64),
    Opaque,
    Tls,
}

/// Client, server, service port, container port, traffic.
type Edge = (&'static str, &'static str, u16, u16, Call);

#[rustfmt::skip] // one edge a line, to be read as a table
const EDGES: &[Edge] = &[
    ("load-generator", "frontend-proxy", 8080, 8080, Http(&[(200, 41_310), (308, 112), (404, 9), (500, 37), (503, 4)])),
    ("frontend-proxy", "frontend", 8080, 8080, Http(&[(200, 36_904), (304, 610), (308, 112), (404, 9), (500, 37)])),
    ("frontend-proxy", "image-provider", 8081, 8081, Http(&[(200, 5_120), (304, 240)])),
    ("frontend-proxy", "load-generator", 8089, 8089, Http(&[(200, 310)])),
    ("frontend-proxy", "grafana", 80, 3000, Http(&[(200, 420), (302, 7)])),
    ("frontend-proxy", "jaeger", 16686, 16686, Http(&[(200, 133)])),
    ("frontend-proxy", "flagd", 4000, 4000, Http(&[(200, 58)])),
    ("frontend-proxy", "flagd", 8013, 8013, Http(&[(200, 1_980)])),
    ("frontend-proxy", "otel-collector", 4318, 4318, Http(&[(200, 3_870)])),
    ("frontend", "ad", 8080, 8080, Grpc(&[(0, 3_947), (14, 6)])),
    ("frontend", "cart", 8080, 8080, Grpc(&[(0, 11_420), (9, 3)])),
    ("frontend", "checkout", 8080, 8080, Grpc(&[(0, 1_655), (13, 21)])),
    ("frontend", "currency", 8080, 8080, Grpc(&[(0, 9_312), (1, 4)])),
    ("frontend", "product-catalog", 8080, 8080, Grpc(&[(0, 24_871), (5, 8), (13, 16)])),
    ("frontend", "product-reviews", 3551, 3551, Grpc(&[(0, 2_260), (8, 12)])),
    ("frontend", "recommendation", 8080, 8080, Grpc(&[(0, 4_006), (4, 2)])),
    ("frontend", "shipping", 8080, 8080, Http(&[(200, 2_148)])),
    ("checkout", "cart", 8080, 8080, Grpc(&[(0, 3_334)])),
    ("checkout", "currency", 8080, 8080, Grpc(&[(0, 6_702)])),
    ("checkout", "email", 8080, 8080, Http(&[(200, 1_655), (500, 2)])),
    ("checkout", "payment", 8080, 8080, GrpcRoute("payment-charge", &[(0, 1_655), (2, 14), (3, 5)])),
    ("checkout", "product-catalog", 8080, 8080, Grpc(&[(0, 3_310)])),
    ("checkout", "shipping", 8080, 8080, HttpRoute("shipping-retry", &[(200, 3_309), (503, 4)])),
    ("recommendation", "product-catalog", 8080, 8080, Grpc(&[(0, 4_006), (13, 3)])),
    ("product-reviews", "product-catalog", 8080, 8080, Grpc(&[(0, 1_130), (5, 2)])),
    ("product-reviews", "llm", 8000, 8000, Http(&[(200, 1_118), (429, 12)])),
    ("shipping", "quote", 8080, 8080, Http(&[(200, 3_803)])),
    ("otel-collector", "jaeger", 4317, 4317, Grpc(&[(0, 2_904), (14, 3)])),
    ("otel-collector", "victoria-metrics", 8428, 8428, Http(&[(204, 1_440), (400, 2)])),
    ("otel-collector", "opensearch", 9200, 9200, Http(&[(200, 1_420), (429, 6)])),
    ("otel-collector", "frontend-proxy", 8080, 8080, Http(&[(200, 360)])),
    ("otel-collector", "image-provider", 8081, 8081, Http(&[(200, 360)])),
    ("grafana", "victoria-metrics", 8428, 8428, Http(&[(200, 2_211), (422, 3)])),
    ("grafana", "jaeger", 16686, 16686, Http(&[(200, 140)])),
    ("grafana", "opensearch", 9200, 9200, Http(&[(200, 144)])),
    ("jaeger", "victoria-metrics", 8428, 8428, Http(&[(200, 122)])),
    ("load-generator", "flagd", 8016, 8016, Http(&[(200, 1_210)])),
    ("ad", "flagd", 8013, 8013, Watch(1)),
    ("cart", "flagd", 8013, 8013, Watch(1)),
    ("checkout", "flagd", 8013, 8013, Watch(1)),
    ("email", "flagd", 8013, 8013, Watch(1)),
    ("fraud-detection", "flagd", 8013, 8013, Watch(1)),
    ("llm", "flagd", 8013, 8013, Watch(1)),
    ("payment", "flagd", 8013, 8013, Watch(1)),
    ("product-catalog", "flagd", 8013, 8013, Watch(1)),
    ("product-reviews", "flagd", 8013, 8013, Watch(1)),
    ("recommendation", "flagd", 8013, 8013, Watch(1)),
    ("accounting", "otel-collector", 4318, 4318, Http(&[(200, 722)])),
    ("ad", "otel-collector", 4318, 4318, Http(&[(200, 1_080)])),
    ("cart", "otel-collector", 4317, 4317, Grpc(&[(0, 1_441)])),
    ("checkout", "otel-collector", 4317, 4317, Grpc(&[(0, 1_437), (14, 1)])),
    ("currency", "otel-collector", 4317, 4317, Grpc(&[(0, 1_080)])),
    ("email", "otel-collector", 4318, 4318, Http(&[(200, 720)])),
    ("flagd", "otel-collector", 4317, 4317, Grpc(&[(0, 1_082)])),
    ("fraud-detection", "otel-collector", 4318, 4318, Http(&[(200, 1_078)])),
    ("frontend", "otel-collector", 4317, 4317, Grpc(&[(0, 2_155), (14, 1)])),
    ("frontend-proxy", "otel-collector", 4317, 4317, Grpc(&[(0, 3_612)])),
    ("image-provider", "otel-collector", 4317, 4317, Grpc(&[(0, 719)])),
    ("kafka", "otel-collector", 4318, 4318, Http(&[(200, 361)])),
    ("load-generator", "otel-collector", 4317, 4317, Grpc(&[(0, 1_442)])),
    ("payment", "otel-collector", 4317, 4317, Grpc(&[(0, 1_081)])),
    ("product-catalog", "otel-collector", 4317, 4317, Grpc(&[(0, 1_440), (14, 1)])),
    ("product-reviews", "otel-collector", 4317, 4317, Grpc(&[(0, 1_079)])),
    ("quote", "otel-collector", 4318, 4318, Http(&[(200, 1_083)])),
    ("recommendation", "otel-collector", 4317, 4317, Grpc(&[(0, 1_082)])),
    ("shipping", "otel-collector", 4317, 4317, Grpc(&[(0, 1_085)])),
    ("accounting", "kafka", 9092, 9092, Opaque),
    ("checkout", "kafka", 9092, 9092, Opaque),
    ("fraud-detection", "kafka", 9092, 9092, Opaque),
    ("accounting", "postgresql", 5432, 5432, Opaque),
    ("otel-collector", "kafka", 9092, 9092, Opaque),
    ("otel-collector", "postgresql", 5432, 5432, Opaque),
    ("product-catalog", "postgresql", 5432, 5432, Opaque),
    ("product-reviews", "postgresql", 5432, 5432, Opaque),
    ("cart", "valkey-cart", 6379, 6379, Opaque),
    ("otel-collector", "valkey-cart", 6379, 6379, Opaque),
    ("otel-collector", "kubernetes", 443, 6443, Tls),
];

/// HTTP probes of the kubelet, every ten seconds: workload and port.
const PROBES: &[(&str, u16)] = &[
    ("linkerd-destination", 9996),
    ("linkerd-destination", 9990),
    ("linkerd-identity", 9990),
    ("linkerd-proxy-injector", 9995),
    ("grafana", 3000),
    ("otel-collector", 13133),
];

/// Plain connections from outside the mesh: webhooks called by the API server, TCP probes of the kubelet.
const OUTSIDE: &[(&str, u16)] = &[
    ("kafka", 9092),
    ("valkey-cart", 6379),
    ("linkerd-destination", 8443),
    ("linkerd-destination", 9443),
    ("linkerd-proxy-injector", 8443),
];

/// `Server` policies: workload, port, name.
const SERVERS: &[(&str, u16, &str)] = &[
    ("payment", 8080, "payment-grpc"),
    ("postgresql", 5432, "postgresql"),
];

/// Pods whose watches of the destination and of the policy service had ended when scraped.
const ENDED_WATCHES: [usize; 2] = [23, 13];

/// All pods, sorted by namespace and name.
pub(crate) fn pods(seed: u64) -> Vec<Pod> {
    let mut pods: Vec<Pod> = (0_u64..)
        .zip(WORKLOADS)
        .map(|(index, workload)| Pod::new(place(seed, index, workload), seed))
        .collect();
    for edge in EDGES {
        connect(&mut pods, seed, edge);
    }
    for (workload, port) in PROBES {
        let outcomes = vec![Outcome::http(200, 360)];
        let random = &mut Random::of(seed, &format!("probe {workload} {port}"));
        let traffic = Traffic::new(outcomes, 0, random);
        unmeshed(&mut pods, workload, *port, Protocol::Http1, traffic);
    }
    for (workload, port) in OUTSIDE {
        let random = &mut Random::of(seed, &format!("outside {workload} {port}"));
        let traffic = Traffic::new(Vec::new(), 0, random);
        unmeshed(&mut pods, workload, *port, Protocol::Opaque, traffic);
    }
    control_plane(&mut pods, seed);
    incidents(&mut pods);
    pods
}

fn place(seed: u64, index: u64, (namespace, workload, stateful): (&str, &str, bool)) -> Place {
    let mut random = Random::of(seed, workload);
    let node = index % 3;
    let hash = random.name(10);
    let pod = if stateful {
        format!("{workload}-0")
    } else {
        format!("{workload}-{hash}-{}", random.name(5))
    };
    Place {
        namespace: namespace.to_owned(),
        workload: workload.to_owned(),
        template_hash: (!stateful).then_some(hash),
        pod,
        ip: format!("10.42.{node}.{}", 10 + index),
        node: format!("otel-lab-worker-{}", node + 1),
        zone: ["eu-west-1a", "eu-west-1b", "eu-west-1c"][node as usize],
    }
}

/// The API server, outside the mesh and without a pod of its own.
fn api_server() -> Place {
    Place {
        namespace: "default".to_owned(),
        workload: "kubernetes".to_owned(),
        template_hash: None,
        pod: String::new(),
        ip: "172.18.0.2".to_owned(),
        node: String::new(),
        zone: "",
    }
}

/// Adds an edge to both of its pods.
fn connect(pods: &mut [Pod], seed: u64, &(client, server, port, target_port, call): &Edge) {
    let mut random = Random::of(seed, &format!("{client} {server} {port}"));
    let (protocol, route, outcomes, in_flight) = meaning(call, &mut random);
    let traffic = Traffic::new(outcomes, in_flight, &mut random);
    let from = find(pods, client);
    let to = pods.iter().position(|pod| pod.place.workload == server);
    let outbound = Outbound {
        service: server.to_owned(),
        port,
        cluster_ip: cluster_ip(server),
        target_port,
        to: to.map_or_else(api_server, |to| pods[to].place.clone()),
        meshed: to.is_some(),
        protocol,
        route,
        retries: if matches!(call, HttpRoute(..)) { 4 } else { 0 },
        traffic: traffic.clone(),
    };
    pods[from].outbound.push(outbound);
    if let Some(to) = to {
        let identity = pods[from].place.identity();
        let inbound = inbound(
            server,
            Client::Meshed(identity),
            target_port,
            protocol,
            traffic,
        );
        pods[to].inbound.push(inbound);
    }
}

/// Protocol, route, outcomes and requests without an outcome.
fn meaning(call: Call, random: &mut Random) -> (Protocol, Option<&'static str>, Vec<Outcome>, u64) {
    let mut vary = |count: u64| {
        if count < 100 {
            count
        } else {
            count + random.between(0, count / 16)
        }
    };
    let mut http = |statuses: &[(u16, u64)]| -> Vec<Outcome> {
        statuses
            .iter()
            .map(|(status, count)| Outcome::http(*status, vary(*count)))
            .collect()
    };
    match call {
        Http(statuses) => (Protocol::Http1, None, http(statuses), 0),
        HttpRoute(name, statuses) => (Protocol::Http1, Some(name), http(statuses), 0),
        Grpc(codes) | GrpcRoute(_, codes) => {
            let outcomes = codes
                .iter()
                .map(|(code, count)| Outcome::grpc(*code, vary(*count)));
            let route = if let GrpcRoute(name, _) = call {
                Some(name)
            } else {
                None
            };
            (Protocol::Grpc, route, outcomes.collect(), 0)
        }
        Watch(open) => (Protocol::Grpc, None, Vec::new(), open),
        Opaque => (Protocol::Opaque, None, Vec::new(), 0),
        Tls => (Protocol::Tls, None, Vec::new(), 0),
    }
}

fn inbound(
    workload: &str,
    client: Client,
    port: u16,
    protocol: Protocol,
    traffic: Traffic,
) -> Inbound {
    let server = SERVERS
        .iter()
        .find(|(owner, on, _)| *owner == workload && *on == port);
    Inbound {
        client,
        port,
        protocol,
        server: server.map(|(_, _, name)| (*name).to_owned()),
        denied: 0,
        terminated: 0,
        traffic,
    }
}

fn unmeshed(pods: &mut [Pod], workload: &str, port: u16, protocol: Protocol, traffic: Traffic) {
    let edge = inbound(workload, Client::Unmeshed, port, protocol, traffic);
    let index = find(pods, workload);
    pods[index].inbound.push(edge);
}

/// What the control plane's own proxies see of all the others.
fn control_plane(pods: &mut [Pod], seed: u64) {
    let destination = find(pods, "linkerd-destination");
    let clients = (0..pods.len()).filter(|index| *index != destination);
    for (rank, index) in clients.enumerate() {
        let identity = pods[index].place.identity();
        for (watch, port) in [(0, 8086), (1, 8090)] {
            let mut random = Random::of(seed, &format!("{identity} {port}"));
            let ended = if rank < ENDED_WATCHES[watch] {
                random.between(1, 6)
            } else {
                0
            };
            let outcomes = if ended > 0 {
                vec![Outcome::ended_watch(ended)]
            } else {
                Vec::new()
            };
            let open = random.between(2, 9);
            let traffic = Traffic::new(outcomes, open, &mut random);
            let client = Client::Meshed(identity.clone());
            let edge = inbound("linkerd-destination", client, port, Protocol::Grpc, traffic);
            pods[destination].inbound.push(edge);
            pods[index].ended_watches[watch] = ended;
        }
    }
    let certified = vec![Outcome::grpc(0, pods.len() as u64)];
    let traffic = Traffic::new(certified, 0, &mut Random::of(seed, "certify"));
    // A proxy has no certificate yet when it asks for its first.
    let client = Client::Meshed(String::new());
    let edge = inbound("linkerd-identity", client, 8080, Protocol::Grpc, traffic);
    let identity = find(pods, "linkerd-identity");
    pods[identity].inbound.push(edge);
}

/// Small mishaps, so that the families that count them exist.
fn incidents(pods: &mut [Pod]) {
    for (workload, refused) in [("accounting", 1), ("checkout", 1), ("fraud-detection", 1)] {
        let index = find(pods, workload);
        pods[index].refused = refused;
    }
    let frontend = find(pods, "frontend");
    pods[frontend].failfast = 2;
    let proxy = find(pods, "frontend-proxy");
    pods[proxy].detect_timeouts = 1;
    let postgresql = find(pods, "postgresql");
    pods[postgresql].inbound[0].terminated = 1;
    let traffic = Traffic {
        opened: 3,
        open: 0,
        ..Traffic::new(Vec::new(), 0, &mut Random::new(3))
    };
    unmeshed(pods, "postgresql", 5432, Protocol::Opaque, traffic);
    if let Some(edge) = pods[postgresql].inbound.last_mut() {
        edge.denied = 3;
    }
}

fn cluster_ip(service: &str) -> String {
    let mut random = Random::of(0, service);
    format!(
        "10.43.{}.{}",
        random.between(1, 199),
        random.between(1, 250)
    )
}

fn find(pods: &[Pod], workload: &str) -> usize {
    pods.iter()
        .position(|pod| pod.place.workload == workload)
        .expect("edges and policies name workloads of the table")
}
