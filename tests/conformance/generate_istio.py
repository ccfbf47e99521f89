#!/usr/bin/env python3
"""Writes fixtures/istio/*.prom: what proxies of Istio would say of a made-up shop, always the same.

SYNTHETIC. Families and labels are those of Istio's documentation ("Istio Standard Metrics", 1.2x), and of Envoy's for
its clusters; nothing was scraped. Run it in the root of the repository.
"""
from pathlib import Path

ORDER = [
    "reporter",
    "source_workload",
    "source_canonical_service",
    "source_canonical_revision",
    "source_workload_namespace",
    "source_principal",
    "source_app",
    "source_version",
    "source_cluster",
    "destination_workload",
    "destination_workload_namespace",
    "destination_principal",
    "destination_app",
    "destination_version",
    "destination_service",
    "destination_canonical_service",
    "destination_canonical_revision",
    "destination_service_name",
    "destination_service_namespace",
    "destination_cluster",
    "request_protocol",
    "response_code",
    "grpc_response_status",
    "response_flags",
    "connection_security_policy",
]
BOUNDS = ["1", "10", "100", "1000", "+Inf"]


class Body:
    def __init__(self):
        self.families = {}

    def add(self, name, kind, labels, value):
        samples = self.families.setdefault(name, (kind, []))[1]
        inner = ",".join(f'{label}="{labels[label]}"' for label in labels)
        samples.append((inner, value))

    def calls(self, labels, count, cumulative=None):
        self.add("istio_requests_total", "counter", labels, count)
        if cumulative:
            self.add("istio_request_duration_milliseconds", "histogram", labels, cumulative)

    def tcp(self, labels, opened, closed, received, sent, suffix="_total"):
        for name, value in [
            ("istio_tcp_connections_opened", opened),
            ("istio_tcp_connections_closed", closed),
            ("istio_tcp_received_bytes", received),
            ("istio_tcp_sent_bytes", sent),
        ]:
            if value is not None:
                self.add(name + suffix, "counter", labels, value)

    def cluster(self, name, active, overflows, classes):
        tag = {"cluster_name": name}
        self.add("envoy_cluster_upstream_cx_active", "gauge", tag, active)
        self.add("envoy_cluster_upstream_cx_overflow", "counter", tag, overflows)
        for label, value, count in classes:
            self.add("envoy_cluster_upstream_rq", "counter", {label: value} | tag, count)

    def envoy(self, uptime, version="1.26.2"):
        self.add("istio_build", "gauge", {"component": "proxy", "tag": version}, 1)
        self.add("envoy_server_uptime", "gauge", {}, uptime)

    def text(self, open_metrics=False):
        lines = []
        for name, (kind, samples) in self.families.items():
            lines.append(f"# TYPE {name} {kind}")
            end = "_total" if open_metrics and kind == "counter" else ""
            for inner, value in samples:
                if kind == "histogram":
                    for bound, count in zip(BOUNDS, value):
                        lines.append(f'{name}_bucket{{{inner},le="{bound}"}} {count}')
                    lines.append(f"{name}_sum{{{inner}}} {value[-1] * 12}")
                    lines.append(f"{name}_count{{{inner}}} {value[-1]}")
                else:
                    lines.append(f"{name}{end}{{{inner}}} {value}")
        lines += ["# EOF"] if open_metrics else []
        return "\n".join(lines) + "\n"


def side(end, workload, namespace, principal, version="v1"):
    """One end's labels; `workload` is None where nothing is known."""
    app = workload.rsplit("-v", 1)[0] if workload else "unknown"
    return {
        f"{end}_workload": workload or "unknown",
        f"{end}_canonical_service": app,
        f"{end}_canonical_revision": version if workload else "latest",
        f"{end}_workload_namespace": namespace or "unknown",
        f"{end}_principal": principal or "unknown",
        f"{end}_app": app,
        f"{end}_version": version if workload else "unknown",
        f"{end}_cluster": "Kubernetes" if workload else "unknown",
    }


def spiffe(namespace, account):
    return f"spiffe://cluster.local/ns/{namespace}/sa/{account}"


FRONTEND = side("source", "frontend-v1", "shop", spiffe("shop", "frontend"))
FRONTEND_PLAIN = side("source", "frontend-v1", "shop", None)


def called(name, namespace="shop", workload="", principal="", label_namespace=None):
    """Labels of the callee; a workload of None is one that was not found."""
    workload = f"{name}-v1" if workload == "" else workload
    principal = spiffe(namespace, name) if principal == "" else principal
    known = workload is not None
    end = side("destination", workload, namespace if known else None, principal if known else None)
    service = {
        "destination_service": f"{name}.{namespace}.svc.cluster.local",
        "destination_service_name": name,
        "destination_service_namespace": label_namespace or (namespace if known else "unknown"),
    }
    return end | service


def series(reporter, source, destination, protocol, flags="-", code=None, grpc="", policy="unknown"):
    labels = {"reporter": reporter, "request_protocol": protocol, "response_flags": flags}
    labels |= source | destination | {"connection_security_policy": policy}
    if protocol != "tcp":
        labels |= {"response_code": code, "grpc_response_status": grpc}
    return {label: labels[label] for label in ORDER if label in labels}


def client(more):
    """frontend's sidecar. `more` is what came since the first of two readings."""
    body = Body()
    cart, catalog, cache = called("cart"), called("catalog"), called("cache", "data")
    lost = called("cart", workload=None)
    body.calls(series("source", FRONTEND, cart, "grpc", code="200", grpc="0"), 60 + more, [5, 40, 58, 60, 60 + more])
    body.calls(series("source", FRONTEND, cart, "grpc", code="200", grpc="14"), 12, [0, 0, 2, 11, 12])
    body.calls(series("source", FRONTEND, cart, "grpc", code="200", grpc="8"), 3)
    body.calls(series("source", FRONTEND_PLAIN, lost, "grpc", "UH", code="503", grpc="14"), 4)
    body.calls(series("source", FRONTEND, cart, "grpc", "DC", code="0", grpc=""), 2)
    body.calls(series("source", FRONTEND, catalog, "http", code="200"), 100 + more)
    body.calls(series("source", FRONTEND, catalog, "http", "DI", code="200"), 6)
    body.calls(series("source", FRONTEND, catalog, "http", "UF,URX", code="503"), 5)
    body.calls(series("source", FRONTEND, catalog, "http", "UT", code="504"), 1)
    outside = side("destination", None, None, None) | {
        "destination_service": "api.example.org",
        "destination_service_name": "PassthroughCluster",
        "destination_service_namespace": "unknown",
    }
    body.calls(series("source", FRONTEND_PLAIN, outside, "http", code="200"), 7)
    body.tcp(series("source", FRONTEND, cache, "tcp"), 9, 6, 4100, 88000)
    body.tcp(series("source", FRONTEND_PLAIN, called("cache", "data", workload=None), "tcp", "UF,URX"), 2, 2, 0, 0)
    body.cluster(
        "outbound|7070||cart.shop.svc.cluster.local",
        3,
        0,
        [
            ("response_code_class", "2xx", 75 + more),
            ("response_code", "200", 75 + more),
            ("response_code_class", "5xx", 4),
            ("response_code", "503", 4),
        ],
    )
    body.cluster("outbound|8080||catalog.shop.svc.cluster.local", 1024, 17, [("response_code_class", "2xx", 106 + more)])
    body.cluster("outbound|9080||quiet.shop.svc.cluster.local", 0, 0, [])
    body.cluster("inbound|8080||", 1, 0, [("response_code_class", "2xx", 40)])
    body.cluster("xds-grpc", 1, 0, [("response_code_class", "2xx", 1)])
    body.envoy(3600 + more)
    return body


def agent(body):
    """What the agent puts beside Envoy's metrics: its own, and those of the application."""
    body.add("istio_agent_process_start_time_seconds", "gauge", {}, 1764380000)
    body.add("process_start_time_seconds", "gauge", {}, 1764383000)
    body.add("http_requests_total", "counter", {"code": "200"}, 12)
    return body


def server():
    """cart's sidecar: the other side of the same calls, and one caller without a certificate."""
    body = Body()
    cart = called("cart")
    body.calls(series("destination", FRONTEND, cart, "grpc", code="200", grpc="0", policy="mutual_tls"), 60)
    body.calls(series("destination", FRONTEND, cart, "grpc", code="200", grpc="14", policy="mutual_tls"), 12)
    body.calls(series("destination", FRONTEND, cart, "grpc", code="200", grpc="8", policy="mutual_tls"), 3)
    stranger = side("source", None, None, None)
    plain = called("cart", principal=None)
    body.calls(series("destination", stranger, plain, "http", code="200", policy="none"), 30)
    body.envoy(7200)
    return body


def ztunnel():
    """One node's ztunnel: it speaks for pods at both ends, and for none of its own."""
    body = Body()
    orders, billing = called("orders", "money"), called("billing", "money")
    mutual = {"policy": "mutual_tls"}
    from_orders = side("source", "orders-v1", "money", spiffe("money", "orders"))
    body.add("istio_build", "gauge", {"component": "ztunnel", "tag": "1.26.2"}, 1)
    opened = [
        (series("source", FRONTEND, orders, "tcp", **mutual), 20, 18, 5000, 70000),
        (series("destination", FRONTEND, orders, "tcp", **mutual), 20, 18, 5000, 70000),
        (series("source", from_orders, billing, "tcp", **mutual), 8, 8, 900, 1200),
        (series("destination", FRONTEND, billing, "tcp", "DENY", **mutual), None, 3, None, None),
        (series("source", FRONTEND_PLAIN, called("legacy", "old", principal=None), "tcp"), 5, 5, 10, 20),
        (series("source", FRONTEND_PLAIN, called("legacy", "old", principal=None), "tcp", "CONNECT"), None, 2, None, None),
    ]
    for one in opened:
        body.tcp(*one, suffix="")
    return body


def waypoint():
    """The waypoint of money: it takes calls in the name of its servers, and gives its own namespace for theirs."""
    body = Body()
    orders = called("orders", "money")
    calls = {"policy": "mutual_tls"}
    body.calls(series("waypoint", FRONTEND, orders, "grpc", code="200", grpc="0", **calls), 50)
    body.calls(series("waypoint", FRONTEND, orders, "grpc", code="200", grpc="13", **calls), 5)
    none = called("refunds", "returns", workload=None, label_namespace="money")
    body.calls(series("waypoint", FRONTEND, none, "http", "UH", code="503", **calls), 2)
    body.envoy(1800)
    return body


def old():
    """A sidecar of Istio 1.5: fewer labels, in another order, and no version."""
    body = Body()
    labels = series("destination", FRONTEND, called("catalog"), "http", code="200", policy="mutual_tls")
    known = [label for label in labels if "canonical" not in label and "cluster" not in label]
    known.sort(key=lambda label: label != "response_code")
    body.calls({label: labels[label] for label in known}, 100)
    body.add("envoy_server_uptime", "gauge", {}, 600)
    return body


def main():
    into = Path("fixtures/istio")
    for name, text in {
        "client": agent(client(0)).text(),
        "client-envoy": client(2).text(),
        "server": server().text(),
        "ztunnel": ztunnel().text(open_metrics=True),
        "waypoint": waypoint().text(),
        "sidecar-1.5": old().text(),
    }.items():
        (into / f"{name}.prom").write_text(text)


main()
