// What people are told before they answer, what they agree to, and how they get to see the answers of others, with and
// without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, clean, enter, open, picture, start } from "./harness.mjs";

const { server, browser } = await start();

// Sets what the account tells customers, and when it reveals the answers of others.
const says = (reveal = "after_birth_date") =>
    server.command(
        ...["accounts", "set", "--display-name", "Harbour Bank", "--legal-name", "Harbour Bank plc"],
        ...["--privacy-url", "https://harbour.example/privacy", "--terms-url", "https://harbour.example/terms"],
        ...["--support-url", "mailto:help@harbour.example", "--review-time", "2 working days", "--reveal", reveal],
    );

await says();

const ADDRESS = { street_line_1: "12 Harbour Road", city: "London", country: "GB", postal_code: "N1 9GU" };
const ADA = {
    first_name: "Ada",
    last_name: "Lovelace",
    birth_date: "1990-12-10",
    nationality: "GB",
    residential_address: ADDRESS,
};

// A customer with answers from the integrator.
async function known(profile = ADA) {
    const invited = await server.invite("individual");
    await server.api("PUT", `/v0/customers/${invited.id}`, profile);
    return invited;
}

// Enters a date where the page asks for one.
async function enters(page, year, month, day) {
    await page.fill('#reveal [name="date.y"]', year);
    await page.fill('#reveal [name="date.m"]', month);
    await page.fill('#reveal [name="date.d"]', day);
    await Promise.all([page.waitForNavigation(), page.click("#reveal button")]);
}

test("the first page says who asks, what to have ready and how long it takes; nothing of the customer", async () => {
    const { link } = await known();
    for (const width of [375, 1280]) {
        const page = await open(browser, server, { viewport: { width, height: 800 } });
        await page.goto(link);
        const text = await page.textContent("main");
        assert.match(text, /Harbour Bank plc is responsible for your data/);
        assert.match(text, /Your identity document, such as a passport/);
        assert.match(text, /about 5 minutes/);
        assert.doesNotMatch(text, /Ada|Lovelace|London|1990/);
        for (const [name, url] of [
            ["Privacy notice", "https://harbour.example/privacy"],
            ["Terms", "https://harbour.example/terms"],
            ["Get help", "mailto:help@harbour.example"],
        ]) {
            assert.equal(await page.getByRole("link", { name }).getAttribute("href"), url);
        }
        assert.deepEqual(await axe(page), []);
        clean(page);
        await page.context().close();
    }
    const { link: business } = await server.invite("corporate");
    const page = await open(browser, server);
    await page.goto(business);
    assert.match(await page.textContent("main"), /An identity document for each owner and director/);
    assert.match(await page.textContent("main"), /about (15|20) minutes/);
    await page.context().close();
});

for (const scripted of [true, false]) {
    const how = scripted ? "with scripts" : "without scripts";

    test(`a device sees the answers of others once it has entered the birth date, ${how}`, async () => {
        const { link } = await known();
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        const base = await enter(page, link);
        await page.goto(`${base}/review`);
        assert.doesNotMatch(await page.textContent("main"), /Lovelace|12 Harbour Road/);
        assert.match(await page.textContent("main"), /•••/);
        await enters(page, "1990", "", "");
        assert.match(await page.textContent("#reveal .error"), /Enter the day, month and year/);
        await enters(page, "1990", "12", "11");
        assert.match(await page.textContent("#reveal .error"), /You can try 4 more times/);
        for (const [part, text] of [
            ["y", "1990"],
            ["m", "12"],
            ["d", "11"],
        ])
            assert.equal(await page.inputValue(`#reveal [name="date.${part}"]`), text);
        // Reloading the page does not count as a try.
        await page.reload();
        assert.match(await page.textContent("#reveal .error"), /You can try 4 more times/);
        assert.doesNotMatch(await page.textContent("main"), /Lovelace/);
        if (scripted) assert.deepEqual(await axe(page), []);
        await enters(page, "1990", "12", "10");
        assert.match(page.url(), /\/review$/);
        assert.match(await page.textContent("main"), /Lovelace/);
        assert.match(await page.textContent("main"), /12 Harbour Road/);
        assert.equal(await page.locator("#reveal").count(), 0);
        await page.goto(`${base}/details`);
        assert.equal(await page.inputValue('[name="/last_name"]'), "Lovelace");
        clean(page);
        await page.context().close();
    });
}

test("after five wrong dates nothing is revealed in the session, even to a new browser", async () => {
    const { link } = await known();
    const page = await open(browser, server);
    await enter(page, link);
    for (const day of ["1", "2", "3", "4", "5"]) await enters(page, "1980", "1", day);
    assert.match(await page.textContent("#reveal"), /The date was wrong too many times/);
    assert.equal(await page.locator("#reveal a").getAttribute("href"), "mailto:help@harbour.example");
    assert.equal(await page.locator("#reveal input").count(), 0);
    assert.deepEqual(await axe(page), []);
    const other = await open(browser, server);
    await enter(other, link);
    assert.match(await other.textContent("#reveal"), /The date was wrong too many times/);
    for (const one of [page, other]) {
        clean(one);
        await one.context().close();
    }
});

test("a date typed over the existing one reveals nothing", async () => {
    const { link } = await known();
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    for (const [part, text] of [
        ["y", "1980"],
        ["m", "1"],
        ["d", "1"],
    ])
        await page.fill(`[name="/birth_date.${part}"]`, text);
    await page.click(".actions .primary");
    await page.waitForURL((url) => !url.pathname.endsWith("/details"));
    await page.goto(base);
    await enters(page, "1980", "1", "1");
    assert.match(await page.textContent("#reveal .error"), /You can try 4 more times/);
    await enters(page, "1990", "12", "10");
    assert.equal(await page.locator("#reveal").count(), 0);
    clean(page);
    await page.context().close();
});

for (const scripted of [true, false]) {
    const how = scripted ? "with scripts" : "without scripts";

    test(`where answers are never revealed, each is confirmed or given again, ${how}`, async () => {
        await says("never");
        const { link } = await known();
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        const base = await enter(page, link);
        assert.match(await page.textContent("#reveal"), /confirm that it is still correct/);
        await page.goto(`${base}/details?check`);
        assert.doesNotMatch(await page.content(), /Lovelace|value="Ada"/);
        const lines = (await page.locator(".summary a").allTextContents()).map((text) => text.trim());
        const hidden = ["First name", "Last name", "Date of birth", "Nationality"];
        assert.deepEqual(
            lines,
            hidden.map((name) => `Confirm that “${name}” is still correct, or enter it again`),
        );
        if (scripted) assert.deepEqual(await axe(page), []);
        // A hidden country is not shown as a missing one.
        if (scripted)
            assert.equal(await page.getAttribute('[role="combobox"]', "placeholder"), "Already provided (hidden)");
        for (const place of ["/last_name", "/birth_date", "/nationality"]) await page.check(`[name="keep:${place}"]`);
        await page.fill('[name="/first_name"]', "Augusta");
        await page.click(".actions .primary");
        await page.waitForURL((url) => !url.pathname.endsWith("/details"));
        await page.goto(`${base}/details?check`);
        assert.equal(await page.locator(".summary").count(), 0, "nothing is left to confirm here");
        const boxes = page.locator('[name^="keep:"]');
        assert.deepEqual(await boxes.evaluateAll((all) => all.map((box) => box.checked)), [true, true, true]);
        // Unticking a box withdraws the confirmation, with scripts at once.
        await page.uncheck('[name="keep:/nationality"]');
        if (scripted) await page.locator('[data-field="/nationality"] .error').waitFor();
        else await Promise.all([page.waitForNavigation(), page.click(".actions .primary")]);
        await page.goto(`${base}/details?check`);
        assert.match(await page.textContent(".summary"), /Confirm that “Nationality” is still correct/);
        assert.equal(await boxes.evaluateAll((all) => all.filter((box) => box.checked).length), 2);
        assert.equal(await page.inputValue('[name="/first_name"]'), "Augusta");
        clean(page);
        await page.context().close();
        await says();
    });
}

test("truth and consent are two boxes, each with its own error", async () => {
    const { id, link } = await known({
        ...ADA,
        identifying_information: { id_document: { number: "X1234567", type: "passport", issuing_country: "GB" } },
    });
    const page = await open(browser, server);
    const base = await enter(page, link);
    for (const step of ["address", "identity"]) {
        await page.goto(`${base}/${step}`);
        await page.locator(".upload:not(.camera) input[type=file]").first().setInputFiles(picture());
        await page.locator("#documents .files").first().waitFor();
    }
    await page.goto(`${base}/review`);
    await enters(page, "1990", "12", "10");
    assert.match(await page.textContent("#main-form"), /Harbour Bank plc is responsible for your data/);
    for (const [tick, missing] of [
        [null, ["#truth", "#agree"]],
        ["#truth", ["#agree"]],
    ]) {
        if (tick) await page.check(tick);
        await Promise.all([page.waitForNavigation(), page.click(".actions .primary")]);
        const links = await page
            .locator(".summary[role=alert] a")
            .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
        assert.deepEqual(links, missing);
        for (const box of ["#truth", "#agree"]) {
            assert.equal((await page.getAttribute(box, "aria-invalid")) === "true", missing.includes(box), box);
        }
        assert.deepEqual(await axe(page), []);
    }
    assert.ok(await page.isChecked("#truth"), "what was ticked stays ticked");
    await page.check("#agree");
    await page.click(".actions .primary");
    await page.getByText("2 working days").waitFor();
    const shown = await server.command("review", "show", id);
    assert.match(shown.consent.text, /Harbour Bank plc is responsible for your data/);
    assert.match(shown.consent.text, /https:\/\/harbour\.example\/privacy/);
    clean(page);
    await page.context().close();
});
