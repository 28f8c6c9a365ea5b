#!/usr/bin/env python3
"""Checks what packages/build.sh has built in target/packages, and the files for Compose, Kubernetes and Grafana. Given
a second folder with the same files, it also checks that they are the same, byte by byte. It installs nothing on this
machine, and fetches nothing."""
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import ruamel.yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "target/packages"
TOOLS = Path(sys.executable).parent
USER = 65532
DEVICES = ["null", "zero", "full", "random", "urandom"]
# What a hardened service may be exposed to, as systemd counts it; 10 is unprotected.
EXPOSURE = 1.5


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


def binary():
    program = BUILT / "dossier"
    header = run("readelf", "--program-headers", "--dynamic", "--section-headers", "--wide", program)
    assert "INTERP" not in header and "NEEDED" not in header, "the binary is not static"
    assert ".dep-v0" in header, "the binary does not name its dependencies"
    version = run(program, "--version").strip()
    assert re.fullmatch(r"dossier \d+\.\d+\.\d+ \([0-9a-f]{12}(-modified)?, \d{4}-\d\d-\d\d\)", version), version
    return version


def same(other):
    for sums in [BUILT / "SHA256SUMS", other / "SHA256SUMS"]:
        run("sha256sum", "--check", "--quiet", sums.name, cwd=sums.parent)
    mine, theirs = (folder.joinpath("SHA256SUMS").read_text() for folder in (BUILT, other))
    assert mine == theirs, f"two builds of one commit differ:\n{mine}\n{theirs}"
    return "two builds in two folders have the same sums"


def manual():
    pages = sorted((BUILT / "man").glob("*.1"))
    assert len(pages) > 50 and (BUILT / "man/dossier.1") in pages, pages
    for page in pages:
        command = ["groff", "-K", "utf8", "-man", "-T", "utf8", "-ww", "-z", page]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert not said.stderr, said.stderr
    run("bash", "-n", BUILT / "completions/dossier")
    for shell, script in [("zsh", "_dossier"), ("fish", "dossier.fish")]:
        assert "keyring" in (BUILT / "completions" / script).read_text()
        if shutil.which(shell):
            run(shell, "-n", BUILT / "completions" / script)
    return f"{len(pages)} manual pages, and completions for three shells"


def parts():
    text = (BUILT / "dossier.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    assert str(ROOT) not in text
    bom = json.loads(text)
    sums = bom["metadata"]["component"]["hashes"]
    assert sums[0]["content"] == hashlib.sha256((BUILT / "dossier").read_bytes()).hexdigest()
    names = {part["name"] for part in bom["components"]}
    assert {"rusqlite", "rustls", "tokio", "htmx.org", "pdfjs-dist"} <= names, names
    unlicensed = [part["name"] for part in bom["components"] if not part.get("licenses")]
    assert not unlicensed, unlicensed
    return f"{len(names)} parts, all with a licence"


def package(folder):
    (deb,) = BUILT.glob("*.deb")
    run("lintian", "--allow-root", "--fail-on", "error", "--info", deb)
    run("dpkg-deb", "--extract", deb, folder)
    run("dpkg-deb", "--control", deb, folder / "DEBIAN")
    for path in ["usr/bin/dossier", "usr/lib/systemd/system/dossier.service", "usr/share/man/man1/dossier.1.gz",
                 "usr/share/bash-completion/completions/dossier", "etc/default/dossier"]:
        assert (folder / path).exists() or (folder / path.removeprefix("usr/")).exists(), f"the package lacks {path}"
    assert "adduser --system" in (folder / "DEBIAN/postinst").read_text()
    assert "/etc/default/dossier" in (folder / "DEBIAN/conffiles").read_text()
    (unit,) = folder.rglob("dossier.service")
    exposure = run("systemd-analyze", "security", "--offline=true", unit).splitlines()[-1]
    rated = float(re.search(r"(\d+\.\d)", exposure).group(1))
    assert rated <= EXPOSURE, exposure
    return f"lintian finds no errors; the service is exposed to {rated}"


def installed(folder):
    """Installs and purges the package in a copy of this system that is thrown away."""
    (deb,) = BUILT.glob("*.deb")
    for part in ["upper", "work", "root"]:
        (folder / part).mkdir()
    shutil.copy(deb, folder / "dossier.deb")
    script = f"""
        mount -t overlay overlay -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work {folder}/root
        cp {folder}/dossier.deb {folder}/root/dossier.deb
        chroot {folder}/root sh -euc '
            dpkg --install /dossier.deb >&2
            stat --format="%U %a" /var/lib/dossier
            setpriv --reuid dossier --regid dossier --clear-groups dossier --version
            touch /var/lib/dossier/kept
            dpkg --purge dossier >&2
            ls /var/lib/dossier; test ! -e /usr/bin/dossier'"""
    said = run("unshare", "--mount", "sh", "-euc", script).splitlines()
    assert said[0] == "dossier 700" and said[1].startswith("dossier ") and said[2] == "kept", said
    return "it installs with its user and folder, and a purge keeps the data"


def allowed_calls(unit):
    """The system calls that the service may make, as systemd expands its filters."""
    def expanded(words):
        calls = set()
        for word in words:
            listed = run("systemd-analyze", "syscall-filter", word) if word.startswith("@") else word
            for line in listed.splitlines():
                name = line.strip().split(" ")[0]
                calls |= set() if not name or name.startswith("#") or name == word and word[0] == "@" else (
                    expanded([name]) if name.startswith("@") else {name})
        return calls
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        allowed = allowed - expanded(line[1:].split()) if line[0] == "~" else allowed | expanded(line.split())
    return allowed


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes every delivery."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def served(folder, trace):
    """Starts the binary, asks it for a few things, and ends it. Returns what it called."""
    environment = {"PATH": "/usr/bin:/bin", "DOSSIER_LISTEN": "127.0.0.1:18480",
                   "DOSSIER_METRICS_LISTEN": "127.0.0.1:18481", "DOSSIER_DATA_DIR": str(folder / "data")}
    receiver = http.server.HTTPServer(("127.0.0.1", 18482), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    # Not as root, for whom SQLite also changes the owners of files.
    (folder / "data").mkdir(mode=0o700)
    shutil.chown(folder / "data", "nobody")
    folder.chmod(0o755)
    command = ["strace", "-f", "-qq", "-u", "nobody", "-o", trace, BUILT / "dossier", "serve"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        key = next(line.split()[-1] for line in server.stdout if line.startswith("Sandbox key"))
        headers = {"Api-Key": key, "Content-Type": "application/json"}
        def ask(path, body=None):
            data = body and json.dumps(body).encode()
            request = urllib.request.Request(f"http://127.0.0.1:18480{path}", data, headers)
            try:
                return urllib.request.urlopen(request).read()
            except urllib.error.HTTPError as error:
                raise AssertionError(f"{path}: {error.read()}") from error
        # A name, so that the static binary has to resolve one.
        ask("/v0/webhooks", {"url": "http://localhost:18482/", "event_types": ["customer.created"]})
        ask("/v0/customers", {"type": "individual", "email": "ada@example.com"})
        assert b"Documentation" in ask("/docs")
        deadline = time.monotonic() + 60
        while True:
            with urllib.request.urlopen("http://127.0.0.1:18481/metrics") as metrics:
                if b'dossier_webhook_attempts_total{outcome="delivered"} 1' in metrics.read():
                    break
            assert time.monotonic() < deadline, "nothing was delivered to localhost"
            time.sleep(0.3)
        assert run(BUILT / "dossier", "health", env=environment).strip() == "ready"
    finally:
        subprocess.run(["pkill", "--parent", str(server.pid)], check=False)
        server.wait()
        receiver.shutdown()
    return {call for line in Path(trace).read_text().splitlines() for call in re.findall(r"^\d+ +(\w+)\(", line)}


def service(folder):
    called = served(folder, folder / "trace")
    unit = (ROOT / "packages/deb/dossier.service").read_text()
    refused = called - allowed_calls(unit)
    # The start of a program is not a call of the service.
    refused -= {"execve"}
    assert len(called) > 40 and not refused, f"the service calls what its filter refuses: {refused}"
    return f"{len(called)} system calls, all allowed by the service; the static binary resolves names"


def image(folder):
    with tarfile.open(BUILT / "dossier-image.tar") as archive:
        archive.extractall(folder / "image", filter="data")
    (manifest,) = json.loads((folder / "image/manifest.json").read_text())
    described = (folder / "image" / manifest["Config"]).read_bytes()
    assert hashlib.sha256(described).hexdigest() in manifest["Config"]
    config = json.loads(described)["config"]
    assert config["User"] == f"{USER}:{USER}" and config["Entrypoint"] == ["/usr/bin/dossier"], config
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/dossier", "health"], config
    rootfs = folder / "rootfs"
    folder.chmod(0o755)  # or its user could not enter it
    for layer, expected in zip(manifest["Layers"], json.loads(described)["rootfs"]["diff_ids"]):
        content = (folder / "image" / layer).read_bytes()
        assert expected == f"sha256:{hashlib.sha256(content).hexdigest()}", layer
        rootfs.mkdir(exist_ok=True)
        run("tar", "--extract", "--same-owner", "--file", folder / "image" / layer, "--directory", rootfs)
    programs = [path for path in rootfs.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
    assert programs == [rootfs / "usr/bin/dossier"], programs
    return run_image(rootfs, config)


def run_image(rootfs, config):
    """Runs the image as its user, with a read-only root and nothing else of this system."""
    variables = " ".join(f"'{pair}'" for pair in config["Env"])
    as_user = f"setpriv --reuid {USER} --regid {USER} --clear-groups --no-new-privs --bounding-set=-all"
    run_as = f"env -i {variables} {as_user}"
    # Every container has these devices, whatever its image contains (OCI runtime specification).
    (rootfs / "dev").mkdir()
    for device in DEVICES:
        (rootfs / "dev" / device).touch()
    script = f"""
        mount --bind {rootfs} {rootfs}; mount --bind {rootfs}/data {rootfs}/data
        for device in {" ".join(DEVICES)}; do mount --bind /dev/$device {rootfs}/dev/$device; done
        mount -o remount,bind,ro {rootfs}
        ip link set lo up
        # setpriv is outside of the image, so it goes first.
        {run_as} unshare --user --map-current-user --root={rootfs} /usr/bin/dossier serve >{rootfs}.log 2>&1 &
        server=$!
        for _ in $(seq 150); do
            {run_as} unshare --user --map-current-user --root={rootfs} /usr/bin/dossier health >/dev/null 2>&1 && break
            sleep 0.2
        done
        {run_as} unshare --user --map-current-user --root={rootfs} /usr/bin/dossier health
        {run_as} unshare --user --map-current-user --root={rootfs} /usr/bin/dossier doctor --output json
        kill $server; wait $server
        stat --format=%u {rootfs}/data/dossier"""
    said = run("unshare", "--mount", "--net", "sh", "-euc", script).splitlines()
    assert said[0] == "ready" and said[-1] == str(USER), said
    return "it runs as its user with a read-only root, and its health check passes"


def orchestration():
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "packages/compose.yaml")
    run(TOOLS / "kubernetes-validate", "--strict", ROOT / "packages/kubernetes.yaml")
    version = run(BUILT / "dossier", "--version").split()[1]
    yaml = ruamel.yaml.YAML(typ="safe")
    compose = yaml.load(ROOT / "packages/compose.yaml")
    pods = [one for one in yaml.load_all(ROOT / "packages/kubernetes.yaml") if one["kind"] == "StatefulSet"]
    images = [compose["services"]["dossier"]["image"], pods[0]["spec"]["template"]["spec"]["containers"][0]["image"]]
    assert images == [f"dossier:{version}"] * 2, images
    return "the files for Compose and Kubernetes fit their schemas"


def dashboard():
    """Grafana's own types read the dashboard and write the same."""
    given = json.loads((ROOT / "ops/dashboard.json").read_text())
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(given)))
    def lost(before, after, place=""):
        if isinstance(before, dict) and isinstance(after, dict):
            return [one for key in before for one in lost(before[key], after.get(key), f"{place}/{key}")]
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            return [one for at, pair in enumerate(zip(before, after)) for one in lost(*pair, f"{place}/{at}")]
        return [] if before == after else [place]
    assert not lost(given, read), lost(given, read)
    return f"{len(given['panels'])} panels, as Grafana 11.6 reads them"


def main():
    checks = [binary, manual, parts, package, installed, service, image, orchestration, dashboard]
    if len(sys.argv) > 1:
        checks.insert(1, same)
    for check in checks:
        with tempfile.TemporaryDirectory(prefix="dossier-packages-") as place:
            wants = check.__code__.co_varnames[:check.__code__.co_argcount]
            given = {"folder": Path(place), "other": Path(sys.argv[-1])}
            print(f"{check.__name__}: {check(**{name: given[name] for name in wants})}", flush=True)


if __name__ == "__main__":
    main()
