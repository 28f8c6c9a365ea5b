// The texts of the form: an error is a sentence that names the field and says what to do, and after the submission the
// customer knows what happens next and has a reference for support.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, enter, open, start } from "./harness.mjs";

const { server, browser } = await start();

test("each error is one sentence that says what to do, the same in the summary and at the field", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    for (const [step, sentences] of [
        [
            "details",
            [
                "Enter your name as it is on your identity document",
                "Enter your date of birth",
                "Choose your nationality",
            ],
        ],
        ["address", ["Choose the country you live in", "Enter the street and house number", "Enter the town or city"]],
        ["identity", ["Choose the country that issued the document", "Choose the type of identity document"]],
    ]) {
        await page.goto(`${base}/${step}?check`);
        const links = (await page.locator(".summary a").allTextContents()).map((text) => text.trim());
        const beside = (await page.locator("form .error").allTextContents()).map((text) => text.trim());
        for (const sentence of sentences) {
            assert.ok(links.includes(sentence), `${sentence}: ${links.join(" | ")}`);
            assert.ok(beside.includes(sentence), `${sentence}: ${beside.join(" | ")}`);
        }
        assert.ok(!links.some((text) => text.includes("missing")), links.join(" | "));
        assert.deepEqual(await axe(page), []);
    }
    await page.goto(`${base}/review`);
    await page.getByText("Upload a photo of the front of your identity document").waitFor();
    await page.goto(`${base}/identity`);
    await page.locator('[name="/identifying_information/id_document/type"]').selectOption("passport");
    await page.locator(".saved").first().waitFor();
    await page.goto(`${base}/review`);
    await page.getByText("Upload the photo page of your passport").waitFor();
    assert.deepEqual(page.faults, []);
});

test("a date that does not exist is repeated only on the device that typed it", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    for (const [part, text] of [
        ["d", "30"],
        ["m", "2"],
        ["y", "1990"],
    ])
        await page.fill(`[name="/birth_date.${part}"]`, text);
    await page.evaluate(() => document.activeElement.blur());
    await page.getByText("30 February 1990 does not exist. Check the day and month").first().waitFor();
    const other = await open(browser, server);
    await enter(other, link);
    await other.goto(`${base}/details`);
    await other.getByText("This date does not exist").first().waitFor();
    assert.ok(!(await other.textContent("body")).includes("1990"), "text from another device is hidden");
    assert.deepEqual([...page.faults, ...other.faults], []);
});

test("after the submission the customer is told what happens next, with a reference for support", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    await server.simulate(id, "kyc.status.submit");
    for (const lang of ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"]) {
        await page.goto(`${link}?lang=${lang}`);
        const shown = await page.locator(".reference strong").textContent();
        assert.match(shown.replace(/[\u2068\u2069]/g, ""), /[0-9A-F]{4}-[0-9A-F]{4}$/);
        assert.deepEqual(await axe(page), []);
    }
    await page.goto(`${link}?lang=en`);
    assert.match(await page.textContent("main"), /will now check .* will contact you/);
    const reference = (await page.locator(".reference strong").textContent()).replace("Reference: ", "");
    assert.equal(reference.replace("-", "").toLowerCase(), id.slice(-8));
    const found = await server.command("customers", "list", "--reference", reference);
    assert.deepEqual(
        found.map((one) => one.customer_id),
        [id],
    );
    assert.deepEqual(page.faults, []);
});
