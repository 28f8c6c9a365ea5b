#!/usr/bin/env python3
"""Compares builds of Dossier. Each serves a folder of its own, and in each round all of them and the yardstick are
measured in turn.

    bench/compare.py [--engine sqlite|postgres] [--rounds 7] [--seconds 3] [--customers 20000] [--only PUT,GET]
                     BINARY BINARY...

For each binary and measure, prints medians over the rounds: the ratio to the yardstick, the ratio to the first binary
in the same round, and the processor time of a request (with PostgreSQL, including its processes). Changes in the speed
of the machine affect all binaries of a round alike, so a dozen rounds show a difference of two percent. Processor time
depends least on a slow disk.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from run import MEASURES, YARDSTICK, Cluster, Load, Server, bodies, fill, free_port


class Build:
    """A binary with a folder and a database of its own, filled."""

    def __init__(self, number, binary, folder, options):
        self.name, self.folder = f"{number} {binary.name}", folder / str(number)
        self.folder.mkdir()
        self.folder.chmod(0o711)
        self.cluster = Cluster(self.folder / "postgres") if options.engine == "postgres" else None
        self.server = Server(self.folder, self.cluster and self.cluster.socket_url, binary.resolve())
        self.server.start()
        self.load, self.files = Load(self.folder, self.server.key), bodies(self.folder)
        fill(self.server, self.load, self.folder, self.files, options.customers)

    def processor_seconds(self):
        processes = [self.server.process.pid, *(self.cluster.children() if self.cluster else [])]
        return sum(map(ticks, processes)) / os.sysconf("SC_CLK_TCK")

    def run(self, part, ids, body, seconds):
        before = self.processor_seconds()
        measured = self.load.run(self.server.url, part, seconds, self.folder / ids, self.files[body])
        assert measured["status"] == (measured["requests"] if body == "refused" else 0), (self.name, measured)
        measured["us"] = (self.processor_seconds() - before) / measured["requests"] * 1e6
        return measured

    def stop(self):
        self.server.process.kill()
        if self.cluster:
            self.cluster.stop()


def ticks(process):
    """User and system time; none if the process has ended, as PostgreSQL's workers do."""
    try:
        # The name before them may have blanks.
        user, system = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0
    return int(user) + int(system)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--customers", type=int, default=20_000)
    arguments.add_argument("--only", default="PUT individual")
    arguments.add_argument("binaries", nargs="+", type=pathlib.Path, metavar="BINARY")
    options = arguments.parse_args()
    only = options.only.split(",")
    folder, builds = pathlib.Path(tempfile.mkdtemp(prefix="dossier-compare-")), []
    folder.chmod(0o711)
    port = free_port()
    yardstick = subprocess.Popen([YARDSTICK, f"127.0.0.1:{port}"])
    try:
        for number, binary in enumerate(options.binaries, 1):
            builds.append(Build(number, binary, folder, options))
        time.sleep(1)
        print(
            f"{'measure':16} {'build':16} {'per s':>8} {'ratio':>6} {'to first':>8} {'(range)':>14} "
            f"{'us':>6} {'p50 ms':>7} {'p99 ms':>7}"
        )
        for name, part, ids, body, _ in MEASURES:
            if any(one in name for one in only):
                compare(builds, f"http://127.0.0.1:{port}", name, (part, ids, body), options)
    finally:
        yardstick.kill()
        for build in builds:
            build.stop()
        shutil.rmtree(folder)


def compare(builds, yardstick, name, measure, options):
    part, ids, body = measure
    first, rounds = builds[0], {build.name: [] for build in builds}
    for turn in range(options.rounds):
        base = first.load.run(yardstick, part, options.seconds, first.folder / ids, first.files[body])
        # Each goes first in its turn: the one that follows finds the writes of the other in progress.
        order = builds[turn % len(builds) :] + builds[: turn % len(builds)]
        taken = {build.name: build.run(part, ids, body, options.seconds) for build in order}
        for build, one in taken.items():
            one["ratio"] = one["rate"] / base["rate"]
            one["to first"] = one["rate"] / taken[first.name]["rate"]
            rounds[build].append(one)
    for build, taken in rounds.items():
        rate, ratio, to_first, us, p50, p99 = (
            statistics.median(one[key] for one in taken) for key in ("rate", "ratio", "to first", "us", "p50", "p99")
        )
        compared = sorted(one["to first"] for one in taken)
        print(
            f"{name:16} {build:16} {rate:8.0f} {ratio:6.3f} {to_first:8.3f} {compared[0]:6.3f}-{compared[-1]:.3f} "
            f"{us:6.1f} {p50 / 1000:7.2f} {p99 / 1000:7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
