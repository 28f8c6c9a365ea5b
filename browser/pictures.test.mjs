// The pictures of the documents: docs/form.md shows each page of the form, and the script takes each picture.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { start } from "./harness.mjs";
import { takePictures } from "./pictures.mjs";

const { server, browser } = await start();

const DOCS = new URL("../docs/", import.meta.url).pathname;
const namedIn = (file) =>
    [...readFileSync(join(DOCS, file), "utf8").matchAll(/pictures\/([\w-]+\.png)/g)].map((found) => found[1]);

// The width and height of a PNG.
function size(path) {
    const head = readFileSync(path).subarray(16, 24);
    return [head.readUInt32BE(0), head.readUInt32BE(4)];
}

test("the pictures of docs/form.md are those that the script takes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dossier-pictures-"));
    try {
        await takePictures(browser, server, folder);
        const taken = readdirSync(folder).sort();
        assert.deepEqual([...new Set(namedIn("form.md"))].sort(), taken);
        for (const name of taken) {
            assert.deepEqual(size(join(DOCS, "pictures", name)), size(join(folder, name)), name);
            // Two pages that look the same are one page, taken by mistake.
            const same = taken.filter((other) =>
                readFileSync(join(folder, other)).equals(readFileSync(join(folder, name))),
            );
            assert.deepEqual(same, [name]);
        }
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test("every picture in the documents is there, and together they are small", () => {
    const named = ["form.md", "desk.md", "console.md"].flatMap(namedIn);
    const kept = readdirSync(join(DOCS, "pictures"));
    assert.deepEqual([...new Set(named)].sort(), kept.sort(), "none is missing, and none is left over");
    const bytes = kept.reduce((sum, name) => sum + statSync(join(DOCS, "pictures", name)).size, 0);
    assert.ok(bytes < 1_400_000, `${bytes} bytes`);
});
