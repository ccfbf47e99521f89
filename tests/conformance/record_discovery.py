#!/usr/bin/env python3
"""Asks `discovery/` what Prometheus finds in made-up clusters and scrapes of it; writes fixtures/conformance/discovery.json.

    ./record_discovery.py PROGRAM
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

mesh = json.loads((ROOT / "fixtures/kubernetes/mesh.json").read_text())["items"]


def pod(name, spec, status, **meta):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "odd", "uid": f"uid-{name}", **meta},
            "spec": spec, "status": status}


def one(name, *ports, **more):
    return {"name": name, "image": f"{name}:1", "ports": [dict(protocol="TCP", **port) if "protocol" not in port else port for port in ports], **more}


odd = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "odd", "labels": {"a.b/c": "1", "empty": ""}, "annotations": {"x-y": "z"}}},
    pod("six", {"nodeName": "n1", "containers": [one("a", {"containerPort": 80}), one("none")]},
        {"phase": "Running", "podIP": "fd00::7", "hostIP": "fd00::1"}),
    pod("plain", {"containers": [one("a", {"name": "x", "containerPort": 1}, {"name": "y", "containerPort": 2, "protocol": "UDP"})]},
        {"phase": "Failed", "podIP": "10.0.0.2", "conditions": [{"type": "Ready", "status": "False"}]},
        labels={"größe": "ü", "empty": "", "a/b.c-d": "1"}, annotations={"kubernetes.io/config": "{\"a\": 1}\nb"},
        ownerReferences=[{"apiVersion": "v1", "kind": "Other", "name": "o", "uid": "u"},
                         {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "u2", "controller": True}]),
    pod("inits", {"nodeName": "n2", "hostNetwork": True,
                  "containers": [one("app", {"name": "http", "containerPort": 8080})],
                  "initContainers": [one("setup"), one("linkerd-proxy", {"name": "linkerd-admin", "containerPort": 4191}, restartPolicy="Always"),
                                     one("same", {"name": "again", "containerPort": 8080})],
                  "ephemeralContainers": [{"name": "debug", "image": "debug:1"}]},
        {"phase": "Running", "podIP": "10.0.0.3", "hostIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.3"}, {"ip": "fd00::3"}],
         "initContainerStatuses": [{"name": "linkerd-proxy", "containerID": "containerd://proxy", "ready": True, "restartCount": 0, "image": "", "imageID": ""}],
         "conditions": [{"type": "Ready", "status": "Unknown"}]}),
    pod("waiting", {"containers": [one("a", {"containerPort": 80})]}, {"phase": "Pending"}),
    pod("ended", {"nodeName": "n1", "containers": [one("a", {"containerPort": 80})]}, {"phase": "Succeeded", "podIP": "10.0.0.9"},
        ownerReferences=[{"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "u3", "controller": True}]),
    {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "odd", "ownerReferences": [
        {"apiVersion": "batch/v1", "kind": "CronJob", "name": "cj", "uid": "u4", "controller": True}]}},
    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "rs", "namespace": "odd", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "u5", "controller": True}]}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"kubernetes.io/hostname": "n1", "pool": "a"}, "annotations": {"x": "y"}},
     "spec": {"providerID": "p://n1", "unschedulable": True},
     "status": {"addresses": [{"type": "Hostname", "address": "n1"}, {"type": "ExternalIP", "address": "1.2.3.4"}, {"type": "ExternalIP", "address": "1.2.3.5"}],
                "conditions": [{"type": "Ready", "status": "True"}, {"type": "example.com/Odd-One", "status": "Unknown"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n2", "labels": {"pool": "b"}},
     "status": {"addresses": [{"type": "InternalDNS", "address": "n2.internal"}, {"type": "ExternalIP", "address": "1.2.3.6"}, {"type": "Odd/Type", "address": "x"}]}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bare"}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "svc", "namespace": "odd", "labels": {"app": "svc"}, "annotations": {"prometheus.io/scrape": "true"}},
     "spec": {"type": "LoadBalancer", "clusterIP": "10.96.0.1", "loadBalancerIP": "9.9.9.9", "ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"],
              "ports": [{"port": 80, "protocol": "TCP"}, {"name": "dns", "port": 53, "protocol": "UDP"}]}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "far", "namespace": "odd"},
     "spec": {"type": "ExternalName", "externalName": "example.org", "ports": [{"name": "h", "port": 443, "protocol": "TCP"}]}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "portless", "namespace": "odd"}, "spec": {"type": "ClusterIP", "clusterIP": "None"}},
    {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "svc", "namespace": "odd", "labels": {"own": "1"}, "annotations": {"e": "f"}},
     "subsets": [{"addresses": [{"ip": "10.0.0.3", "nodeName": "n2", "targetRef": {"kind": "Pod", "namespace": "odd", "name": "inits"}},
                                {"ip": "10.0.0.44", "hostname": "h", "targetRef": {"kind": "Node", "name": "n1"}},
                                {"ip": "10.0.0.45"}],
                  "notReadyAddresses": [{"ip": "10.0.0.2", "targetRef": {"kind": "Pod", "namespace": "odd", "name": "plain"}},
                                        {"ip": "10.0.0.46", "targetRef": {"kind": "Pod", "namespace": "odd", "name": "gone"}}],
                  "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}, {"port": 2, "protocol": "TCP"}]}]},
    {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "orphan", "namespace": "odd"},
     "subsets": [{"addresses": [{"ip": "fd00::9"}], "ports": [{"port": 1, "protocol": "SCTP"}]}, {"addresses": [{"ip": "10.1.1.1"}]}]},
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "svc-1", "namespace": "odd", "labels": {"kubernetes.io/service-name": "svc"}},
     "addressType": "IPv4", "ports": [{"name": "http", "port": 8080, "protocol": "TCP", "appProtocol": "http"}, {"name": "", "protocol": "UDP"}],
     "endpoints": [{"addresses": ["10.0.0.3", "10.0.0.33"], "nodeName": "n2", "zone": "z", "hostname": "h",
                    "conditions": {"ready": True, "serving": True, "terminating": False},
                    "deprecatedTopology": {"a/b": "c"}, "targetRef": {"kind": "Pod", "namespace": "odd", "name": "inits"}},
                   {"addresses": ["10.0.0.44"], "targetRef": {"kind": "Node", "name": "n1"}, "conditions": {"ready": False}},
                   {"addresses": ["10.0.0.45"], "conditions": {}}]},
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "svc-2", "namespace": "odd", "labels": {"kubernetes.io/service-name": "svc"}},
     "addressType": "IPv6", "ports": [{"port": 8080, "protocol": "TCP"}], "endpoints": [{"addresses": ["fd00::3"], "conditions": {}}]},
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "free", "namespace": "odd"},
     "addressType": "FQDN", "ports": [{"port": 1, "protocol": "TCP"}], "endpoints": [{"addresses": ["example.org"], "conditions": {}}]},
    {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "in", "namespace": "odd", "labels": {"l": "m"}},
     "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["*.a.example", "b.example"]}],
              "rules": [{"host": "x.a.example", "http": {"paths": [{"path": "/p"}, {"pathType": "Prefix"}]}},
                        {"host": "y.x.a.example"}, {"host": "b.example", "http": {"paths": []}}, {}]}},
    {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "empty", "namespace": "odd"}, "spec": {}},
]


def sd(role, **more):
    return {"role": role, **more}


def job(name, *discoveries, rules=(), fixed=(), **more):
    made = {"job_name": name, "scrape_interval": "1h", "scrape_timeout": "10s", **more}
    if discoveries:
        made["kubernetes_sd_configs"] = list(discoveries)
    if fixed:
        made["static_configs"] = list(fixed)
    if rules:
        made["relabel_configs"] = list(rules)
    return made


META = "__meta_kubernetes_"
KEEP_PROXY = {"source_labels": [META + "pod_container_name"], "action": "keep", "regex": "linkerd-proxy"}
TO_ADMIN = {"source_labels": [META + "pod_ip"], "regex": "(.+)", "target_label": "__address__", "replacement": "$1:4191"}
cases = []


def case(name, cluster, *jobs):
    cases.append({"name": name, "cluster": cluster, "config": json.dumps({"scrape_configs": list(jobs)})})


ROLES = ["pod", "service", "endpoints", "endpointslice", "node", "ingress"]
for role in ROLES:
    for cluster in ["mesh", "odd"]:
        case(f"role {role}", cluster, job("j", sd(role)))
for role in ROLES[:-1]:
    attach = {"node": role != "service" and role != "node", "namespace": role != "node"}
    if role in ("pod", "endpoints", "endpointslice"):
        attach |= {"deployment": True, "job": True, "cronjob": True}
    for cluster in ["mesh", "odd"]:
        case(f"role {role}, everything attached", cluster, job("j", sd(role, attach_metadata=attach)))
case("role ingress, namespaces attached", "odd", job("j", sd("ingress", attach_metadata={"namespace": True})))
case("namespaces", "mesh", job("j", sd("pod", namespaces={"names": ["linkerd", "linkerd-viz", "none"]})))
case("a namespace for endpoints", "mesh", job("j", sd("endpoints", namespaces={"names": ["shop"]})))
case("namespaces do not matter to nodes", "mesh", job("j", sd("node", namespaces={"names": ["shop"]})))
for label in ["app=web", "app in (web, api),linkerd.io/control-plane-ns", "!linkerd.io/control-plane-ns", "app!=web", "app notin (web,api)", "component"]:
    case(f"pods by label {label}", "mesh", job("j", sd("pod", selectors=[{"role": "pod", "label": label}])))
for field in ["spec.nodeName=node-1", "status.phase=Running,spec.nodeName!=node-1", "status.phase!=Running", "metadata.name=db-0", "spec.hostNetwork=true"]:
    case(f"pods by field {field}", "mesh", job("j", sd("pod", selectors=[{"role": "pod", "field": field}])))
case("pods on selected nodes, attached", "mesh",
     job("j", sd("pod", attach_metadata={"node": True}, selectors=[{"role": "node", "label": "topology.kubernetes.io/zone=zone-a"}])))
case("pods on selected nodes, not attached", "mesh",
     job("j", sd("pod", selectors=[{"role": "node", "label": "topology.kubernetes.io/zone=zone-a"}])))
case("nodes by field", "odd", job("j", sd("node", selectors=[{"role": "node", "field": "spec.unschedulable=true"}])))
case("services by label", "mesh", job("j", sd("service", selectors=[{"role": "service", "label": "app=web"}])))
case("endpoints of selected pods and services", "mesh",
     job("j", sd("endpoints", selectors=[{"role": "pod", "label": "app=web"}, {"role": "service", "label": "app in (web,api)"}])))
case("slices of selected services", "mesh", job("j", sd("endpointslice", selectors=[{"role": "service", "label": "app=api"}])))

case("two rules, ports collapse", "mesh", job("linkerd-mesh", sd("pod"), rules=[KEEP_PROXY, TO_ADMIN]))
case("a visible label keeps them apart", "mesh", job("linkerd-mesh", sd("pod"), rules=[
    KEEP_PROXY, TO_ADMIN, {"source_labels": [META + "pod_container_port_name"], "target_label": "port"}]))
case("a hidden label keeps them apart", "mesh", job("linkerd-mesh", sd("pod"), rules=[
    KEEP_PROXY, TO_ADMIN, {"source_labels": [META + "pod_container_port_name"], "target_label": "__tmp_port"}]))
case("a label of discovery does not", "mesh", job("linkerd-mesh", sd("pod"), rules=[
    KEEP_PROXY, TO_ADMIN, {"source_labels": [META + "pod_container_port_name"], "target_label": "__meta_mine"}]))
case("the same pods in two discoveries", "mesh", job("linkerd-mesh", sd("pod", namespaces={"names": ["shop"]}), sd("pod"), rules=[KEEP_PROXY, TO_ADMIN]))
case("every container rewritten", "mesh", job("all", sd("pod", namespaces={"names": ["shop"]}), rules=[TO_ADMIN]))
case("every container rewritten and named", "mesh", job("all", sd("pod", namespaces={"names": ["shop"]}), rules=[
    TO_ADMIN, {"source_labels": [META + "pod_container_name"], "target_label": "container"}]))
case("annotations", "mesh", job("annotated", sd("pod"), rules=[
    {"source_labels": [META + "pod_annotation_prometheus_io_scrape"], "action": "keep", "regex": "true"},
    {"source_labels": ["__address__", META + "pod_annotation_prometheus_io_port"], "regex": r"([^:]+)(?::\d+)?;(\d+)", "target_label": "__address__", "replacement": "$1:$2"},
    {"action": "labelmap", "regex": META + "pod_label_(.+)"}]))
case("no address", "mesh", job("j", sd("node"), rules=[{"target_label": "__address__", "replacement": ""}]))
case("a path in the address", "mesh", job("j", sd("node"), rules=[{"source_labels": ["__address__"], "target_label": "__address__", "replacement": "$1/metrics"}]))
case("interval and timeout by rules", "mesh", job("j", sd("node"), rules=[
    {"source_labels": ["instance"], "regex": "node-1", "target_label": "__scrape_timeout__", "replacement": "2h"},
    {"source_labels": ["instance"], "regex": "node-2", "target_label": "__scrape_interval__", "replacement": "often"},
    {"source_labels": ["instance"], "regex": "node-3", "target_label": "__scrape_interval__", "replacement": "30m"}]))
case("parameters and paths", "mesh", job("j", sd("node"), rules=[
    {"source_labels": ["instance"], "target_label": "__param_node"}, {"target_label": "__metrics_path__", "replacement": "/probe"},
    {"target_label": "__scheme__", "replacement": "https"}], params={"module": ["a", "b"], "node": ["x"]}))
case("hashes share targets out", "mesh", job("j", sd("pod"), rules=[
    {"source_labels": ["__address__"], "modulus": 3, "target_label": "__tmp_hash", "action": "hashmod"},
    {"source_labels": ["__tmp_hash"], "regex": "1", "action": "keep"}]))
case("all labels dropped", "mesh", job("j", sd("node"), rules=[{"regex": "job|instance|__meta.*", "action": "labeldrop"}]))
case("fixed targets", "mesh", job("j", fixed=[
    {"targets": ["a:1", "b", "[::1]:2", "a:1"], "labels": {"env": "x", "job": "mine"}}, {"targets": ["a:1"], "labels": {"env": ""}}]))
case("fixed and discovered", "mesh", job("j", sd("node"), fixed=[{"targets": ["192.168.0.1:10250"], "labels": {"instance": "node-1"}}]))
three = [
    job("linkerd-controller", sd("pod", namespaces={"names": ["linkerd", "linkerd-viz"]}), rules=[
        {"source_labels": [META + "pod_container_port_name"], "action": "keep", "regex": "admin"},
        {"source_labels": [META + "pod_container_name"], "target_label": "component"}]),
    job("linkerd-multicluster-controller", sd("pod"), rules=[
        {"source_labels": [META + "pod_label_component", META + "pod_container_port_name"], "action": "keep", "regex": "(linkerd-service-mirror|controller);admin$"},
        {"source_labels": [META + "pod_container_name"], "target_label": "component"}]),
    job("linkerd-proxy", sd("pod"), rules=[
        {"source_labels": [META + "pod_container_name", META + "pod_container_port_name", META + "pod_label_linkerd_io_control_plane_ns"],
         "action": "keep", "regex": "^linkerd-proxy;linkerd-admin;linkerd$"},
        {"source_labels": [META + "namespace"], "target_label": "namespace"},
        {"source_labels": [META + "pod_name"], "target_label": "pod"},
        {"source_labels": [META + "pod_label_linkerd_io_proxy_job"], "target_label": "k8s_job"},
        {"action": "labelmap", "regex": META + "pod_label_linkerd_io_proxy_(.+)"},
        {"action": "labeldrop", "regex": META + "pod_label_linkerd_io_proxy_(.+)"},
        {"action": "labelmap", "regex": META + "pod_label_linkerd_io_(.+)"},
        {"action": "labelmap", "regex": META + "pod_label_(.+)", "replacement": "__tmp_pod_label_$1"},
        {"action": "labelmap", "regex": "__tmp_pod_label_linkerd_io_(.+)", "replacement": "__tmp_pod_label_$1"},
        {"action": "labeldrop", "regex": "__tmp_pod_label_linkerd_io_(.+)"},
        {"action": "labelmap", "regex": "__tmp_pod_label_(.+)"}]),
]
case("three jobs", "mesh", *three)

asked = {
    "about": "What Prometheus v0.312.0 (the library of contrib 0.156.0) finds and scrapes. "
             "Written by tests/conformance/record_discovery.py; the cluster `mesh` is fixtures/kubernetes/mesh.json.",
    "clusters": {"odd": odd, "mesh": mesh},
    "cases": cases,
}
done = subprocess.run([sys.argv[1]], input=json.dumps(asked), capture_output=True, text=True, check=False)
if done.returncode:
    sys.exit(done.stderr)
print(done.stderr.splitlines()[-1])
answers = json.loads(done.stdout)
del answers["clusters"]["mesh"]
for answered in answers["cases"]:
    if answered.get("error"):
        sys.exit(f"{answered['name']}: {answered['error']}")
    for of in answered["jobs"]:
        of["dropped"] = len(of["dropped"])
        # Raw targets are asked of without rules, and what is scraped with them.
        if "relabel_configs" in answered["config"]:
            of["discovered"] = len(of["discovered"])
        else:
            of["active"] = len(of["active"])

def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


out = ROOT / "fixtures/conformance/discovery.json"
text = ",\n".join(line(one) for one in answers["cases"])
out.write_text(f'{{"about":{line(answers["about"])},\n"clusters":{line(answers["clusters"])},\n"cases":[\n{text}\n]}}\n')
print(out.stat().st_size, "bytes,", len(cases), "cases")
