#!/usr/bin/env python3
"""Measures Dossier and the yardstick side by side, in interleaved rounds, and prints ratios.

    bench/run.py [--engine sqlite|postgres] [--rounds 5] [--seconds 3] [--customers 20000] [--floor 0.6]
        [--only PUT,GET]

With --floor F the run fails if a measure is below F times its goal. Needs wrk, and the results of
`cargo build --profile dist --bin dossier --example yardstick`. Everything runs on loopback, in a temporary folder that
is removed at the end.
"""

import argparse
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "proofs"))
import evidence  # noqa: E402
from postgres import Cluster, free_port  # noqa: E402

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "dist"
YARDSTICK = TARGET / "examples/yardstick"
EXAMPLES = ROOT / "crates/server/assets/examples"
CONNECTIONS = 64


# One key asks for all that there is.
UNLIMITED = {"DOSSIER_RATE_PER_KEY": "off", "DOSSIER_RATE_PER_ACCOUNT": "off"}


class Server:
    """A dossier server on a data folder."""

    def __init__(self, folder, database=None, binary=TARGET / "dossier", settings=None):
        self.folder, self.port, self.database, self.binary = folder, free_port(), database, binary
        self.environment = {**os.environ, **UNLIMITED, **(settings or {})}
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = None
        self.process = None

    def start(self):
        began = time.monotonic()
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
                *(["--database", self.database] if self.database else []),
            ],
            stdout=subprocess.PIPE,
            stderr=open(self.folder / "log", "a"),
            text=True,
            env=self.environment,
        )
        for line in self.process.stdout:
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if self.key and line.startswith(("Data", "Sandbox")):
                break
        while True:
            try:
                urllib.request.urlopen(self.url + "/readyz").read()
                return time.monotonic() - began
            except OSError:
                assert self.process.poll() is None, "the server has ended"
                time.sleep(0.002)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0

    def rss_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Api-Key": self.key})
        return json.load(urllib.request.urlopen(request))

    def customers(self):
        """What the list shows of each, the newest first."""
        cursor = ""
        while cursor is not None:
            page = self.get(f"/v0/customers?limit=1000{cursor}")
            yield from page["items"]
            cursor = page["next_cursor"] and "&cursor=" + page["next_cursor"]


class Load:
    """wrk with one of the measures."""

    def __init__(self, folder, key):
        self.folder, self.key = folder, key

    def run(self, url, measure, seconds, ids, body, connections=CONNECTIONS, first=""):
        out = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{connections}",
                f"-d{seconds}s",
                "-s",
                ROOT / "bench/requests.lua",
                url,
                "--",
                measure,
                ids,
                body,
                self.key,
                str(first),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        result = json.loads(re.search(r"RESULT (.*)", out)[1])
        result["rate"] = result["requests"] / result["micros"] * 1e6
        return result


def bodies(folder):
    individual = json.loads((EXAMPLES / "update-individual.json").read_text())
    business = json.loads((EXAMPLES / "update-business.json").read_text())
    individual["expected_monthly_volume_usd"] = "@@"
    business["expected_monthly_volume_usd"] = "@@"
    refused = dict(individual, nationality="ZZ", birth_date="2025-02-30", first_name="x" * 129, unknown=1)
    made = {
        "individual": individual,
        "business": business,
        "refused": refused,
        "none": {},
        "new individual": {"email": "person-@@@example.com", "type": "individual"},
        "new business": {"email": "biz-@@@example.com", "type": "corporate"},
    }
    paths = {}
    for name, body in made.items():
        paths[name] = folder / (name.replace(" ", "-") + ".json")
        paths[name].write_text(json.dumps(body))
    return paths


def fill(server, load, folder, files, wanted):
    """Creates customers and gives every one a full profile."""
    empty = folder / "empty"
    empty.write_text("-\n")
    load.run(server.url, "post", 1, empty, files["new business"], 8)
    made = 0
    while made < wanted:
        load.run(server.url, "post", 1, empty, files["new individual"])
        made = sum(1 for _ in itertools.islice(server.customers(), wanted))
    customers = list(server.customers())
    for kind, name in (("individual", "individuals"), ("corporate", "businesses")):
        chosen = [one["customer_id"] for one in customers if one["type"] == kind][:wanted]
        (folder / name).write_text("\n".join(chosen) + "\n")
    for name, body, seconds in (("individuals", "individual", max(2, wanted // 6000)), ("businesses", "business", 2)):
        load.run(server.url, "put", seconds, folder / name, files[body])
    (folder / "one").write_text((folder / "individuals").read_text().split("\n")[0] + "\n")
    return len(customers)


# measure, wrk's part, ids, body, goals (ratio to the yardstick) of the embedded engine and of PostgreSQL
MEASURES = [
    ("PUT individual", "put", "individuals", "individual", {"sqlite": 0.25, "postgres": 0.19}),
    # There is no goal for these two on PostgreSQL: what the sketches of this design reached.
    ("PUT business", "put", "businesses", "business", {"sqlite": 0.18, "postgres": 0.09}),
    ("GET", "get", "individuals", "none", {"sqlite": 0.65, "postgres": 0.50}),
    ("list of 20", "list", "individuals", "none", {"sqlite": 0.45, "postgres": 0.20}),
    ("refused PUT", "put", "individuals", "refused", {"sqlite": 0.50, "postgres": 0.48}),
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--customers", type=int, default=20_000)
    arguments.add_argument("--floor", type=float)
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-bench-"))
    processes, cluster = [], None
    try:
        if options.engine == "postgres":
            cluster = Cluster(folder / "postgres")
        server = Server(folder, cluster and cluster.socket_url)
        server.start()
        processes.append(server.process)
        yardstick_port = free_port()
        yardstick = f"http://127.0.0.1:{yardstick_port}"
        processes.append(subprocess.Popen([YARDSTICK, f"127.0.0.1:{yardstick_port}"]))
        time.sleep(0.3)
        idle = server.rss_mib()
        load, files = Load(folder, server.key), bodies(folder)
        total = fill(server, load, folder, files, options.customers)
        print(
            f"{total} customers; {options.rounds} interleaved rounds of {options.seconds} s, {CONNECTIONS} connections"
        )
        failures = compare(server, load, folder, files, yardstick, options)
        failures += hot_customer(server, load, folder, files, options)
        loaded = server.rss_mib()
        server.stop()
        start = server.start()
        processes[0] = server.process
        print(
            f"RSS idle {idle:.0f} MiB (goal 40), after load {loaded:.0f} MiB (goal 100); "
            f"start to first answer with {total} customers {start * 1000:.0f} ms (goal 300)"
        )
        failures += uploads(server, options.rounds, options.floor)
        if options.floor:
            failures += [f"RSS idle {idle:.0f}"] * (idle > 40 / options.floor)
            failures += [f"RSS after load {loaded:.0f}"] * (loaded > 100 / options.floor)
            failures += [f"start {start:.3f}"] * (start > 0.3 / options.floor)
    finally:
        for process in processes:
            process.kill()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder)
    if failures:
        sys.exit("below the floor: " + "; ".join(failures))
    print("1 passed, 0 failed")


def compare(server, load, folder, files, yardstick, options):
    only = [name for name in options.only.split(",") if name]
    failures = []
    print(
        f"{'measure':16} {'per s':>8} {'yardstick':>10} {'ratio':>6} {'(range)':>14} {'goal':>5} "
        f"{'p50 ms':>7} {'p99 ms':>7}"
    )
    for name, part, ids, body, goals in MEASURES:
        goal = goals[options.engine]
        if only and not any(one in name for one in only):
            continue
        ratios, ours, theirs = [], [], []
        for _ in range(options.rounds):
            base = load.run(yardstick, part, options.seconds, folder / ids, files[body])
            mine = load.run(server.url, part, options.seconds, folder / ids, files[body])
            expected = mine["requests"] if body == "refused" else 0
            assert mine["status"] == expected, (name, mine)
            ratios.append(mine["rate"] / base["rate"])
            ours.append(mine)
            theirs.append(base)
        median = statistics.median
        ratio = median(ratios)
        p50, p99 = (median(one[p] for one in ours) / 1000 for p in ("p50", "p99"))
        print(
            f"{name:16} {median(o['rate'] for o in ours):8.0f} {median(t['rate'] for t in theirs):10.0f} {ratio:6.3f} "
            f"{min(ratios):6.3f}-{max(ratios):.3f} {goal:5.2f} {p50:7.2f} {p99:7.2f}",
            flush=True,
        )
        if options.floor and ratio < options.floor * goal:
            failures.append(f"{name} {ratio:.3f}")
    return failures


UPLOAD_GROWTH_MIB = 8


def uploads(server, rounds, floor):
    """Uploads of 10 MiB, two and then eight at once, again and again: by how much memory grows at its highest."""
    size = 10 * 1024 * 1024
    content = evidence.pdf(os.urandom(size - len(evidence.pdf(bytes(size))) + size))

    def upload(content):
        form = (
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\n\r\n"
            + content
            + b"\r\n--b--\r\n"
        )
        headers = {"Api-Key": server.key, "Content-Type": "multipart/form-data; boundary=b"}
        urllib.request.urlopen(urllib.request.Request(server.url + "/v0/files", form, headers)).read()

    upload(evidence.pdf())
    process, failures = pathlib.Path(f"/proc/{server.process.pid}"), []
    for together in (2, 8):
        before = server.rss_mib()
        # Resets the high-water mark.
        (process / "clear_refs").write_text("5")
        began = time.monotonic()
        for _ in range(rounds):
            threads = [threading.Thread(target=upload, args=(content,)) for _ in range(together)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        took = time.monotonic() - began
        highest = int(re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())[1]) / 1024
        grown = highest - before
        print(
            f"{rounds} times {together} uploads of 10 MiB at once:"
            f" {10 * together * rounds / took:.0f} MiB/s, each synced; "
            f"memory grows by {grown:.1f} MiB (goal {UPLOAD_GROWTH_MIB})"
        )
        failures += [f"memory of uploads {grown:.1f}"] * bool(floor and grown > UPLOAD_GROWTH_MIB / floor)
    return failures


def hot_customer(server, load, folder, files, options):
    """64 writers on one customer against a lone writer."""
    ratios = []
    for _ in range(options.rounds):
        lone = load.run(server.url, "put", options.seconds, folder / "one", files["individual"], 1)
        many = load.run(server.url, "put", options.seconds, folder / "one", files["individual"])
        assert many["status"] == 0, many
        ratios.append(many["rate"] / lone["rate"])
    ratio = statistics.median(ratios)
    print(
        f"64 writers on one customer / a lone writer: {ratio:.2f} "
        f"({min(ratios):.2f}-{max(ratios):.2f}), goal 1.00, no error"
    )
    return [f"hot customer {ratio:.2f}"] * bool(options.floor and ratio < options.floor)


if __name__ == "__main__":
    main()
