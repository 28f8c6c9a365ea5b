"""A proxy in front of the server that injects faults.

The first two parts of a path are the name of a scenario and its faults in order, separated by commas: a client with the
base URL `http://127.0.0.1:1234/lost/cut-after,503` first loses a response and then gets a 503. All further requests
pass. The proxy notes what it saw of each scenario.
"""

import collections
import email.utils
import http.client
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse

# Answers that do not come from the server: status, code, and the Retry-After.
REFUSALS = {
    "503": (503, "overloaded", "1"),
    "503-in-20-s": (503, "overloaded", "20"),
    "503-date": (503, "storage_unavailable", None),
    "429": (429, "too_many_requests", "1"),
    "quota": (429, "quota_exceeded", "1"),
}


class Listener(http.server.ThreadingHTTPServer):
    # All scenarios connect at once. With the 5 places of the default, some connections would fail by themselves.
    request_queue_size = 128


class Proxy:
    """Listens on a port of its own."""

    def __init__(self, server_url):
        self.server = urllib.parse.urlsplit(server_url).netloc
        self.seen = collections.defaultdict(list)
        self.lock = threading.Lock()
        handler = type("Handler", (Handler,), {"proxy": self})
        self.http = Listener(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def next_fault(self, scenario, faults, request):
        with self.lock:
            place = len(self.seen[scenario])
            fault = faults[place] if place < len(faults) else "pass"
            self.seen[scenario].append({**request, "fault": fault, "at": time.monotonic()})
            return fault

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        _, scenario, faults, path = self.path.split("/", 3)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding"):
            body = self.read_chunks()
        request = {"method": self.command, "path": path, "key": self.headers.get("Idempotency-Key")}
        fault = self.proxy.next_fault(scenario, faults.split(","), request)
        if fault == "cut-before":
            return self.cut()
        if fault in REFUSALS:
            return self.refuse(*REFUSALS[fault])
        if fault == "502":
            return self.reply(502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>")
        if fault == "200-page":
            return self.reply(200, {"Content-Type": "text/html"}, b"<h1>Sign in to the network</h1>")
        if fault == "302":
            return self.reply(302, {"Location": f"{self.proxy.url}/{scenario}/pass/{path}"}, b"")
        status, headers, answer = self.forward(path, body)
        if fault == "cut-after":
            return self.cut()
        if fault == "500-after":
            return self.refuse(500, "internal_error", None)
        if fault == "cut-middle":
            self.head(status, {**headers, "Content-Length": str(len(answer))})
            self.wfile.write(answer[: len(answer) // 2])
            return self.cut()
        return self.reply(status, headers, answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def read_chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def forward(self, path, body):
        dropped = ("host", "connection", "transfer-encoding", "content-length", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        if self.command not in ("GET", "DELETE"):
            headers["Content-Length"] = str(len(body))
        server = http.client.HTTPConnection(self.proxy.server, timeout=60)
        server.request(self.command, f"/{path}", body or None, headers)
        answer = server.getresponse()
        content = answer.read()
        dropped = ("connection", "transfer-encoding", "content-length")
        return answer.status, {n: v for n, v in answer.getheaders() if n.lower() not in dropped}, content

    def refuse(self, status, code, retry_after):
        if code == "storage_unavailable":
            retry_after = email.utils.formatdate(time.time() + 2, usegmt=True)
        problem = {"type": "about:blank", "title": code, "status": status, "detail": "Injected.", "instance": "urn:x",
                   "code": code, "message": "Injected.", "request_id": "injected"}
        headers = {"Content-Type": "application/problem+json"}
        if retry_after:
            headers["Retry-After"] = retry_after
        self.reply(status, headers, json.dumps(problem).encode())

    def head(self, status, headers):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def reply(self, status, headers, content):
        if status != 204:
            headers = {**headers, "Content-Length": str(len(content))}
        self.head(status, headers)
        self.wfile.write(content)

    def cut(self):
        """Resets the connection, as a crash or a firewall does."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_):
        pass
