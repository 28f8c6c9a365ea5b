#!/usr/bin/env python3
"""Generates clients from the server's OpenAPI document, compiles them strictly, and runs them against the server.

./check setup installs what this needs. The generated clients stay in generated/, so that you can look at them.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
GENERATED = HERE / "generated"
DOCUMENT = GENERATED / "openapi.json"
NPM = HERE / "node_modules/.bin"
PYTHON = HERE / ".venv/bin"


class Server:
    """The binary in an empty folder."""

    def __init__(self, binary, folder):
        self.log = open(folder / "log", "w")
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", folder / "data", "--listen", "127.0.0.1:0", "--metrics-listen", "off"],
            cwd=folder, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.key = None
        for line in self.process.stdout:
            if found := re.match(r"API +(http://\S+)/v0", line):
                self.url = found[1]
            if found := re.match(r"Sandbox key +(\S+)", line):
                self.key = found[1]
            if self.url and self.key:
                return
        raise SystemExit(f"the server did not start: {(folder / 'log').read_text()[-2000:]}")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def steps():
    """Every step, in order: what holds, and the command that shows it."""
    python = GENERATED / "python"
    return [
        ("Redocly finds nothing", [NPM / "redocly", "lint", "--config", HERE / "redocly.yaml", "--max-problems", "20",
                                   DOCUMENT]),
        ("openapi-typescript generates types", [NPM / "openapi-typescript", DOCUMENT, "-o", GENERATED / "api.d.ts"]),
        ("TypeScript compiles the good calls and refuses the bad ones", [NPM / "tsc", "-p", HERE]),
        ("the TypeScript client works", ["node", GENERATED / "compiled/client.js"]),
        ("openapi-python-client generates a client",
         [PYTHON / "openapi-python-client", "generate", "--path", DOCUMENT, "--meta", "none", "--fail-on-warning",
          "--config", HERE / "openapi-python-client.yaml", "--output-path", python / "dossier_client"]),
        ("mypy accepts the good calls and refuses the bad ones",
         [PYTHON / "mypy", "--strict", "--cache-dir", GENERATED / "mypy", python / "dossier_client",
          HERE / "client.py"]),
        ("the Python client works", [PYTHON / "python", HERE / "client.py"]),
    ]


def run(command, environment):
    """The output of a command that failed, or that has warnings; nothing of another."""
    done = subprocess.run(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300)
    # Redocly exits with 0 when there are warnings only.
    is_good = done.returncode == 0 and not re.search(r"You have \d+ warning", done.stdout)
    return None if is_good else f"{done.stdout}exit code {done.returncode}\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/debug/dossier")
    binary = arguments.parse_args().binary.resolve()
    shutil.rmtree(GENERATED, ignore_errors=True)
    (GENERATED / "python").mkdir(parents=True)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="dossier-clients-") as folder:
        server = Server(binary, pathlib.Path(folder))
        try:
            urllib.request.urlretrieve(f"{server.url}/openapi.json", DOCUMENT)
            # Linters and generators would call home.
            environment = {**os.environ, "DOSSIER_URL": server.url, "DOSSIER_KEY": server.key,
                           "PYTHONPATH": str(GENERATED / "python"), "MYPYPATH": str(GENERATED / "python"),
                           "PYTHONDONTWRITEBYTECODE": "1", "REDOCLY_TELEMETRY": "off",
                           "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
            for name, command in steps():
                failure = run(command, environment)
                passed, failed = passed + (failure is None), failed + (failure is not None)
                print("ok    " if failure is None else "FAILED", name, flush=True)
                if failure:
                    print(" ".join(str(word) for word in command), failure, sep="\n")
        finally:
            server.stop()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
