#!/usr/bin/env python3
"""Records what a real Prometheus server stores under metric relabeling, into fixtures/conformance/prometheus_relabel.json.

Every list of rules below meets a few bodies; the server scrapes them over loopback as text/plain and is asked for all series
it then has. Needs `prometheus` (Debian package `prometheus`) and nothing else:

    tests/conformance/record_prometheus_relabel.py
"""

import hashlib
import http.server
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
BODIES = ["conformance/pipelines/scrapes/mesh.prom", "conformance/pipelines/scrapes/labels.prom", "scrapes/grpc-failures-inbound.prom", "scrapes/first-scrape.prom"]
OWN = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"}
# The label that tells the cases apart; no rule touches it.
CASE = "zz_case"
NAME = "__name__"
RULES = {
    "none": [],
    "keep-names": [{"source_labels": [NAME], "regex": "response_total|response_latency_ms.*|tcp_.*", "action": "keep"}],
    "keep-anchored": [{"source_labels": [NAME], "regex": "response", "action": "keep"}],
    "drop-buckets": [{"source_labels": [NAME], "regex": ".*_bucket", "action": "drop"}],
    "drop-some-buckets": [{"source_labels": [NAME, "le"], "regex": "(.*)_bucket;(1|5|\\+Inf)(\\.0)?", "action": "drop"}],
    "keep-inbound": [{"source_labels": ["direction"], "regex": "inbound", "action": "keep"}],
    "drop-empty": [{"source_labels": ["direction"], "regex": "", "action": "drop"}],
    "drop-all": [{"action": "drop"}],
    "labeldrop": [{"regex": "target_.*|srv_.*|authz_.*", "action": "labeldrop"}],
    "labeldrop-le": [{"regex": "le", "action": "labeldrop"}],
    "labeldrop-instance": [{"regex": "instance", "action": "labeldrop"}],
    "labelkeep": [{"regex": f"{NAME}|{CASE}|job|instance|direction|le", "action": "labelkeep"}],
    "labelmap": [{"regex": "srv_(.+)", "replacement": "server_$1", "action": "labelmap"}],
    "labelmap-clash": [{"regex": "direction|tls", "replacement": "both", "action": "labelmap"}],
    "rename": [{"source_labels": [NAME], "regex": "response_(.+)", "target_label": NAME, "replacement": "resp_$1"}],
    "rename-to-one": [{"source_labels": [NAME], "regex": "tcp_.*", "target_label": NAME, "replacement": "tcp"}],
    "constant": [{"target_label": "env", "replacement": "lab"}],
    "default-replacement": [{"source_labels": ["direction"], "target_label": "way"}],
    "delete-by-empty": [{"source_labels": ["direction"], "regex": "in.*", "target_label": "direction", "replacement": ""}],
    "joined": [{"source_labels": ["direction", "tls"], "separator": "/", "regex": "(.*)/(.*)", "target_label": "dt", "replacement": "$2-$1"}],
    "hashmod": [{"source_labels": [NAME, "direction"], "modulus": 4, "target_label": "shard", "action": "hashmod"}, {"source_labels": ["shard"], "regex": "1", "action": "keep"}],
    "case": [{"source_labels": ["direction"], "target_label": "up", "action": "uppercase"}, {"source_labels": [NAME], "target_label": "low", "action": "lowercase"}],
    "equal": [{"source_labels": ["direction"], "target_label": "peer", "action": "keepequal"}],
    "unequal": [{"source_labels": ["job"], "target_label": "instance", "action": "dropequal"}],
    "tmp": [{"source_labels": ["direction"], "target_label": "__tmp"}, {"source_labels": ["__tmp"], "target_label": "kept", "regex": "(in|out).*"}],
    "job": [{"source_labels": ["direction"], "regex": "(.+)", "target_label": "job", "replacement": "$1"}],
    "no-name": [{"source_labels": [NAME], "regex": "process_.*", "target_label": NAME, "replacement": ""}],
    "case-insensitive": [{"source_labels": [NAME], "regex": "(?i)RESPONSE_.*", "action": "keep"}],
    "order": [{"source_labels": [NAME], "regex": "up|tcp_.*", "target_label": "a", "replacement": "1"}, {"source_labels": ["a"], "regex": "1", "action": "drop"}],
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = (FIXTURES / urllib.parse.urlsplit(self.path).path.lstrip("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def ask(server, path, **parameters):
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"http://{server}{path}?{query}", timeout=60) as answer:
        return json.load(answer)["data"]


def configuration(cases, port):
    return {
        "global": {"scrape_interval": "3s", "scrape_timeout": "3s"},
        "scrape_configs": [
            {
                "job_name": case["id"],
                "metrics_path": "/" + case["body"],
                "honor_timestamps": False,
                "metric_relabel_configs": case["rules"],
                "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"job": "mesh", "instance": "pod-1", CASE: case["id"]}}],
            }
            for case in cases
        ],
    }


def series_line(labels):
    escaped = lambda text: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return "{" + ",".join(f'{name}="{escaped(labels[name])}"' for name in sorted(labels)) + "}"


def record(server, cases):
    for _ in range(200):
        time.sleep(0.5)
        try:
            targets = ask(server, "/api/v1/targets")["activeTargets"]
        except OSError:
            continue
        if len(targets) == len(cases) and all(target["health"] != "unknown" for target in targets):
            break
    else:
        raise SystemExit("prometheus did not scrape in 100 s")
    time.sleep(1)
    errors = {target["scrapePool"]: target["lastError"] for target in targets}
    rows = []
    for case in cases:
        found = ask(server, "/api/v1/query", query='{%s="%s"}' % (CASE, case["id"]))["result"]
        lines, names = [], {}
        for row in found:
            labels = {name: value for name, value in row["metric"].items() if name != CASE}
            if labels.get(NAME) not in OWN:
                lines.append(series_line(labels))
                names[labels.get(NAME, "")] = names.get(labels.get(NAME, ""), 0) + 1
        lines.sort(key=str.encode)
        digest = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
        row = {**case, "up": not errors[case["id"]], "error": errors[case["id"]], "count": len(lines), "sha256": digest}
        rows.append({**row, **({"series": lines} if len(lines) < 60 else {"names": dict(sorted(names.items()))})})
    return rows


def main():
    port, server = serve(), f"127.0.0.1:{free_port()}"
    cases = [{"id": f"{name}@{pathlib.Path(body).stem}", "rules": rules, "body": body} for name, rules in RULES.items() for body in BODIES]
    with tempfile.TemporaryDirectory() as scratch:
        config = pathlib.Path(scratch, "prometheus.yml")
        config.write_text(json.dumps(configuration(cases, port)))
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={scratch}/data", f"--web.listen-address={server}", "--log.level=error"]
        )
        try:
            rows = record(server, cases)
            version = ask(server, "/api/v1/status/buildinfo")["version"]
        finally:
            prometheus.terminate()
            prometheus.wait()
    text = f'{{\n "engine": "prometheus",\n "version": {json.dumps(version)},\n "content_type": "text/plain",\n "labels": {{"job": "mesh", "instance": "pod-1"}},\n "cases": [\n'
    text += ",\n".join("  " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows) + "\n ]\n}\n"
    (FIXTURES / "conformance/prometheus_relabel.json").write_text(text)
    print(f"prometheus_relabel.json: {len(rows)} cases, {len(text.encode())} bytes")


main()
