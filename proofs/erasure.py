#!/usr/bin/env python3
"""Proves that an erased customer stays erased: through kills, rotations, and in every restored backup.

    proofs/erasure.py [--customers 64] [--erased 24] [--backups 3] [--restores 2] [--kills 3]
                      [--engines sqlite,postgres] [--binary PATH]
    proofs/erasure.py --steps --binary PATH_OF_A_BUILD_WITH_PLANTED_DEFECTS [--engines sqlite,postgres] [--rounds 1]
    proofs/erasure.py --long [--engines sqlite,postgres] [--binary PATH]

On each engine, customers with documents are created. Then, in as many rounds as there are backups, one backup is made,
some customers are erased, and the keys are rotated, while the server is killed at random moments:

  E1  after kill -9 at any moment, the next start finishes what was scheduled, and erased customers stay erased
  E2  an erasure that is due takes at most a second, beside other requests
  E3  backups from before, between and after are restored in any order with the newest keys, and bring no one back:
      every request about an erased customer is a 410, and its files are unknown
  E4  the customers that were not erased are the same, before and after every restore
  E5  the audit trail verifies after each of these, and what was restored is rotated and backed up again
  E6  no key of today opens anything that any backup has of an erased customer (`dossier erasure prove`), while the
      keyring from before the rotations opens it
  E7  with --long: 100,000 data subjects are rotated within 60 s beside other requests, of which none fails

With --steps the binary must have been built with the feature `planted-defects`. Then the process dies at each step that
the code names of an erasure, a rotation and a restore (`reached("erase: …")`, `reached("rotate: …")`,
`reached("restore: …")`, `reached("older restore: …")`), as often as --rounds says, and E1, E3, E4 and E5 hold. If no
process died at a step, the proof fails.

--long means 2,000 customers of whom 1,000 are erased, 20 backups, all of them restored, 20 kills, and E7.
"""

import argparse
import concurrent.futures
import itertools
import json
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import backups
from backups import Load, Server, Violated, named
from postgres import Cluster

REQUEST = json.dumps({"reason": "proof", "requested_by": "nobody"})
# A worker looks once a second, so a request waits for that, too.
GOAL_SECONDS = 1 + 1.0
TIMED = 3
ROTATED, ROTATION_SECONDS = 100_000, 60


class Clients(Load):
    """Requests with a key that may erase."""

    def __init__(self, server):
        super().__init__(server)
        made = server.command(
            "keys",
            "create",
            "--name",
            "eraser",
            *itertools.chain.from_iterable(
                ("--scope", scope) for scope in ("erasure:request", "customers:read", "customers:write", "files:write")
            ),
        )
        server.key = json.loads(made.stdout)["key"]

    def get(self, customer):
        return self.request(self.connection(), "GET", f"/v0/customers/{customer}?expand=profile,documents", None)

    def erase(self, customer):
        if self.request(self.connection(), "POST", f"/v0/customers/{customer}/erasure", REQUEST)[0] != 200:
            raise Violated(f"the erasure of {customer} was refused")

    def wait(self, customers):
        began = time.monotonic()
        for customer in customers:
            while self.get(customer)[0] != 410:
                if time.monotonic() - began > 60:
                    raise Violated(f"{customer} was not erased within 60 s")
                time.sleep(0.02)


def verify(server, what):
    findings = json.loads(server.command("audit", "verify").stdout)["findings"]
    if findings:
        raise Violated(f"the trail {what}: {findings[:3]}")


def check(clients, erased, survivors, what):
    for customer in erased:
        status, body = clients.get(customer)
        if status != 410 or body["code"] != "erased":
            raise Violated(f"{what}: {customer} answers {status}")
    for customer, seen in survivors.items():
        if clients.get(customer) != (200, seen):
            raise Violated(f"{what}: {customer} is not what it was")


def erase_some(server, clients, customers, kill):
    """E1 and E2. Erases customers, the first of them one after the other, and returns how long one took at most."""
    longest = 0.0
    for customer in customers[:TIMED]:
        began = time.monotonic()
        clients.erase(customer)
        clients.wait([customer])
        longest = max(longest, time.monotonic() - began)
    for customer in customers[TIMED:]:
        clients.erase(customer)
    if kill:
        time.sleep(random.random() * 1.2)
        server.kill()
        server.start()
    clients.wait(customers)
    return longest


def rotate(server, kill):
    if kill:
        command = server.begin("keyring", "rotate")
        time.sleep(random.random() * 0.3)
        server.kill()
        # Without a server it rotates by itself.
        command.wait()
        server.start()
    server.command("keyring", "rotate")


def back_up(server, place):
    made = json.loads(server.command("backup", "create", place).stdout)["backup"]
    time.sleep(1)  # the names of backups have seconds
    return made


def proven(server, backup, *words):
    done = server.command("erasure", "prove", "--backup", backup, *words, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise Violated(f"nothing was proven of {backup}: {done.stderr}")
    return json.loads(done.stdout)


def restored(server, backup, folder, keys, dies_at=None, kill=None):
    """A server on what is restored of a backup, after it died at a step or was killed."""
    into = folder / "restored"
    into.mkdir(mode=0o700)
    shutil.copy(server.data / "root.key", into / "root.key")
    words = ("restore", backup, "--into", into, "--keyring", keys)
    if dies_at:
        server.dies(dies_at, *words)
    if kill:
        command = server.begin(*words)
        time.sleep(kill)
        command.kill()
        command.wait()
    again = server.restored(into)
    # An incomplete restore is not served.
    if not (dies_at or kill) or again.command("accounts", "list", check=False).returncode:
        server.command(*words)
    elif dies_at and dies_at != "restore: complete":
        raise Violated(f"what was restored until {dies_at!r} is served")
    return again


def check_restored(server, again, erased, survivors, what):
    again.key = server.key
    again.start()
    clients = Load(again)
    clients.get = lambda customer: Clients.get(clients, customer)
    check(clients, erased, survivors, what)
    verify(again, what)
    again.command("keyring", "rotate")
    check(clients, erased[:3], dict(itertools.islice(survivors.items(), 3)), f"{what} and rotated")
    made = json.loads(again.command("backup", "create", again.data.parent / "again").stdout)["backup"]
    page = json.loads(again.command("backup", "verify", made).stdout)
    if not page["ok"]:
        raise Violated(f"a backup of what was {what}: {page['findings'][:3]}")
    again.stop()
    shutil.rmtree(again.data.parent / "again")
    shutil.rmtree(again.data)


def erase_and_restore(server, folder, options):
    clients = Clients(server)
    clients.fill(options.customers, 2)
    everyone = list(clients.acknowledged)
    random.shuffle(everyone)
    to_erase, others = everyone[: options.erased], everyone[options.erased :]
    survivors = {customer: clients.get(customer)[1] for customer in others}
    old, newest = folder / "old.json", folder / "keys.json"
    server.command("backup", "keys", old)
    made, longest = [], 0.0
    share = -(-len(to_erase) // options.backups)
    kills = iter([True] * options.kills + [False] * 3 * options.backups)
    for number in range(options.backups):
        made.append(back_up(server, folder / "backups"))
        took = erase_some(server, clients, to_erase[number * share : (number + 1) * share], next(kills))
        longest = max(longest, took)
        rotate(server, next(kills))
    made.append(back_up(server, folder / "backups"))
    check(clients, to_erase, survivors, "after the kills")
    verify(server, "after the kills")
    if longest > GOAL_SECONDS:
        raise Violated(f"an erasure took {longest:.2f} s")
    server.command("backup", "keys", newest)
    cells = 0
    for backup in made:
        proof = proven(server, backup)
        if proof["opened"] or proof["erased"] != len(to_erase):
            raise Violated(f"{proof['opened']} of {proof['cells']} cells open in {backup}: {proof}")
        cells += proof["cells"]
    proof = proven(server, made[0], "--keyring", old)
    if not proof["in_the_backup"] == len(to_erase) or proof["opened"] != proof["cells"]:
        raise Violated(f"the keyring from before opens only {proof['opened']} of {proof['cells']} cells")
    began, takes = time.monotonic(), 1.0
    for backup in random.sample(made, min(options.restores, len(made))):
        kill = random.random() * takes if next(kills) else None
        again = restored(server, backup, folder, newest, kill=kill)
        takes = time.monotonic() - began
        check_restored(server, again, to_erase, survivors, f"restored from {backup}")
        began = time.monotonic()
    server.stop()
    return longest, cells


def die_at_each_step(server, folder, options):
    """E1, E3, E4 and E5, at each step."""
    clients = Clients(server)
    clients.fill(options.customers, 2)
    everyone = list(clients.acknowledged)
    survivors = {customer: clients.get(customer)[1] for customer in everyone[-8:]}
    rest, erased, place = iter(everyone[:-8]), [], folder / "backups"
    before = back_up(server, place)
    steps = {what: named(what) for what in ("erase", "rotate", "restore")}
    steps["restore"] += named("older restore")
    for step in steps["erase"] * options.rounds:
        server.stop()
        server.environment["DOSSIER_DIES_AT"] = step
        server.start()
        clients.erase(customer := next(rest))
        if server.process.wait(30) != -signal.SIGABRT:
            raise Violated(f"the server did not die at {step!r}")
        del server.environment["DOSSIER_DIES_AT"]
        server.start()
        clients.wait([customer])
        erased.append(customer)
        check(clients, erased, survivors, f"died at {step!r}")
    server.stop()
    for step in steps["rotate"] * options.rounds:
        server.dies(step, "keyring", "rotate")
        server.start()
        server.command("keyring", "rotate")
        check(clients, erased, survivors, f"died at {step!r}")
        server.stop()
    server.command("audit", "verify")
    proof = proven(server, before)
    if proof["opened"] or proof["in_the_backup"] != len(erased):
        raise Violated(f"a backup tells of the erased: {proof}")
    (folder / "keys.json").unlink(missing_ok=True)
    server.command("backup", "keys", folder / "keys.json")
    for step in steps["restore"] * options.rounds:
        again = restored(server, before, folder, folder / "keys.json", dies_at=step)
        check_restored(server, again, erased, survivors, f"restored after it died at {step!r}")
    return sum(map(len, steps.values())) * options.rounds


def rotate_many(server):
    """E7"""
    load = Load(server)

    def some(count):
        connection = load.connection()
        for _ in range(count):
            load.create(connection, full=False)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(some, [ROTATED // 8] * 8))
    load.acknowledged = random.sample(load.acknowledged, 1_000)
    load.start()
    began = time.monotonic()
    server.command("keyring", "rotate")
    took = time.monotonic() - began
    load.end()
    if load.failures or took > ROTATION_SECONDS:
        raise Violated(f"{ROTATED} subjects were rotated in {took:.1f} s, and {load.failures} requests failed")
    return took


def prove(engine, folder, database, options):
    data = folder / "data"
    data.mkdir(mode=0o700)
    server = Server(options.binary.resolve(), data, database)
    # A rotation in the middle of a round would be as good, but this proof says when.
    server.environment["DOSSIER_KEY_ROTATION"] = "off"
    try:
        server.start()
        if options.steps:
            steps = die_at_each_step(server, folder, options)
            print(
                f"{engine}: died at each of {steps} steps of erasing, rotating and restoring: no erased customer came "
                "back, and no other is missing"
            )
            return
        longest, cells = erase_and_restore(server, folder, options)
        print(
            f"{engine}: E1 {options.kills} kills; E2 at most {longest:.2f} s from request to 410; E3 {options.erased} "
            f"erased and E4 {options.customers - options.erased} others in {options.restores} of "
            f"{options.backups + 1} restored backups; E5 verified; E6 {cells} cells in all backups, none opens"
        )
        if options.long:
            server.start()
            print(f"{engine}: E7 {ROTATED} subjects rotated in {rotate_many(server):.1f} s beside other requests")
            server.stop()
    finally:
        if server.process and server.process.poll() is None:
            server.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=64)
    parser.add_argument("--erased", type=int, default=24)
    parser.add_argument("--backups", type=int, default=3)
    parser.add_argument("--restores", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--binary", type=pathlib.Path, default=backups.ROOT / "target/dist/dossier")
    options = parser.parse_args()
    if options.long:
        options.customers, options.erased, options.backups, options.restores, options.kills = 2_000, 1_000, 20, 21, 20
    random.seed(options.seed)
    print(f"seed {options.seed}")
    for engine in options.engines.split(","):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            cluster = Cluster(folder / "cluster") if engine == "postgres" else None
            try:
                prove(engine, folder, cluster and cluster.url, options)
            finally:
                if cluster:
                    cluster.stop()


if __name__ == "__main__":
    try:
        main()
    except Violated as violated:
        sys.exit(f"violated: {violated}")
