#!/usr/bin/env python3
"""Proves that backups can be restored: makes them under load, verifies and restores each, and breaks what can break.

    proofs/backups.py [--restores 2] [--customers 500] [--kills 4] [--engines sqlite,postgres] [--seconds 5]
                      [--binary PATH]
    proofs/backups.py --steps --binary PATH_OF_A_BUILD_WITH_PLANTED_DEFECTS [--engines sqlite,postgres]

On each engine, while clients create and change customers and upload files:

  B1  a backup made under this load verifies, and everything in it opens
  B2  it is restored, in turn into a folder and into PostgreSQL; a backup of the result has the same records, byte for
      byte, and the same files
  B3  it contains everything that was acknowledged before it began
  B4  after kill -9 at any moment of a backup, the incomplete backup is not mistaken for a complete one, the next one
      succeeds, and nothing of the incomplete one is left
  B5  after kill -9 at any moment of a restore, the incomplete result is not served, and the same command completes it
  B6  a full disk leaves the last good backup, and no incomplete one beside it
  B7  with --seconds: the 99th percentile of PUTs during a backup is at most 1.5 times that without one

With --steps the binary must have been built with the feature `planted-defects`. Then B4 and B5 are proved with a
process that dies at each step that the code names (`reached("backup: …")`, `reached("restore: …")`). If no process
died at a step, the proof fails.

Without root no small disk can be mounted; then B6 is skipped, and the output says so. B7 needs wrk.
"""

import argparse
import concurrent.futures
import http.client
import itertools
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

ROOT = pathlib.Path(__file__).resolve().parent.parent
# One key asks for more than a key may.
os.environ.update(DOSSIER_RATE_PER_KEY="off", DOSSIER_RATE_PER_ACCOUNT="off")
sys.path.insert(0, str(ROOT / "bench"))
import evidence  # noqa: E402
from postgres import Cluster  # noqa: E402

CLIENTS = 4
GOAL = 1.5


class Violated(Exception):
    """What was to be proved does not hold."""


class Server:
    """A server on a data folder, and the commands beside it."""

    def __init__(self, binary, data, database=None):
        self.binary, self.data, self.database = binary, data, database
        self.environment = {**os.environ, **({"DOSSIER_DATABASE": database} if database else {})}
        self.key = self.process = self.port = None

    def start(self):
        log = open(self.data.parent / "log", "a")
        # Only the first start of an installation prints a key, after everything else.
        first = not (self.data / "keyring.json").exists()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0", "--metrics-listen", "off"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=self.environment,
        )
        for line in self.process.stdout:
            if found := re.match(r"API +http://127.0.0.1:(\d+)/v0", line):
                self.port = int(found[1])
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if line.startswith("Sandbox" if first else "Database"):
                return self
        raise Violated(f"the server did not start: {(self.data.parent / 'log').read_text()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60):
            raise Violated("an orderly end does not exit with 0")

    def command(self, *words, data=None, check=True):
        done = subprocess.run(
            [self.binary, *map(str, words), "--data-dir", data or self.data, "--output", "json"],
            capture_output=True,
            text=True,
            env=self.environment,
        )
        if check and done.returncode:
            raise Violated(f"{words} failed: {done.stderr}{done.stdout[-2000:]}")
        return done

    def begin(self, *words, dies_at=None):
        planted = {"DOSSIER_DIES_AT": dies_at} if dies_at else {}
        return subprocess.Popen(
            [self.binary, *map(str, words), "--data-dir", self.data],
            env=self.environment | planted,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def dies(self, step, *words):
        """Runs a command that dies at a step."""
        ended = self.begin(*words, dies_at=step).wait()
        if ended != -signal.SIGABRT:
            raise Violated(f"{words[0]} did not die at {step!r}, but ended with {ended}")

    def restored(self, data):
        """A server of the embedded engine on a folder that was restored."""
        return Server(self.binary, data)


class Load:
    """Clients that create and change customers and upload files until they are told to end."""

    def __init__(self, server):
        self.server, self.numbers = server, itertools.count(random.getrandbits(40) << 20)
        self.acknowledged, self.lock, self.ended = [], threading.Lock(), threading.Event()
        self.threads, self.failures = [], 0

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)

    def request(self, connection, method, path, body, content_type="application/json"):
        try:
            connection.request(method, path, body, {"Api-Key": self.server.key, "Content-Type": content_type})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return 0, None

    def create(self, connection, full=True):
        number = next(self.numbers)
        body = json.dumps({"email": f"person-{number}@example.com", "type": "individual"})
        status, customer = self.request(connection, "POST", "/v0/customers", body)
        if status != 201:
            return None
        customer = customer["customer_id"]
        if full:
            body = json.dumps(
                {"first_name": "Ada", "last_name": f"Of {number}", "birth_date": "1990-01-02", "nationality": "DE"}
            )
            status, _ = self.request(connection, "PUT", f"/v0/customers/{customer}", body)
        with self.lock:
            self.acknowledged.append(customer)
        return customer

    def upload(self, connection, customer):
        pdf = evidence.pdf(random.randbytes(random.randrange(1_000, 200_000)))
        form = (
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\n\r\n" + pdf + b"\r\n--b--\r\n"
        )
        status, file = self.request(connection, "POST", "/v0/files", form, "multipart/form-data; boundary=b")
        if status != 200:
            self.failures += 1
            return
        # Some stay unattached.
        if random.random() < 0.7:
            body = json.dumps({"documents": [{"file_id": file["id"], "purpose": "id_document"}]})
            self.request(connection, "PUT", f"/v0/customers/{customer}", body)

    def fill(self, customers, uploads):
        def some(count):
            connection = self.connection()
            for number in range(count):
                customer = self.create(connection)
                if customer and number < uploads:
                    self.upload(connection, customer)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(some, [customers // 8] * 8))
        if self.failures:
            raise Violated(f"{self.failures} uploads to an idle server were refused")

    def change(self, connection):
        """Most requests change what is there, so that a long run does not drown in new customers."""
        if not self.acknowledged or random.random() < 0.1:
            return self.create(connection, full=random.random() < 0.7)
        customer = random.choice(self.acknowledged)
        body = json.dumps({"first_name": f"Ada {random.random()}"})
        status, _ = self.request(connection, "PUT", f"/v0/customers/{customer}", body)
        return customer if status == 200 else None

    def run(self):
        connection = self.connection()
        while not self.ended.is_set():
            customer = self.change(connection)
            if customer is None:
                self.failures += 1
                time.sleep(0.05)
            elif random.random() < 0.01:
                self.upload(connection, customer)
            time.sleep(0.01)

    def start(self):
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()
        return self

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def manifest(backup):
    return json.loads((pathlib.Path(backup) / "manifest.json").read_text())


def hashes(backup, but=()):
    folder = pathlib.Path(backup)
    return {path.name: path.read_bytes() for path in (folder / "hashes").iterdir() if path.stem not in but} | {
        "files.list": (folder / "files.list").read_bytes()
    }


def ids(server, data):
    found = json.loads(server.command("customers", "list", "--limit", 10_000_000, data=data).stdout)
    return {one["customer_id"] for one in found}


def same(original, server, data, folder):
    """Whether a backup of what was restored is the original."""
    again = json.loads(server.command("backup", "create", folder, data=data).stdout)["backup"]
    one, other = manifest(original), manifest(again)
    # To make a backup is an entry of the audit trail, so the second one has an entry more, and another end of a trail.
    trails = [[table for table in made["rows"] if table["table"] == "audit"][0]["records"] for made in (one, other)]
    if trails[1] != trails[0] + 1:
        raise Violated(
            f"the audit trail has {trails[0]} entries in a backup, and {trails[1]} in one of what was restored"
        )
    for made in (one, other):
        made["rows"] = [table for table in made["rows"] if table["table"] not in ("audit", "audit_heads")]
    for member in ("rows", "files", "schema", "installation", "epochs"):
        if one[member] != other[member]:
            raise Violated(f"{member} of a backup of what was restored differ: {one[member]} and {other[member]}")
    if hashes(original, but=("audit", "audit_heads")) != hashes(again, but=("audit", "audit_heads")):
        raise Violated("the hashes of a backup of what was restored differ")


def keys_apart(server, folder):
    keyring = folder / "keyring-copy.json"
    if not keyring.exists():
        server.command("backup", "keys", keyring)
    return keyring


def restore_each(server, folder, place, cluster, options):
    """B1, B2 and B3, under load."""
    keyring, load = keys_apart(server, folder), Load(server).start()
    made = []
    try:
        for number in range(options.restores):
            with load.lock:
                before = set(load.acknowledged)
            made.append((json.loads(server.command("backup", "create", place).stdout)["backup"], before))
    finally:
        load.end()
    if load.failures > len(load.acknowledged) / 100:
        raise Violated(f"{load.failures} requests failed beside backups")
    for number, (backup, before) in enumerate(made):
        page = json.loads(server.command("backup", "verify", backup).stdout)
        if not page["ok"]:
            raise Violated(f"{backup}: {page['findings']}")
        if not manifest(backup)["files"]["count"]:
            raise Violated(f"{backup} has no files")
        target = folder / f"restored-{number}"
        target.mkdir()
        data = target / "data"
        into_postgres = number % 2 == 1
        other = Server(server.binary, data)
        if into_postgres:
            cluster.sql(f"CREATE DATABASE restored_{number}")
            url = cluster.url.rsplit("/", 1)[0] + f"/restored_{number}"
            other = Server(server.binary, data, url)
            data.mkdir(mode=0o700)
            shutil.copy(keyring, data / "keyring.json")
        else:
            data.mkdir(mode=0o700)
        shutil.copy(server.data / "root.key", data / "root.key")
        other.command("restore", backup, "--into", url if into_postgres else data, "--keyring", keyring)
        missing = before - ids(other, data)
        if missing:
            raise Violated(f"{len(missing)} customers that were acknowledged before the backup are not in it")
        same(backup, other, data, target / "again")
        served = other.start()
        served.stop()
        shutil.rmtree(target)
    print(
        f"  {len(made)} backups under load ({len(load.acknowledged)} customers created beside), each verified, "
        f"restored "
        f"and equal"
    )


def killed_while_made(server, place, kills):
    """B4"""
    began = time.monotonic()
    server.command("backup", "create", place)
    takes = time.monotonic() - began
    for _ in range(kills):
        before = complete(server, place)
        command = server.begin("backup", "create", place)
        time.sleep(random.uniform(0, takes * 1.1))
        server.kill()
        command.wait()
        server.start()
        after_a_half(server, place, before)
    print(f"  {kills} kills while one was made: the ones before are good, the next one is, nothing is left")


def dead_while_made(server, place):
    """B4, at each step."""
    server.command("backup", "create", place)
    steps = named("backup")
    for step in steps:
        before = complete(server, place)
        if step in ("backup: an old manifest deleted", "backup: an old one emptied"):
            # What is deleted is half a backup; many processes leave it alone for a day.
            half = place / "20200101T000000000Z-000000"
            half.mkdir()
            newest = place / max(before)
            shutil.copy(newest / "begun", half)
            shutil.copytree(newest / "rows", half / "rows")
        server.dies(step, "backup", "create", place)
        after_a_half(server, place, before)
    print(
        f"  died at each of {len(steps)} steps of making one: the ones before are good, the next one is, "
        "nothing is left"
    )


def after_a_half(server, place, before):
    """What holds after the making of a backup ended anywhere."""
    after = complete(server, place)
    if not before <= after or len(after) > len(before) + 1:
        raise Violated("the list of complete backups is not what it was")
    server.command("backup", "verify", place)
    made = pathlib.Path(json.loads(server.command("backup", "create", place).stdout)["backup"]).name
    halves = [one.name for one in place.iterdir() if one.name != "incoming" and not (one / "manifest.json").exists()]
    # What another process may be writing is left alone for a day: on PostgreSQL, and where nothing says whose it is.
    left = [half for half in halves if (place / half / "begun").exists() or len(list((place / half).iterdir())) > 1]
    if left and not server.database:
        raise Violated(f"a killed backup left {left}")
    if made not in complete(server, place):
        raise Violated("the backup after a killed one is not complete")
    for half in halves:
        shutil.rmtree(place / half)
    for old in sorted(complete(server, place))[:-2]:
        shutil.rmtree(place / old)


def named(what):
    """The steps of this that the code names."""
    sources = [path.read_text() for path in (ROOT / "crates").glob("*/src/**/*.rs")]
    return sorted({step for source in sources for step in re.findall(rf'reached\("({what}: [^"]+)"\)', source)})


def complete(server, place):
    return {one["name"] for one in json.loads(server.command("backup", "list", place).stdout)}


class Target:
    """A folder that a backup is restored into."""

    def __init__(self, server, folder, place):
        self.folder, self.place, self.data = folder, place, folder / "data"
        self.data.mkdir(parents=True, mode=0o700)
        shutil.copy(server.data / "root.key", self.data / "root.key")
        self.server, self.newest = Server(server.binary, self.data), place / max(complete(server, place))
        self.words = ("restore", place, "--into", self.data, "--keyring", keys_apart(server, folder.parent))

    def refused(self):
        """Whether what is there is refused, as a half must be."""
        looked = self.server.command("accounts", "list", check=False)
        if looked.returncode and not any(why in looked.stderr for why in ("has not finished", "no data", "keyring")):
            raise Violated(f"a half that was restored is refused for another reason: {looked.stderr}")
        return looked.returncode != 0

    def complete(self):
        self.server.command(*self.words)

    def check(self):
        same(self.newest, self.server, self.data, self.folder / "again")
        shutil.rmtree(self.folder)


def killed_while_restored(server, folder, place, kills):
    """B5"""
    whole = Target(server, folder / "whole", place)
    began, ended_early = time.monotonic(), 0
    whole.complete()
    takes = time.monotonic() - began
    whole.check()
    for number in range(kills):
        target = Target(server, folder / f"killed-{number}", place)
        command = target.server.begin(*target.words)
        time.sleep(random.uniform(0, takes))
        command.kill()
        command.wait()
        if target.refused():
            ended_early += 1
            target.complete()
        target.check()
    print(
        f"  {kills} kills while one was restored, {ended_early} before its end: "
        f"none was served half, all were completed"
    )


def dead_while_restored(server, folder, place):
    """B5, at each step."""
    steps = named("restore")
    for number, step in enumerate(steps):
        target = Target(server, folder / f"dead-{number}", place)
        target.server.dies(step, *target.words)
        if target.refused():
            target.complete()
        elif step != "restore: complete":
            raise Violated(f"what was restored until {step!r} is served")
        target.check()
    print(f"  died at each of {len(steps)} steps of restoring one: none was served half, all were completed")


def full_disk(server, folder):
    """B6"""
    small = folder / "small"
    small.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "none", small]).returncode:
        print("  the full disk is passed over: no small disk can be mounted here")
        return
    try:
        place = small / "backups"
        good = json.loads(server.command("backup", "create", place).stdout)["backup"]
        room = os.statvfs(small)
        free = room.f_bavail * room.f_frsize
        # Not room enough for another, by the estimate; and then not as much as is written.
        for left, said in ((256 * 1024, "MiB short"), (0, "")):
            with open(small / "filler", "wb") as filler:
                os.posix_fallocate(filler.fileno(), 0, max(1, free - left))
            failed = server.command("backup", "create", place, check=False)
            if failed.returncode == 0 or said not in failed.stderr:
                raise Violated(f"a full disk: {failed.returncode} {failed.stderr}")
            (small / "filler").unlink()
            if complete(server, place) != {pathlib.Path(good).name}:
                raise Violated("a full disk changed which backups there are")
            halves = [one.name for one in place.iterdir() if one.name not in ("incoming", pathlib.Path(good).name)]
            if halves:
                raise Violated(f"a full disk left {halves}")
            server.command("backup", "verify", place)
        server.command("backup", "create", place)
    finally:
        subprocess.run(["umount", small], check=True)
    print("  a full disk left the last good backup and nothing else; with room the next one was made")


def beside_puts(server, folder, place, seconds):
    """B7"""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    from run import Load as Wrk, bodies

    wrk, files = Wrk(folder, server.key), bodies(folder)
    url, targets = f"http://127.0.0.1:{server.port}", folder / "targets"
    connection, load = Load(server).connection(), Load(server)
    made = [load.create(connection) for _ in range(500)]
    targets.write_text("\n".join(filter(None, made)) + "\n")
    quiet, busy, backups = [], [], 0

    def measure():
        return wrk.run(url, "put", seconds, targets, files["individual"], 16)

    measure()
    for _ in range(3):
        quiet.append(measure())
        ended, count = threading.Event(), []

        def back_up():
            while not ended.is_set():
                began = time.monotonic()
                server.command("backup", "create", place)
                count.append(time.monotonic() - began)

        thread = threading.Thread(target=back_up)
        thread.start()
        time.sleep(0.2)
        busy.append(measure())
        ended.set()
        thread.join()
        backups += len(count)
        for old in sorted(complete(server, place))[:-1]:
            shutil.rmtree(place / old)
    middle = lambda runs, what: sorted(run[what] for run in runs)[len(runs) // 2]  # noqa: E731
    ratio = middle(busy, "p99") / middle(quiet, "p99")
    print(
        f"  PUTs: p99 {middle(quiet, 'p99') / 1000:.1f} ms quiet, {middle(busy, 'p99') / 1000:.1f} ms beside a backup: "
        f"{ratio:.2f} times (goal {GOAL}); {middle(quiet, 'rate'):.0f} and {middle(busy, 'rate'):.0f} a second; "
        f"{backups} backups, the last took {count[-1]:.1f} s"
    )
    return ratio


def prove(engine, folder, options):
    began = time.monotonic()
    print(f"{engine}:")
    cluster = Cluster(folder / "cluster")
    home = folder / engine
    home.mkdir()
    server = Server(options.binary, home / "data", cluster.url if engine == "postgres" else None)
    try:
        server.start()
        load = Load(server)
        load.fill(options.customers, 3)
        print(f"  {len(load.acknowledged)} customers in {time.monotonic() - began:.0f} s")
        place = home / "backups"
        if options.steps:
            # A running server would make the backup for the command, and die instead of it.
            server.stop()
            dead_while_made(server, place)
            dead_while_restored(server, home, place)
            return
        restore_each(server, home, place, cluster, options)
        killed_while_made(server, place, options.kills)
        killed_while_restored(server, home, place, options.kills)
        full_disk(server, home)
        ratio = beside_puts(server, home, place, options.seconds) if options.seconds else 0
        server.stop()
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
        cluster.stop()
    if ratio > GOAL and options.strict:
        raise Violated(f"p99 of PUTs beside a backup is {ratio:.2f} times that of a quiet server")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--restores", type=int, default=2)
    arguments.add_argument("--customers", type=int, default=500)
    arguments.add_argument("--kills", type=int, default=2)
    arguments.add_argument("--engines", default="sqlite,postgres")
    arguments.add_argument("--seconds", type=int, default=0)
    arguments.add_argument("--steps", action="store_true")
    arguments.add_argument("--strict", action="store_true", help="fail when B7 does not hold")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/dist/dossier")
    options = arguments.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-backups-"))
    # PostgreSQL runs as another user when we are root.
    folder.chmod(0o711)
    try:
        for engine in options.engines.split(","):
            prove(engine, pathlib.Path(tempfile.mkdtemp(dir=folder)), options)
    except Violated as violated:
        sys.exit(f"violated: {violated}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
