#!/usr/bin/env python3
"""Proves that an erased customer stays erased: through kills, and in every restored backup.

    proofs/erasure.py [--customers 80] [--erased 30] [--backups 4] [--restores 2] [--kills 3]
                      [--engines sqlite,postgres] [--binary PATH]

On each engine, customers with documents are created. Then, in as many rounds as there are backups, one backup is made
and some customers are erased while the server is killed at random moments:

  E1  after kill -9 at any moment, the next start finishes what was scheduled, and whoever was erased stays so
  E2  an erasure that is due takes at most a second, beside other requests
  E3  backups from before, between and after, restored in any order with the newest copy of the keys, bring nobody
      back: every request about an erased customer is a 410, and its files are unknown
  E4  the customers that were not erased are the same, before and after every restore
  E5  the audit trail verifies after each of these
"""

import argparse
import itertools
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

import backups
from backups import Load, Server, Violated
from postgres import Cluster

REQUEST = json.dumps({"reason": "proof", "requested_by": "nobody"})
GOAL_SECONDS = 1.0


class Clients(Load):
    """Requests with a key that may erase."""

    def __init__(self, server):
        super().__init__(server)
        made = server.command("keys", "create", "--name", "eraser", *itertools.chain.from_iterable(
            ("--scope", scope) for scope in ("erasure:request", "customers:read", "customers:write", "files:write")))
        server.key = json.loads(made.stdout)["key"]

    def get(self, customer):
        return self.request(self.connection(), "GET", f"/v0/customers/{customer}?expand=profile,documents", None)

    def erase(self, customer):
        return self.request(self.connection(), "POST", f"/v0/customers/{customer}/erasure", REQUEST)[0]


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


def erase_with_kills(server, clients, customers, kills):
    """Requests erasures and kills the server in between. Returns how long the last of them took without a kill."""
    moments = set(random.sample(range(len(customers)), min(kills, len(customers))))
    longest = 0.0
    for place, customer in enumerate(customers):
        began = time.monotonic()
        if clients.erase(customer) != 200:
            raise Violated(f"the erasure of {customer} was refused")
        if place in moments:
            time.sleep(random.random() * 1.2)
            server.kill()
            server.start()
        while clients.get(customer)[0] != 410:
            if time.monotonic() - began > 30:
                raise Violated(f"{customer} was not erased within 30 s")
            time.sleep(0.02)
        if place not in moments:
            longest = max(longest, time.monotonic() - began)
    return longest, len(moments)


def prove(binary, folder, database, options):
    data = folder / "data"
    data.mkdir(mode=0o700)
    server = Server(binary, data, database)
    try:
        server.start()
        return erase_and_restore(server, data, folder, options)
    finally:
        if server.process and server.process.poll() is None:
            server.kill()


def erase_and_restore(server, data, folder, options):
    clients = Clients(server)
    clients.fill(options.customers, 2)
    everyone = list(clients.acknowledged)
    random.shuffle(everyone)
    to_erase, others = everyone[:options.erased], everyone[options.erased:]
    survivors = {customer: clients.get(customer)[1] for customer in others}
    made, killed, longest = [], 0, 0.0
    share = -(-len(to_erase) // options.backups)
    for number in range(options.backups):
        backup = json.loads(server.command("backup", "create", folder / "backups").stdout)["backup"]
        made.append(backup)
        kills = options.kills // options.backups + (number < options.kills % options.backups)
        took, kills = erase_with_kills(server, clients, to_erase[number * share:(number + 1) * share], kills)
        longest, killed = max(longest, took), killed + kills
        time.sleep(1)  # the names of backups have seconds
    made.append(json.loads(server.command("backup", "create", folder / "backups").stdout)["backup"])
    check(clients, to_erase, survivors, "after the kills")
    verify(server, "after the kills")
    # A worker looks once a second, so a request waits for that, too.
    if longest > 1 + GOAL_SECONDS:
        raise Violated(f"an erasure took {longest:.2f} s")
    server.command("backup", "keys", folder / "keys.json")
    for backup in random.sample(made, min(options.restores, len(made))):
        into = folder / "restored"
        into.mkdir(mode=0o700)
        shutil.copy(data / "root.key", into / "root.key")
        server.command("restore", backup, "--into", into, "--keyring", folder / "keys.json")
        restored = server.restored(into)
        restored.key = server.key
        restored.start()
        again = Load(restored)
        again.get = lambda customer, load=again: Clients.get(load, customer)
        check(again, to_erase, survivors, f"restored {backup}")
        verify(restored, f"restored {backup}")
        restored.stop()
        shutil.rmtree(into)
    server.stop()
    return killed, longest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=80)
    parser.add_argument("--erased", type=int, default=30)
    parser.add_argument("--backups", type=int, default=4)
    parser.add_argument("--restores", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--binary", type=pathlib.Path, default=backups.ROOT / "target/dist/dossier")
    options = parser.parse_args()
    for engine in options.engines.split(","):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            cluster = Cluster(folder / "cluster") if engine == "postgres" else None
            try:
                killed, longest = prove(options.binary.resolve(), folder, cluster and cluster.url, options)
            finally:
                if cluster:
                    cluster.stop()
        print(f"{engine}: E1 {killed} kills; E2 at most {longest:.2f} s from request to 410; E3 {options.erased} erased "
              f"and E4 {options.customers - options.erased} others in {options.restores} of {options.backups + 1} "
              "restored backups; E5 verified")


if __name__ == "__main__":
    try:
        main()
    except Violated as violated:
        sys.exit(f"violated: {violated}")
