#!/usr/bin/env python3
"""Measures how fast events reach their receivers, and how much deliveries slow down a writer.

    bench/webhooks.py [--events 10000] [--receivers 4]

The receivers are yardsticks: bare handlers that read a request and respond. First, wrk measures their own maximum rate
with the same body. Then a backlog of events is created while they are down. They are started, and the time until
everything is delivered gives a rate, which is shown as a ratio to the maximum. For the first twenty seconds a client
sends PUTs at a steady pace, and its p99 is compared with the same pace without deliveries. Needs wrk, and the results
of `cargo build --profile dist --bin dossier --example yardstick`.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import run as bench

PACE = 0.005
ROUNDS, SECONDS = 5, 4


class Pinger(threading.Thread):
    """PUTs at a steady pace and notes how long each took."""

    def __init__(self, server, customer):
        super().__init__(daemon=True)
        self.server, self.customer, self.took, self.ended = server, customer, [], threading.Event()

    def run(self):
        connection = HTTPConnection("127.0.0.1", self.server.port)
        number = 0
        while not self.ended.is_set():
            number += 1
            body = json.dumps({"most_recent_occupation": f"occupation {number}"})
            began = time.perf_counter()
            connection.request(
                "PUT",
                f"/v0/customers/{self.customer}",
                body,
                {"Api-Key": self.server.key, "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            answer.read()
            self.took.append(time.perf_counter() - began)
            assert answer.status == 200
            time.sleep(PACE)

    def end(self):
        self.ended.set()
        self.join()
        return [value * 1e3 for value in statistics.quantiles(self.took, n=100)]


def paced(server, customer):
    """The median over rounds of each percentile: a disk that hiccups once spoils one round."""
    rounds = []
    for _ in range(ROUNDS):
        pinger = Pinger(server, customer)
        pinger.start()
        time.sleep(SECONDS)
        rounds.append(pinger.end())
    return [statistics.median(column) for column in zip(*rounds)]


def call(server, method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        server.url + path, data, {"Api-Key": server.key, "Content-Type": "application/json"}, method=method
    )
    answer = urllib.request.urlopen(request).read()
    return json.loads(answer) if answer else None


def yardstick(port):
    process = subprocess.Popen(["nice", "-n19", bench.TARGET / "examples/yardstick", f"127.0.0.1:{port}"])
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/x").read()
            return process
        except OSError:
            time.sleep(0.01)


def ceiling(folder, port, body):
    script = folder / "post.lua"
    script.write_text(f"wrk.method='POST'\nwrk.headers['content-type']='application/json'\nwrk.body=[=[{body}]=]\n")
    out = subprocess.run(
        ["wrk", "-t1", "-c16", "-d3s", "-s", script, f"http://127.0.0.1:{port}/hook"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def delivered(metrics):
    text = urllib.request.urlopen(metrics).read().decode()
    found = re.search(r'dossier_webhook_attempts_total\{outcome="delivered"\} (\d+)', text)
    return int(found[1]) if found else 0


class Server(bench.Server):
    """With metrics, and quick retries."""

    def start(self):
        self.metrics_port = bench.free_port()
        began = time.monotonic()
        self.process = subprocess.Popen(
            [
                bench.TARGET / "dossier",
                "serve",
                "--data-dir",
                self.folder / "data",
                "--listen",
                f"127.0.0.1:{self.port}",
                "--metrics-listen",
                f"127.0.0.1:{self.metrics_port}",
            ],
            stdout=subprocess.PIPE,
            stderr=open(self.folder / "log", "a"),
            text=True,
            env={**bench.UNLIMITED, "DOSSIER_WEBHOOK_WAITS": "1s", "DOSSIER_WEBHOOK_GIVE_UP": "1d"},
        )
        for line in self.process.stdout:
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
                break
        return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--receivers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Server(folder)
        server.start()
        ports = [bench.free_port() for _ in range(options.receivers)]
        hooks = [call(server, "POST", "/v0/webhooks", {"url": f"http://127.0.0.1:{port}/hook"}) for port in ports]
        pinged = call(server, "POST", "/v0/customers", {"email": "pinged@example.com", "type": "individual"})[
            "customer_id"
        ]

        # How long a PUT takes when there is nothing to deliver.
        before = paced(server, pinged)

        def one(number):
            """Five events that every receiver is told of."""
            id = call(server, "POST", "/v0/customers", {"email": f"c{number}@example.com", "type": "individual"})[
                "customer_id"
            ]
            call(server, "POST", f"/v0/customers/{id}/kycs")
            for action in (
                "kyc.status.submit",
                "kyc.status.approve",
                "kyc.status.request_resubmission",
                "kyc.status.reject",
            ):
                call(server, "POST", "/v0/customers/simulate", {"action": action, "customer_id": id})

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(one, range(options.events // 5)))
        total = options.events // 5 * 5 * options.receivers
        body = json.dumps(call(server, "GET", f"/v0/customers/{pinged}")) + " " * 600

        # A receiver's rate when it is the only one.
        probe = yardstick(ports[0] + 1 if ports[0] + 1 not in ports else bench.free_port())
        port = int(probe.args[-1].split(":")[1])
        most = ceiling(folder, port, body)
        probe.kill()
        metrics = f"http://127.0.0.1:{server.metrics_port}/metrics"
        assert delivered(metrics) == 0
        receivers = [yardstick(port) for port in ports]
        began = last = time.monotonic()
        after = paced(server, pinged)
        shared = delivered(metrics) / (time.monotonic() - began)
        left = total - delivered(metrics)
        first = time.monotonic()
        while (done := delivered(metrics)) < total:
            if time.monotonic() - last > 5:
                last = time.monotonic()
                print(f"  {done} of {total}", file=sys.stderr)
            assert time.monotonic() - began < 600, "it does not drain"
            time.sleep(0.25)
        took = time.monotonic() - first
        print(f"receiver's own ceiling     {most:8.0f} /s")
        print(f"beside PUTs at a pace      {shared:8.0f} /s   {shared / most:.2f} of the ceiling")
        for percent in (50, 90, 99):
            quiet, busy = before[percent - 1], after[percent - 1]
            print(
                f"PUT p{percent} at that pace       {quiet:8.2f} ms quiet, {busy:.2f} ms beside it   {busy / quiet:.2f}"
            )
        print(f"drained the rest, {left:6d}   {left / took:8.0f} /s   {left / took / most:.2f} of the ceiling")
        for process in receivers:
            process.kill()
        server.stop()


if __name__ == "__main__":
    main()
