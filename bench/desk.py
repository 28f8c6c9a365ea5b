#!/usr/bin/env python3
"""Measures the desk with many customers: the queue's page while cases change, the next case, and the searches.

    bench/desk.py [--engine sqlite|postgres] [--customers 1000000] [--waiting 10000] [--requests 500] [--binary PATH]

Fills a server with customers, of whom some wait for a decision, and signs a member in by a one-time link. Then asks for
pages of the queue, one after the other, while another thread decides cases and submits them again. Prints the median
and the 99th percentile of each page, and fails if the queue's is above 50 ms or a search by name takes more than 3 s.
Needs wrk, and for PostgreSQL its programs.
"""

import argparse
import concurrent.futures
import http.client
import itertools
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse

from run import TARGET, Cluster, Load, Server, bodies

QUEUE_MS, NAME_SECONDS = 50, 3
# As in bench/scale.py. By default it is 128 MiB, which is a small part of the tables.
POSTGRES = ["shared_buffers = 4GB"]
THREADS = 8


class Api:
    """One connection with the first key."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def post(self, path, body=None):
        headers = {"Api-Key": self.server.key, "Content-Type": "application/json"}
        self.connection.request("POST", path, json.dumps(body) if body else None, headers)
        response = self.connection.getresponse()
        response.read()
        assert response.status < 300, (path, response.status)

    def submit(self, customer):
        self.post(f"/v0/customers/{customer}/kycs")
        self.simulate(customer, "submit")

    def simulate(self, customer, step):
        self.post("/v0/customers/simulate", {"action": f"kyc.status.{step}", "customer_id": customer})


class Member:
    """A browser that is signed in at the desk, by a one-time link."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.headers = {"Host": f"localhost:{server.port}", "Sec-Fetch-Site": "same-origin"}
        invited = subprocess.run(
            [
                server.binary,
                "members",
                "invite",
                "--name",
                "Bench",
                "--email",
                "bench@example.com",
                "--role",
                "approver",
                "--data-dir",
                server.folder / "data",
                "--output",
                "json",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        link = urllib.parse.urlsplit(json.loads(invited.stdout)["link"]).path
        _, headers, _ = self.request("POST", link)
        self.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]

    def request(self, method, path, fields=None):
        body = urllib.parse.urlencode(fields or {}) if method == "POST" else None
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        return time.perf_counter() - began, response.headers, (response.status, text)

    def timed(self, method, path, fields=None, expected=200):
        seconds, _, (status, text) = self.request(method, path, fields)
        assert status == expected, (path, status, text[:200])
        return seconds * 1000, len(text)


def fill(server, folder, options):
    load, files = Load(folder, server.key), bodies(folder)
    (folder / "empty").write_text("-\n")
    made = 0
    while made < options.customers:
        seconds = max(1, min(20, (options.customers - made) // 20_000))
        result = load.run(server.url, "post", seconds, folder / "empty", files["new individual"], 64)
        made += result["requests"] - result["status"]
    waiting = [item["customer_id"] for item in itertools.islice(server.customers(), options.waiting)]
    local = threading.local()

    def submit(customer):
        if not hasattr(local, "api"):
            local.api = Api(server)
        local.api.submit(customer)

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(submit, waiting))
    return made, waiting


def change(server, customers, stopped):
    """Rejects customers that wait, and submits them again."""
    api = Api(server)
    for customer in itertools.cycle(customers):
        if stopped.is_set():
            return
        api.simulate(customer, "reject")
        api.submit(customer)
        time.sleep(0.01)


def report(name, times, unit="ms"):
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(
        f"{name:28} median {statistics.median(ordered):8.1f} {unit}   p99 {p99:8.1f} {unit}   ({len(ordered)})",
        flush=True,
    )
    return p99


def measure(server, waiting, options):
    member = Member(server)
    began, _ = member.timed("GET", "/desk/sandbox/queue")
    print(f"{'first page of the queue':28} {began:8.0f} ms", flush=True)
    stopped = threading.Event()
    changing = threading.Thread(target=change, args=(server, waiting, stopped))
    changing.start()
    try:
        pages = [member.timed("GET", "/desk/sandbox/queue") for _ in range(options.requests)]
        filtered = [
            member.timed("GET", "/desk/sandbox/queue?kind=individual&country=GB")[0]
            for _ in range(options.requests // 5)
        ]
        taken = [member.timed("POST", "/desk/sandbox/next", expected=303)[0] for _ in range(options.requests // 10)]
    finally:
        stopped.set()
        changing.join()
    p99 = report("page of the queue", [ms for ms, _ in pages])
    report("filtered by country", filtered)
    report("next case", taken)
    print(f"{'size of a page':28} {max(size for _, size in pages) / 1024:8.1f} KiB before compression", flush=True)
    found = [
        member.timed("POST", "/desk/sandbox/search", {"text": text})[0] for text in ("nobody@example.com", "X1234567")
    ]
    report("search by address, number", found)
    named = [member.timed("POST", "/desk/sandbox/search", {"text": "Nobody Hasthisname"})[0] / 1000 for _ in range(3)]
    slowest = report("search by name", named, "s ")
    return p99 <= QUEUE_MS and slowest <= NAME_SECONDS


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--waiting", type=int, default=10_000)
    arguments.add_argument("--requests", type=int, default=500)
    arguments.add_argument("--binary", type=pathlib.Path, default=TARGET / "dossier")
    options = arguments.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-desk-"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "postgres", settings=POSTGRES) if options.engine == "postgres" else None
    server = Server(folder, cluster and cluster.socket_url, options.binary.resolve())
    try:
        server.start()
        made, waiting = fill(server, folder, options)
        print(f"{made} customers on {options.engine}, of whom {len(waiting)} wait", flush=True)
        if cluster:
            # What autovacuum does some minutes later.
            cluster.sql("VACUUM ANALYZE")
        is_good = measure(server, waiting, options)
    finally:
        server.process.kill()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if is_good else 1)


if __name__ == "__main__":
    main()
