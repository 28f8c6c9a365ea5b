#!/usr/bin/env python3
"""sbom.py IN OUT BINARY: completes the list of parts (CycloneDX) that Cargo's metadata gives: scripts that are compiled
in, and the sum of the binary. Paths of this machine become the same everywhere."""
import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "crates/server/assets/vendor"


def script(name, version, licence):
    purl = f"pkg:npm/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "scope": "required",
            "licenses": [{"expression": licence}], "purl": purl}


def versions():
    """The versions of the scripts, as they say them."""
    htmx = re.search(r'version\s*[:=]\s*"([^"]+)"', (VENDOR / "htmx/htmx.min.js").read_text())
    pdfjs = re.search(r"\d+\.\d+\.\d+", (VENDOR / "pdfjs/VERSION").read_text())
    return [("htmx.org", htmx.group(1), "0BSD"), ("pdfjs-dist", pdfjs.group(0), "Apache-2.0")]


def main():
    source, target, binary = map(Path, sys.argv[1:])
    bom = json.loads(source.read_text().replace(str(ROOT), "/dossier"))
    application = bom["metadata"]["component"]
    application["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(binary.read_bytes()).hexdigest()}]
    scripts = [script(*one) for one in versions()]
    bom["components"] += scripts
    for dependency in bom["dependencies"]:
        if dependency["ref"] == application["bom-ref"]:
            dependency["dependsOn"] += [one["bom-ref"] for one in scripts]
    bom["dependencies"] += [{"ref": one["bom-ref"]} for one in scripts]
    target.write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n")


main()
