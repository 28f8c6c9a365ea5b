// The fields of the hosted form: the search for countries, addresses in the order of their country, dates of other
// calendars, shares, names and documents.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe, clean, enter, open, start } from "./harness.mjs";

const { server, browser } = await start();

const LANGUAGES = ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"];
const named = (page, name) => page.locator(`[name="${name}"]`);
const field = (page, place) => page.locator(".field", { has: page.locator(`[name="was:${place}"]`) });
const combobox = (page, place) => field(page, place).getByRole("combobox");
const options = (page) => page.locator('[role="listbox"]:not([hidden]) [role="option"]');
// Searches for a country and chooses the first result.
async function choose(page, place, typed) {
    await combobox(page, place).fill(typed);
    await options(page).first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
}
const saved = (page, place) => field(page, place).locator(".saved").waitFor();

// A visitor in the form of a new customer.
async function at(step, { type = "individual", language = "en", ...options } = {}) {
    const { id, link } = await server.invite(type);
    const page = await open(browser, server, options);
    const base = await enter(page, `${link}?lang=${language}`);
    await page.goto(`${base}/${step}`);
    return { page, base, id };
}

async function date(page, place, text) {
    const [year, month, day] = text.split("-");
    for (const [part, value] of [
        ["y", year],
        ["m", month],
        ["d", day],
    ])
        await named(page, `${place}.${part}`).fill(value);
    await page.evaluate(() => document.activeElement.blur());
}

test("common names find a country, and nothing is chosen while typing", async () => {
    const { page, id } = await at("details");
    const input = combobox(page, "/nationality");
    for (const [typed, name] of [
        ["UK", "United Kingdom"],
        ["uk", "United Kingdom"],
        ["USA", "United States"],
        ["England", "United Kingdom"],
        ["Scotland", "United Kingdom"],
        ["great brit", "United Kingdom"],
        ["Holland", "Netherlands"],
        ["Burma", "Myanmar (Burma)"],
        ["ivory", "Côte d’Ivoire"],
        ["cote d'ivoire", "Côte d’Ivoire"],
        ["Czech Rep", "Czechia"],
        ["emirates", "United Arab Emirates"],
        ["UAE", "United Arab Emirates"],
        ["Swaziland", "Eswatini"],
        ["turkey", "Türkiye"],
        ["turkiye", "Türkiye"],
        ["Macedonia", "North Macedonia"],
        ["Oesterreich", "Austria"],
        ["deutschland", "Germany"],
        ["ألمانيا", "Germany"],
        ["المانيا", "Germany"],
        ["英国", "United Kingdom"],
        ["भारत", "India"],
        ["GBR", "United Kingdom"],
        ["de", "Germany"],
    ]) {
        await input.fill(typed);
        await options(page).first().filter({ hasText: name }).waitFor();
        assert.equal(await named(page, "/nationality").inputValue(), "", `${typed}: nothing is chosen yet`);
        assert.equal(await input.getAttribute("aria-activedescendant"), null, `${typed}: no option is active`);
    }
    await choose(page, "/nationality", "UK");
    assert.equal(await input.inputValue(), "United Kingdom");
    await saved(page, "/nationality");
    assert.equal((await server.customer(id)).profile.nationality, "GB");
    clean(page);
});

test("every country is found by its codes, and by its name in every language", async () => {
    const folder = new URL("../crates/server/assets/form/countries/", import.meta.url);
    const rows = (name) =>
        readFileSync(new URL(`${name}.tsv`, folder), "utf8")
            .trim()
            .split("\n")
            .map((row) => row.split("\t"));
    const { page } = await at("details", { language: "de" });
    await combobox(page, "/nationality").click();
    await combobox(page, "/nationality").fill("USA");
    await options(page).first().filter({ hasText: "Vereinigte Staaten" }).waitFor();
    const wanted = [
        ...rows("other_names").flatMap(([code, alpha3]) => [
            [code, code],
            [code, alpha3],
        ]),
        ...LANGUAGES.flatMap((language) => rows(language)),
    ];
    const lost = await page.evaluate((wanted) => {
        const field = document.querySelector("country-field");
        const known = new Set([...field.select.options].map((option) => option.value));
        const first = (typed) => {
            field.input.value = typed;
            field.input.focus();
            field.input.dispatchEvent(new Event("input", { bubbles: true }));
            return field.list.firstElementChild?.dataset.code;
        };
        return wanted.filter(([code, typed]) => known.has(code) && first(typed) !== code);
    }, wanted);
    assert.deepEqual(lost, []);
    clean(page);
});

test("a country can be chosen by keyboard alone, as in the authoring practices", async () => {
    const { page, base, id } = await at("details");
    const input = combobox(page, "/nationality");
    const press = (key) => page.keyboard.press(key);
    const pointed = async () => {
        const id = await input.getAttribute("aria-activedescendant");
        return id ? page.locator(`[id="${id}"]`).textContent() : null;
    };
    assert.equal(await input.getAttribute("aria-expanded"), "false");
    assert.equal(await input.getAttribute("aria-autocomplete"), "list");
    assert.equal(await page.locator(`label[for="${await input.getAttribute("id")}"]`).textContent(), "Nationality");
    await input.focus();
    assert.equal(await input.getAttribute("aria-expanded"), "false", "it opens only on request");
    await press("ArrowDown");
    assert.equal(await input.getAttribute("aria-expanded"), "true");
    assert.equal(await pointed(), "United Kingdom GB", "the browser's country comes first");
    await press("ArrowUp");
    assert.equal(await pointed(), "Zimbabwe ZW");
    await press("Escape");
    assert.equal(await input.getAttribute("aria-expanded"), "false");
    assert.equal(await pointed(), null);
    assert.equal(await named(page, "/nationality").inputValue(), "");
    await page.keyboard.type("fran");
    await options(page).first().waitFor();
    await page
        .getByRole("status")
        .filter({ hasText: /Countries found: \d/ })
        .waitFor();
    await press("ArrowDown");
    assert.equal(await pointed(), "France FR");
    assert.deepEqual(await axe(page), [], "axe finds nothing in the open list");
    await press("Enter");
    assert.ok(page.url().endsWith("/details"), "Enter chooses and does not submit");
    await saved(page, "/nationality");
    // Text that is not a country is not accepted: the last choice is restored, and the page says so.
    await input.fill("Atlantis");
    await page.getByText("No country has this name").waitFor();
    assert.deepEqual(await axe(page), []);
    await press("Tab");
    assert.equal(await input.inputValue(), "France");
    await page.getByText("This is not in the list. France is still selected").waitFor();
    // A full name counts as a choice.
    await input.fill("united kingdom");
    await press("Tab");
    assert.equal(await input.inputValue(), "United Kingdom");
    for (let tries = 0; tries < 50 && (await server.customer(id)).profile.nationality !== "GB"; tries += 1) {
        await page.waitForTimeout(100);
    }
    assert.equal((await server.customer(id)).profile.nationality, "GB");
    // Half a name, or a name of two countries, does not.
    for (const typed of ["Unite", "Congo"]) {
        await input.fill(typed);
        await press("Tab");
        assert.equal(await input.inputValue(), "United Kingdom", typed);
    }
    await page.goto(`${base}/review`);
    await page.getByText("United Kingdom (GB)").waitFor();
    clean(page);
});

test("likely countries come first, uninhabited ones are left out, and a mouse is enough", async () => {
    const { page, id } = await at("details", { locale: "de-AT", language: "de" });
    await combobox(page, "/nationality").click();
    const names = await options(page).allTextContents();
    assert.deepEqual(names.slice(0, 3), ["Österreich AT", "Deutschland DE", "Schweiz CH"]);
    assert.ok(!names.some((name) => / (AQ|BV|HM|TF|GS|UM|IO)$/.test(name)));
    await options(page).filter({ hasText: "Schweiz" }).first().click();
    await saved(page, "/nationality");
    assert.equal((await server.customer(id)).profile.nationality, "CH");
    // In the next field, a country that was given comes before the browser's.
    await page.goto(page.url().replace("details", "identity"));
    await combobox(page, "/identifying_information/id_document/issuing_country").click();
    assert.deepEqual((await options(page).allTextContents()).slice(0, 2), ["Schweiz CH", "Österreich AT"]);
    clean(page);
});

test("without scripts a country is chosen from a plain list", async () => {
    const { page, id } = await at("details", { javaScriptEnabled: false });
    const select = page.getByLabel("Nationality");
    assert.equal(await select.evaluate((element) => element.tagName), "SELECT");
    await select.selectOption("GB");
    await page.click(".actions .primary");
    await page.waitForLoadState();
    assert.equal((await server.customer(id)).profile.nationality, "GB");
    clean(page);
});

test("the names for the search are loaded only when needed, and are small", async () => {
    const { page } = await at("details");
    const asked = [];
    page.on("response", async (response) => {
        if (response.url().includes("/assets/countries-"))
            asked.push(Number((await response.allHeaders())["content-length"]));
    });
    await page.reload();
    await page.waitForLoadState("networkidle");
    assert.equal(asked.length, 0);
    await combobox(page, "/nationality").focus();
    await page.waitForResponse(/countries-/);
    await page.waitForTimeout(100);
    assert.ok(asked[0] > 0 && asked[0] <= 20_000, `${asked} bytes`);
    clean(page);
});

test("an address follows its country as soon as the country is chosen", async () => {
    const { page } = await at("address");
    const order = () =>
        page
            .locator("#main-form fieldset [name^='was:']")
            .evaluateAll((all) => all.map((one) => one.name.split("/").pop()));
    const label = (member) => page.locator(`label[for="f-residential_address-${member}"]`).textContent();
    await page.locator('[name="/residential_address/city"]').fill("Somewhere");
    const input = combobox(page, "/residential_address/country");
    await choose(page, "/residential_address/country", "USA");
    await page.getByText("ZIP code").waitFor();
    assert.match(await label("state"), /^State/);
    assert.ok((await order()).indexOf("postal_code") > (await order()).indexOf("city"));
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "combobox", "the focus stays");
    assert.equal(await input.inputValue(), "United States");
    await saved(page, "/residential_address/country");
    assert.equal(await named(page, "/residential_address/city").inputValue(), "Somewhere", "what was typed stays");
    await choose(page, "/residential_address/country", "Germany");
    await page.getByText("Postal code").waitFor();
    assert.ok((await order()).indexOf("postal_code") < (await order()).indexOf("city"));
    await choose(page, "/residential_address/country", "UAE");
    await named(page, "/residential_address/postal_code").waitFor({ state: "detached" });
    await choose(page, "/residential_address/country", "Japan");
    await named(page, "/residential_address/postal_code").waitFor();
    assert.deepEqual((await order()).slice(0, 2), ["country", "postal_code"]);
    clean(page);
});

for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with scripts" : "without scripts";

    test(`a birth date of another calendar is queried, and a button fills in the right one, ${how}`, async () => {
        const { page, id } = await at("details", { javaScriptEnabled });
        const stored = async () => (await server.customer(id)).profile?.birth_date;
        const type = async (text) => {
            if (javaScriptEnabled) return date(page, "/birth_date", text);
            const [year, month, day] = text.split("-");
            for (const [part, value] of [
                ["y", year],
                ["m", month],
                ["d", day],
            ]) {
                await named(page, `/birth_date.${part}`).fill(value);
            }
            // The Enter key saves the typed date and does not accept the suggestion.
            await named(page, "/birth_date.y").press("Enter");
        };
        for (const [typed, text, meant] of [
            ["1410-5-11", "Hijri calendar", ["10 December 1989"]],
            ["1370-6-31", "Persian calendar", ["22 September 1991"]],
            ["1370-6-15", "Persian or the Hijri calendar", ["23 March 1951", "6 September 1991"]],
            ["1850-1-1", "more than 120 years ago", []],
            ["2535-12-10", "Thai calendar", ["10 December 1992"]],
        ]) {
            await type(typed);
            await field(page, "/birth_date").getByText(text).waitFor();
            const buttons = field(page, "/birth_date").locator("button[data-date]");
            await page.waitForFunction(
                (count) => document.querySelectorAll("button[data-date]").length === count,
                meant.length,
            );
            assert.deepEqual(
                await buttons.allTextContents(),
                meant.map((day) => `Use ${day}`),
            );
            assert.equal(await stored(), undefined, "a queried value is not stored");
        }
        await field(page, "/birth_date").getByText("Did you mean 10 December 1992?").waitFor();
        if (javaScriptEnabled) assert.deepEqual(await axe(page), []);
        await page.getByRole("button", { name: "Use 10 December 1992" }).click();
        if (javaScriptEnabled) await saved(page, "/birth_date");
        else await page.waitForLoadState();
        assert.equal(await named(page, "/birth_date.y").inputValue(), "1992");
        assert.equal(await stored(), "1992-12-10");
        clean(page);
    });
}

test("a name has visible letters and no invisible characters", async () => {
    const { page, id } = await at("details");
    for (const [typed, text] of [
        ["Ada\u200b", "The character at position 4 of “First name” is invisible"],
        ["\u200b", "“First name” needs at least one letter"],
        ["-", "“First name” needs at least one letter"],
    ]) {
        await named(page, "/first_name").fill(typed);
        await page.evaluate(() => document.activeElement.blur());
        await field(page, "/first_name").getByText(text).waitFor();
        assert.equal((await server.customer(id)).profile?.first_name, undefined);
    }
    await named(page, "/first_name").fill("علی\u200cرضا");
    await page.evaluate(() => document.activeElement.blur());
    await saved(page, "/first_name");
    assert.equal((await server.customer(id)).profile.first_name, "علی\u200cرضا");
    for (const [name, purpose] of [
        ["/first_name", "given-name"],
        ["/middle_name", "additional-name"],
        ["/last_name", "family-name"],
    ]) {
        assert.equal(await named(page, name).getAttribute("autocomplete"), purpose);
    }
    clean(page);
});

test("in Chinese the family name comes first", async () => {
    const { page } = await at("details", { language: "zh" });
    const names = await page
        .locator("fieldset [autocomplete$='-name']")
        .evaluateAll((all) => all.map((one) => one.name));
    assert.deepEqual(names, ["/last_name", "/first_name", "/middle_name"]);
    clean(page);
});

test("owners are asked for a share, which is validated when left and stored as a plain number", async () => {
    const { page, id } = await at("people", { type: "corporate" });
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    const person = `/associated_persons/${/person-([0-9a-f-]{36})/.exec(page.url())[1]}`;
    const share = `${person}/ownership_percentage`;
    const owns = (answer) => page.locator(`[name="${person}/has_ownership"][value="${answer}"]`).check();
    const stored = async () => (await server.customer(id)).profile.associated_persons[0].ownership_percentage;
    assert.equal(await named(page, share).count(), 0);
    await owns("yes");
    await named(page, share).waitFor();
    await page.goto(`${page.url().split("?")[0]}?check`);
    await field(page, share).locator(".error").waitFor();
    for (const typed of ["101", "half", "-5"]) {
        await named(page, share).fill(typed);
        await page.evaluate(() => document.activeElement.blur());
        await field(page, share).getByText("a number from 0 to 100").waitFor();
        assert.equal(await stored(), undefined);
    }
    for (const [typed, kept] of [
        ["33,3", "33.3"],
        ["25 %", "25"],
        ["٢٥٫٥", "25.5"],
    ]) {
        await named(page, share).fill(typed);
        await page.evaluate(() => document.activeElement.blur());
        await saved(page, share);
        for (let tries = 0; tries < 30 && (await stored()) !== kept; tries += 1) await page.waitForTimeout(100);
        assert.equal(await stored(), kept);
    }
    // A person who owns nothing has no share. It comes back if that answer was a mistake.
    await owns("no");
    await named(page, share).waitFor({ state: "detached" });
    assert.equal(await stored(), undefined);
    await owns("yes");
    await named(page, share).waitFor();
    assert.equal(await named(page, share).inputValue(), "25.5");
    assert.equal(await stored(), "25.5");
    clean(page);
});

test("the types of document depend on the country, and labels depend on the type", async () => {
    const { page } = await at("identity");
    const place = "/identifying_information/id_document";
    const order = await page
        .locator("fieldset [name^='was:']")
        .evaluateAll((all) => all.map((one) => one.name.split("/").pop()));
    assert.deepEqual(order, ["issuing_country", "type", "number"]);
    const types = () =>
        named(page, `${place}/type`)
            .locator("option")
            .evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
    assert.equal((await types()).length, 5);
    await choose(page, `${place}/issuing_country`, "UK");
    await saved(page, `${place}/issuing_country`);
    await named(page, `${place}/type`).locator('[value="government_id"]').waitFor({ state: "detached" });
    assert.deepEqual(await types(), ["passport", "driver_license", "residence_permit"]);
    await named(page, `${place}/type`).selectOption("passport");
    await page.getByRole("heading", { name: "Photo page of the passport" }).waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.locator("section.document").count(), 1, "a passport has no back");
    await page.goto(page.url().replace("identity", "address"));
    await choose(page, "/residential_address/country", "USA");
    await saved(page, "/residential_address/country");
    for (const [member, text] of [
        ["street_line_1", "1 Main Street"],
        ["city", "Springfield"],
        ["state", "CA"],
        ["postal_code", "90001"],
    ]) {
        await named(page, `/residential_address/${member}`).fill(text);
        await page.evaluate(() => document.activeElement.blur());
        await saved(page, `/residential_address/${member}`);
    }
    await page.goto(page.url().replace("address", "identity"));
    await page.getByText("Social Security number or ITIN").first().waitFor();
    clean(page);
});
