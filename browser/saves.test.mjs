// What a save returns and when it is sent; the list of owners; what reviewers want again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, clean, enter, open, picture, png, start } from "./harness.mjs";

const { server, browser } = await start();

const named = (page, name) => page.locator(`[name="${name}"]`);
const field = (page, place) => page.locator(`[data-field="${place}"]`);
const leave = (page) => page.evaluate(() => document.activeElement.blur());

async function date(page, place, [year, month, day]) {
    for (const [part, text] of [
        ["d", day],
        ["m", month],
        ["y", year],
    ])
        await named(page, `${place}.${part}`).fill(text);
}

// Waits until the record is as it should be.
async function becomes(read, expected) {
    let found;
    for (let tries = 0; tries < 100; tries += 1) {
        found = await read();
        if (JSON.stringify(found) === JSON.stringify(expected)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(found, expected);
}

// The saves of a page, with the field that each names.
function listen(page) {
    const saves = [];
    page.on("request", (request) => {
        if (request.method() !== "POST" || !request.headers()["hx-request"]) return;
        const body = new URLSearchParams(request.postData());
        saves.push({ field: body.get("field"), typing: body.has("typing"), body });
    });
    return saves;
}

test("fields that an answer makes necessary appear at once, with a reason, without disturbing the typing", async () => {
    const { link } = await server.invite("corporate");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    const person = /person-([0-9a-f-]{36})/.exec(page.url())[1];
    const place = (member) => `/associated_persons/${person}/${member}`;
    await named(page, place("first_name")).fill("Grace");
    await named(page, place("last_name")).fill("Hopper");
    await page.locator(`input[name="${place("has_ownership")}"][value="yes"]`).check();
    const share = named(page, place("ownership_percentage"));
    await share.evaluate((input) => (input.marked = true));
    await share.pressSequentially("30");
    await share.press("ArrowLeft");
    await page.getByRole("heading", { name: "Because Grace Hopper owns 25% or more, we also need:" }).waitFor();
    await named(page, place("nationality")).waitFor();
    await page.locator("section.document").first().waitFor();
    const at = () =>
        share.evaluate((input) => [input.marked, document.activeElement === input, input.selectionStart, input.value]);
    assert.deepEqual(await at(), [true, true, 1, "30"], "the input is the same, with its focus and caret");
    assert.equal(await page.locator(".error").count(), 0, "a request is not an error");
    assert.match(await page.textContent("#news"), /Nationality/);
    assert.deepEqual(await axe(page), []);
    // Fields that are no longer asked for disappear once the answer is given.
    await share.press("Delete");
    await page.keyboard.press("Tab");
    await page.locator("#needed").waitFor({ state: "detached" });
    await page.locator("section.document").first().waitFor({ state: "detached" });
    assert.equal((await at())[0], true);
    assert.equal((await at())[3], "3");
    clean(page);
});

test("without scripts too, what an answer made necessary is first a request and only later an error", async () => {
    const { link } = await server.invite("corporate");
    const page = await open(browser, server, { javaScriptEnabled: false });
    const base = await enter(page, link);
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    const person = /person-([0-9a-f-]{36})/.exec(page.url())[1];
    const place = (member) => `/associated_persons/${person}/${member}`;
    await named(page, place("first_name")).fill("Grace");
    for (const [member, says] of [
        ["has_ownership", "no"],
        ["has_control", "yes"],
    ]) {
        await page.locator(`input[name="${place(member)}"][value="${says}"]`).check();
    }
    await page.click(".actions .primary");
    await page.getByRole("heading", { name: "Because Grace controls the business, we also need:" }).waitFor();
    assert.equal(await page.locator(".error, .summary li").count(), 0);
    assert.ok(!(await page.title()).startsWith("Error"));
    await page.click(".actions .primary");
    await page.locator(".summary").waitFor();
    assert.ok((await page.locator(".error").count()) > 2);
    assert.match(await page.title(), /^Error: /);
    clean(page);
});

test("the summary of errors stays current: solved errors disappear, an empty summary, too", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    await named(page, "/first_name").fill("Ada");
    await page.click(".actions .primary");
    await page.waitForURL("**/details?check=*");
    assert.equal(await page.locator(".summary li").count(), 2);
    await date(page, "/birth_date", ["1990", "12", "10"]);
    await leave(page);
    await page.locator(".summary li").nth(1).waitFor({ state: "detached" });
    assert.match(await page.textContent(".summary h2"), /There is a problem/);
    assert.equal(await field(page, "/birth_date").locator(".error, [aria-invalid]").count(), 0);
    assert.match(await page.title(), /^Error: /);
    await named(page, "/nationality").selectOption("GB");
    await page.locator(".summary").waitFor({ state: "detached" });
    assert.ok(!(await page.title()).startsWith("Error"), await page.title());
    // A field that is cleared after that is missing again.
    await named(page, "/nationality").selectOption("");
    await page.locator(".summary li").waitFor();
    assert.match(await page.title(), /^Error: /);
    clean(page);
});

test("a missing document is marked at its card, and the summary links there", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const { link } = await server.invite("individual");
        const page = await open(browser, server, { javaScriptEnabled });
        const base = await enter(page, link);
        await page.goto(`${base}/address`);
        assert.equal(await page.locator(".document .error").count(), 0);
        await page.click(".actions .primary");
        await page.locator(".document .error").waitFor();
        const input = page.locator('.document .upload:not(.camera) input[type="file"]');
        assert.equal(await input.getAttribute("aria-invalid"), "true");
        const id = await input.getAttribute("id");
        assert.equal(await page.locator(`.summary a[href="#${id}"]`).count(), 1);
        clean(page);
    }
});

test("after a page was sent, Back and reload send nothing", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const { link } = await server.invite("individual");
        const page = await open(browser, server, { javaScriptEnabled });
        const base = await enter(page, link);
        await page.goto(`${base}/details`);
        let posts = 0;
        page.on(
            "request",
            (request) => (posts += request.method() === "POST" && request.isNavigationRequest() ? 1 : 0),
        );
        await named(page, "/first_name").fill("Ada");
        await page.click(".actions .primary");
        await page.locator(".summary").waitFor();
        await page.reload();
        await page.locator(".summary").waitFor();
        await page.goBack();
        await page.waitForURL("**/details");
        await page.goForward();
        await page.locator(".summary").waitFor();
        assert.equal(posts, 1);
        clean(page);
    }
});

test("typed text is saved after a pause, and stays a draft until the field is left", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    const saves = listen(page);
    await named(page, "/first_name").pressSequentially("Ada Augusta", { delay: 60 });
    assert.equal(saves.length, 0, "no save while typing");
    await field(page, "/first_name").locator(".saved").waitFor();
    assert.deepEqual(
        saves.map(({ field, typing }) => [field, typing]),
        [["/first_name", true]],
    );
    assert.equal((await server.customer(id)).profile.first_name, undefined, "half words do not reach the profile");
    await page.waitForTimeout(1200);
    assert.equal(saves.length, 1, "unchanged text is not sent");
    await page.keyboard.press("Tab");
    await becomes(async () => (await server.customer(id)).profile.first_name, "Ada Augusta");
    assert.equal(saves.length, 2);
    await page.keyboard.press("Tab");
    await page.waitForTimeout(300);
    assert.equal(saves.length, 2, "passing through a field saves nothing");
    clean(page);
});

test("half-typed text is not an error until the field is left", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    const error = field(page, "/birth_date").locator(".error");
    await date(page, "/birth_date", ["19", "12", "31"]);
    await field(page, "/birth_date").locator(".saved").waitFor();
    assert.equal(await error.count(), 0);
    assert.ok(!(await page.title()).startsWith("Error"));
    await named(page, "/birth_date.y").pressSequentially("9");
    await leave(page);
    await error.waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await named(page, "/birth_date.y").getAttribute("aria-invalid"), "true");
    // Correcting it removes the error at once.
    await named(page, "/birth_date.y").fill("1990");
    await error.waitFor({ state: "detached" });
    assert.equal(await named(page, "/birth_date.y").evaluate((input) => document.activeElement === input), true);
    clean(page);
});

test("typed text is saved when the page is hidden", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    await named(page, "/last_name").pressSequentially("Lovelace");
    await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await becomes(async () => (await server.customer(id)).profile.last_name, "Lovelace");
    // And when the page is closed.
    await page.reload();
    await named(page, "/first_name").pressSequentially("Ada");
    await page.goto("about:blank");
    await becomes(async () => (await server.customer(id)).profile.first_name, "Ada");
});

test("a page has one save in flight at a time, and the last has everything", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    let [now, most, all] = [0, 0, 0];
    await page.route("**/details", async (route) => {
        [now, all] = [now + 1, all + 1];
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        now -= 1;
        await route.continue();
    });
    for (const [place, text] of [
        ["/first_name", "Ada"],
        ["/last_name", "Byron"],
        ["/last_name", "King"],
        ["/first_name", "Augusta"],
    ]) {
        await named(page, place).fill(text);
        await leave(page);
        await page.waitForTimeout(30);
    }
    await becomes(async () => {
        const { profile } = await server.customer(id);
        return [profile.first_name, profile.last_name];
    }, ["Augusta", "King"]);
    await page.waitForTimeout(2500);
    assert.deepEqual([most, all], [1, 2]);
    clean(page);
});

test("after each person the list is shown, with roles and shares, and an empty person disappears", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const { link } = await server.invite("corporate");
        const page = await open(browser, server, { javaScriptEnabled });
        const base = await enter(page, link);
        await page.goto(`${base}/people`);
        assert.equal(await page.locator("main .primary").textContent(), "Add a person", "no person is listed");
        for (const [name, share] of [
            ["Grace", "24.5"],
            ["Alan", "10,25"],
        ]) {
            await page.click('button[value="add"]');
            await page.waitForURL("**/person-*");
            const person = /person-([0-9a-f-]{36})/.exec(page.url())[1];
            const place = (member) => `/associated_persons/${person}/${member}`;
            await named(page, place("first_name")).fill(name);
            await named(page, place("last_name")).fill("Hopper");
            await page.locator(`input[name="${place("has_ownership")}"][value="yes"]`).check();
            await page.locator(`input[name="${place("has_control")}"][value="no"]`).check();
            // Owners are asked for a share: with scripts at once, otherwise on the next page.
            if (!javaScriptEnabled) await page.click(".actions .primary");
            await named(page, place("ownership_percentage")).fill(share);
            await page.click(".actions .primary");
            await page.waitForURL("**/people?completed=*");
            await page.getByText(`${name} Hopper is complete. Add another person, or continue.`).waitFor();
        }
        assert.match(
            (await page.textContent(".shares")).replace(/[\u2068\u2069]/g, ""),
            /^34.75% of 100% accounted for$/,
        );
        assert.match((await page.textContent(".people")).replace(/[\u2068\u2069]/g, ""), /Owns 24.5%.*Owns 10.25%/);
        assert.equal(await page.locator("main .primary").textContent(), "Continue");
        if (javaScriptEnabled) assert.deepEqual(await axe(page), []);
        await page.click('button[value="add"]');
        await page.waitForURL("**/person-*");
        await page.goto(`${base}/review`);
        assert.ok(
            !(await page.textContent("main")).includes("Person 3"),
            "an empty person does not prevent submission",
        );
        await page.goto(`${base}/people`);
        assert.equal(await page.locator(".people li").count(), 2);
        clean(page);
    }
});

// Fills in everything that an individual in the United Kingdom is asked for, without a browser.
async function submitted() {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server, { javaScriptEnabled: false });
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    await named(page, "/first_name").fill("Ada");
    await named(page, "/last_name").fill("Lovelace");
    await date(page, "/birth_date", ["1990", "12", "10"]);
    await named(page, "/nationality").selectOption("GB");
    await page.click(".actions .primary");
    for (const [step, fields, choices] of [
        ["address", { street_line_1: "12 Harbour Road", city: "London", postal_code: "N1 9GU" }, { country: "GB" }],
        ["identity", { number: "X1234567" }, { type: "passport", issuing_country: "GB" }],
    ]) {
        await page.goto(`${base}/${step}`);
        await page.locator(".upload:not(.camera) input[type=file]").setInputFiles(picture("first.png"));
        await page.locator("button.send").first().click();
        const object = step === "address" ? "/residential_address" : "/identifying_information/id_document";
        for (const [member, value] of Object.entries(fields)) await named(page, `${object}/${member}`).fill(value);
        for (const [member, value] of Object.entries(choices))
            await named(page, `${object}/${member}`).selectOption(value);
        await page.click(".actions .primary");
    }
    await page.goto(`${base}/review`);
    await page.check("#truth");
    await page.check("#agree");
    await page.click(".actions .primary");
    await page.getByText("Thank you").waitFor();
    return { id, page };
}

for (const scripted of [true, false]) {
    test(`a customer gives a reason why an answer is correct, with${scripted ? "" : "out"} scripts`, async () => {
        const { id } = await submitted();
        await server.simulate(id, "kyc.status.request_resubmission", {
            requirements: ["/birth_date", "/residential_address", "id_document_front"],
            comment: "The passport says something else.",
        });
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        const base = await enter(page, (await server.customer(id)).kycs.kyc_flow_link);
        for (const [step, requirement] of [
            ["details", "birth_date"],
            ["address", "residential_address"],
            ["identity", "id_document_front"],
        ]) {
            await page.goto(`${base}/${step}`);
            await page
                .getByText(/Please (check this and enter it again|upload a new file)/)
                .first()
                .waitFor();
            assert.ok(
                (await page.getByText("The passport says something else.").count()) >= 2,
                "at the step and at the field",
            );
            if (scripted) assert.deepEqual(await axe(page), []);
            await page.click(".again summary");
            const reason = named(page, `correct:${requirement}`);
            await reason.fill(`It is right: ${requirement}`);
            if (scripted) {
                await leave(page);
                await page
                    .getByText(/Please (check this and enter it again|upload a new file)/)
                    .first()
                    .waitFor({ state: "detached" });
                await reason.waitFor();
            }
            await page.click(".actions .primary");
            await page.waitForURL(new RegExp(`^(?!.*/${step}).*$`));
        }
        await page.goto(`${base}/review`);
        await page.check("#truth");
        await page.check("#agree");
        await page.click(".actions .primary");
        await page.getByText("Thank you").waitFor();
        const { requirements } = await server.api("GET", `/v0/customers/${id}?expand=requirements`);
        const said = requirements
            .filter((one) => one.confirmed)
            .map((one) => [one.id, one.status, one.confirmed.reason]);
        assert.deepEqual(said.sort(), [
            ["birth_date", "pending", "It is right: birth_date"],
            ["id_document_front", "pending", "It is right: id_document_front"],
            ["residential_address", "pending", "It is right: residential_address"],
        ]);
        clean(page);
    });
}

test("a refused file is struck through with its reason, and only the new one has the tick", async () => {
    const { id } = await submitted();
    await server.simulate(id, "kyc.status.request_resubmission", {
        requirements: ["id_document_front"],
        comment: "Blurred.",
    });
    const page = await open(browser, server);
    const base = await enter(page, (await server.customer(id)).kycs.kyc_flow_link);
    await page.goto(`${base}/identity`);
    const files = page.locator(".files li");
    assert.match((await files.textContent()).replace(/[\u2068\u2069]/g, ""), /Not accepted: a new file is needed/);
    assert.equal(await files.locator(".mark.done").count(), 0);
    await page.locator(".upload:not(.camera) input[type=file]").setInputFiles(picture("sharper.png"));
    await files.nth(1).waitFor(); // its name is shown as soon as it is chosen
    await page.reload();
    assert.equal(await files.count(), 2);
    assert.equal(await files.nth(0).locator(".mark.done").count(), 0);
    assert.equal(await files.nth(0).locator(".refused").count(), 1);
    assert.equal(await files.nth(1).locator(".mark.done").count(), 1);
    assert.equal(await files.nth(1).locator(".refused").count(), 0);
    assert.deepEqual(await axe(page), []);
    clean(page);
});

test("a change that was started on the review leads back there", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const { link } = await server.invite("individual");
        const page = await open(browser, server, { javaScriptEnabled });
        const base = await enter(page, link);
        await page.goto(`${base}/review`);
        await page.locator(".change", { hasText: "About you" }).click();
        await named(page, "/first_name").fill("Ada");
        await page.click(".actions .primary");
        await page.locator(".summary").waitFor();
        await date(page, "/birth_date", ["1990", "12", "10"]);
        await named(page, "/nationality").selectOption("GB");
        await page.click(".actions .primary");
        await page.waitForURL("**/review");
        clean(page);
    }
});
