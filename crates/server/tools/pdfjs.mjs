// Takes over pdf.js from its npm package: the files that the desk serves, compressed, their hashes, and their licences.
//
//     npm pack pdfjs-dist@VERSION     # then unpack it
//     node crates/server/tools/pdfjs.mjs PACKAGE
//
// Takes the build for older browsers too, because a reviewer's browser may be a year old. Decision 0110 says why these
// files and no others. A test compares the files with the hashes.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FILES = [
    "legacy/build/pdf.min.mjs",
    "legacy/build/pdf.worker.min.mjs",
    "wasm/jbig2_nowasm_fallback.js",
    "wasm/openjpeg_nowasm_fallback.js",
    "standard_fonts/FoxitDingbats.pfb",
    "standard_fonts/FoxitSymbol.pfb",
];
// Of what is in these files.
const LICENCES = /^LICENSE_(FOXIT|.*(JBIG2|OPENJPEG))$/;

const [folder] = process.argv.slice(2);
const read = (path) => readFileSync(`${folder}/${path}`);
const vendored = (name) => new URL(`../assets/vendor/pdfjs/${name}`, import.meta.url);
const { version } = JSON.parse(read("package.json"));

const lines = FILES.map((path) => {
    const [name, content] = [path.split("/").pop(), read(path)];
    writeFileSync(vendored(`${name}.gz`), gzipSync(content, { level: 9 }));
    return `${createHash("sha256").update(content).digest("hex")}  ${path}\n`;
});
writeFileSync(vendored("VERSION"), `pdfjs-dist ${version}\n${lines.join("")}`);

const licences = ["standard_fonts", "wasm"].flatMap((part) =>
    readdirSync(`${folder}/${part}`)
        .filter((name) => LICENCES.test(name))
        .sort()
        .map((name) => `${part}/${name}`),
);
// Some are comments.
const text = (path) =>
    read(path)
        .toString()
        .replace(/^\/\/ ?/gm, "")
        .trim();
const texts = ["LICENSE", ...licences].map((path) => `==== ${path}\n\n${text(path)}\n`);
writeFileSync(vendored("LICENSE"), texts.join("\n"));
