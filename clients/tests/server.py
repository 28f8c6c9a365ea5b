"""The server that the clients are tested against, and the deliveries that it sends."""

import http.server
import json
import queue
import re
import subprocess
import threading
import urllib.request


class Server:
    """The binary in an empty folder."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.log = open(folder / "log", "w")
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", folder / "data", "--listen", "127.0.0.1:0", "--metrics-listen", "off"],
            cwd=folder, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.key = None
        for line in self.process.stdout:
            if found := re.match(r"API +(http://\S+)/v0", line):
                self.url = found[1]
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if self.url and self.key:
                return
        raise SystemExit(f"the server did not start: {(folder / 'log').read_text()[-2000:]}")

    def command(self, *words):
        done = subprocess.run([self.binary, *words, "--data-dir", self.folder / "data", "--output", "json"],
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise SystemExit(f"dossier {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout)

    def call(self, method, path, body=None, key=None):
        """A call without either client, for what a test prepares and compares."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode() if body else None,
            {"Api-Key": key or self.key, "Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Receiver:
    """Accepts deliveries, and keeps their headers and bodies."""

    def __init__(self):
        arrived = self.arrived = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                arrived.put({"headers": dict(self.headers), "body": body})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def next(self):
        return self.arrived.get(timeout=30)

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


def deliveries(server):
    """Two deliveries of the server with the keys that signed them: one by a key, one while its successor signs too."""
    receiver = Receiver()
    try:
        first = server.command("keys", "create", "--environment", "sandbox", "--name", "signs")
        webhook = server.call("POST", "/v0/webhooks", {"url": receiver.url, "event_types": ["customer.created"]},
                              first["key"])
        server.call("POST", "/v0/customers", {"email": "before@example.com", "type": "individual"})
        before = receiver.next()
        second = server.command("keys", "roll", first["key_id"])
        server.call("POST", "/v0/customers", {"email": "during@example.com", "type": "corporate"})
        during = receiver.next()
        server.call("POST", f"/v0/webhooks/{webhook['id']}/enable", key=second["key"])
        return {"secret": webhook["secret"], "old_key": first["key"], "new_key": second["key"],
                "before": before, "during": during}
    finally:
        receiver.stop()
