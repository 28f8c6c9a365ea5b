#!/usr/bin/env python3
"""Proves that no event is lost on its way, by breaking everything on the way.

    proofs/webhooks.py [--events 1000] [--kills 20] [--listen-kills 50] [--binary PATH]

Three proofs:

  deliveries  Receivers misbehave in every way that a socket allows: refused, reset before, during and after the
              request, silence, one byte a second, an endless response, redirects, 4xx, 5xx, every kind of Retry-After,
              TLS certificates that are expired, for another name or from an unknown issuer, and names that do not
              resolve. Then they behave. In the meantime the server is killed again and again. Afterwards every receiver
              has accepted every committed event, repetitions carry the same webhook-id and the same bytes, and the
              order of each customer held.
  signatures  Python's hmac and Node's crypto (if Node is installed) verify both signatures of what was received: the
              contract's and that of Standard Webhooks.
  listen      `dossier listen`, the server and the receiver are killed in turn: no event is lost, and the order holds.
"""

import argparse
import base64
import collections
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

from postgres import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
# One key asks for more than a key may.
os.environ.update(DOSSIER_RATE_PER_KEY="off", DOSSIER_RATE_PER_ACCOUNT="off")
TYPES = ["customer.created", "customer.updated", "customer.kycs.updated"]


class Dossier:
    """The server under test, killed and started again."""

    def __init__(self, binary, folder, certificates):
        self.binary, self.folder, self.port, self.key = binary, folder, free_port(), None
        self.environment = dict(
            os.environ, DOSSIER_WEBHOOK_WAITS="50ms, 100ms, 200ms, 400ms", DOSSIER_WEBHOOK_GIVE_UP="1d"
        )
        if certificates:
            self.environment["SSL_CERT_FILE"] = str(certificates)

    def start(self):
        self.process = subprocess.Popen(
            [
                self.binary,
                "serve",
                "--data-dir",
                self.folder / "data",
                "--listen",
                f"127.0.0.1:{self.port}",
                "--metrics-listen",
                "off",
                "--log-level",
                "error",
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        for line in self.process.stdout:
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if line.startswith("Data") and self.key or line.startswith("Sandbox"):
                break
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        data = json.dumps(body) if body is not None else None
        connection.request(method, path, data, {"Api-Key": self.key, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise ValueError(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def patiently(self, method, path, body=None):
        """Until it is answered; what was not answered may have happened. Repeating is safe for what is done here."""
        while True:
            try:
                return self.call(method, path, body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)


class Receiver:
    """Speaks raw HTTP. `tantrum` is asked for every request until it answers None, from when on it takes."""

    def __init__(self, name, tantrum=None, times=3, context=None, good=None):
        self.name, self.tantrum, self.times, self.context, self.good = name, tantrum, times, context, good
        self.taken, self.lock, self.number, self.trusted_bad = [], threading.Lock(), 0, False
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self.port}/hook"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def next(self):
        with self.lock:
            self.number += 1
            return self.tantrum if self.number <= self.times else None

    def serve(self, connection):
        try:
            if self.context:
                bad = self.next() == "tls"
                context = self.context if bad else self.good
                connection = context.wrap_socket(connection, server_side=True)
                # A handshake with a certificate that must not be trusted never comes this far.
                self.trusted_bad |= bad
            reader = connection.makefile("rb")
            while True:
                tantrum = self.next() if not self.context else None
                if tantrum == "slam":
                    return reset(connection)
                head = reader.readline()
                if not head:
                    return
                headers = {}
                while line := reader.readline().decode().strip():
                    name, value = line.split(": ", 1)
                    headers[name.lower()] = value
                if tantrum == "cut":
                    return reset(connection)
                body = reader.read(int(headers["content-length"]))
                if tantrum == "reset":
                    return reset(connection)
                if tantrum == "silence":
                    return time.sleep(12)
                if tantrum == "garbage":
                    return connection.sendall(b"I am no server\r\n\r\n")
                if tantrum and tantrum.startswith("HTTP"):
                    connection.sendall(tantrum.encode())
                    continue
                with self.lock:
                    self.taken.append((headers, body))
                if tantrum == "trickle":
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n")
                    for _ in range(3):
                        connection.sendall(b"x")
                        time.sleep(1)
                    return
                if tantrum == "endless":
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
                    while True:
                        connection.sendall(b"x" * 65536)
                if tantrum == "short":
                    return connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer(line, *headers):
    return "\r\n".join([f"HTTP/1.1 {line}", "content-length: 0", *headers, "", ""])


TANTRUMS = {
    "reset before the request": "slam",
    "reset in the request": "cut",
    "reset after the request": "reset",
    "no HTTP": "garbage",
    "a byte a second": "trickle",
    "an endless answer": "endless",
    "a wrong length": "short",
    "301 to a private address": answer("301 Moved", "location: http://10.0.0.1/"),
    "302 in a circle": answer("302 Found", "location: /hook"),
    "400": answer("400 No"),
    "401": answer("401 No"),
    "404": answer("404 No"),
    "500": answer("500 No"),
    "503": answer("503 No"),
    "429": answer("429 No", "retry-after: 1"),
    "429 with a date": answer("429 No", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT"),
    "429 in the past": answer("429 No", "retry-after: -7"),
    "429 in ten years": answer("429 No", "retry-after: 315360000"),
    "silence": "silence",
}


def certificates(folder):
    """An authority that the server trusts, and three certificates: a good one, an expired one, one of another name."""

    def run(*command):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)

    run(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=proof",
        "-days",
        "2",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    made = {}
    for name, host, days in (
        ("good", "localhost", "2"),
        ("other", "elsewhere.example", "2"),
        ("expired", "localhost", "0"),
    ):
        run(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={host}",
        )
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\nextendedKeyUsage=serverAuth\n")
        run(
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            f"{name}.pem",
            "-days",
            days,
            "-extfile",
            f"{name}.ext",
        )
        made[name] = context(folder / f"{name}.pem", folder / f"{name}.key")
    run(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "self.key",
        "-out",
        "self.pem",
        "-subj",
        "/CN=localhost",
        "-days",
        "2",
        "-addext",
        "subjectAltName=DNS:localhost",
    )
    made["self-signed"] = context(folder / "self.pem", folder / "self.key")
    time.sleep(1)
    return folder / "ca.pem", made


def context(certificate, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


def produce(dossier, customers, events, told):
    """Changes customers until so many events were committed; every PUT sets what was never set before."""
    number = 0
    while len(told) < events:
        number += 1
        id = customers[number % len(customers)]
        dossier.patiently("PUT", f"/v0/customers/{id}", {"most_recent_occupation": f"n{number}"})
        told.append(number)


def all_events(dossier):
    events, after = [], ""
    while True:
        page = dossier.patiently("GET", f"/v0/events?limit=1000{after}")
        if not page["items"]:
            return events
        events += page["items"]
        after = "&after=" + page["next_after"]


def check_order(name, ids):
    last = collections.defaultdict(int)
    for id in ids:
        customer, number = id[4:].rsplit("_", 1)
        # A repeat is the last one again, never an earlier one.
        assert int(number) in (last[customer], last[customer] + 1), (
            f"{name}: {customer} {number} after {last[customer]}"
        )
        last[customer] = int(number)


def deliveries(binary, folder, events, kills):
    authority, tls = certificates(folder)
    dossier = Dossier(binary, folder, authority)
    dossier.start()
    # An account has 16 endpoints at most, so the receivers share two accounts' worth of runs.
    groups = [dict(list(TANTRUMS.items())[:12]), dict(list(TANTRUMS.items())[12:])]
    received = []
    for round, group in enumerate(groups):
        receivers = [Receiver(name, tantrum, 2 if tantrum == "silence" else 4) for name, tantrum in group.items()]
        good = Receiver("one that behaves")
        receivers.append(good)
        if round == 1:
            receivers += [
                Receiver(f"TLS {name}", "tls", 4, tls[name], tls["good"])
                for name in ("expired", "other", "self-signed")
            ]
        hooks = {
            one.name: dossier.call("POST", "/v0/webhooks", {"url": one.url, "event_types": TYPES}) for one in receivers
        }
        unresolved = dossier.call("POST", "/v0/webhooks", {"url": "http://nothing.invalid/hook", "event_types": TYPES})
        down = free_port()
        refused = dossier.call("POST", "/v0/webhooks", {"url": f"http://127.0.0.1:{down}/hook", "event_types": TYPES})
        customers = [
            dossier.call("POST", "/v0/customers", {"email": f"r{round}c{n}@example.com", "type": "individual"})[
                "customer_id"
            ]
            for n in range(25)
        ]
        told = []
        producer = threading.Thread(target=produce, args=(dossier, customers, events // 2 - 25, told))
        producer.start()
        for _ in range(kills // 2):
            time.sleep(random.uniform(0.2, 1.0))
            dossier.kill()
            dossier.start()
        producer.join()
        wanted = {event["id"] for event in all_events(dossier) if event["entity_id"] in customers}
        assert len(wanted) >= events // 2, len(wanted)
        deadline = time.monotonic() + 300
        for one in receivers:
            while not wanted <= {headers["webhook-id"] for headers, _ in one.taken}:
                assert time.monotonic() < deadline, (
                    f"{one.name}: {len(wanted - {h['webhook-id'] for h, _ in one.taken})} of {len(wanted)} never came"
                )
                time.sleep(0.1)
            assert not one.trusted_bad, f"{one.name}: it was trusted"
            bodies = {}
            for headers, body in one.taken:
                assert bodies.setdefault(headers["webhook-id"], body) == body, f"{one.name}: a repeat has other bytes"
            check_order(one.name, [headers["webhook-id"] for headers, _ in one.taken])
            repeats = len(one.taken) - len(bodies)
            print(f"  {one.name:28} {len(wanted)} events, 0 lost, {repeats} repeated")
        # Of a private address, such as this machine's, the log says no more.
        for hook, word in ((unresolved, "connection"), (refused, "not delivered")):
            log = dossier.call("GET", f"/v0/webhooks/{hook['id']}/deliveries?limit=1000")["items"]
            assert any(one["last_answer"] == word for one in log) and all(one["state"] == "pending" for one in log), (
                log[:2]
            )
        received += [(headers, body, hooks[good.name]["secret"], dossier.key) for headers, body in good.taken]
        for hook in [*hooks.values(), unresolved, refused]:
            dossier.call("DELETE", f"/v0/webhooks/{hook['id']}")
    verified = subprocess.run(
        [binary, "audit", "verify", "--data-dir", folder / "data"], capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout
    dossier.kill()
    return received


def signatures(received):
    for headers, body, secret, key in received:
        expected = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(expected, headers["x-hmac-signature"])
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    print(f"  {len(received)} bodies verified with Python's hmac, both signatures")
    if not shutil.which("node"):
        return print("  there is no Node here; its crypto was not asked")
    script = """
        const { createHmac } = require("crypto");
        const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n").map(JSON.parse);
        for (const { key, body, secret, id, time, contract, standard } of lines) {
            const bytes = Buffer.from(body, "base64");
            if (createHmac("sha256", key).update(bytes).digest("hex") !== contract) throw new Error("contract");
            const own = Buffer.from(secret.slice(6), "base64");
            const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), bytes]);
            const expected = "v1," + createHmac("sha256", own).update(signed).digest("base64");
            if (expected !== standard) throw new Error("standard");
        }
        console.log(lines.length);"""
    lines = "\n".join(
        json.dumps(
            {
                "key": key,
                "secret": secret,
                "body": base64.b64encode(body).decode(),
                "id": headers["webhook-id"],
                "time": headers["webhook-timestamp"],
                "contract": headers["x-hmac-signature"],
                "standard": headers["webhook-signature"],
            }
        )
        for headers, body, secret, key in received
    )
    said = subprocess.run(["node", "-e", script], input=lines, capture_output=True, text=True, check=True).stdout
    assert int(said) == len(received)
    print(f"  {len(received)} bodies verified with Node's crypto, both signatures")


def listen(binary, folder, kills):
    dossier = Dossier(binary, folder, None)
    dossier.start()
    receiver = {"up": Receiver("listen")}
    taken = []

    def forward():
        return subprocess.Popen(
            [
                binary,
                "listen",
                "--data-dir",
                folder / "data",
                "--api",
                f"http://127.0.0.1:{dossier.port}",
                "--forward-to",
                f"http://127.0.0.1:{receiver['up'].port}/hook",
                "--from-start",
            ],
            env=dict(os.environ, DOSSIER_API_KEY=dossier.key),
            stdout=subprocess.DEVNULL,
        )

    process = forward()
    customers = [
        dossier.call("POST", "/v0/customers", {"email": f"l{n}@example.com", "type": "individual"})["customer_id"]
        for n in range(5)
    ]
    told, events = [], kills * 8
    producer = threading.Thread(target=produce, args=(dossier, customers, events, told))
    producer.start()
    for kill in range(kills):
        time.sleep(random.uniform(0.05, 0.3))
        if kill % 2:
            dossier.kill()
            dossier.start()
        else:
            process.kill()
            process.wait()
            if kill % 4 == 2:
                # The receiver moves away, with all that it took, and another takes its place.
                taken += receiver["up"].taken
                receiver["up"].socket.close()
                receiver["up"] = Receiver("listen")
            process = forward()
    producer.join()
    wanted = [event["id"] for event in all_events(dossier)]
    deadline = time.monotonic() + 120
    while True:
        got = [headers["webhook-id"] for headers, _ in taken + receiver["up"].taken]
        if set(wanted) <= set(got):
            break
        assert process.poll() is None, "it ended"
        assert time.monotonic() < deadline, f"{len(set(wanted) - set(got))} of {len(wanted)} never came"
        time.sleep(0.1)
    first = list(dict.fromkeys(got))
    for customer in customers:
        numbers = [int(id.rsplit("_", 1)[1]) for id in first if id[4:].startswith(customer.replace("-", ""))]
        assert numbers == sorted(numbers), "order"
    for headers, body in taken + receiver["up"].taken:
        assert headers["x-hmac-signature"] == hmac.new(dossier.key.encode(), body, hashlib.sha256).hexdigest()
    # Not SIGINT: who is started in the background may have been told to ignore it.
    process.terminate()
    process.wait()
    dossier.kill()
    print(f"  listen: {kills} kills, {len(wanted)} events, 0 lost, {len(got) - len(first)} repeated")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--listen-kills", type=int, default=50)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/dist/dossier")
    options = parser.parse_args()
    binary = options.binary.resolve()
    with tempfile.TemporaryDirectory() as name:
        received = deliveries(binary, pathlib.Path(name), options.events, options.kills)
        signatures(received)
    with tempfile.TemporaryDirectory() as name:
        listen(binary, pathlib.Path(name), options.listen_kills)


if __name__ == "__main__":
    main()
