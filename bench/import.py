#!/usr/bin/env python3
"""Measures an import of full customers into an empty folder, by the command itself without a server.

    bench/import.py [--customers 100000] [--binary PATH] [--database URL]

Half of them are individuals and half are businesses with two persons, all of them approved elsewhere. Then imports the
same file again, which must change nothing. Fails if the first import takes more than 60 s for 100,000 customers.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

from run import EXAMPLES, TARGET

SECONDS_FOR_100_000 = 60
VERIFICATION = {
    "outcome": "approve",
    "reason_codes": ["verified"],
    "decided_on": "2024-05-06",
    "verified_by": "an earlier system, case 1",
}


def rows(count):
    kinds = {
        "individual": json.loads((EXAMPLES / "update-individual.json").read_text()),
        "corporate": json.loads((EXAMPLES / "update-business.json").read_text()),
    }
    for body in kinds.values():
        without_documents(body)
    for number in range(count):
        kind = "corporate" if number % 2 else "individual"
        yield {"email": f"{number}@example.com", "type": kind, **kinds[kind], "verification": VERIFICATION}


def without_documents(body):
    body.pop("documents", None)
    body.pop("email", None)
    for person in body.get("associated_persons", []):
        person.pop("documents", None)


def run(options, folder, *arguments):
    database = ["--database", options.database] if options.database else []
    command = [options.binary, *arguments, "--data-dir", folder / "data", "--output", "json", *database]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    return time.monotonic() - began, done


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--customers", type=int, default=100_000)
    arguments.add_argument("--binary", type=pathlib.Path, default=TARGET / "dossier")
    arguments.add_argument("--database")
    options = arguments.parse_args()
    options.binary = options.binary.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dossier-import-"))
    try:
        file = folder / "customers.ndjson"
        with file.open("w") as out:
            for row in rows(options.customers):
                out.write(json.dumps(row) + "\n")
        print(f"{options.customers} rows, {file.stat().st_size / options.customers:.0f} bytes each", flush=True)
        run(options, folder, "accounts", "create", "--name", "Bench")
        seconds = None
        for what in ("import", "again"):
            took, done = run(options, folder, "customers", "import", file)
            assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
            report = json.loads(done.stdout)
            assert report["failed"] == 0 and report["rows"] == options.customers, report
            print(
                f"{what:8} {took:8.1f} s  {options.customers / took:8.0f} rows a second  "
                f"{report['imported']} imported, {report['already_there']} already there",
                flush=True,
            )
            seconds = seconds or took
        assert report["imported"] == 0, "the second import created customers"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if seconds <= SECONDS_FOR_100_000 * max(options.customers, 1) / 100_000 + 5 else 1)


if __name__ == "__main__":
    main()
