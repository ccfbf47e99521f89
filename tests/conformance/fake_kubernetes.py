"""A Kubernetes API of a few read-only resources, enough for what lists and watches them."""

import http.server
import json
import threading
import time
import urllib.parse

# Path of a collection → kind of its items.
KINDS = {
    "/api/v1/pods": ("v1", "Pod"),
    "/api/v1/namespaces": ("v1", "Namespace"),
    "/api/v1/nodes": ("v1", "Node"),
    "/apis/apps/v1/replicasets": ("apps/v1", "ReplicaSet"),
    "/apis/apps/v1/deployments": ("apps/v1", "Deployment"),
    "/apis/apps/v1/statefulsets": ("apps/v1", "StatefulSet"),
    "/apis/apps/v1/daemonsets": ("apps/v1", "DaemonSet"),
    "/apis/batch/v1/jobs": ("batch/v1", "Job"),
}


def kubeconfig(port):
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def serve(port, document):
    class Api(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(url.query))
            if url.path not in KINDS:
                return self.whole(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound"})
            version, kind = KINDS[url.path]
            items = [item for item in document["items"] if item["kind"] == kind]
            if query.get("watch") in ("true", "1"):
                return self.watch(version, kind, items, query)
            return self.whole(200, {"apiVersion": version, "kind": kind + "List", "metadata": {"resourceVersion": "10"}, "items": items})

        def whole(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def watch(self, version, kind, items, query):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if query.get("sendInitialEvents") == "true":
                for item in items:
                    self.event({"type": "ADDED", "object": item})
                end = {"resourceVersion": "10", "annotations": {"k8s.io/initial-events-end": "true"}}
                self.event({"type": "BOOKMARK", "object": {"apiVersion": version, "kind": kind, "metadata": end}})
            # Nothing ever changes.
            time.sleep(3600)

        def event(self, body):
            data = json.dumps(body).encode() + b"\n"
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Api)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
