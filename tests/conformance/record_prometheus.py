#!/usr/bin/env python3
"""Records what a real Prometheus server makes of fixtures/scrapes, into fixtures/prometheus/series.json.

Serves every plain scrape over loopback as text/plain, as the proxy does, lets a Prometheus of its own scrape
each of them, and asks it how many series each metric name has. Needs `prometheus` (Debian package
`prometheus`) and nothing else:

    tests/conformance/record_prometheus.py
"""

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
# What Prometheus adds to each target on its own.
OWN = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
}


def bodies():
    found = sorted((ROOT / "fixtures/scrapes").glob("*.prom"))
    found += sorted((ROOT / "fixtures/prometheus/lines").glob("*.prom"))
    return {str(path.relative_to(ROOT / "fixtures")): path.read_bytes() for path in found}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(scrapes):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = scrapes[self.path.lstrip("/")]
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


def configuration(scrapes, port):
    jobs = [
        {
            "job_name": name,
            "metrics_path": "/" + name,
            # Labels of the scrape win over labels of the target, so that no label is renamed.
            "honor_labels": True,
            # Samples keep their place: an old timestamp would be outside what the head accepts.
            "honor_timestamps": False,
            "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
        }
        for name in scrapes
    ]
    timing = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    return {"global": timing, "scrape_configs": jobs}


def ask(server, path, **parameters):
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"http://{server}{path}?{query}", timeout=10) as answer:
        return json.load(answer)["data"]


def instant(server, expression):
    return ask(server, "/api/v1/query", query=expression)["result"]


def wait_until_scraped(server, count):
    for _ in range(100):
        time.sleep(0.3)
        try:
            targets = ask(server, "/api/v1/targets")["activeTargets"]
        except OSError:
            continue
        # Twice, so that the series of the first scrape can be queried.
        if len(targets) == count and all(t["health"] != "unknown" for t in targets):
            time.sleep(2.5)
            return ask(server, "/api/v1/targets")["activeTargets"]
    raise SystemExit("prometheus did not scrape in 30 s")


def record(server, scrapes):
    targets = wait_until_scraped(server, len(scrapes))
    errors = {target["scrapePool"]: target["lastError"] for target in targets}
    recorded = {}
    for name in scrapes:
        # By job as Prometheus stamps it; a scrape that brings a job label of its own would be lost here.
        selector = '{__name__!="",job="%s"}' % name
        counts = instant(server, f"count by (__name__) ({selector})")
        series = {row["metric"]["__name__"]: int(row["value"][1]) for row in counts}
        recorded[name] = {
            "up": not errors[name],
            "error": errors[name],
            "series": {key: series[key] for key in sorted(series.keys() - OWN)},
        }
    return recorded


def main():
    scrapes = bodies()
    port = free_port()
    server = f"127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as scratch:
        config = pathlib.Path(scratch, "prometheus.yml")
        config.write_text(json.dumps(configuration(scrapes, serve(scrapes))))
        prometheus = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={scratch}/data",
                f"--web.listen-address={server}",
                "--log.level=error",
            ]
        )
        try:
            recorded = record(server, scrapes)
            version = ask(server, "/api/v1/status/buildinfo")["version"]
        finally:
            prometheus.terminate()
            prometheus.wait()
    document = {
        "engine": "prometheus",
        "version": version,
        "content_type": "text/plain",
        "scrapes": recorded,
    }
    out = ROOT / "fixtures/prometheus/series.json"
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    for name, scrape in recorded.items():
        print(f"{name}: up={scrape['up']} {sum(scrape['series'].values())} series {scrape['error']}")


main()
