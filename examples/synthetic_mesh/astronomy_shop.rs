//! The OpenTelemetry Demo on a linkerd mesh: 25 services, a Collector, a metrics store, a control plane.
//!
//! Shaped to a published lab of 30 meshed pods: which services exist and who calls whom is the demo's; sizes
//! are chosen so that the totals are the lab's (the test counts them). Nothing here was measured.

use super::model::{Client, Inbound, Outbound, Outcome, Place, Pod, Protocol, Traffic};
use super::random::Random;
use super::shop_graph::Call::{self, Grpc, GrpcRoute, Http, HttpRoute, Opaque, Tls, Watch};
use super::shop_graph::{EDGES, Edge, OUTSIDE, PROBES, SERVERS, WORKLOADS};

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
    pods.sort_by(|one, other| {
        let key = |pod: &Pod| (pod.place.namespace.clone(), pod.place.pod.clone());
        key(one).cmp(&key(other))
    });
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
