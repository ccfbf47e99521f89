//! Rows about the proxy itself: its control plane clients, process, runtime and stacks.

use super::family::Stack;
use super::histogram::{Histogram, LATENCY_MS};
use super::labels::Labels;
use super::legacy_rows::with_outcome;
use super::model::{Outcome, Pod, Protocol, Traffic};
use super::random::Random;
use super::render::Number;
use super::rows::{Cell, Sink};

/// When the mesh was scraped; every timestamp is before it.
const NOW_SECONDS: u64 = 1_786_700_000;

/// One control plane service a proxy calls.
#[derive(Debug)]
pub(crate) struct Service {
    /// `client` of `control_dns_resolutions_total`.
    client: &'static str,
    pub(crate) addr: &'static str,
    server_id: &'static str,
    /// Index into `Pod::ended_watches`; `None` for identity, which answers once.
    watch: Option<usize>,
}

const DESTINATION: &str =
    "linkerd-destination.linkerd.serviceaccount.identity.linkerd.cluster.local";

/// Identity, destination, policy.
pub(crate) const SERVICES: [Service; 3] = [
    Service {
        client: "identity",
        addr: "linkerd-identity-headless.linkerd.svc.cluster.local:8080",
        server_id: "linkerd-identity.linkerd.serviceaccount.identity.linkerd.cluster.local",
        watch: None,
    },
    Service {
        client: "destination",
        addr: "linkerd-dst-headless.linkerd.svc.cluster.local:8086",
        server_id: DESTINATION,
        watch: Some(0),
    },
    Service {
        client: "policy",
        addr: "linkerd-policy.linkerd.svc.cluster.local:8090",
        server_id: DESTINATION,
        watch: Some(1),
    },
];

impl Service {
    /// Requests made: a watch for each service and port in use, and those that ended.
    pub(crate) fn requests(&self, pod: &Pod) -> u64 {
        let open = match self.watch {
            None => 0,
            Some(0) => pod.outbound.len() as u64,
            Some(_) => (pod.outbound.len() + pod.inbound.len()) as u64,
        };
        open + self.responses(pod).map_or(0, |outcome| outcome.count)
    }

    fn responses(&self, pod: &Pod) -> Option<Outcome> {
        match self.watch {
            None => Some(Outcome::grpc(0, 1)),
            Some(watch) => {
                let ended = pod.ended_watches[watch];
                (ended > 0).then(|| Outcome::ended_watch(ended))
            }
        }
    }

    fn labels(&self) -> Labels {
        Labels::new()
            .with("addr", self.addr)
            .with("tls", "true")
            .with("server_id", self.server_id)
    }
}

/// `control_request_total`.
pub(crate) fn requests(pod: &Pod, sink: &mut Sink<'_>) {
    for service in &SERVICES {
        sink(&service.labels(), service.requests(pod).into());
    }
}

/// `control_response_latency_ms`: nothing for a service whose watches are all still open.
pub(crate) fn latency(pod: &Pod, sink: &mut Sink<'_>) {
    for service in &SERVICES {
        if let Some(outcome) = service.responses(pod) {
            let median = if service.watch.is_some() { 20_000 } else { 35 };
            let histogram = Histogram::new(&LATENCY_MS, outcome.count, median);
            sink(
                &service.labels().with("status_code", "200"),
                histogram.into(),
            );
        }
    }
}

/// `control_response_total`.
pub(crate) fn responses(pod: &Pod, sink: &mut Sink<'_>) {
    for service in &SERVICES {
        if let Some(outcome) = service.responses(pod) {
            sink(
                &with_outcome(service.labels(), &outcome),
                outcome.count.into(),
            );
        }
    }
}

/// `control_dns_resolutions_total`.
pub(crate) fn dns(pod: &Pod, sink: &mut Sink<'_>) {
    let lookups = Random::new(pod.seed).between(2, 9);
    let clients = SERVICES
        .iter()
        .map(|service| service.client)
        .chain(["trace_collector"]);
    for client in clients {
        for record in ["SRV", "A/AAAA"] {
            for result in ["ok", "not_found"] {
                // The policy service has no SRV record and is found by address instead.
                let used = matches!(
                    (client, record, result),
                    ("policy", "SRV", "not_found")
                        | ("policy", "A/AAAA", "ok")
                        | ("identity" | "destination", "SRV", "ok")
                );
                let labels = Labels::new()
                    .with("client", client)
                    .with("record_type", record)
                    .with("result", result);
                sink(&labels, if used { lookups } else { 0 }.into());
            }
        }
    }
}

/// `control_identity_cert_refreshes_total`.
pub(crate) fn cert_refreshes(sink: &mut Sink<'_>) {
    for (result, count) in [("error", 0), ("ok", 1)] {
        sink(&Labels::new().with("result", result), Cell::from(count));
    }
}

/// `proxy_build_info`.
pub(crate) fn build_info(sink: &mut Sink<'_>) {
    let labels = Labels::new()
        .with("date", "2026-08-12T17:40:11Z")
        .with("git_sha", "0dcf4e17f")
        .with("profile", "release")
        .with("vendor", "linkerd")
        .with("version", "2.366.0");
    sink(&labels, 1.into());
}

/// `rustls_info`.
pub(crate) fn tls_info(sink: &mut Sink<'_>) {
    let suites =
        "TLS13_AES_128_GCM_SHA256,TLS13_AES_256_GCM_SHA384,TLS13_CHACHA20_POLY1305_SHA256,";
    let labels = Labels::new()
        .with("tls_suites", suites)
        .with(
            "tls_kx_groups",
            "X25519MLKEM768,X25519,secp256r1,secp384r1,",
        )
        .with("tls_rand", "AwsLcRs")
        .with("tls_key_provider", "AwsLcRs")
        .with("tls_fips", "false");
    sink(&labels, 1.into());
}

/// `stack_*`: the ten stacks every proxy registers, used or not.
pub(crate) fn stacks(pod: &Pod, what: Stack, sink: &mut Sink<'_>) {
    const STACKS: [(&str, &str, &str); 10] = [
        ("inbound", "http", "logical"),
        ("outbound", "http", "balance"),
        ("outbound", "http", "endpoint"),
        ("outbound", "http", "forward"),
        ("outbound", "opaq", "balance"),
        ("outbound", "opaq", "endpoint"),
        ("outbound", "opaq", "forward"),
        ("outbound", "tls", "balance"),
        ("outbound", "tls", "endpoint"),
        ("outbound", "tls", "forward"),
    ];
    for (direction, protocol, name) in STACKS {
        let of = |wanted: &dyn Fn(Protocol) -> bool| {
            pod.outbound
                .iter()
                .filter(|edge| wanted(edge.protocol))
                .count() as u64
        };
        let created = match (protocol, name) {
            (_, "logical") => pod.inbound.len() as u64,
            (_, "forward") => 0,
            ("http", _) => of(&Protocol::is_http),
            ("opaq", _) => of(&|protocol| protocol == Protocol::Opaque),
            _ => of(&|protocol| protocol == Protocol::Tls),
        };
        let labels = || {
            Labels::new()
                .with("direction", direction)
                .with("protocol", protocol)
                .with("name", name)
        };
        match what {
            Stack::Create => sink(&labels(), created.into()),
            Stack::Drop | Stack::PollMs => sink(&labels(), 0.into()),
            Stack::Poll => {
                for (ready, polls) in [("true", created * 37), ("false", created), ("error", 0)] {
                    sink(&labels().with("ready", ready), polls.into());
                }
            }
        }
    }
}

/// The families with one sample and no labels: `process_*`, `tokio_rt_*` and the like.
pub(crate) fn scalar(pod: &Pod, family: &str, sink: &mut Sink<'_>) {
    let started = started_micros(pod);
    let uptime = NOW_SECONDS * 1_000_000 - started;
    let traffic = |part: fn(&Traffic) -> u64| -> u64 {
        let inbound = pod.inbound.iter().map(|edge| part(&edge.traffic));
        inbound
            .chain(pod.outbound.iter().map(|edge| part(&edge.traffic)))
            .sum()
    };
    let requests = traffic(Traffic::requests);
    let polls = 40_000 + requests * 21;
    let mut random = Random::of(pod.seed, family);
    let value = match family {
        "process_start_time_seconds" => Number::Micros(started),
        "process_clock_time_seconds" => Number::Micros(NOW_SECONDS * 1_000_000),
        "process_uptime_seconds" => Number::Micros(uptime),
        "process_cpu_seconds" => Number::Micros((1_200 + requests / 4) * 10_000),
        "process_virtual_memory_bytes" => Number::Whole(random.between(34_000, 37_000) * 4_096),
        "process_resident_memory_bytes" => Number::Whole(random.between(8_000, 12_500) * 4_096),
        "process_open_fds" => Number::Whole(22 + traffic(|traffic| traffic.open) * 2),
        "process_max_fds" => Number::Whole(1_048_576),
        "process_threads" | "tokio_rt_workers" => Number::Whole(1),
        "process_network_receive_bytes" | "process_network_transmit_bytes" => {
            let bytes = traffic(|traffic| traffic.sent + traffic.received);
            Number::Micros((bytes + random.between(700_000, 900_000)) * 1_000_000)
        }
        "control_identity_cert_refresh_timestamp_seconds" => Number::Micros(started + 114_741),
        "control_identity_cert_expiration_timestamp_seconds" => {
            Number::Micros((started / 1_000_000 + 86_400) * 1_000_000)
        }
        "tokio_rt_busy_seconds" => {
            Number::Micros((1_100 + requests / 4) * 10_000 + random.between(1, 9_999))
        }
        "tokio_rt_polls" => Number::Whole(polls),
        "tokio_rt_local_schedule" => Number::Whole(polls - random.between(3, 9)),
        "tokio_rt_park" => Number::Whole(polls / 5),
        "tokio_rt_io_driver_ready" => Number::Whole(polls / 6),
        "tokio_rt_noop" => Number::Whole(polls / 60),
        "tokio_rt_remote_schedule" => Number::Whole(4),
        _ => Number::Whole(0),
    };
    sink(&Labels::new(), Cell::Number(value));
}

/// When the pod's proxy started, in microseconds since the epoch.
pub(crate) fn started_micros(pod: &Pod) -> u64 {
    let mut random = Random::new(pod.seed);
    (NOW_SECONDS - random.between(3_540, 3_660)) * 1_000_000 - random.between(1, 999_999)
}
