#!/usr/bin/env python3
"""Checks the clients: generates, compiles, packs and installs them, and runs them against the server.

./check setup installs what this needs. What is tested are the packages in dist/, as users install them, also with the
faults that tests/proxy.py injects. Everything generated is kept, so that you can look at it.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]

import make  # noqa: E402
import faults  # noqa: E402
from make import DIST, DOCUMENT, NPM, PYTHON_BIN, ROOT  # noqa: E402
from proxy import Proxy  # noqa: E402
from server import Server, deliveries  # noqa: E402

# The packages as they are installed, and the tests beside them.
WORK = HERE / "generated"
FILE = ROOT / "crates/server/assets/examples/passport.png"
# The documents whose examples are run, by the name of the program that is made from them.
DOCUMENTS = {"readme": ROOT / "README.md", "guide": ROOT / "docs/clients.md"}
PACKAGES = {"ts": HERE / "typescript/README.md", "python": HERE / "python/README.md"}
PROGRAMS = ("generated", "driver", "test_client")
SCOPES = ["customers:read", "customers:write", "files:read", "files:write", "kyc:session", "kyc:decide", "simulate",
          "webhooks:manage", "events:read", "pii:reveal"]


class Check:
    """Counts what passed. A step that fails does not stop the others."""

    def __init__(self):
        self.passed = self.failed = 0
        self.began = time.monotonic()

    def record(self, name, failure):
        self.passed, self.failed = self.passed + (not failure), self.failed + bool(failure)
        now = time.monotonic()
        print(f"{'FAILED' if failure else 'ok    '} {now - self.began:5.1f} s  {name}", flush=True)
        self.began = now
        if failure:
            print(failure)

    def run(self, name, command, environment=None):
        """Records whether a command succeeded, and returns what it printed."""
        # Linters and generators would call home.
        quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "PYTHONDONTWRITEBYTECODE": "1",
                 "PYTHONPATH": str(WORK / "python"), "MYPYPATH": str(WORK / "python")}
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **quiet, **(environment or {})},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        # Redocly exits with 0 when there are warnings only.
        is_good = done.returncode == 0 and not re.search(r"You have \d+ warning", done.stdout)
        words = " ".join(str(word) for word in command)
        self.record(name, None if is_good else f"{words}\n{done.stdout}exit code {done.returncode}\n")
        return done.stdout if is_good else ""


def install():
    """The packages in a folder of their own, and beside them the tests that use them."""
    package = WORK / "node_modules/dossier-client"
    with tarfile.open(next(DIST.glob("*.tgz"))) as archive:
        archive.extractall(WORK, filter="data")
    package.parent.mkdir()
    (WORK / "package").rename(package)
    (WORK / "package.json").write_text('{"type": "module"}')
    make.run(PYTHON_BIN / "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check",
              "--target", WORK / "python", next(DIST.glob("*.whl")))
    for test in (HERE / "tests").iterdir():
        if test.suffix == ".ts" or test.name in ("tsconfig.json", *(f"{name}.py" for name in PROGRAMS)):
            shutil.copy(test, WORK)


def write_examples(server):
    """The code of the documents, in which the server and the key are those of the check."""
    for language, suffix in ("ts", "ts"), ("python", "py"):
        for name, document in {**DOCUMENTS, "package": PACKAGES[language]}.items():
            blocks = re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)
            code = "\n".join(blocks).replace("http://127.0.0.1:8080", server.url).replace("dsk_test_…", server.key)
            code = code.replace("ada@example.com", f"{name}-{language}@example.com")
            if server.url not in code:
                raise SystemExit(f"{document} has no example in {language}")
            (WORK / f"{name}.{suffix}").write_text(code)


def compile_all(check):
    check.run("TypeScript compiles the good calls and refuses the bad ones",
              [NPM / "tsc", "-p", WORK / "tsconfig.json"])
    programs = [WORK / f"{name}.py" for name in (*PROGRAMS, *DOCUMENTS, "package")]
    check.run("mypy accepts the good calls and refuses the bad ones",
              [PYTHON_BIN / "mypy", "--strict", "--cache-dir", HERE / "generated/mypy", WORK / "python/dossier_client",
               *programs])


def run_all(check, environment):
    out = WORK / "compiled"
    check.run("a client that only openapi-typescript makes works", ["node", out / "generated.js"], environment)
    check.run("a client that only openapi-python-client makes works", [PYTHON_BIN / "python", WORK / "generated.py"],
              environment)
    check.run("the tests of the TypeScript client", ["node", "--test", out / "client.test.js"], environment)
    check.run("the tests of the Python client", [PYTHON_BIN / "python", WORK / "test_client.py"], environment)
    for name, where in {"readme": "README.md", "guide": "docs/clients.md", "package": "the package's README"}.items():
        check.run(f"the TypeScript in {where} works", ["node", out / f"{name}.js"], environment)
        check.run(f"the Python in {where} works", [PYTHON_BIN / "python", WORK / f"{name}.py"], environment)


def run_with_faults(check, server, environment):
    proxy = Proxy(server.url)
    try:
        for client, command in {
            "TypeScript": ["node", WORK / "compiled/driver.js"],
            "Python": [PYTHON_BIN / "python", WORK / "driver.py"],
            "Python, asynchronous": [PYTHON_BIN / "python", WORK / "driver.py", "--async"],
        }.items():
            ready = faults.prepared(server, proxy, client)
            printed = check.run(f"{client}: the calls of {len(ready)} scenarios", command,
                                {**environment, "DOSSIER_SCENARIOS": json.dumps(ready)})
            if printed:
                mistakes = list(faults.mistakes(server, proxy, ready, printed))
                check.record(f"{client}: every fault ends as the scenario says", "\n".join(mistakes))
    finally:
        proxy.stop()


def checks(check, server):
    served = server.call("GET", "/openapi.json")
    check.record("the server serves the document that the clients are made from",
                 None if served == json.loads(DOCUMENT.read_text()) else "run the tests of the server, and build it")
    write_examples(server)
    compile_all(check)
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    key = server.command("keys", "create", "--environment", "sandbox", "--name", "clients", *scopes)["key"]
    environment = {"DOSSIER_URL": server.url, "DOSSIER_KEY": key, "DOSSIER_FILE": str(FILE),
                   "DOSSIER_DELIVERIES": json.dumps(deliveries(server))}
    run_all(check, environment)
    run_with_faults(check, server, environment)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/debug/dossier")
    binary = arguments.parse_args().binary.resolve()
    check = Check()
    make.generate()
    check.record("both clients are generated", None)
    make.pack()
    install()
    check.record("both packages are built and installed", None)
    check.run("Redocly finds nothing",
              [NPM / "redocly", "lint", "--config", HERE / "redocly.yaml", "--max-problems", "20", DOCUMENT])
    with tempfile.TemporaryDirectory(prefix="dossier-clients-") as folder:
        server = Server(binary, pathlib.Path(folder))
        try:
            checks(check, server)
        finally:
            server.stop()
    print(f"{check.passed} passed, {check.failed} failed")
    sys.exit(check.failed > 0)


if __name__ == "__main__":
    main()
