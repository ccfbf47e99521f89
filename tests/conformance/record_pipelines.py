#!/usr/bin/env python3
"""Records which series whole Collector configs send, into fixtures/conformance/pipelines/answers/RELEASE.

Every config of fixtures/conformance/pipelines/configs is run by the Collector of each release, in a network
namespace of its own where the scraped targets, the receiving endpoint and a Kubernetes API have fixed addresses.
README.md tells how to build the Collectors first. Needs root (for the namespaces) and nothing but Python:

    tests/conformance/record_pipelines.py COLLECTORS_DIR [--release 0.156.0] [--jobs 3] [CONFIG...]

A config says in its first lines, as comments, what it wants:

    # targets: 14001 mesh.prom mesh-later.prom !     the bodies of the first, second … scrape; `!` answers with 500,
                                                   a last `*` lets every later scrape have the last body again
    # wait: 5                                        seconds to go on after the last scrape (2)
    # environment: NAME=VALUE                        for the Collector
    # read: http://127.0.0.1:8889/metrics            asked at the end; its body is the answer's `exposition`
"""

import argparse
import concurrent.futures
import fcntl
import hashlib
import http.server
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import fake_kubernetes

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "fixtures/conformance/pipelines"
STALE = struct.pack("<Q", 0x7FF0000000000002)
SYNTHETIC = ["up", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"]


# What comes in: a remote write request is a snappy block around a small protobuf message.


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def unsnapped(data):
    _, at = varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        kind = tag & 3
        if kind == 0:
            size = tag >> 2
            if size >= 60:
                more = size - 59
                size = int.from_bytes(data[at : at + more], "little")
                at += more
            out += data[at : at + size + 1]
            at += size + 1
            continue
        if kind == 1:
            size, back = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
            at += 1
        else:
            width = 2 if kind == 2 else 4
            size, back = (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")
            at += width
        for _ in range(size):
            out.append(out[-back])
    return bytes(out)


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            value, at = data[at : at + 4], at + 4
        yield key >> 3, value


def write_request(data):
    """Series with their samples, in the order sent: ({name: value}, [(bits, milliseconds)])."""
    for number, series in fields(data):
        if number != 1:
            continue
        labels, samples = {}, []
        for part, value in fields(series):
            if part == 1:
                pair = dict(fields(value))
                labels[pair.get(1, b"").decode()] = pair.get(2, b"").decode()
            elif part == 2:
                pair = dict(fields(value))
                samples.append((pair.get(1, bytes(8)), pair.get(2, 0)))
            elif part == 4:
                samples.append(("native histogram", 0))
        yield labels, samples


def printed(bits):
    if bits == STALE:
        return "stale"
    return bits if isinstance(bits, str) else repr(struct.unpack("<d", bits)[0])


# The world around one Collector.


class World:
    def __init__(self, config):
        self.config = config
        text = config.read_text()
        self.targets, self.wait, self.environment, self.read, self.again = {}, 2.0, {}, None, False
        for key, value in re.findall(r"^# (targets|wait|environment|read): (.*)$", text, re.M):
            if key == "targets":
                port, *bodies = value.split()
                self.again = self.again or bodies[-1] == "*"
                self.targets[int(port)] = [body for body in bodies if body != "*"]
            elif key == "wait":
                self.wait = float(value)
            elif key == "environment":
                name, _, what = value.partition("=")
                self.environment[name] = what
            else:
                self.read = value
        self.scrapes = dict.fromkeys(self.targets, 0)
        self.received = []
        self.last = time.monotonic()
        self.lock = threading.Lock()

    def body(self, port):
        with self.lock:
            number = self.scrapes[port]
            if number >= len(self.targets[port]):
                return self.targets[port][-1] if self.again else None
            self.scrapes[port] += 1
            self.last = time.monotonic()
            return self.targets[port][number]

    def done(self):
        with self.lock:
            if any(self.scrapes[port] < len(bodies) for port, bodies in self.targets.items()):
                return False
            return time.monotonic() - self.last > self.wait


def serve(port, handler, address="127.0.0.1"):
    server = http.server.ThreadingHTTPServer((address, port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", content_type="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def target(world, port):
    class Target(Quiet):
        def do_GET(self):
            name = world.body(port)
            if name is None:
                # A scrape more than was asked for: it never gets an answer.
                time.sleep(3600)
            elif name == "!":
                self.answer(500)
            else:
                self.answer(200, (BASE / "scrapes" / name).read_bytes())

    return Target


def receiver(world):
    class Receiver(Quiet):
        def do_POST(self):
            data = self.rfile.read(int(self.headers["Content-Length"]))
            with world.lock:
                # Where scraping goes on, so does what is received.
                if not world.again:
                    world.last = time.monotonic()
                if self.path.startswith("/api/v1/push"):
                    world.received.extend(write_request(unsnapped(data)))
            self.answer(200)

    return Receiver


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh", b"lo", 0x1 | 0x40)
        fcntl.ioctl(control, 0x8914, request)


def run(collector, world, scratch):
    for port in world.targets:
        serve(port, target(world, port))
    serve(9009, receiver(world))
    fake_kubernetes.serve(16443, json.loads((BASE / "pods.json").read_text()))
    pathlib.Path(scratch, "kubeconfig").write_text(fake_kubernetes.kubeconfig(16443))
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "KUBECONFIG": f"{scratch}/kubeconfig",
        "OUT": f"{scratch}/out.json",
        # One core's worth of collector: several run side by side.
        "GOMAXPROCS": "2",
        **world.environment,
    }
    log = pathlib.Path(scratch, "log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(collector), "--config", str(world.config), "--set=service::telemetry::logs::encoding=json"],
            env=environment,
            cwd=scratch,
            stdout=out,
            stderr=out,
        )
        exposition = None
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and process.poll() is None and not world.done():
            time.sleep(0.1)
        accepted = process.poll() is None
        finished = world.done()
        if accepted and world.read:
            exposition = urllib.request.urlopen(world.read, timeout=5).read().decode()
        process.kill()
        process.wait()
    return accepted, finished, log.read_text(errors="replace"), exposition


# What goes out.


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def series_line(labels):
    return "{" + ",".join(f'{name}="{escaped(labels[name])}"' for name in sorted(labels)) + "}"


def digest(lines):
    return hashlib.sha256("".join(line + "\n" for line in sorted(lines, key=str.encode)).encode()).hexdigest()


def summary(world):
    rows, synthetic = {}, {}
    addresses = {f"127.0.0.1:{port}" for port in world.targets}
    for labels, samples in world.received:
        rows.setdefault(series_line(labels), (labels, []))[1].extend((at, printed(bits)) for bits, at in samples)
    for _, values in rows.values():
        # Points of one scrape that ended as one series come in the order of a Go map.
        values.sort()
        values[:] = [value for _, value in values]
        if world.again:
            # How often was the question of when it was stopped.
            values[:] = dict.fromkeys(values)
    sets = sorted({tuple(sorted({name for labels, _ in rows.values() if labels.get("__name__") == metric for name in labels}))
                   for metric in {labels.get("__name__", "") for labels, _ in rows.values()}})
    metrics, by_target = {}, {}
    for key in sorted(rows, key=str.encode):
        labels, values = rows[key]
        metrics.setdefault(labels.get("__name__", ""), []).append((key, labels, values))
        where = labels.get("instance", "")
        where = where if where in addresses else (f"instance={where}" if where else "(no target)")
        by_target.setdefault(where, []).append((key, labels))
        name = labels.get("__name__")
        if name in SYNTHETIC:
            synthetic.setdefault(name, {}).setdefault(where, []).extend(values)
    overall = {
        "metric_names": len(metrics),
        "series": len(rows),
        "samples": sum(len(values) for _, values in rows.values()),
        "sha256": digest(rows),
        "label_sets": [list(each) for each in sets],
        "metrics": {
            name: {
                "series": len(found),
                **({"samples": sum(len(v) for *_, v in found)} if sum(len(v) for *_, v in found) != len(found) else {}),
                "labels": sets.index(tuple(sorted({label for _, labels, _ in found for label in labels}))),
                "sha256": digest(key for key, *_ in found),
            }
            for name, found in sorted(metrics.items())
        },
    }
    per_target = {
        where: {
            "metric_names": len({labels.get("__name__") for _, labels in found}),
            "series": len(found),
            "sha256": digest(key for key, _ in found),
        }
        for where, found in sorted(by_target.items())
    }
    return {
        "overall": overall,
        "per_target": per_target,
        "target_info": [rows[key][0] for key in sorted(rows, key=str.encode) if rows[key][0].get("__name__") == "target_info"],
        "synthetic": dict(sorted(synthetic.items())),
        "series": [{"labels": dict(sorted(rows[key][0].items())), "values": rows[key][1]} for key in sorted(rows, key=str.encode)
                   if not rows[key][0].get("__name__", "").endswith("scrape_duration_seconds")],
    }


def timeless(payloads):
    """OTLP with `T0`, `T1` … for its times in their order, and no duration of a scrape; sorted, for it follows Go maps."""
    times = set()

    def walk(value, change):
        if isinstance(value, list):
            for each in value:
                walk(each, change)
        elif isinstance(value, dict):
            if value.get("name") == "scrape_duration_seconds":
                for point in value["gauge"]["dataPoints"]:
                    point["asDouble"] = 0
            for key, each in value.items():
                if key in ("timeUnixNano", "startTimeUnixNano"):
                    if change and each != "0":
                        value[key] = names[each]
                    times.add(each)
                else:
                    walk(each, change)

    walk(payloads, False)
    names = {each: f"T{number}" for number, each in enumerate(sorted(times - {"0"}, key=int))}
    walk(payloads, True)
    for payload in payloads:
        for resource in payload.get("resourceMetrics", []):
            for scope in resource["scopeMetrics"]:
                scope["metrics"].sort(key=lambda metric: metric["name"])
                for metric in scope["metrics"]:
                    for kind in ("gauge", "sum", "histogram", "summary"):
                        metric.get(kind, {}).get("dataPoints", []).sort(key=json.dumps)
            resource["scopeMetrics"].sort(key=json.dumps)
        payload.get("resourceMetrics", []).sort(key=lambda resource: json.dumps(resource["resource"]))
    return payloads


def page(text):
    """The page's families in their order, the samples of each sorted, for they follow a Go map; no duration of a scrape."""
    families = [[]]
    for line in text.splitlines():
        if line.startswith("# HELP"):
            families.append([])
        if "scrape_duration_seconds{" not in line:
            families[-1].append(line)
    return [line for family in families for line in sorted(family, key=lambda line: (not line.startswith("#"), line if line[0] != "#" else ""))]


def messages(log):
    """Distinct warnings and errors of the log, without times and stack traces."""
    found = {}
    for text in log.splitlines():
        try:
            entry = json.loads(text)
        except ValueError:
            continue
        if entry.get("level") not in ("warn", "error"):
            continue
        where = entry.get("otelcol.component.id") or entry.get("name") or ""
        made = {"level": entry["level"], "message": entry.get("msg", ""), "component": where}
        if words := entry.get("error") or entry.get("err"):
            made["error"] = str(words)[:400]
        found.setdefault(json.dumps(made, sort_keys=True), made)
    return [found[key] for key in sorted(found)]


def clean(text, scratch):
    text = re.sub(r"^\d{4}[-/]\S+( \d\d:\d\d:\d\d)?\s*", "", text.strip())
    return text.replace(scratch, "").replace(str(BASE), "")


def one(collector, release, config):
    """Runs in the namespace."""
    loopback_up()
    subprocess.run(["hostname", "recorder"], check=True)
    world = World(config)
    with tempfile.TemporaryDirectory() as scratch:
        accepted, finished, log, exposition = run(collector, world, scratch)
        out = pathlib.Path(scratch, "out.json")
        exported = out.read_text() if out.exists() else None
        answer = {
            "collector": release,
            "config": config.name,
            "config_sha256": hashlib.sha256(config.read_bytes()).hexdigest(),
            "targets": {
                f"127.0.0.1:{port}": [
                    {"body": body, **({"sha256": hashlib.sha256((BASE / "scrapes" / body).read_bytes()).hexdigest()} if body != "!" else {})}
                    for body in bodies
                ]
                for port, bodies in sorted(world.targets.items())
            },
        }
        if not accepted:
            words = [clean(each, scratch) for each in log.splitlines() if not each.startswith("{")]
            answer["startup"] = {"accepted": False, "error": [each for each in words if each]}
            return answer
        if not finished:
            raise SystemExit(f"{config.name} at {release}: targets not scraped in time: {log[-3000:]}")
        answer["startup"] = {"accepted": True, "messages": messages(log.replace(scratch, ""))}
        answer["scrapes"] = {f"127.0.0.1:{port}": world.scrapes[port] for port in sorted(world.targets)}
        answer.update(summary(world))
        if exposition is not None:
            answer["exposition"] = page(exposition)
        if exported is not None:
            answer["otlp"] = timeless([json.loads(each) for each in exported.splitlines()])
        return answer


def tidy(answer):
    """One fact a line: the top two levels open, everything below them closed."""
    out = []
    for key, value in answer.items():
        if isinstance(value, list) and value:
            inner = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in value)
            out.append(f" {json.dumps(key)}: [\n{inner}\n ]")
        elif isinstance(value, dict) and value:
            inner = ",\n".join(f"  {json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in value.items())
            out.append(f" {json.dumps(key)}: {{\n{inner}\n }}")
        else:
            out.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(out) + "\n}\n"


def record(arguments, release, config):
    command = ["unshare", "--net", "--uts", sys.executable, __file__, str(arguments.collectors), "--one", "--release", release, str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"{release} {config.name}: FAILED {done.stderr[-1500:]}"
    out = BASE / "answers" / release / (config.stem + ".json")
    answer = json.loads(done.stdout)
    # Says nothing about the release: this build of it lacks the component.
    if "unknown type" in " ".join(answer["startup"].get("error", [])):
        return f"{release} {config.name}: not asked, the component is not built in"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(done.stdout)
    if not answer["startup"]["accepted"]:
        return f"{release} {config.name}: refused: {' '.join(answer['startup']['error'])[:200]}"
    return f"{release} {config.name}: {answer['overall']['series']} series, {answer['overall']['samples']} samples"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("collectors", type=pathlib.Path)
    parser.add_argument("--release", action="append")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--one", action="store_true")
    parser.add_argument("configs", nargs="*", type=pathlib.Path)
    arguments = parser.parse_intermixed_args()
    if arguments.one:
        release, config = arguments.release[0], arguments.configs[0]
        print(tidy(one(arguments.collectors / f"otelcol-{release}", release, config)), end="", flush=True)
        os._exit(0)
    configs = [path.resolve() for path in arguments.configs] or sorted((BASE / "configs").glob("*.yaml"))
    work = [(release, config) for release in arguments.release or ["0.156.0", "0.118.0"] for config in configs]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for line in pool.map(lambda each: record(arguments, *each), work):
            print(line, flush=True)


if __name__ == "__main__":
    main()
