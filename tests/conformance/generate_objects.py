#!/usr/bin/env python3
"""Writes fixtures/kubernetes/mesh.json: a made-up cluster with Linkerd, as `kubectl get … -A -o json` prints it.

Nothing in it is random: the same bytes every time. Run from anywhere; it takes no arguments.
"""

import json
import pathlib

NODES = ["node-1", "node-2", "node-3"]
items = []
counter = {"ip": 10, "uid": 0, "node": 0}


def uid(kind):
    counter["uid"] += 1
    return f"{kind}-{counter['uid']:04d}"


def meta(kind, name, namespace=None, labels=None, annotations=None, owner=None):
    made = {"name": name, "uid": uid(kind.lower())}
    if namespace:
        made["namespace"] = namespace
    if labels:
        made["labels"] = labels
    if annotations:
        made["annotations"] = annotations
    if owner:
        made["ownerReferences"] = [dict(owner, controller=True)]
    return made


def add(api, kind, metadata, **rest):
    items.append({"apiVersion": api, "kind": kind, "metadata": metadata, **rest})


def container(name, image, *ports, **more):
    made = {"name": name, "image": image, **more}
    if ports:
        made["ports"] = [
            {"name": port[0], "containerPort": port[1], "protocol": port[2] if len(port) > 2 else "TCP"} for port in ports
        ]
    return made


PROXY = container("linkerd-proxy", "cr.l5d.io/linkerd/proxy:edge-26.8.1", ("linkerd-proxy", 4143), ("linkerd-admin", 4191))
INIT = container("linkerd-init", "cr.l5d.io/linkerd/proxy-init:v2.4.3")


def pod(namespace, name, containers, init=(), labels=None, annotations=None, owner=None, phase="Running", ip=True,
        node=True, ready="True", host_network=False):
    node_name = NODES[counter["node"] % len(NODES)] if node else None
    counter["node"] += 1
    spec = {"containers": list(containers)}
    if init:
        spec["initContainers"] = list(init)
    if node_name:
        spec["nodeName"] = node_name
    if host_network:
        spec["hostNetwork"] = True
    status = {"phase": phase}
    if node_name:
        status["hostIP"] = f"192.168.0.{NODES.index(node_name) + 1}"
    if ip:
        counter["ip"] += 1
        status["podIP"] = status["hostIP"] if host_network else f"10.42.0.{counter['ip']}"
    if ready is not None:
        status["conditions"] = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": ready}]
    if phase != "Pending":
        status["containerStatuses"] = [
            {"name": one["name"], "containerID": f"containerd://{name}-{one['name']}", "restartCount": 0} for one in containers
        ]
        status["initContainerStatuses"] = [
            {"name": one["name"], "containerID": f"containerd://{name}-{one['name']}", "restartCount": 0} for one in init
        ]
    add("v1", "Pod", meta("Pod", name, namespace, labels, annotations, owner), spec=spec, status=status)


def deployment(namespace, name, hash, replicas, containers, meshed=True, native=False, labels=None, annotations=None,
               control_plane=None):
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": f"deployment-{name}"}
    set_name = f"{name}-{hash}"
    add("apps/v1", "ReplicaSet", meta("ReplicaSet", set_name, namespace, None, None, owner), spec={"replicas": replicas})
    own = {"app": name, "app.kubernetes.io/name": name, "pod-template-hash": hash, **(labels or {})}
    notes = dict(annotations or {})
    init = []
    all_containers = list(containers)
    if meshed:
        own.update({
            "linkerd.io/control-plane-ns": "linkerd",
            "linkerd.io/proxy-deployment": name,
            "linkerd.io/workload-ns": namespace,
        })
        notes["linkerd.io/proxy-version"] = "edge-26.8.1"
        init = [INIT]
        if native:
            init.append(dict(PROXY, restartPolicy="Always"))
        else:
            all_containers = [PROXY] + all_containers
    if control_plane:
        own["linkerd.io/control-plane-component"] = control_plane
    for at in range(replicas):
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": set_name, "uid": f"replicaset-{set_name}"}
        suffix = "bcdfg"[at] + "2x7q"
        pod(namespace, f"{set_name}-{suffix}", all_containers, init, own, notes or None, owner)


def service(namespace, name, selector, ports, **spec):
    add("v1", "Service", meta("Service", name, namespace, {"app": name}),
        spec={"type": "ClusterIP", "clusterIP": f"10.96.0.{len(items) % 250}", "selector": selector,
              "ports": [{"name": port[0], "port": port[1], "protocol": "TCP"} for port in ports], **spec})
    pods = [one for one in items if one["kind"] == "Pod" and one["metadata"].get("namespace") == namespace
            and all(one["metadata"].get("labels", {}).get(key) == value for key, value in (selector or {"": ""}).items())]
    addresses = [{"ip": one["status"]["podIP"], "nodeName": one["spec"]["nodeName"],
                  "targetRef": {"kind": "Pod", "name": one["metadata"]["name"], "namespace": namespace}}
                 for one in pods if "podIP" in one["status"] and one["status"]["phase"] == "Running"]
    ports = [{"name": port[0], "port": port[2], "protocol": "TCP"} for port in ports]
    add("v1", "Endpoints", meta("Endpoints", name, namespace, {"app": name}),
        subsets=[{"addresses": addresses, "ports": ports}] if addresses else [])
    add("discovery.k8s.io/v1", "EndpointSlice",
        meta("EndpointSlice", f"{name}-abcde", namespace, {"kubernetes.io/service-name": name}),
        addressType="IPv4", ports=ports,
        endpoints=[{"addresses": [one["ip"]], "nodeName": one["nodeName"], "targetRef": one["targetRef"],
                    "conditions": {"ready": True, "serving": True, "terminating": False}, "zone": "zone-a"}
                   for one in addresses])


for name in ["kube-system", "linkerd", "linkerd-viz", "linkerd-multicluster", "shop", "monitoring"]:
    labels = {"kubernetes.io/metadata.name": name}
    if name in ("shop",):
        labels["team"] = "storefront"
    add("v1", "Namespace", meta("Namespace", name, None, labels, {"linkerd.io/inject": "enabled"} if name == "shop" else None))
for at, name in enumerate(NODES):
    add("v1", "Node", meta("Node", name, None, {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": f"zone-{'abc'[at]}"}),
        spec={"providerID": f"kind://{name}"},
        status={"addresses": [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": f"192.168.0.{at + 1}"}],
                "conditions": [{"type": "Ready", "status": "True"}, {"type": "MemoryPressure", "status": "False"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}})

# The control plane: every container shows its metrics on a port called admin or admin-http.
deployment("linkerd", "linkerd-destination", "6f9d7c5b4", 2, [
    container("destination", "cr.l5d.io/linkerd/controller:edge-26.8.1", ("grpc", 8086), ("admin", 9996)),
    container("sp-validator", "cr.l5d.io/linkerd/controller:edge-26.8.1", ("sp-validator", 8443), ("admin", 9997)),
    container("policy", "cr.l5d.io/linkerd/policy-controller:edge-26.8.1", ("grpc", 8090), ("admin", 9990)),
], control_plane="destination")
deployment("linkerd", "linkerd-identity", "7c8d9f6b5", 1, [
    container("identity", "cr.l5d.io/linkerd/controller:edge-26.8.1", ("ident-grpc", 8080), ("admin", 9990)),
], control_plane="identity")
deployment("linkerd", "linkerd-proxy-injector", "5d4c3b2a1", 1, [
    container("proxy-injector", "cr.l5d.io/linkerd/controller:edge-26.8.1", ("proxy-injector", 8443), ("admin", 9995)),
], control_plane="proxy-injector")
deployment("linkerd-viz", "metrics-api", "66c5f7d9b", 1, [
    container("metrics-api", "cr.l5d.io/linkerd/metrics-api:edge-26.8.1", ("http", 8085), ("admin", 9995)),
], labels={"component": "metrics-api"})
deployment("linkerd-viz", "tap", "79fd6c8b7", 1, [
    container("tap", "cr.l5d.io/linkerd/tap:edge-26.8.1", ("grpc", 8088), ("admin", 9998)),
], labels={"component": "tap"})
deployment("linkerd-viz", "web", "6d7f8c9b5", 1, [
    container("web", "cr.l5d.io/linkerd/web:edge-26.8.1", ("http", 8084), ("admin", 9994)),
], labels={"component": "web"})
deployment("linkerd-multicluster", "linkerd-service-mirror-east", "58b7c6d5f", 1, [
    container("service-mirror", "cr.l5d.io/linkerd/controller:edge-26.8.1", ("admin", 9999)),
], labels={"component": "linkerd-service-mirror"})
deployment("linkerd-multicluster", "linkerd-gateway", "84d9b6f7c", 1, [
    container("pause", "gcr.io/google_containers/pause:3.2"),
], labels={"component": "gateway"})

# Applications, with the shapes of pods that matter to discovery.
deployment("shop", "web", "5d9c7b6f8", 4, [container("web", "shop/web:2.1", ("http", 8080))], annotations={"config.linkerd.io/proxy-cpu-request": "100m"})
deployment("shop", "api", "7b6c5d4f9", 4, [container("api", "shop/api:2.1", ("http", 8080), ("grpc", 9090))], native=True)
deployment("shop", "cart", "6c4f9d7b5", 2, [container("cart", "shop/cart:1.7", ("grpc", 7070))])
deployment("shop", "worker", "9f8e7d6c5", 3, [container("worker", "shop/worker:1.7")])
deployment("shop", "legacy", "4b5c6d7e8", 1, [container("legacy", "shop/legacy:0.9", ("http", 8000))], meshed=False)
pod("shop", "db-0", [PROXY, container("db", "postgres:16", ("postgres", 5432))], [INIT],
    {"app": "db", "linkerd.io/control-plane-ns": "linkerd", "linkerd.io/proxy-statefulset": "db", "linkerd.io/workload-ns": "shop"},
    None, {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": "statefulset-db"})
job = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "uid": "cronjob-report"}
add("batch/v1", "Job", meta("Job", "report-28912", "shop", None, None, job))
job_labels = {"job-name": "report-28912", "linkerd.io/control-plane-ns": "linkerd", "linkerd.io/proxy-job": "report-28912",
              "linkerd.io/workload-ns": "shop"}
job_owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "report-28912", "uid": "job-report"}
pod("shop", "report-28912-l8x4z", [PROXY, container("report", "shop/report:1.0")], [INIT], job_labels, None, job_owner,
    phase="Succeeded", ready="False")
pod("shop", "broken-5f6d7c8b9-kw9pd", [PROXY, container("broken", "shop/broken:1.0", ("http", 8080))], [INIT],
    {"app": "broken", "linkerd.io/control-plane-ns": "linkerd", "linkerd.io/proxy-deployment": "broken"}, None, None,
    phase="Pending", ip=False, node=False, ready=None)
pod("kube-system", "kube-proxy-7xw2m", [container("kube-proxy", "registry.k8s.io/kube-proxy:v1.31.0", ("metrics", 10249))],
    labels={"k8s-app": "kube-proxy"}, owner={"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "kube-proxy", "uid": "daemonset-kube-proxy"},
    host_network=True)
pod("kube-system", "coredns-76f75df574-9s8d7", [container("coredns", "registry.k8s.io/coredns:v1.11.1", ("dns", 53, "UDP"), ("dns-tcp", 53), ("metrics", 9153))],
    labels={"k8s-app": "kube-dns"})
deployment("monitoring", "prometheus", "8a7b6c5d4", 1, [container("prometheus", "prom/prometheus:v3.12.0", ("web", 9090))], meshed=False,
           annotations={"prometheus.io/scrape": "true", "prometheus.io/port": "9090"})

service("shop", "web", {"app": "web"}, [("http", 80, 8080)])
service("shop", "api", {"app": "api"}, [("http", 80, 8080), ("grpc", 9090, 9090)])
service("shop", "cart", {"app": "cart"}, [("grpc", 7070, 7070)])
service("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, [("metrics", 9153, 9153)])
add("networking.k8s.io/v1", "Ingress", meta("Ingress", "shop", "shop", {"app": "web"}),
    spec={"ingressClassName": "nginx", "tls": [{"hosts": ["*.shop.example"]}],
          "rules": [{"host": "www.shop.example", "http": {"paths": [
              {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
              {"path": "/api", "pathType": "Prefix", "backend": {"service": {"name": "api", "port": {"number": 80}}}}]}},
              {"host": "shop.example"}]})

text = json.dumps({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items}, indent=1)
root = pathlib.Path(__file__).resolve().parent.parent.parent
(root / "fixtures/kubernetes/mesh.json").write_text(text + "\n")
kinds = {}
for one in items:
    kinds[one["kind"]] = kinds.get(one["kind"], 0) + 1
print(kinds)
