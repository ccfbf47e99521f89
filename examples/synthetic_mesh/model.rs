//! The mesh that is scraped: pods, and the traffic between them as each side saw it.

use super::random::Random;

/// Where a workload runs and under which name.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) workload: String,
    /// `None` for a `StatefulSet`, whose pods have no template hash in their name.
    pub(crate) template_hash: Option<String>,
    pub(crate) pod: String,
    pub(crate) ip: String,
    pub(crate) node: String,
    pub(crate) zone: &'static str,
}

impl Place {
    /// The mTLS name; every workload here has a service account of its own name.
    pub(crate) fn identity(&self) -> String {
        let Self {
            workload,
            namespace,
            ..
        } = self;
        format!("{workload}.{namespace}.serviceaccount.identity.linkerd.cluster.local")
    }
}

/// One meshed pod and all its proxy has seen.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) place: Place,
    /// Seed of the pod's incidental values.
    pub(crate) seed: u64,
    pub(crate) scrapes: u64,
    /// Watches of the destination and the policy service that ended, and so were counted as responses.
    pub(crate) ended_watches: [u64; 2],
    pub(crate) outbound: Vec<Outbound>,
    pub(crate) inbound: Vec<Inbound>,
    /// Addresses that refused a connection; each is one row.
    pub(crate) refused: u64,
    pub(crate) failfast: u64,
    pub(crate) detect_timeouts: u64,
}

impl Pod {
    pub(crate) fn new(place: Place, seed: u64) -> Self {
        let seed = Random::of(seed, &place.pod).next();
        Self {
            place,
            seed,
            scrapes: Random::new(seed).between(118, 122),
            ended_watches: [0, 0],
            outbound: Vec::new(),
            inbound: Vec::new(),
            refused: 0,
            failfast: 0,
            detect_timeouts: 0,
        }
    }
}

/// What a connection carries, as both proxies know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Grpc,
    Opaque,
    Tls,
}

impl Protocol {
    pub(crate) fn is_http(self) -> bool {
        matches!(self, Self::Http1 | Self::Grpc)
    }
}

/// One kind of end of a response, and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// `None` when the stream failed before headers: the proxy then prints no `status_code` at all.
    pub(crate) status: Option<u16>,
    /// `None` for plain HTTP.
    pub(crate) grpc: Option<u8>,
    pub(crate) failure: bool,
    pub(crate) count: u64,
}

impl Outcome {
    pub(crate) fn http(status: u16, count: u64) -> Self {
        let failure = (500..600).contains(&status);
        Self {
            status: Some(status),
            grpc: None,
            failure,
            count,
        }
    }

    /// Failures are the codes the proxy counts as such; `CANCELLED` or `NOT_FOUND` are not among them.
    pub(crate) fn grpc(code: u8, count: u64) -> Self {
        let failure = matches!(code, 2 | 4 | 7 | 13 | 14 | 15);
        Self {
            status: Some(200),
            grpc: Some(code),
            failure,
            count,
        }
    }

    /// A watch that ended without a `grpc-status`: counted as code 2, and as a success.
    pub(crate) fn ended_watch(count: u64) -> Self {
        Self {
            status: Some(200),
            grpc: Some(2),
            failure: false,
            count,
        }
    }

    /// A stream reset before response headers.
    pub(crate) fn reset(count: u64) -> Self {
        Self {
            status: None,
            grpc: None,
            failure: true,
            count,
        }
    }
}

/// What passed over one edge; the same on both sides.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    pub(crate) outcomes: Vec<Outcome>,
    /// Requests that have no response yet.
    pub(crate) in_flight: u64,
    /// Median response time.
    pub(crate) latency_ms: u64,
    pub(crate) opened: u64,
    pub(crate) open: u64,
    /// Bytes from client to server.
    pub(crate) sent: u64,
    /// Bytes from server to client.
    pub(crate) received: u64,
}

impl Traffic {
    /// Fills in sizes, times and connections for these outcomes.
    pub(crate) fn new(outcomes: Vec<Outcome>, in_flight: u64, random: &mut Random) -> Self {
        let exchanges = outcomes.iter().map(|outcome| outcome.count).sum::<u64>() + in_flight;
        let open = random.between(1, 3);
        Self {
            in_flight,
            latency_ms: random.between(2, 45),
            opened: open + random.between(0, 4),
            open,
            sent: exchanges.max(40) * random.between(180, 900),
            received: exchanges.max(40) * random.between(300, 4_000),
            outcomes,
        }
    }

    pub(crate) fn responses(&self) -> u64 {
        self.outcomes.iter().map(|outcome| outcome.count).sum()
    }

    pub(crate) fn requests(&self) -> u64 {
        self.responses() + self.in_flight
    }

    /// Responses by HTTP status, in the order of the outcomes.
    pub(crate) fn statuses(&self) -> Vec<(Option<u16>, u64)> {
        let mut statuses: Vec<(Option<u16>, u64)> = Vec::new();
        for Outcome { status, count, .. } in &self.outcomes {
            match statuses.iter_mut().find(|(seen, _)| seen == status) {
                Some((_, total)) => *total += count,
                None => statuses.push((*status, *count)),
            }
        }
        statuses
    }
}

/// One edge as its client's proxy sees it: a service port and the endpoint behind it.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    pub(crate) service: String,
    pub(crate) port: u16,
    pub(crate) cluster_ip: String,
    pub(crate) target_port: u16,
    pub(crate) to: Place,
    pub(crate) meshed: bool,
    pub(crate) protocol: Protocol,
    /// Name of the `HTTPRoute` or `GRPCRoute`; `None` is the default route, an HTTP one.
    pub(crate) route: Option<&'static str>,
    pub(crate) retries: u64,
    pub(crate) traffic: Traffic,
}

/// One edge as its server's proxy sees it.
#[derive(Debug, Clone)]
pub(crate) struct Inbound {
    pub(crate) client: Client,
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    /// Name of the `Server`; `None` is the default policy.
    pub(crate) server: Option<String>,
    pub(crate) denied: u64,
    pub(crate) terminated: u64,
    pub(crate) traffic: Traffic,
}

/// Who opened an inbound connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Client {
    /// A meshed pod's identity; empty before it has a certificate.
    Meshed(String),
    /// No proxy: kubelet, an API server, anything else.
    Unmeshed,
}
