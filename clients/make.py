#!/usr/bin/env python3
"""Generates the code of both clients from the reviewed OpenAPI document, and builds the packages in clients/dist.

./check setup installs what this needs. Nothing is fetched, and no server has to run.
"""

import json
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SNAPSHOT = ROOT / "crates/server/tests/it/snapshots/it__snapshots__openapi.snap"
DOCUMENT = HERE / "generated/openapi.json"
DIST = HERE / "dist"
TYPESCRIPT = HERE / "typescript"
PYTHON = HERE / "python"
NPM = HERE / "node_modules/.bin"
PYTHON_BIN = HERE / ".venv/bin"

# openapi-typescript makes types only, so this says how a request is put together.
OPERATIONS = """// Made by clients/make.py from the OpenAPI document.
import type {{ Input, Options, Output, Result }} from "../operation.js";

export interface Operation {{
    method: string;
    path: string;
    query: readonly string[];
    /** The headers, by the names that they have in the input. */
    headers: Readonly<Record<string, string>>;
    content?: string;
    /** Whether the response is a file and not JSON. */
    file?: boolean;
}}

export const OPERATIONS = {{
{table}
}} as const satisfies Record<string, Operation>;

/** Every operation as a method. The methods are bound, so that they can be passed to `pages` and `each`. */
export abstract class Operations {{
    protected abstract send<K extends keyof typeof OPERATIONS>(
        name: K,
        input: object,
        options?: Options,
    ): Promise<Result<Output<K>>>;
{methods}}}
"""

METHOD = """
    /** {summary} */
    readonly {name} = (input: Input<"{name}">{default}, options?: Options): Promise<Result<Output<"{name}">>> =>
        this.send("{name}", input, options);
"""


def run(*command, folder=HERE):
    """Prints what a command said only if it failed."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(str(word) for word in command)}\n{done.stdout}exit code {done.returncode}")


def document():
    """The document as the snapshot test keeps it, after the header of insta."""
    return json.loads(SNAPSHOT.read_text().split("---\n", 2)[2])


def operations(api):
    """What a client calls: neither the URL that a provider calls, nor what belongs to the server itself. Uploads have a
    method that is written by hand."""
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            if operation["tags"] != ["Service"] and operation["operationId"] != "uploadFile":
                yield path, method, operation


def entry(path, method, operation):
    parameters = operation.get("parameters", [])
    described = {
        "method": method.upper(),
        "path": path,
        "query": [one["name"] for one in parameters if one["in"] == "query"],
        "headers": {one["name"].lower().replace("-", "_"): one["name"] for one in parameters if one["in"] == "header"},
    }
    if body := operation.get("requestBody"):
        described["content"] = next(iter(body["content"]))
    responses = [one for status, one in operation["responses"].items() if status.startswith("2")]
    if any("content" in one and "application/json" not in one["content"] for one in responses):
        described["file"] = True
    return f"    {operation['operationId']}: {json.dumps(described)},"


def method_of(operation):
    is_optional = not operation.get("requestBody", {}).get("required") and not any(
        one.get("required") for one in operation.get("parameters", []))
    summary = ". ".join(text.strip().rstrip(".") for text in (operation["summary"], operation.get("description", ""))
                        if text).replace("*/", "* /")
    return METHOD.format(name=operation["operationId"], summary=summary, default=" = {}" if is_optional else "")


def generate():
    """The types, operations and models, in the folders called generated/."""
    for folder in DOCUMENT.parent, TYPESCRIPT / "src/generated", PYTHON / "src/dossier_client/generated":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    api = document()
    DOCUMENT.write_text(json.dumps(api, indent=2))
    types = TYPESCRIPT / "src/generated"
    run(NPM / "openapi-typescript", DOCUMENT, "-o", types / "api.ts")
    called = list(operations(api))
    table = "\n".join(entry(*one) for one in called)
    methods = "".join(method_of(operation) for _, _, operation in called)
    (types / "operations.ts").write_text(OPERATIONS.format(table=table, methods=methods))
    run(PYTHON_BIN / "openapi-python-client", "generate", "--path", DOCUMENT, "--meta", "none", "--fail-on-warning",
        "--config", HERE / "openapi-python-client.yaml", "--custom-template-path", HERE / "templates", "--overwrite",
        "--output-path", PYTHON / "src/dossier_client/generated")


def versions():
    """Both packages have the version of the API that they are made for."""
    python = re.search(r'^version = "(.+)"$', (PYTHON / "pyproject.toml").read_text(), re.MULTILINE)[1]
    found = {document()["info"]["version"], json.loads((TYPESCRIPT / "package.json").read_text())["version"], python}
    if len(found) > 1:
        raise SystemExit(f"the document and the packages have different versions: {', '.join(sorted(found))}")


def pack():
    """The packages: a tarball for npm, a wheel and a source archive for pip."""
    versions()
    for folder in DIST, TYPESCRIPT / "dist":
        shutil.rmtree(folder, ignore_errors=True)
    DIST.mkdir()
    for package in TYPESCRIPT, PYTHON:
        shutil.copy(ROOT / "LICENSE", package / "LICENSE")
    run(NPM / "tsc", "-p", TYPESCRIPT)
    run("npm", "pack", "--silent", "--offline", "--pack-destination", DIST, folder=TYPESCRIPT)
    run(PYTHON_BIN / "python", "-m", "build", "--no-isolation", "--outdir", DIST, folder=PYTHON)


if __name__ == "__main__":
    generate()
    pack()
    for file in sorted(DIST.iterdir()):
        print(file.relative_to(ROOT))
