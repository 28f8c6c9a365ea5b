#!/usr/bin/env python3
"""Measures whether Dossier slows down with many customers, and how much disk they take.

    bench/scale.py [--engine sqlite|postgres] [--sizes 1000,100000,1000000] [--rounds 5] [--seconds 3] [--cache 8GiB]

Starts a server for each size and fills it with individuals with full profiles. Then measures in interleaved rounds:
changes and reads of random customers, look-ups by e-mail, and the list of the newest 20. Prints the rate of each, and
its ratio to the rate at the smallest size; the goal is 0.80. `--cache` is the setting `cache`; its default is what
docs/scale.md advises for a million customers. Needs wrk, for PostgreSQL its programs, and several GiB in the temporary
folder.
"""

import argparse
import os
import pathlib
import random
import shutil
import statistics
import tempfile

from run import CONNECTIONS, Cluster, Load, Server, bodies

# PUT is last, since nothing has read the changed customers again.
MEASURES = [
    ("GET", "get", "ids", "none"),
    ("by e-mail", "email", "emails", "none"),
    ("list of 20", "list", "ids", "none"),
    ("PUT", "put", "ids", "individual"),
]
GOAL = 0.80
# What docs/postgresql.md advises, on a machine that is shared with everything else.
SETTINGS = ("shared_buffers = 4GB", "max_wal_size = 16GB", "checkpoint_timeout = 30min")
# What docs/operations.md advises for a large cache.
ALLOCATOR = {"MIMALLOC_ALLOW_THP": "2", "MIMALLOC_GENERIC_COLLECT": "100000"}


class Filled:
    """A server with this number of customers."""

    def __init__(self, folder, size, engine, cache):
        self.size, self.folder, self.cluster = size, folder / str(size), None
        self.folder.mkdir()
        self.folder.chmod(0o711)
        if engine == "postgres":
            self.cluster = Cluster(self.folder / "postgres", settings=SETTINGS)
        self.server = Server(
            self.folder, self.cluster and self.cluster.socket_url, settings={"DOSSIER_CACHE": cache, **ALLOCATOR}
        )
        self.server.start()
        self.files = bodies(self.folder)
        self.load = Load(self.folder, self.server.key)
        self.fill()

    def fill(self):
        empty, made = self.folder / "empty", 0
        empty.write_text("-\n")
        while made < self.size:
            result = self.load.run(
                self.server.url,
                "post",
                max(1, min(20, (self.size - made) // 20_000)),
                empty,
                self.files["new individual"],
                64 if self.size - made > 1_000 else 4,
            )
            made += result["requests"] - result["status"]
        ids = [(item["customer_id"], item["email"]) for item in self.server.customers()]
        self.made = len(ids)
        # The customers that are asked for are spread over all, as with many clients.
        random.shuffle(ids)
        (self.folder / "ids").write_text("\n".join(one for one, _ in ids) + "\n")
        longest = max(len(email) for _, email in ids)
        (self.folder / "emails").write_text("\n".join(email.ljust(longest) for _, email in ids) + "\n")
        changed = 0
        while changed < self.made:
            seconds = max(1, min(30, (self.made - changed) // 10_000))
            done = self.load.run(
                self.server.url, "put", seconds, self.folder / "ids", self.files["individual"], first=changed
            )
            # The last request on each connection has an unknown outcome.
            changed += max(1, done["requests"] - CONNECTIONS)
        # As after the first hours of a longer life: what is read has been read before.
        for _ in self.server.customers():
            pass
        if self.cluster:
            self.cluster.sql("VACUUM ANALYZE")
            self.cluster.sql("CHECKPOINT")
        # What the filling left to be written is not measured.
        os.sync()

    def bytes(self):
        """What lies where, in bytes."""
        if self.cluster:
            rows = self.cluster.sql(
                "SELECT relname, pg_total_relation_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables "
                "WHERE pg_total_relation_size(relid) > 100000 ORDER BY 2 DESC"
            ).splitlines()
            return [row.split("|") for row in rows if row]
        database = self.server.folder / "data" / "dossier.db"
        return [("dossier.db", database.stat().st_size, 0)]

    def stop(self):
        self.server.process.kill()
        if self.cluster:
            self.cluster.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--sizes", default="1000,100000,1000000")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--cache", default="8GiB")
    options = arguments.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-scale-"))
    folder.chmod(0o711)
    filled = []
    try:
        for size in map(int, options.sizes.split(",")):
            filled.append(Filled(folder, size, options.engine, options.cache))
            print(f"{filled[-1].made} customers on {options.engine}", flush=True)
        rates = {}
        for name, part, ids, body in MEASURES:
            # What the measure before left to be written, neither.
            os.sync()
            for _ in range(options.rounds):
                for one in filled:
                    result = one.load.run(one.server.url, part, options.seconds, one.folder / ids, one.files[body])
                    assert result["status"] == 0, (name, result)
                    rates.setdefault((name, one.size), []).append(result["rate"])
            print(
                f"{name:10}",
                *(f"{one.made:>8}: {statistics.median(rates[name, one.size]):7.0f}/s" for one in filled),
                end="",
            )
            for one in filled[1:]:
                ratios = [rate / base for rate, base in zip(rates[name, one.size], rates[name, filled[0].size])]
                print(f"   {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})", end="")
            print(f"   goal {GOAL:.2f}", flush=True)
        largest = filled[-1]
        for name, size, indexes in largest.bytes():
            print(
                f"{name:14} {int(size) / largest.made:8.0f} bytes a customer, "
                f"of which indexes {int(indexes) / largest.made:6.0f}"
            )
        print(f"RSS of the server with {largest.made} customers: {largest.server.rss_mib():.0f} MiB")
    finally:
        for one in filled:
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
