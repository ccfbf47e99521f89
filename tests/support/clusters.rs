//! Clusters that more than one server stands for: the double and the real one.

use crate::apiserver::Cluster;
use crate::apiserver::Listening;
use crate::objects;
use crate::objects::PodObject;

/// A namespace `shop` with a Deployment of two pods, a service before it, a database, a job and an unmeshed pod, and
/// a namespace `other` with a pod that nobody owns.
pub(crate) fn shop() -> Cluster {
    shop_called("shop", "other")
}

/// The same in namespaces of other names.
pub(crate) fn shop_called(shop: &str, other: &str) -> Cluster {
    let web = |name: &str| {
        PodObject::new(shop, name)
            .linkerd()
            .label("app", "web")
            .owner("ReplicaSet", "web-5f6")
            .build()
    };
    let mut cluster = Cluster::new().with([
        web("web-5f6-a"),
        web("web-5f6-b"),
        objects::replica_set(shop, "web-5f6", "web"),
        PodObject::new(shop, "db-0")
            .linkerd_sidecar()
            .owner("StatefulSet", "db")
            .build(),
        PodObject::new(shop, "plain").build(),
        objects::service(shop, "web", "web"),
        PodObject::new(shop, "nightly-29-x")
            .linkerd()
            .owner("Job", "nightly-29")
            .build(),
        objects::job(shop, "nightly-29", "nightly"),
        PodObject::new(other, "lone").linkerd().build(),
    ]);
    for pod in ["web-5f6-a", "web-5f6-b", "db-0", "nightly-29-x"] {
        cluster.pods.linkerd(shop, pod);
    }
    cluster.pods.linkerd(other, "lone");
    cluster
}

/// Ten namespaces of fifty pods in ten shapes, all labelled `part=many`.
pub(crate) fn many() -> Cluster {
    let mut pods = Vec::new();
    let mut sets = Vec::new();
    let mut cluster = Cluster::new();
    for namespace in (0..10).map(|n| format!("team-{n}")) {
        sets.push(objects::replica_set(&namespace, "web-abc", "web"));
        for number in 0..50 {
            let name = format!("web-abc-{number:02}");
            let pod = PodObject::new(&namespace, &name)
                .label("part", "many")
                .owner("ReplicaSet", "web-abc");
            let pod = match number % 10 {
                0 => pod.linkerd(),
                1 => pod.linkerd_sidecar(),
                2 => pod.init("migrate").linkerd(),
                3 => pod.linkerd().phase("Pending"),
                4 => pod,
                5 => pod.container("linkerd-proxy", &[("linkerd-admin", 5191)]),
                6 => pod.linkerd().host_network(),
                7 => pod.container("istio-proxy", &[("http-envoy-prom", 15090)]),
                8 => pod.linkerd().annotation("nobody", "listens"),
                _ => pod.linkerd().phase("Succeeded"),
            };
            pods.push(pod.build());
            let body = format!("up{{pod=\"{name}\"}} 1\n");
            let (port, path) = match number % 10 {
                5 => (5191, "/metrics"),
                7 => (15090, "/stats/prometheus"),
                8 => continue,
                _ => (4191, "/metrics"),
            };
            let metrics = Listening::Metrics { path, body };
            cluster.pods.listen(&namespace, &name, port, metrics);
        }
    }
    cluster.with(pods).with(sets)
}
