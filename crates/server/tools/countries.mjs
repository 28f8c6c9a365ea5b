// Writes the names of the countries, one file per language: code, tab, name, in the order of the language. And
// `other_names.tsv`: code, ISO 3166-1 alpha-3, and what else CLDR calls the country in these languages.
//
//     npm pack cldr-core cldr-localenames-full     # then unpack both
//     node crates/server/tools/countries.mjs CLDR_CORE CLDR_LOCALENAMES
//
// Which codes there are is read from the English file; a test compares them with what the API accepts. Needs a Node
// that knows all languages (it usually does). What CLDR does not know is in `synonyms.tsv`, which is kept by hand.
import { readFileSync, writeFileSync } from "node:fs";

const LANGUAGES = ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"];
const [core, names_] = process.argv.slice(2);
const file = (name) => new URL(`../assets/form/countries/${name}.tsv`, import.meta.url);
const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const codes = readFileSync(file("en"), "utf8")
    .trim()
    .split("\n")
    .map((row) => row.split("\t")[0]);
for (const language of LANGUAGES) {
    const names = new Intl.DisplayNames([language], { type: "region" });
    const order = new Intl.Collator(language);
    const rows = codes.map((code) => [code, names.of(code)]).sort((a, b) => order.compare(a[1], b[1]));
    writeFileSync(file(language), rows.map((row) => `${row.join("\t")}\n`).join(""));
}

const { codeMappings } = json(`${core}/supplemental/codeMappings.json`).supplemental;
const territories = LANGUAGES.map((language) => {
    const { main } = json(`${names_}/main/${language}/territories.json`);
    return main[language].localeDisplayNames.territories;
});
const others = [...codes].sort().map((code) => {
    const names = territories.flatMap((all) =>
        Object.keys(all)
            .filter((key) => key.startsWith(`${code}-alt-`))
            .map((key) => all[key]),
    );
    return `${code}\t${codeMappings[code]._alpha3}\t${[...new Set(names)].join("|")}\n`;
});
writeFileSync(file("other_names"), others.join(""));
