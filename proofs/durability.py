#!/usr/bin/env python3
"""Proves that everything that Dossier acknowledged survives, by breaking the server again and again and checking.

    proofs/durability.py [--cycles 10] [--faults kill,power,torn,fsync,full] [--binary PATH] [--seed N]
    proofs/durability.py --defects [--cycles 50] --binary PATH_OF_A_BUILD_WITH_PLANTED_DEFECTS

Concurrent clients create customers, change them, and upload and attach files. Every request is recorded outside the
data folder before it is sent, and again with its outcome: ok, refused, or unknown. Then comes the fault: kill -9; a
power cut after which only synced data is left (power), or that and a random part of the rest (torn); a sync that fails;
a full disk. After each fault the server is started again, and everything is read back:

  I1  every ok create and change is there, or was replaced by a later one
  I2  nothing that was refused is there
  I3  every change with an unknown outcome is there whole, or not at all
  I4  nothing is there that was never sent
  I5  versions have no gaps
  I6  audit entries = changes, and the chains verify
  I7  events = changes, numbered without gaps
  I8  a repeated create with the same Idempotency-Key has one effect
  I9  every acknowledged upload opens and equals what was sent, and so does every attached file
  I10 the database is intact
  I12 every customer is found by its e-mail

With --defects the binary must have been built with the feature `planted-defects`; each defect must be caught.
"""

import argparse
import collections
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import evidence

ROOT = pathlib.Path(__file__).resolve().parent.parent
# One key asks for more than a key may.
os.environ.update(DOSSIER_RATE_PER_KEY="off", DOSSIER_RATE_PER_ACCOUNT="off")
WORKERS = 8
CUSTOMERS = 6
# Of the customers that earlier cycles created and checked, this many are looked up again after each fault.
SAMPLE = 200
CYCLES_A_FOLDER = 20
# Two members each worker always sets together, to the same value: half of a change would show.
PAIRS = [
    ("first_name", "last_name"),
    ("middle_name", "most_recent_occupation"),
    ("account_purpose_other", "expected_monthly_volume_usd"),
]


class Violated(Exception):
    """An invariant does not hold."""


def build_powercut(folder):
    library = folder / "powercut.so"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", "-o", library, ROOT / "proofs/powercut.c", "-ldl", "-lpthread"], check=True
    )
    return library


class Dossier:
    """The server under test, started and broken."""

    def __init__(self, binary, folder, library):
        self.binary, self.folder, self.library = binary, folder, library
        self.data, self.shadow = folder / "data", folder / "shadow"
        self.key = self.viewer = self.process = self.port = None

    def start(self, **faults):
        environment = dict(os.environ)
        if faults:
            environment.update({name.upper(): str(value) for name, value in faults.items()})
            environment.update(LD_PRELOAD=str(self.library), POWERCUT_ROOT=str(self.data))
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0", "--metrics-listen", "off"],
            stdout=subprocess.PIPE,
            stderr=open(self.folder / "log", "a"),
            text=True,
            env=environment,
        )
        for line in self.process.stdout:
            if found := re.match(r"API +http://127.0.0.1:(\d+)/v0", line):
                self.port = int(found[1])
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if line.startswith("Data") and self.key or line.startswith("Sandbox"):
                return
        raise Violated(f"the server did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def start_with_shadow(self):
        (self.shadow / ".inodes").mkdir(parents=True, exist_ok=True)
        self.start(powercut_shadow=self.shadow)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(40) != 0:
            raise Violated("an orderly end does not exit with 0")

    def command(self, *words):
        out = subprocess.run(
            [self.binary, *words, "--data-dir", self.data, "--output", "json"], capture_output=True, text=True
        )
        return out.returncode, out.stdout

    def make_viewer(self):
        """A key that may look at files, which the first one may not."""
        code, out = self.command("keys", "create", "--name", "viewer", "--scope", "files:read", "--scope", "pii:reveal")
        self.viewer = json.loads(out)["key"]

    def upload(self, connection, content):
        form = (
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\n\r\n"
            + content
            + b"\r\n--b--\r\n"
        )
        try:
            connection.request(
                "POST", "/v0/files", form, {"Api-Key": self.key, "Content-Type": "multipart/form-data; boundary=b"}
            )
            response = connection.getresponse()
            text = response.read()
            if response.will_close:
                connection.close()
            return response.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return None

    def content(self, connection, file):
        connection.request("GET", f"/v0/files/{file}/content", headers={"Api-Key": self.viewer})
        response = connection.getresponse()
        return response.status, response.read()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def request(self, connection, method, path, body=None, **headers):
        """The status and JSON, or None when the outcome is not known."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Api-Key"] = self.key
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return None


class History:
    """What was sent and what came back, in a file outside of the data folder."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.file = open(path, "a")
        self.settled = set()  # e-mails that a check has seen
        self.creates = {}  # email -> {"state", "key", "id"}
        self.last_ok = {}  # (id, pair) -> value
        self.unknown = collections.defaultdict(set)  # (id, pair) -> values sent since the last ok, outcome unknown
        self.sent = collections.defaultdict(set)
        self.refused = set()
        self.files = {}  # id -> SHA-256 of every acknowledged upload
        self.attached = {}  # id -> customer, where the PUT was acknowledged
        self.documents = collections.Counter()
        self.ids = []
        self.counts = collections.Counter()

    def note(self, **entry):
        with self.lock:
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()

    def outcome(self, answer, good):
        outcome = (
            "unknown"
            if answer is None or answer[0] >= 500 and answer[0] not in (503, 507)
            else "ok"
            if answer[0] == good
            else "refused"
        )
        with self.lock:
            self.counts[outcome] += 1
        return outcome


class Worker(threading.Thread):
    """One client. Each pair of members of a customer is written by one worker only, so its values have an order."""

    def __init__(self, number, server, history, seed, stop):
        super().__init__(daemon=True)
        self.number, self.server, self.history, self.stop = number, server, history, stop
        self.random = random.Random(seed)
        self.made = 0

    def run(self):
        connection = self.server.connection()
        while not self.stop.is_set():
            roll = self.random.random()
            if roll < 0.15 or not self.mine():
                self.create(connection)
            elif roll < 0.3:
                self.evidence(connection)
            elif roll < 0.9:
                self.change(connection)
            else:
                self.refused(connection)

    def mine(self):
        ids = self.history.ids[-CUSTOMERS:]
        slots = [(one, pair) for one in ids for pair in range(len(PAIRS))]
        return [slot for place, slot in enumerate(slots) if place % WORKERS == self.number]

    def unique(self):
        self.made += 1
        return f"{self.number}.{self.made}.{self.random.getrandbits(40):x}"

    def create(self, connection):
        value = self.unique()
        email = f"p{value}@example.com"
        body = {"email": email, "type": "individual"}
        entry = {"state": "unknown", "key": f"create-{value}", "body": body, "id": None}
        self.history.creates[email] = entry
        self.history.note(invoke="create", email=email)
        answer = self.server.request(connection, "POST", "/v0/customers", body, Idempotency_Key=entry["key"])
        outcome = self.history.outcome(answer, 201)
        self.history.note(outcome=outcome, email=email)
        entry["state"] = outcome
        if outcome == "ok":
            entry["id"] = answer[1]["customer_id"]
            if len(self.history.ids) < CUSTOMERS:
                self.history.ids.append(entry["id"])

    def change(self, connection):
        slot = self.random.choice(self.mine())
        value = self.unique()
        self.history.sent[slot].add(value)
        self.history.note(invoke="change", slot=slot, value=value)
        body = {member: value for member in PAIRS[slot[1]]}
        # Unknown from the moment that it is sent; the answer makes it known.
        self.history.unknown[slot].add(value)
        outcome = self.history.outcome(self.server.request(connection, "PUT", f"/v0/customers/{slot[0]}", body), 200)
        self.history.note(outcome=outcome, slot=slot, value=value)
        if outcome == "ok":
            self.history.last_ok[slot] = value
            self.history.unknown[slot] = set()
        elif outcome == "refused":
            self.history.unknown[slot].discard(value)

    def evidence(self, connection):
        """Uploads a file and attaches it."""
        customer = self.random.choice(self.mine())[0]
        # Some have several segments.
        filler = self.random.randbytes(self.random.choice([100, 5_000, 150_000]))
        content = evidence.pdf(self.unique().encode() + filler)
        answer = self.server.upload(connection, content)
        outcome = self.history.outcome(answer, 200)
        if outcome != "ok":
            return
        file = answer[1]["id"]
        self.history.files[file] = hashlib.sha256(content).digest()
        self.history.note(outcome=outcome, file=file)
        self.history.documents[customer] += 1
        if self.history.documents[customer] > 150:
            return
        body = {"documents": [{"file_id": file, "purpose": "other"}]}
        outcome = self.history.outcome(self.server.request(connection, "PUT", f"/v0/customers/{customer}", body), 200)
        self.history.note(outcome=outcome, file=file, customer=customer)
        if outcome == "ok":
            self.history.attached[file] = customer

    def refused(self, connection):
        slot = self.random.choice(self.mine())
        value = self.unique()
        self.history.refused.add(value)
        body = {PAIRS[slot[1]][0]: value, "nationality": "ZZ"}
        answer = self.server.request(connection, "PUT", f"/v0/customers/{slot[0]}", body)
        if answer is not None and answer[0] < 300:
            raise Violated("a body that breaks a rule was accepted")


def drive(server, history, seconds, seed):
    stop = threading.Event()
    workers = [Worker(number, server, history, f"{seed}-{number}", stop) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    time.sleep(seconds)
    return stop, workers


def finish(stop, workers):
    stop.set()
    for worker in workers:
        worker.join(20)


def check(server, history, rng):
    """Reads back what this cycle sent and a sample of what those before did, and holds it against what was answered."""
    connection = server.connection()
    settled = rng.sample(sorted(history.settled), min(SAMPLE, len(history.settled)))
    emails = [email for email in history.creates if email not in history.settled] + settled
    history.settled.update(emails)
    for email in emails:
        entry = history.creates[email]
        if entry["state"] == "unknown":
            answer = server.request(connection, "POST", "/v0/customers", entry["body"], Idempotency_Key=entry["key"])
            if answer is None or answer[0] != 201:
                raise Violated(f"I8: repeating an unknown create answers {answer}")
            entry.update(state="ok", id=answer[1]["customer_id"])
        found = server.request(connection, "GET", f"/v0/customers?email={email}")
        if found is None or found[0] != 200:
            raise Violated(f"reading answers {found}")
        ids = [item["customer_id"] for item in found[1]["items"]]
        if entry["state"] == "ok" and ids != [entry["id"]]:
            raise Violated(f"I1, I12: an acknowledged customer is {ids}, not {entry['id']}")
        if entry["state"] == "refused" and ids:
            raise Violated("I2: a refused customer is there")
    for customer in history.ids:
        answer = server.request(connection, "GET", f"/v0/customers/{customer}?expand=profile")
        if answer is None or answer[0] != 200:
            raise Violated(f"I1: reading an acknowledged customer answers {answer}")
        for place, (one, other) in enumerate(PAIRS):
            slot, profile = (customer, place), answer[1]["profile"]
            value, twin = profile.get(one), profile.get(other)
            if value != twin:
                raise Violated(f"I3: half of a change is there: {value} and {twin}")
            if value is not None and value not in history.sent[slot]:
                raise Violated(f"I4, I2: {value} was never sent, or refused")
            if value != history.last_ok.get(slot) and value not in history.unknown[slot]:
                raise Violated(f"I1: {history.last_ok.get(slot)} was acknowledged, {value} is there")
            # What is there now is known.
            if value is not None:
                history.last_ok[slot] = value
            history.unknown[slot] = set()
    check_evidence(server, history, connection)
    if history.refused & {value for value in history.last_ok.values()}:
        raise Violated("I2: a refused value is there")
    code, out = server.command("audit", "verify")
    if code != 0:
        raise Violated(f"I6: {out}")


def check_evidence(server, history, connection):
    """I9: what was acknowledged opens; what a record names opens, whether or not that was acknowledged."""
    named = {}
    for customer in history.ids:
        shown = server.request(connection, "GET", f"/v0/customers/{customer}?expand=documents,profile")
        documents = shown[1]["documents"]
        if len(documents) != len(shown[1]["profile"].get("documents", [])):
            raise Violated("I9: a document names a file that is not there")
        named.update((document["file_id"], customer) for document in documents)
    for file, customer in history.attached.items():
        if named.get(file) != customer:
            raise Violated(f"I9: the acknowledged document {file} is gone")
    if not set(named) <= set(history.files):
        raise Violated("I9: a document is there that was never attached")
    for file, digest in history.files.items():
        status, content = server.content(connection, file)
        if status != 200 or hashlib.sha256(content).digest() != digest:
            raise Violated(f"I9: the acknowledged file {file} answers {status} and is not what was sent")


def check_database(server):
    """Reads a copy of the database, the server being stopped: versions, audit entries and events agree."""
    copy = server.folder / "copy.db"
    shutil.copy(server.data / "dossier.db", copy)
    database = sqlite3.connect(copy)
    (whole,) = database.execute("PRAGMA integrity_check").fetchone()
    if whole != "ok":
        raise Violated(f"I10: {whole}")
    versions, numbers = collections.defaultdict(list), collections.defaultdict(list)
    for customer, version in database.execute(
        "SELECT customer_id, version FROM audit WHERE version IS NOT NULL ORDER BY place"
    ):
        versions[customer].append(version)
    for customer, number in database.execute("SELECT customer_id, number FROM events ORDER BY place"):
        numbers[customer].append(number)
    for customer, version, events in database.execute("SELECT customer_id, version, events FROM customers"):
        found, told = versions.pop(customer, []), numbers.pop(customer, [])
        if found != list(range(1, version + 1)):
            raise Violated(f"I5, I6: version {version} has audit entries {found[:5]} … {found[-5:]}")
        if told != list(range(1, events + 1)) or events != version:
            raise Violated(f"I7: version {version} has events {told[:5]} … {told[-5:]}")
    if versions or numbers:
        raise Violated("I6, I7: there are audit entries or events of no customer")
    database.close()
    copy.unlink()


def cut_power(server, rng, torn):
    """What the disk has after the power went becomes the data folder."""
    after = server.folder / "after"
    shutil.copytree(server.shadow, after, ignore=shutil.ignore_patterns(".*"))
    if torn:
        for path in [path for path in after.rglob("*") if path.is_file()]:
            real = server.data / path.relative_to(after)
            if not real.exists():
                continue
            block = rng.choice([512, 4096])
            new, old = real.read_bytes(), bytearray(path.read_bytes())
            for at in range(0, len(new), block):
                if new[at : at + block] != bytes(old[at : at + block]) and rng.random() < 0.5:
                    old.extend(bytes(max(0, at + block - len(old))))
                    old[at : at + len(new[at : at + block])] = new[at : at + block]
            # A file of the system's never ends in the middle of what was written, but may be shorter or longer.
            path.write_bytes(bytes(old[: max(len(new), len(path.read_bytes()))]))
    for path in after.rglob("*"):
        os.chmod(path, 0o700 if path.is_dir() else 0o400 if path.name == "root.key" else 0o600)
    os.chmod(after, 0o700)
    shutil.rmtree(server.data)
    shutil.rmtree(server.shadow)
    after.rename(server.data)


def seed_shadow(server):
    """The folder as it is counts as synced when a cycle begins."""
    (server.shadow / ".inodes").mkdir(parents=True)
    for path in sorted(server.data.rglob("*")):
        place = server.shadow / path.relative_to(server.data)
        if path.is_dir():
            place.mkdir()
        elif path.is_file() and not path.name.endswith("-shm"):
            content = server.shadow / ".inodes" / str(path.stat().st_ino)
            shutil.copy(path, content)
            os.link(content, place)


def cycle(fault, server, history, rng):
    seconds, seed = rng.uniform(0.2, 0.8), rng.getrandbits(32)
    if fault in ("power", "torn"):
        seed_shadow(server)
        server.start_with_shadow()
        stop, workers = drive(server, history, seconds, seed)
        server.kill()
        finish(stop, workers)
        cut_power(server, rng, fault == "torn")
    elif fault == "kill":
        server.start()
        stop, workers = drive(server, history, seconds, seed)
        server.kill()
        finish(stop, workers)
    elif fault == "fsync":
        server.start(powercut_fail_sync=rng.randrange(20, 300))
        stop, workers = drive(server, history, 0.1, seed)
        began = time.monotonic()
        try:
            code = server.process.wait(20)
        except subprocess.TimeoutExpired:
            raise Violated("P11: a failed sync does not end the process")
        finish(stop, workers)
        if code != 74:
            raise Violated(f"P11: the process ended with {code} after {time.monotonic() - began:.1f} s, not with 74")
    elif fault == "full":
        disk_full(server, history, rng, seed)
    server.start()
    check(server, history, rng)
    server.stop()
    check_database(server)


def disk_full(server, history, rng, seed):
    clear = server.folder / "clear"
    clear.unlink(missing_ok=True)
    server.start(powercut_full_after=rng.randrange(200_000, 2_000_000), powercut_clear=clear)
    stop, workers = drive(server, history, 0.1, seed)
    connection = server.connection()
    deadline = time.monotonic() + 20
    while True:
        answer = server.request(
            connection,
            "POST",
            "/v0/customers",
            {"email": f"full{rng.getrandbits(60):x}@example.com", "type": "individual"},
        )
        if answer is None:
            raise Violated("P10: a full disk breaks a connection")
        if answer[0] == 507:
            break
        if time.monotonic() > deadline:
            raise Violated("P10: the disk never became full")
    for customer in history.ids:
        if (read := server.request(connection, "GET", f"/v0/customers/{customer}")) is None or read[0] != 200:
            raise Violated(f"P10: with a full disk reading answers {read}")
    clear.write_text("")
    began = time.monotonic()
    while (
        answer := server.request(
            connection,
            "POST",
            "/v0/customers",
            {"email": f"free{rng.getrandbits(60):x}@example.com", "type": "individual"},
        )
    ) is None or answer[0] != 201:
        if time.monotonic() - began > 5:
            raise Violated(f"P10: with room again writing answers {answer}")
        time.sleep(0.05)
    finish(stop, workers)
    server.stop()


def prove(binary, fault, cycles, rng, library):
    """Cycles of one fault, on a new folder every now and then, so that a cycle does not take longer and longer."""
    counts = collections.Counter()
    for begun in range(0, cycles, CYCLES_A_FOLDER):
        counts += prove_folder(binary, fault, min(CYCLES_A_FOLDER, cycles - begun), rng, library)
    return counts


def prove_folder(binary, fault, cycles, rng, library):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-durability-"))
    server, history = Dossier(binary, folder, library), History(folder / "history")
    try:
        server.start()
        server.make_viewer()
        stop, workers = drive(server, history, 0.3, rng.getrandbits(32))
        finish(stop, workers)
        server.stop()
        for _ in range(cycles):
            cycle(fault, server, history, rng)
    except BaseException:
        if server.process and server.process.poll() is None:
            server.kill()
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return history.counts


def defects(binary, cycles, rng, library):
    """Each defect must be caught by one of the faults."""
    caught = True
    for defect, faults in (
        ("synchronous-normal", ["power"]),
        ("answer-before-commit", ["kill", "power"]),
        ("audit-after-answer", ["kill", "power"]),
        ("file-not-synced", ["power"]),
        ("folder-not-synced", ["power"]),
    ):
        os.environ["DOSSIER_PLANTED_DEFECT"] = defect
        found = None
        for fault in faults:
            for attempt in range(cycles):
                try:
                    prove(binary, fault, 1, rng, library)
                except Violated as violated:
                    found = f"by {fault} in cycle {attempt + 1}: {' '.join(str(violated).split())[:150]}"
                    break
            if found:
                break
        caught &= found is not None
        print(f"planted {defect:22} {'caught ' + found if found else 'NOT CAUGHT'}", flush=True)
    del os.environ["DOSSIER_PLANTED_DEFECT"]
    return caught


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cycles", type=int, default=10)
    arguments.add_argument("--faults", default="kill,power,torn,fsync,full")
    arguments.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/dist/dossier")
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--defects", action="store_true")
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    binary = options.binary.resolve()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="dossier-powercut-") as folder:
        library = build_powercut(pathlib.Path(folder))
        if options.defects:
            sys.exit(
                0
                if defects(binary, options.cycles, rng, library)
                else "a planted defect was not caught: the proof proves nothing"
            )
        for fault in options.faults.split(","):
            began = time.monotonic()
            try:
                counts = prove(binary, fault, options.cycles, rng, library)
            except Violated as violated:
                sys.exit(f"{fault}: {violated}")
            print(
                f"{fault:6} {options.cycles} cycles, {counts['ok']} ok, {counts['refused']} refused, "
                f"{counts['unknown']} unknown, "
                f"0 acknowledged lost, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    print(f"{len(options.faults.split(','))} passed, 0 failed")


if __name__ == "__main__":
    main()
