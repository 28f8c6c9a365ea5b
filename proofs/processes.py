#!/usr/bin/env python3
"""Proves that many processes on one PostgreSQL keep what they acknowledged, by breaking them and the database.

    proofs/processes.py [--cycles 5] [--faults process,postgres,terminate,pause,failover] [--pause 30] [--binary PATH]
        [--seed N] [--processes 3] [--no-receivers] [--crowd]
    proofs/processes.py --defects [--cycles 20] --binary PATH_OF_A_BUILD_WITH_PLANTED_DEFECTS

Three processes share one database. Eight clients use them in turn to create, change, upload and attach, as in
proofs/durability.py, whose checker reads everything back. Two webhook receivers accept deliveries.

A single process without receivers commits plain updates in one round trip, which three processes with receivers never
do. With --crowd, 64 connections of wrk also change 200 customers of another account all the time, so that commits are
sent before the previous one has ended. Each of their acknowledged changes must have made a version.

The faults, each under load:

  process    kill -9 of one of the three processes, and of another one while the first is down
  postgres   kill -9 of every process of the database, which is then started again
  terminate  the database terminates all connections, several times
  pause      the database is stopped (SIGSTOP) for --pause seconds, then continues
  failover   kill -9 of the primary; its synchronous standby is promoted

After each fault: the service is back within 15 s without a restart; nothing acknowledged is lost, and nothing refused
is there (I1 to I9 of durability.py); versions, audit entries and events agree; every committed event was delivered to
every receiver, in the order of each customer.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import durability
from durability import History, Violated, check, drive, finish
from postgres import Cluster
from webhooks import Receiver, TYPES, check_order

ROOT = pathlib.Path(__file__).resolve().parent.parent
BACK_WITHIN = 15
ROOT_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Process:
    """One server."""

    def __init__(self, binary, folder, number, database):
        self.binary, self.folder, self.number, self.port, self.key = binary, folder, number, None, None
        self.environment = dict(
            os.environ,
            DOSSIER_ROOT_KEY=ROOT_KEY,
            DOSSIER_DATABASE=database,
            DOSSIER_KEYRING=str(folder / "keyring.json"),
            DOSSIER_FILES=f"file://{folder}/files",
            DOSSIER_WEBHOOK_WAITS="50ms, 100ms, 200ms",
            DOSSIER_LOG_LEVEL="warn",
        )

    def start(self):
        self.process = subprocess.Popen(
            [
                self.binary,
                "serve",
                "--data-dir",
                self.folder / f"data{self.number}",
                "--listen",
                f"127.0.0.1:{self.port or 0}",
                "--metrics-listen",
                "off",
            ],
            stdout=subprocess.PIPE,
            stderr=open(self.folder / f"log{self.number}", "a"),
            text=True,
            env=self.environment,
        )
        for line in self.process.stdout:
            if found := re.match(r"API +http://127.0.0.1:(\d+)/v0", line):
                self.port = int(found[1])
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if line.startswith("Data") and (self.key or self.number) or line.startswith("Sandbox"):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise Violated(
            f"process {self.number} did not start: {(self.folder / f'log{self.number}').read_text()[-2000:]}"
        )

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(40) != 0:
            raise Violated("an orderly end does not exit with 0")


class Connections:
    """One client's connections to all processes, of which it uses another one each time."""

    def __init__(self, fleet):
        self.fleet, self.open = fleet, {}
        self.next = random.randrange(len(fleet.processes))

    def take(self):
        """A connection to a process that runs, as a load balancer finds one."""
        for _ in range(200):
            self.next += 1
            process = self.fleet.processes[self.next % len(self.fleet.processes)]
            kept = self.open.get(process.number)
            if kept and kept.sock:
                return kept
            made = http.client.HTTPConnection("127.0.0.1", process.port, timeout=30)
            try:
                made.connect()
            except OSError:
                time.sleep(0.01)
                continue
            self.open[process.number] = made
            return made
        raise Violated("no process can be reached")


class Fleet(durability.Dossier):
    """Some processes on one database, to the checker like one server."""

    def __init__(self, binary, folder, database, processes):
        self.binary, self.folder = binary, folder
        self.processes = [Process(binary, folder, number, database) for number in range(processes)]

    def start(self):
        for process in self.processes:
            process.start()
        self.key = self.processes[0].key

    def kill(self):
        for process in self.processes:
            process.kill()

    def stop(self):
        for process in self.processes:
            process.stop()

    def connection(self):
        return Connections(self)

    def request(self, connections, *arguments, **headers):
        return super().request(connections.take(), *arguments, **headers)

    def upload(self, connections, content):
        return super().upload(connections.take(), content)

    def content(self, connections, file):
        return super().content(connections.take(), file)

    def command(self, *words):
        first = self.processes[0]
        out = subprocess.run(
            [self.binary, *words, "--data-dir", self.folder / "data0", "--output", "json"],
            capture_output=True,
            text=True,
            env=first.environment,
        )
        return out.returncode, out.stdout

    def wait_until_back(self, since):
        """Until a write is acknowledged by every process; seconds since the fault."""
        for process in self.processes:
            connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=30)
            while True:
                body = {"email": f"back{random.getrandbits(60):x}@example.com", "type": "individual"}
                answer = durability.Dossier.request(self, connection, "POST", "/v0/customers", body)
                if answer and answer[0] == 201:
                    break
                if time.monotonic() - since > BACK_WITHIN + 60:
                    raise Violated(f"the service is not back: {answer}")
                time.sleep(0.05)
        return time.monotonic() - since


def check_database(cluster):
    """Versions, audit entries and events agree, by the database itself."""
    wrong = cluster.sql("""
        SELECT count(*) FROM customers c
        LEFT JOIN LATERAL (SELECT count(*) AS n, coalesce(max(version), 0) AS last, count(DISTINCT version) AS d
            FROM audit a
            WHERE a.account_id = c.account_id AND a.environment = c.environment AND a.customer_id = c.customer_id
                AND version IS NOT NULL) a ON true
        LEFT JOIN LATERAL (SELECT count(*) AS n, coalesce(max(number), 0) AS last, count(DISTINCT number) AS d
            FROM events e
            WHERE e.account_id = c.account_id AND e.environment = c.environment
                AND e.customer_id = c.customer_id) e ON true
        WHERE a.n <> c.version OR a.last <> c.version OR a.d <> c.version
            OR e.n <> c.events OR e.last <> c.events OR e.d <> c.events""")
    if wrong != "0":
        raise Violated(f"I5, I6, I7: of {wrong} customers versions, entries and events do not agree")
    homeless = cluster.sql("""SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM customers c
        WHERE c.account_id = e.account_id AND c.environment = e.environment AND c.customer_id = e.customer_id)""")
    if homeless != "0":
        raise Violated(f"I7: {homeless} events are of no customer")


def check_deliveries(fleet, receivers, patience):
    """Every event was taken by every receiver, in the order of each customer."""
    connection, events, after = fleet.connection(), [], ""
    while True:
        answer = fleet.request(connection, "GET", f"/v0/events?limit=1000{after}")
        if not answer or answer[0] != 200:
            raise Violated(f"I7: events answer {answer}")
        if not answer[1]["items"]:
            break
        events += [item["id"] for item in answer[1]["items"]]
        after = "&after=" + answer[1]["next_after"]
    deadline = time.monotonic() + patience
    for receiver in receivers:
        while True:
            with receiver.lock:
                taken = [headers["webhook-id"] for headers, _ in receiver.taken]
            missing = set(events) - set(taken)
            if not missing:
                break
            if time.monotonic() > deadline:
                raise Violated(f"I7: {len(missing)} of {len(events)} events were never delivered")
            time.sleep(0.1)
        try:
            check_order(receiver.name, taken)
        except AssertionError as broken:
            raise Violated(f"I7: {broken}") from broken
    return len(events)


class Crowd:
    """Many who change customers of an account of their own, each time to a new value, through one process."""

    def __init__(self, fleet, folder):
        account = self.made(fleet, "accounts", "create", "--name", "crowd")["account_id"]
        self.key = self.made(
            fleet, "keys", "create", "--account", account, "--environment", "sandbox", "--name", "crowd"
        )["key"]
        self.port, self.account, self.acknowledged = fleet.processes[0].port, account, 0
        self.ids, self.body = folder / "crowd", folder / "crowd.json"
        self.body.write_text('{"first_name": "@@"}')
        connection, ids = http.client.HTTPConnection("127.0.0.1", self.port), []
        for number in range(200):
            body = json.dumps({"email": f"crowd{number}@example.com", "type": "individual"})
            connection.request("POST", "/v0/customers", body, {"Api-Key": self.key, "Content-Type": "application/json"})
            ids.append(json.load(connection.getresponse())["customer_id"])
        self.ids.write_text("\n".join(ids) + "\n")

    @staticmethod
    def made(fleet, *words):
        code, out = fleet.command(*words)
        assert code == 0, (words, code)
        return json.loads(out)

    def begin(self):
        self.load = subprocess.Popen(
            [
                "wrk",
                "-t1",
                "-c64",
                "-d3s",
                "-s",
                ROOT / "bench/requests.lua",
                f"http://127.0.0.1:{self.port}",
                "--",
                "put",
                self.ids,
                self.body,
                self.key,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )

    def finish(self, cluster):
        result = json.loads(re.search(r"RESULT (.*)", self.load.communicate()[0])[1])
        self.acknowledged += result["requests"] - result["status"]
        stored = int(cluster.sql(f"SELECT sum(version - 1) FROM customers WHERE account_id = '{self.account}'"))
        if stored < self.acknowledged:
            raise Violated(f"I1: of {self.acknowledged} acknowledged changes of the crowd {stored} are there")


class Proof:
    """One fault, so many cycles, on one database, or on a new one each where it does not come back as it was."""

    def __init__(self, binary, rng, pause, processes=3, receivers=("one", "two"), crowd=False):
        self.binary, self.rng, self.pause, self.longest = binary, rng, pause, 0.0
        self.processes, self.receivers, self.wants_crowd = processes, receivers, crowd
        self.acknowledged = 0

    def run(self, fault, cycles):
        counts = collections.Counter()
        portion = 1 if fault == "failover" else 20
        for begun in range(0, cycles, portion):
            counts += self.portion(fault, min(portion, cycles - begun))
        return counts

    def portion(self, fault, cycles):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-processes-"))
        clusters, fleet, done = [], None, False
        try:
            clusters.append(Cluster(folder / "primary"))
            database = clusters[0].url
            if fault == "failover":
                clusters.append(Cluster(folder / "standby", clusters[0]))
                primary, standby = clusters
                primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
                primary.sql("SELECT pg_reload_conf()")
                database = (
                    f"postgres://dossier@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
                    "?target_session_attrs=read-write"
                )
            fleet, history = Fleet(self.binary, folder, database, self.processes), History(folder / "history")
            fleet.start()
            fleet.make_viewer()
            receivers = [Receiver(name) for name in self.receivers]
            for receiver in receivers:
                answer = fleet.request(
                    fleet.connection(), "POST", "/v0/webhooks", {"url": receiver.url, "event_types": TYPES}
                )
                assert answer[0] == 201, answer
            stop, workers = drive(fleet, history, 0.3, self.rng.getrandbits(32))
            finish(stop, workers)
            self.crowd = Crowd(fleet, folder) if self.wants_crowd else None
            for _ in range(cycles):
                self.cycle(fault, fleet, clusters, history)
            self.acknowledged += self.crowd.acknowledged if self.crowd else 0
            # What a killed process had claimed waits for the end of its lease of a minute.
            check_deliveries(fleet, receivers, 120)
            fleet.stop()
            done = True
        finally:
            for process in fleet.processes if fleet and not done else []:
                if getattr(process, "process", None) and process.process.poll() is None:
                    process.kill()
            for cluster in clusters:
                cluster.stop()
            shutil.rmtree(folder, ignore_errors=True)
        return history.counts

    def cycle(self, fault, fleet, clusters, history):
        if self.crowd:
            self.crowd.begin()
        stop, workers = drive(fleet, history, self.rng.uniform(0.2, 0.8), self.rng.getrandbits(32))
        began = time.monotonic()
        faults = {
            "process": self.process,
            "postgres": self.postgres,
            "terminate": self.terminate,
            "pause": self.paused,
            "failover": self.failover,
        }
        faults[fault](fleet, clusters)
        # The load goes on all the while; here it sees the service back.
        back = fleet.wait_until_back(began)
        if fault == "pause":
            back -= self.pause
        if back > BACK_WITHIN:
            raise Violated(f"the service was back after {back:.1f} s only")
        self.longest = max(self.longest, back)
        time.sleep(0.3)
        finish(stop, workers)
        check(fleet, history, self.rng)
        cluster = clusters[-1] if fault == "failover" else clusters[0]
        if self.crowd:
            self.crowd.finish(cluster)
        check_database(cluster)

    def process(self, fleet, clusters):
        one, *others = self.rng.sample(fleet.processes, min(2, len(fleet.processes)))
        one.kill()
        time.sleep(self.rng.uniform(0.1, 0.5))
        one.start()
        for other in others:
            other.kill()
            other.start()

    def postgres(self, fleet, clusters):
        clusters[0].kill()
        time.sleep(self.rng.uniform(0, 0.3))
        clusters[0].start()

    def terminate(self, fleet, clusters):
        for _ in range(5):
            clusters[0].sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dossier'")
            time.sleep(self.rng.uniform(0.05, 0.3))

    def paused(self, fleet, clusters):
        clusters[0].signal_all(signal.SIGSTOP)
        time.sleep(self.pause)
        clusters[0].signal_all(signal.SIGCONT)

    def failover(self, fleet, clusters):
        primary, standby = clusters
        primary.kill()
        standby.promote()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cycles", type=int, default=5)
    arguments.add_argument("--faults", default="process,postgres,terminate,pause,failover")
    arguments.add_argument("--pause", type=float, default=30)
    arguments.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/dist/dossier")
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--processes", type=int, default=3)
    arguments.add_argument("--no-receivers", dest="receivers", action="store_const", const=(), default=("one", "two"))
    arguments.add_argument("--crowd", action="store_true")
    arguments.add_argument("--defects", action="store_true")
    options = arguments.parse_args()
    rng, binary = random.Random(options.seed), options.binary.resolve()
    print(f"seed {options.seed}")
    if options.defects:
        sys.exit(
            0 if defects(binary, options.cycles, rng) else "a planted defect was not caught: the proof proves nothing"
        )
    for fault in options.faults.split(","):
        began, proof = (
            time.monotonic(),
            Proof(binary, rng, options.pause, options.processes, options.receivers, options.crowd),
        )
        try:
            counts = proof.run(fault, options.cycles)
        except Violated as violated:
            sys.exit(f"{fault}: {violated}")
        crowd = f" and {proof.acknowledged} of the crowd" if options.crowd else ""
        print(
            f"{fault:10} {options.cycles} cycles, {counts['ok']} ok{crowd}, {counts['refused']} refused, "
            f"{counts['unknown']} unknown, "
            f"0 acknowledged lost, back after {proof.longest:.1f} s at most, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    print(f"{len(options.faults.split(','))} passed, 0 failed")


def defects(binary, cycles, rng):
    """Each defect must be caught."""
    caught = True
    for defect, fault in (("answer-before-commit", "postgres"), ("no-version-check", "process")):
        os.environ["DOSSIER_PLANTED_DEFECT"] = defect
        found = None
        for attempt in range(cycles):
            try:
                Proof(binary, rng, 1).run(fault, 1)
            except Violated as violated:
                found = f"by {fault} in cycle {attempt + 1}: {' '.join(str(violated).split())[:150]}"
                break
        caught &= found is not None
        print(f"planted {defect:22} {'caught ' + found if found else 'NOT CAUGHT'}", flush=True)
    del os.environ["DOSSIER_PLANTED_DEFECT"]
    return caught


if __name__ == "__main__":
    main()
