//! A mesh of any size for benchmarks: every pod calls the next `edges` pods and is called by those before.

use super::model::{Client, Inbound, Outbound, Outcome, Place, Pod, Protocol, Traffic};
use super::random::Random;

/// Pods per namespace.
const NAMESPACE_PODS: u64 = 50;

/// How large the mesh is.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    pub(crate) seed: u64,
    pub(crate) pods: u64,
    /// Outbound edges of a pod, and inbound ones.
    pub(crate) edges: u64,
    /// Extra one-line rows, all in the first pod: they bring a file to an exact number of lines.
    pub(crate) extra_rows: u64,
}

impl Scale {
    /// The pod of this index; the index sorts as namespace and name do.
    pub(crate) fn pod(&self, index: u64) -> Pod {
        let mut pod = Pod::new(self.place(index), self.seed);
        pod.ended_watches = [3, 2];
        pod.refused = 1 + if index == 0 { self.extra_rows } else { 0 };
        pod.failfast = 1;
        for step in 1..=self.edges {
            pod.outbound
                .push(self.outbound(index, (index + step) % self.pods));
            let client = (index + self.pods - step % self.pods) % self.pods;
            pod.inbound.push(self.inbound(client, index));
        }
        pod
    }

    fn place(&self, index: u64) -> Place {
        let workload = format!("svc-{index:05}");
        let mut random = Random::of(self.seed, &workload);
        let hash = random.name(10);
        Place {
            namespace: format!("team-{:03}", index / NAMESPACE_PODS),
            pod: format!("{workload}-{hash}-{}", random.name(5)),
            workload,
            template_hash: Some(hash),
            ip: format!(
                "10.{}.{}.{}",
                40 + index / 62_500,
                index / 250 % 250,
                1 + index % 250
            ),
            node: format!("worker-{:03}", index / 30),
            zone: ["eu-west-1a", "eu-west-1b", "eu-west-1c"][(index % 3) as usize],
        }
    }

    /// The same on both sides of an edge. One edge in three is gRPC that fails now and then.
    fn traffic(&self, client: u64, server: u64) -> (Protocol, Traffic) {
        let mut random = Random::of(self.seed, &format!("{client}-{server}"));
        let calls = random.between(500, 90_000);
        let failures = random.between(1, 20);
        if (client + server).is_multiple_of(3) {
            let outcomes = vec![
                Outcome::grpc(0, calls),
                Outcome::grpc(14, failures),
                Outcome::reset(1),
            ];
            (Protocol::Grpc, Traffic::new(outcomes, 1, &mut random))
        } else {
            let outcomes = vec![
                Outcome::http(200, calls),
                Outcome::http(404, 3),
                Outcome::http(503, failures),
            ];
            (Protocol::Http1, Traffic::new(outcomes, 0, &mut random))
        }
    }

    fn outbound(&self, client: u64, server: u64) -> Outbound {
        let (protocol, traffic) = self.traffic(client, server);
        let to = self.place(server);
        Outbound {
            service: to.workload.clone(),
            port: 8080,
            cluster_ip: format!(
                "10.{}.{}.{}",
                140 + server / 62_500,
                server / 250 % 250,
                1 + server % 250
            ),
            target_port: 8080,
            to,
            meshed: true,
            protocol,
            route: None,
            retries: 0,
            traffic,
        }
    }

    fn inbound(&self, client: u64, server: u64) -> Inbound {
        let (protocol, traffic) = self.traffic(client, server);
        Inbound {
            client: Client::Meshed(self.place(client).identity()),
            port: 8080,
            protocol,
            server: None,
            denied: 0,
            terminated: 0,
            traffic,
        }
    }
}
