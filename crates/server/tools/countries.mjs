// Writes the names of the countries, one file per language: code, tab, name, in the order of the language.
//
//     node crates/server/tools/countries.mjs
//
// Which codes there are is read from the English file; a test compares them with what the API accepts. Needs a Node that
// knows all languages (it usually does).
import { readFileSync, writeFileSync } from "node:fs";

const file = (language) => new URL(`../assets/form/countries/${language}.tsv`, import.meta.url);
const codes = readFileSync(file("en"), "utf8").trim().split("\n").map((row) => row.split("\t")[0]);
for (const language of ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"]) {
    const names = new Intl.DisplayNames([language], { type: "region" });
    const order = new Intl.Collator(language);
    const rows = codes.map((code) => [code, names.of(code)]).sort((a, b) => order.compare(a[1], b[1]));
    writeFileSync(file(language), rows.map((row) => `${row.join("\t")}\n`).join(""));
}
