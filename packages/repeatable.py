#!/usr/bin/env python3
"""repeatable.py IN OUT TAG: an image archive without what differs from build to build: the id and the host name of the
container in which it was built. The layers stay as they are."""
import hashlib
import io
import json
import sys
import tarfile


def main():
    source, target, tag = sys.argv[1:]
    with tarfile.open(source) as archive:
        def read(name):
            return archive.extractfile(name).read()

        (manifest,) = json.loads(read("manifest.json"))
        config = json.loads(read(manifest["Config"]))
        for built_in in ["container", "container_config"]:
            config.pop(built_in, None)
        config["config"]["Hostname"] = ""
        described = json.dumps(config, separators=(",", ":")).encode()
        name = f"{hashlib.sha256(described).hexdigest()}.json"
        described_all = [{"Config": name, "RepoTags": [tag], "Layers": manifest["Layers"]}]
        files = {layer: read(layer) for layer in manifest["Layers"]}
    files |= {name: described, "manifest.json": json.dumps(described_all).encode()}
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        for file, content in files.items():
            entry = tarfile.TarInfo(file)  # its time and owner are 0
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


main()
