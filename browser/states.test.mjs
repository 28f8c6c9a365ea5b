// axe on every state of the form, in both colour schemes and nine languages. The whole matrix takes minutes, so by
// default each state is shown in one language, a different one for each. DOSSIER_STATES=all shows all of them in all
// languages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, clean, enter, open, overflow, start } from "./harness.mjs";
import { LANGUAGES, states } from "./states.mjs";

const { server, browser } = await start();
const { all, storageState } = await states(browser, server);

// Colours that are still changing have no contrast to measure.
const options = { viewport: { width: 375, height: 800 }, reducedMotion: "reduce" };
const isWhole = process.env.DOSSIER_STATES === "all";
const languagesOf = (index) => (isWhole ? LANGUAGES : [LANGUAGES[index % LANGUAGES.length]]);
const inLanguage = (url, language) => `${url}${url.includes("?") ? "&" : "?"}lang=${language}`;

// What axe finds on a page in both schemes, with everything unfolded.
async function look(page, what) {
    const found = [];
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await axe(page)).map((one) => `${what}, ${colorScheme}: ${one}`));
    }
    if ((await overflow(page)) > 0) found.push(`${what}: scrolls sideways`);
    return found;
}

test("axe finds nothing in any state of the form, in both schemes and in nine languages", async () => {
    const page = await open(browser, server, { ...options, storageState, faults: ["404", "403", "410"] });
    const found = [];
    for (const [index, [name, [url, shows]]] of Object.entries(all).entries()) {
        for (const language of languagesOf(index)) {
            await page.goto(inLanguage(url, language));
            assert.equal(await page.getAttribute("html", "lang"), language, name);
            assert.ok((await page.locator(shows).count()) > 0, `${name}, ${language}: nothing is ${shows}`);
            found.push(...(await look(page, `${name}, ${language}`)));
        }
    }
    assert.deepEqual(found, []);
    clean(page);
});

test("axe finds nothing on the page after leaving, in both schemes and in nine languages", async () => {
    const page = await open(browser, server, options);
    const { link } = await server.invite("individual");
    const found = [];
    for (const language of isWhole ? LANGUAGES : ["en", "ar"]) {
        await enter(page, inLanguage(link, language));
        await page.click("form[action$='/leave'] button");
        await page.locator(".come-back").waitFor();
        assert.equal(await page.getAttribute("html", "lang"), language);
        found.push(...(await look(page, language)));
    }
    assert.deepEqual(found, []);
    clean(page);
});
