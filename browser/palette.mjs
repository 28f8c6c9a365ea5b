// Pictures of pages, as small files.
import { deflateSync } from "node:zlib";
import { chunk } from "./harness.mjs";

// The same PNG with at most 256 colours, which takes a third of the bytes. Of similar colours, the most frequent one
// stays. `page` is any page that may run scripts.
export async function small(page, png) {
    const { width, height, colours, indexes } = await page.evaluate(async (text) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const { width, height } = bitmap;
        const context = new OffscreenCanvas(width, height).getContext("2d");
        context.drawImage(bitmap, 0, 0);
        const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
        const counts = new Map();
        for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        const groups = new Map();
        for (const [pixel, count] of [...counts].sort((a, b) => b[1] - a[1])) {
            const group = groups.get(pixel & 0xf8f8f8) ?? { pixel, count: 0 };
            group.count += count;
            groups.set(pixel & 0xf8f8f8, group);
        }
        const kept = [...groups.values()]
            .sort((a, b) => b.count - a.count)
            .slice(0, 256)
            .map((group) => group.pixel);
        const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
        const colours = kept.map(parts);
        const index = new Map();
        for (const pixel of counts.keys()) {
            const own = parts(pixel);
            const far = colours.map((colour) => colour.reduce((sum, part, at) => sum + (part - own[at]) ** 2, 0));
            index.set(pixel, far.indexOf(Math.min(...far)));
        }
        let letters = "";
        for (const pixel of pixels) letters += String.fromCharCode(index.get(pixel));
        return { width, height, colours, indexes: btoa(letters) };
    }, png.toString("base64"));
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 3, 0, 0, 0], 8);
    const rows = Buffer.from(indexes, "base64");
    const filtered = Buffer.alloc(height * (width + 1));
    for (let row = 0; row < height; row += 1)
        rows.copy(filtered, row * (width + 1) + 1, row * width, (row + 1) * width);
    const parts = [
        chunk("IHDR", head),
        chunk("PLTE", Buffer.from(colours.flat())),
        chunk("IDAT", deflateSync(filtered, { level: 9 })),
    ];
    return Buffer.concat([png.subarray(0, 8), ...parts, chunk("IEND", Buffer.alloc(0))]);
}
