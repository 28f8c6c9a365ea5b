// The hosted form as people use it: with and without scripts, by keyboard, interrupted, on two devices, in Arabic, on a
// slow network. No page may have script errors, blocked sources or requests to other sites.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { axe, clean, enter, open, picture, png, start } from "./harness.mjs";
import { measure } from "./measure.mjs";

const { server, browser } = await start();

const PERSON = {
    details: { "/first_name": "Ada", "/last_name": "Lovelace", "/birth_date": "1990-12-10", "/nationality": "GB" },
    address: {
        "/residential_address/country": "GB",
        "/residential_address/street_line_1": "12 Harbour Road",
        "/residential_address/city": "London",
        "/residential_address/postal_code": "N1 9GU",
    },
    identity: {
        "/identifying_information/id_document/type": "passport",
        "/identifying_information/id_document/number": "X1234567",
        "/identifying_information/id_document/issuing_country": "GB",
    },
};
const BUSINESS = {
    details: {
        "/business_legal_name": "Harbour Software Limited",
        "/registration_number": "09876543",
        "/formation_date": "2015-06-01",
    },
    address: {
        "/business_address/country": "GB",
        "/business_address/street_line_1": "1 Harbour Road",
        "/business_address/city": "London",
        "/business_address/postal_code": "N1 9GU",
    },
};
const owner = (id, first, share) => ({
    [`/associated_persons/${id}/first_name`]: first,
    [`/associated_persons/${id}/last_name`]: "Hopper",
    [`/associated_persons/${id}/has_ownership`]: "yes",
    [`/associated_persons/${id}/ownership_percentage`]: share,
    [`/associated_persons/${id}/has_control`]: "yes",
});
const identity = (id) => ({
    [`/associated_persons/${id}/nationality`]: "US",
    [`/associated_persons/${id}/residential_address/country`]: "FR",
    [`/associated_persons/${id}/residential_address/street_line_1`]: "5 quai Voltaire",
    [`/associated_persons/${id}/residential_address/city`]: "Paris",
    [`/associated_persons/${id}/residential_address/postal_code`]: "75007",
    [`/associated_persons/${id}/identifying_information/id_document/type`]: "passport",
    [`/associated_persons/${id}/identifying_information/id_document/number`]: "P7654321",
    [`/associated_persons/${id}/identifying_information/id_document/issuing_country`]: "US",
});

const named = (page, name) => page.locator(`[name="${name}"]`);
const field = (page, place) => page.locator(".field", { has: page.locator(`[name="was:${place}"]`) });
const continues = (page) => page.click(".actions .primary");

async function type(page, place, value) {
    if (await named(page, `${place}.y`).count()) {
        const [year, month, day] = value.split("-");
        await named(page, `${place}.y`).fill(year);
        await named(page, `${place}.m`).fill(month);
        await named(page, `${place}.d`).fill(day);
        return;
    }
    const input = named(page, place);
    const kind = await input
        .first()
        .evaluate((element) => element.type)
        .catch(() => null);
    if (kind === "radio" || (await page.locator(`input[type=radio][name="${place}"]`).count())) {
        await page.locator(`input[type=radio][name="${place}"][value="${value}"]`).check();
    } else if (await page.locator(`select[name="${place}"]`).count()) await input.selectOption(value);
    else await input.fill(value);
}

// Fills in a field, leaves it, and waits until it is saved.
async function answer(page, place, value) {
    await type(page, place, value);
    await page.evaluate(() => document.activeElement.blur());
    await field(page, place).locator(".saved").waitFor();
}

async function fill(page, values, scripted) {
    for (const [place, value] of Object.entries(values)) {
        if (scripted) await answer(page, place, value);
        else await type(page, place, value);
    }
}

async function upload(page, number, scripted, file = picture()) {
    const card = page.locator("section.document").nth(number);
    // An earlier file does not show that this one has arrived.
    const before = await card.locator(".files li").count();
    await card.locator(".upload:not(.camera) input").setInputFiles(file);
    if (!scripted) await card.locator("button.send").click();
    await card.locator(".files li").nth(before).waitFor();
}

// Goes from the overview to the review with the buttons of the steps.
async function person(page, scripted, between = async () => {}) {
    await page.click("main .primary");
    for (const [step, values] of Object.entries(PERSON)) {
        await page.waitForURL(`**/${step}*`);
        await between(step);
        // Without scripts an upload reloads the page.
        if (step !== "details") await upload(page, 0, scripted);
        await fill(page, values, scripted);
        await continues(page);
    }
    await page.waitForURL("**/review");
    await between("review");
}

async function submits(page) {
    await page.check("#truth");
    await page.check("#agree");
    await continues(page);
}

for (const scripted of [true, false]) {
    const how = scripted ? "with scripts" : "without scripts";

    test(`a person goes from the link to submitted, ${how}`, async () => {
        const { id, link } = await server.invite("individual", "https://app.example/done");
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        await page.route("https://app.example/**", (route) => route.fulfill({ body: "home" }));
        await enter(page, link);
        await person(page, scripted);
        assert.match(await page.textContent("main"), /10 December 1990/);
        await submits(page);
        await page.waitForURL("https://app.example/done");
        const customer = await server.customer(id);
        assert.equal(customer.kycs.sub_status, "kyc_form_submission_accepted");
        assert.equal(customer.profile.residential_address.city, "London");
        assert.deepEqual(customer.documents.map((document) => document.purpose).sort(), [
            "id_document",
            "proof_of_address",
        ]);
        const trail = await server.command("audit", "list", "--limit", "100");
        const mine = trail.filter((entry) => entry.customer_id === id).map((entry) => entry.action);
        assert.ok(mine.includes("kyc.form_opened") && mine.includes("kyc.form_submitted"), mine.join());
        clean(page);
    });

    test(`a company with two owners goes from the link to submitted, ${how}`, async () => {
        const { id, link } = await server.invite("corporate");
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        await enter(page, link);
        await page.click("main .primary");
        for (const [step, values] of Object.entries(BUSINESS)) {
            await page.waitForURL(`**/${step}*`);
            if (step === "address") await upload(page, 0, scripted);
            await fill(page, values, scripted);
            await continues(page);
        }
        await page.waitForURL("**/people");
        for (const [first, share] of [
            ["Grace", "60"],
            ["Alan", "40"],
        ]) {
            await page.goto(page.url().replace(/(form\/[0-9a-f-]+).*/, "$1/people"));
            await page.click('button[value="add"]');
            await page.waitForURL("**/person-*");
            const person = /person-([0-9a-f-]{36})/.exec(page.url())[1];
            const { [`/associated_persons/${person}/ownership_percentage`]: percent, ...who } = owner(
                person,
                first,
                share,
            );
            const owned = { [`/associated_persons/${person}/ownership_percentage`]: percent };
            await fill(page, who, scripted);
            // Only owners are asked for a share.
            if (scripted) await fill(page, owned, true);
            // The role decides what else is asked: with scripts at once, otherwise on the next page.
            if (!scripted) await continues(page);
            await page.locator(`select[name="/associated_persons/${person}/nationality"]`).waitFor();
            await fill(page, { ...(scripted ? {} : owned), ...identity(person) }, scripted);
            if (!scripted) {
                await continues(page);
                await page.goto(page.url().replace(/(form\/[0-9a-f-]+).*/, `$1/person-${person}`));
            }
            const documents = await page.locator("section.document").count();
            assert.equal(documents, 2, "a picture of the passport, and a proof of address");
            for (let number = 0; number < documents; number += 1) await upload(page, number, scripted);
        }
        // Shares are checked together, and the error is shown at the list of persons.
        if (scripted) {
            const share = () =>
                `/associated_persons/${/person-([0-9a-f-]{36})/.exec(page.url())[1]}/ownership_percentage`;
            const arrived = page.waitForResponse((response) => response.request().method() === "POST");
            await answer(page, share(), "50");
            await arrived;
            await page.goto(page.url().replace(/(form\/[0-9a-f-]+).*/, "$1/people"));
            await page.getByText("The shares add up to more than 100%").waitFor();
            await page.click(".summary a");
            assert.equal(await page.evaluate(() => document.activeElement.id), "people");
            await page.click(".people li:last-child a");
            await answer(page, share(), "40");
        }
        // A third person was a mistake.
        await page.goto(page.url().replace(/(form\/[0-9a-f-]+).*/, "$1/people"));
        await page.click('button[value="add"]');
        await page.click("details.remove summary");
        await page.click("details.remove button");
        await page.waitForURL("**/people");
        assert.equal(await page.locator(".people li").count(), 2);
        await continues(page);
        await page.waitForURL("**/documents*");
        for (let number = 0; number < 3; number += 1) await upload(page, number, scripted);
        await continues(page);
        await page.waitForURL("**/review");
        assert.equal(await page.locator("main .summary").count(), 0, await page.textContent("main"));
        await submits(page);
        await page.getByText("Thank you. Your details have been sent").waitFor();
        const customer = await server.customer(id);
        assert.equal(customer.kycs.sub_status, "kyc_form_submission_accepted");
        assert.deepEqual(
            customer.profile.associated_persons.map((one) => one.ownership_percentage),
            ["60", "40"],
        );
        clean(page);
    });
}

test("what reviewers want again is shown at its field, and can be given again", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server, { faults: ["410"] });
    const first = await enter(page, link);
    await person(page, true);
    await submits(page);
    await page.getByText("Thank you").waitFor();
    await server.simulate(id, "kyc.status.request_resubmission", {
        requirements: ["/last_name", "id_document_front"],
        comment: "The name differs from the passport, and its picture is blurred.",
    });
    await page.goto(link);
    await page.getByText("There is a newer link").waitFor();
    const base = await enter(page, (await server.customer(id)).kycs.kyc_flow_link);
    await page.getByText("its picture is blurred").waitFor();
    assert.deepEqual(await axe(page), []);
    await page.goto(`${base}/details`);
    await page.getByText("Please check this and enter it again").first().waitFor();
    assert.deepEqual(await axe(page), []);
    assert.equal(await named(page, "/first_name").inputValue(), "", "answers typed with an ended pass are hidden");
    await answer(page, "/last_name", "King");
    await page.goto(`${base}/identity`);
    await upload(page, 0, true, picture("sharper.png"));
    await page.goto(`${base}/review`);
    await submits(page);
    await page.getByText("Thank you").waitFor();
    assert.equal((await server.customer(id)).profile.last_name, "King");
    clean(page);
});

test("nothing is lost when the server is killed at any step", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    await enter(page, link);
    await person(page, true, async () => {
        await server.killAndRestart();
        await page.reload();
    });
    await submits(page);
    await page.getByText("Thank you").waitFor();
    assert.equal((await server.customer(id)).profile.identifying_information.id_document.number, "X1234567");
});

test("half-typed answers are still there, with their error, after the browser was closed", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/address`);
    await answer(page, "/residential_address/city", "London");
    await page.goto(`${base}/details`);
    await type(page, "/birth_date", "1990-02-31");
    await page.evaluate(() => document.activeElement.blur());
    await field(page, "/birth_date").getByText("31 February 1990 does not exist").waitFor();
    const storageState = await page.context().storageState();
    await page.context().close();
    const again = await open(browser, server, { storageState });
    await again.goto(`${base}/address`);
    assert.equal(await named(again, "/residential_address/city").inputValue(), "London");
    await again.goto(`${base}/details`);
    assert.equal(await named(again, "/birth_date.d").inputValue(), "31");
    await again.getByText("31 February 1990 does not exist").first().waitFor();
    assert.match(await again.title(), /^Error: /);
    clean(again);
});

test("errors are shown in a summary with links, at the field, and in the title", async () => {
    for (const scripted of [true, false]) {
        const { link } = await server.invite("individual");
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        const base = await enter(page, link);
        await page.goto(`${base}/details`);
        await named(page, "/first_name").fill("Ada");
        await continues(page);
        await page.locator(".summary").waitFor();
        assert.match(await page.title(), /^Error: /);
        assert.equal(await page.locator(".summary li").count(), 2, "one name is enough");
        assert.equal(await named(page, "/first_name").inputValue(), "Ada");
        const link_ = page.locator(".summary a").first();
        const target = await link_.getAttribute("href");
        assert.equal(await page.locator(target).getAttribute("name"), "/birth_date.d");
        assert.equal(await page.locator(target).getAttribute("aria-invalid"), "true");
        clean(page);
    }
});

test("two devices share one draft, and the newest save of each field wins and says so", async () => {
    const { id, link } = await server.invite("individual");
    const [first, second] = [await open(browser, server), await open(browser, server)];
    const base = await enter(first, link);
    await first.goto(`${base}/details`);
    await fill(first, { "/first_name": "Augusta", "/last_name": "Byron" }, true);
    await enter(second, link);
    await second.goto(`${base}/details`);
    // The answers of the first device exist, but are hidden from others with the link.
    assert.equal(await named(second, "/last_name").inputValue(), "");
    await second.getByText("Already provided: B•••").waitFor();
    assert.ok(!(await second.content()).includes("Byron"));
    await second.getByText("Saved from another device").first().waitFor();
    await type(second, "/last_name", "King");
    await second.evaluate(() => document.activeElement.blur());
    await second.getByText("replaces the answer that another device saved").waitFor();
    // The first device still shows its old page. Sending it saves only what was changed there since.
    await first.locator('[name="/nationality"]').selectOption("GB");
    await continues(first);
    await first.waitForLoadState();
    const { profile } = await server.customer(id);
    assert.deepEqual([profile.first_name, profile.last_name, profile.nationality], ["Augusta", "King", "GB"]);
    clean(second);
});

test("every link that does not open a form has a page that says what to do, with a link to support", async () => {
    const support = "mailto:help@harbour.example";
    await server.command("accounts", "set", "--support-url", support);
    const page = await open(browser, server, { faults: ["404", "410", "403"] });
    const shows = async (text, way) => {
        await page.getByText(text).first().waitFor();
        assert.match(await page.textContent("main"), way);
        assert.deepEqual(await axe(page), []);
    };
    const closed = async (text, way) => {
        await shows(text, way);
        const help = page.getByRole("link", { name: /^Get help from/ });
        assert.equal(await help.getAttribute("href"), support, text);
    };
    const expired = await server.invite("individual");
    const base = await enter(page, expired.link);
    await server.simulate(expired.id, "session.expire");
    await page.goto(expired.link);
    await closed("This link has expired", /ask .* for a new link/);
    await page.goto(`${base}/details`);
    await closed("This link has expired", /ask .* for a new link/);
    await server.api("POST", `/v0/customers/${expired.id}/kycs`, {});
    await page.goto(expired.link);
    await closed("There is a newer link", /Use the newest link/);
    const left = await server.invite("individual");
    await enter(page, left.link);
    await page.click("form[action$='/leave'] button");
    await closed("You have left the form", /open the link you were sent/);
    const again = { requirements: ["/last_name"], comment: "Please check the name." };
    for (const [actions, text, way] of [
        [["submit"], "Thank you", /will contact you/],
        [["approve"], "You are verified", /nothing more to do/],
        [["reject"], "Your verification was not successful", /try again/],
        [["offboard"], "This form is closed", /contact/],
        [["submit", "request_resubmission", "abandon"], "This form is closed for now", /for a new link/],
    ]) {
        const { id, link } = await server.invite("individual", "https://app.example/done");
        for (const action of actions) {
            await server.simulate(id, `kyc.status.${action}`, action === "request_resubmission" ? again : {});
        }
        await page.goto(link);
        await closed(text, way);
        assert.equal(await page.locator("main a.button").getAttribute("href"), "https://app.example/done");
    }
    await server.command("accounts", "set", "--support-url", "");
    await page.goto(`${server.url}/kyc/dsl_test_nothing`);
    await shows("This link does not work", /open it again/);
    await page.goto(`${server.url}/form/0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e/details`);
    await shows("Open your link again", /Open the link/);
    await page.goto((await enter(page, (await server.invite("individual")).link)) + "/nowhere");
    await shows("Page not found", /Go back/);
    clean(page);
});

test("a file of another type is refused in words, and another file can be chosen", async () => {
    for (const scripted of [true, false]) {
        const { link } = await server.invite("individual");
        const page = await open(browser, server, { javaScriptEnabled: scripted });
        const base = await enter(page, link);
        // Scripts reduce a picture that is too large.
        const huge = scripted
            ? []
            : [
                  [
                      {
                          name: "huge.png",
                          mimeType: "image/png",
                          buffer: Buffer.concat([png(), Buffer.alloc(11 << 20)]),
                      },
                      "larger than 10 MB",
                  ],
              ];
        for (const [file, text] of [
            [{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not a picture") }, "is not a JPEG"],
            [{ name: "cut.png", mimeType: "image/png", buffer: png().subarray(0, 60) }, "empty or damaged"],
            ...huge,
        ]) {
            await page.goto(`${base}/address`);
            await page.locator(".upload:not(.camera) input").setInputFiles(file);
            if (!scripted) await page.locator("button.send").click();
            await page.getByText(text).waitFor();
            assert.equal(await page.locator(".files").count(), 0);
        }
        if (!scripted) {
            // The error is shown after a redirect: a reload sends nothing again, and Back leaves the page.
            assert.match(page.url(), /\/address\?failed=/);
            let posts = 0;
            page.on("request", (request) => (posts += request.method() === "POST"));
            await page.reload();
            await page.getByText("larger than 10 MB").waitFor();
            await page.goBack();
            assert.match(page.url(), /\/address$/);
            assert.equal(posts, 0);
        }
        await page.goto(`${base}/address`);
        await upload(page, 0, scripted);
        await page.click(".files button");
        await page.locator(".files").waitFor({ state: "detached" });
        clean(page);
    }
});

test("in Arabic everything runs from right to left, and nothing else differs", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, `${link}?lang=ar`);
    assert.equal(await page.getAttribute("html", "dir"), "rtl");
    assert.equal(await page.getAttribute("html", "lang"), "ar");
    await page.goto(`${base}/details`);
    await fill(page, { ...PERSON.details, "/first_name": "آدا", "/birth_date": "١٩٩٠-١٢-١٠" }, true);
    assert.deepEqual(await axe(page), []);
    await continues(page);
    await page.goto(`${base}/review`);
    // Names in other scripts are isolated from the surrounding text.
    assert.match((await page.textContent("main")).replace(/[\u2068\u2069]/g, ""), /10 ديسمبر 1990/);
    await page.getByText("المملكة المتحدة").waitFor();
    assert.deepEqual(await axe(page), []);
    assert.equal((await server.customer(id)).profile.birth_date, "1990-12-10");
    // Another language can be chosen at any time.
    await page.click(".language summary");
    await page.click(".language a[lang=de]");
    await page.getByText("Prüfen und absenden").first().waitFor();
    assert.equal(await page.getAttribute("html", "dir"), "ltr");
    clean(page);
});

test("on a slow and unreliable network, saves and uploads arrive in the end", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server, { faults: ["ERR_", "Failed to fetch"] });
    const base = await enter(page, link);
    const network = await page.context().newCDPSession(page);
    const conditions = (offline) =>
        network.send("Network.emulateNetworkConditions", {
            offline,
            latency: 400,
            downloadThroughput: 50e3,
            uploadThroughput: 25e3,
        });
    await network.send("Network.enable");
    await conditions(false);
    await page.goto(`${base}/details`);
    await answer(page, "/first_name", "Ada");
    await conditions(true);
    await type(page, "/last_name", "Lovelace");
    await page.evaluate(() => document.activeElement.blur());
    await page.getByText("No connection").waitFor();
    await conditions(false);
    await field(page, "/last_name").locator(".saved").waitFor();
    await page.locator("#connection").waitFor({ state: "hidden" });
    assert.equal((await server.customer(id)).profile.last_name, "Lovelace");

    await page.goto(`${base}/address`);
    const attempts = [];
    await page.route("**/upload", (route) => {
        attempts.push(/name="attempt"\s+(\w+)/.exec(route.request().postDataBuffer().toString("latin1"))[1]);
        return attempts.length === 1 ? route.abort("connectionreset") : route.continue();
    });
    const file = { name: "large.png", mimeType: "image/png", buffer: png(90_000) };
    await page.locator(".upload:not(.camera) input").setInputFiles(file);
    await page.locator(".sending progress").waitFor();
    await page.locator(".sending").getByText("The connection was lost").waitFor();
    await page.locator(".files").waitFor({ timeout: 60_000 });
    assert.equal(attempts.length, 2);
    assert.equal(attempts[0], attempts[1], "the same attempt, so that what arrived twice is one file");
    assert.equal((await server.customer(id)).documents.length, 1);
    clean(page);
});

test("a half-typed date has no error yet, and is still there after a reload", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    await named(page, "/birth_date.d").fill("10");
    await page.keyboard.press("Tab");
    await field(page, "/birth_date").locator(".saved").waitFor();
    assert.equal(await field(page, "/birth_date").locator(".error").count(), 0);
    await page.reload();
    assert.equal(await named(page, "/birth_date.d").inputValue(), "10");
    assert.equal(await named(page, "/birth_date.y").inputValue(), "");
    assert.ok(!(await page.title()).startsWith("Error"));
    await page.goto(`${base}/details?check`);
    await field(page, "/birth_date").getByText("Enter the day, month and year").waitFor();
    clean(page);
});

test("when typing is faster than saving, the last text counts", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    const network = await page.context().newCDPSession(page);
    await network.send("Network.enable");
    await network.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 500,
        downloadThroughput: -1,
        uploadThroughput: -1,
    });
    await type(page, "/birth_date", "1990-12-10");
    for (const name of ["A", "Ad", "Ada"]) {
        await named(page, "/first_name").fill(name);
        await page.evaluate(() => document.activeElement.blur());
    }
    for (let tries = 0; tries < 50; tries += 1) {
        const { profile } = await server.customer(id);
        if (profile.birth_date === "1990-12-10" && profile.first_name === "Ada") return clean(page);
        await page.waitForTimeout(100);
    }
    assert.fail(JSON.stringify((await server.customer(id)).profile));
});

test("the last text is saved even if the visitor leaves the page at once", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    for (const [place, text] of [
        ["/first_name", "Ada"],
        ["/last_name", "Lovelace"],
    ]) {
        await page.goto(`${base}/details`);
        // The server is slow.
        await page.route("**/details", async (route) => {
            if (route.request().method() === "POST") await new Promise((resolve) => setTimeout(resolve, 300));
            await route.continue().catch(() => {});
        });
        await named(page, place).fill(text);
        await page.getByRole("link", { name: /^Address/ }).click();
        await page.waitForURL("**/address");
        await page.unroute("**/details");
    }
    for (let tries = 0; tries < 30; tries += 1) {
        const { profile } = await server.customer(id);
        if (profile.first_name === "Ada" && profile.last_name === "Lovelace") return;
        await page.waitForTimeout(100);
    }
    assert.fail(JSON.stringify((await server.customer(id)).profile));
});

test("new questions appear as soon as they are known", async () => {
    const { link } = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/identity`);
    assert.equal(await page.locator("section.document").count(), 1);
    await fill(page, { ...PERSON.identity, "/identifying_information/id_document/type": "driver_license" }, true);
    const back = page.getByRole("heading", { name: "Identity document, back" });
    await back.waitFor();
    await upload(page, 1, true);
    await answer(page, "/identifying_information/id_document/type", "passport");
    await back.waitFor({ state: "detached" });
    assert.equal(await named(page, "/identifying_information/id_document/number").inputValue(), "X1234567");
    clean(page);
});

test("a save that is refused because of too many requests is retried", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server, { faults: ["429"] });
    const base = await enter(page, link);
    await page.goto(`${base}/details`);
    let refused = 0;
    await page.route("**/details", (route) => {
        if (route.request().method() !== "POST" || refused === 2) return route.continue();
        refused += 1;
        return route.fulfill({ status: 429, contentType: "text/html", body: "<main>too fast</main>" });
    });
    await answer(page, "/first_name", "Ada");
    assert.equal(refused, 2);
    assert.equal(await page.getByText("too fast").count(), 0);
    assert.equal((await server.customer(id)).profile.first_name, "Ada");
    clean(page);
});

test("the whole form can be used by keyboard alone", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server);
    const press = (key) => page.keyboard.press(key);
    // The search field of a country stands for the list that has the name.
    const focused = () =>
        page.evaluate(() => {
            const at = document.activeElement;
            return (
                at.getAttribute("name") ??
                at.closest("country-field")?.querySelector("select").name ??
                at.textContent.trim()
            );
        });
    const tabTo = async (matches) => {
        for (let tries = 0; tries < 60; tries += 1) {
            const at = await focused();
            if (matches(at)) return;
            await press("Tab");
        }
        throw new Error(`no way by keyboard; at ${await focused()}`);
    };
    await page.goto(link);
    await press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await press("Enter");
    await tabTo((at) => at === "Start");
    await press("Enter");
    await page.waitForURL(/\/form\//);
    await tabTo((at) => at === "Continue");
    await press("Enter");
    for (const [step, values] of Object.entries(PERSON)) {
        await page.waitForURL(`**/${step}*`);
        for (const [place, value] of Object.entries(values)) {
            if (place === "/birth_date") {
                for (const [part, text] of [
                    ["d", "10"],
                    ["m", "12"],
                    ["y", "1990"],
                ]) {
                    await tabTo((at) => at === `${place}.${part}`);
                    await page.keyboard.type(text);
                }
                continue;
            }
            // The order of the fields depends on the country, so start from the top of the page each time.
            await page.evaluate(() => document.getElementById("main").focus());
            await tabTo((at) => at === place);
            const option = await page.evaluate(
                (value) =>
                    [
                        ...(document.activeElement.closest("country-field, select")?.querySelectorAll("option") ?? []),
                    ].find((one) => one.value === value)?.text,
                value,
            );
            await page.keyboard.type(option ?? value);
        }
        await tabTo((at) => at.startsWith("Save and continue") || at.startsWith("file:"));
        await page.waitForTimeout(300);
        // The browser's own file dialogue cannot be tested by keyboard.
        if (step !== "details") await upload(page, 0, true);
        await tabTo((at) => at === "Save and continue");
        await press("Enter");
    }
    await page.waitForURL("**/review");
    for (const box of ["truth", "agree"]) {
        await tabTo((at) => at === box);
        await press("Space");
    }
    await tabTo((at) => at === "Submit");
    await press("Enter");
    await page.getByText("Thank you").waitFor();
    assert.equal((await server.customer(id)).kycs.sub_status, "kyc_form_submission_accepted");
    clean(page);
});

test("axe finds nothing on any page in any state, light and dark, from 320 to 1440 pixels", async () => {
    const { link } = await server.invite("corporate");
    const found = [];
    for (const [colorScheme, width] of [
        ["light", 320],
        ["dark", 320],
        ["light", 768],
        ["dark", 1440],
        ["light", 1440],
    ]) {
        const page = await open(browser, server, { colorScheme, viewport: { width, height: 800 } });
        const look = async (what) => {
            found.push(...(await axe(page)).map((one) => `${what}, ${colorScheme}, ${width}: ${one}`));
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > width) found.push(`${what}, ${width}: scrolls sideways to ${wide}`);
        };
        await page.goto(link);
        await look("welcome");
        const base = await enter(page, link);
        await look("overview");
        await page.goto(`${base}/people`);
        if (!(await page.locator(".people li").count())) await page.click('button[value="add"]');
        else await page.click(".people a");
        await look("person");
        await page.click("details.remove summary");
        await look("person, about to be removed");
        const id = /person-([0-9a-f-]{36})/.exec(page.url())[1];
        await answer(page, `/associated_persons/${id}/has_control`, "yes");
        await page.reload();
        await look("person with everything");
        for (const step of ["details", "address", "people", "documents", "review"]) {
            await page.goto(`${base}/${step}`);
            await look(step);
            await page.goto(`${base}/${step}?check`);
            await look(`${step} with errors`);
        }
        await page.goto(`${base}/documents`);
        await upload(page, 0, true);
        await look("uploaded");
        // On a phone the list of steps is folded.
        if (width < 960) await page.click("#steps summary");
        await page.click("text=Review and submit");
        await look("review");
        clean(page);
        await page.context().close();
    }
    assert.deepEqual(found, []);
});

test("every language fits on a phone, and axe finds nothing in any of them", async () => {
    const { link } = await server.invite("corporate");
    const found = [];
    for (const language of ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"]) {
        const page = await open(browser, server, { viewport: { width: 320, height: 800 } });
        await page.goto(`${link}?lang=${language}`);
        await page.click("main button");
        const base = page.url();
        await page.goto(`${base}/people`);
        if (await page.locator(".people li").count()) await page.click(".people a");
        else await page.click('button[value="add"]');
        for (const url of [`${page.url()}?check`, `${base}/review`]) {
            await page.goto(url);
            assert.equal(await page.getAttribute("html", "lang"), language);
            found.push(...(await axe(page)).map((one) => `${language}: ${one}`));
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > 320) found.push(`${language}: scrolls sideways to ${wide}`);
        }
        clean(page);
        await page.context().close();
    }
    assert.deepEqual(found, []);
});

test("posts from another site are refused and leave nothing behind", async () => {
    const { id, link } = await server.invite("individual");
    const page = await open(browser, server, {
        faults: ["403", "ERR_", "CORS", "Failed to load", "Failed to fetch", "refused", "Content Security"],
    });
    const base = await enter(page, link);
    const path = new URL(base).pathname;
    // Another name for the same machine is another site, with its own cookies.
    const evil = createServer((request, response) => {
        const target = `${server.url}${path}`;
        const hidden = `<input name="/first_name" value="Mallory"><input name="was:/first_name" value="0">`;
        response.setHeader("Content-Type", "text/html");
        response.end(
            request.url === "/frame"
                ? `<iframe src="${target}/details"></iframe>`
                : `<form method="post" action="${target}${request.url}">${hidden}</form>`,
        );
    });
    await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
    const site = `http://localhost:${evil.address().port}`;
    try {
        for (const step of ["/details", "/people", "/review", "/leave", "/address/upload", "/details/remove"]) {
            for (const how of ["form", "fetch", "beacon"]) {
                page.faults.length = 0;
                await page.goto(`${site}${step}`);
                if (how === "form") {
                    await Promise.all([
                        page.waitForURL(`${server.url}/**`),
                        page.evaluate(() => document.forms[0].submit()),
                    ]);
                    assert.match(await page.textContent("main"), /not taken|Open the link/);
                } else {
                    await page.evaluate(
                        async ([url, how]) => {
                            const body = new URLSearchParams({ "/first_name": "Mallory", "was:/first_name": "0" });
                            if (how === "beacon") navigator.sendBeacon(url, body);
                            else
                                await fetch(url, {
                                    method: "POST",
                                    body,
                                    credentials: "include",
                                    mode: "no-cors",
                                }).catch(() => {});
                        },
                        [`${server.url}${path}${step}`, how],
                    );
                }
            }
        }
        await page.goto(`${site}/frame`);
        const framed = page.frames().find((frame) => frame !== page.mainFrame());
        assert.ok(!(await framed.content()).includes("First name"), "the form cannot be framed");
    } finally {
        evil.close();
    }
    assert.equal((await server.customer(id)).profile.first_name, undefined);
    await page.goto(`${base}/details`);
    assert.equal(await page.locator('[name="/first_name"]').count(), 1, "and the visitor is still in");
});

test("typed text is always shown as text, never as markup", async () => {
    const run = "window.hit=1";
    const payloads = [
        `<script>${run}</script>`,
        `"><img src=x onerror=${run}>`,
        `'><svg onload=${run}>`,
        `{{constructor.constructor('${run}')()}}`,
        `</textarea><script>${run}</script>`,
        `</title><script>${run}</script>`,
        `</select><script>${run}</script>`,
        `--><script>${run}</script>`,
        `javascript:${run}`,
        `&lt;script&gt;${run}&lt;/script&gt;`,
        `&#60;script&#62;${run}`,
        `" autofocus onfocus=${run} x="`,
        `' onmouseover=${run} '`,
        `" hx-on:load="${run}`,
        `<div hx-get="/healthz" hx-trigger="load"></div>`,
        `<iframe srcdoc="<script>parent.hit=1</script>">`,
        `<object data="javascript:${run}">`,
        `<a href="javascript:${run}">x</a>`,
        `<style>@import 'javascript:${run}'</style>`,
        `<base href="//evil.example/">`,
        `<meta http-equiv="refresh" content="0;url=javascript:${run}">`,
        `\u2028${run}\u2029`,
        `\u202e<script>${run}</script>`,
        "${window.hit=1}",
    ];
    const { link } = await server.invite("corporate");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    const id = /person-([0-9a-f-]{36})/.exec(page.url())[1];
    const person = page.url();
    await answer(page, `/associated_persons/${id}/has_control`, "yes");
    // Fill every text field at once, as the page would send it.
    const everywhere = async (url, payload) => {
        await page.goto(url);
        const fields = await page
            .locator('[name^="was:"]')
            .evaluateAll((all) => all.map((one) => [one.name, one.value]));
        const typed = fields.map(([name]) => [name.slice(4), payload]);
        const body = new URLSearchParams([...fields, ...typed]).toString();
        const headers = { "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin" };
        await page.request.post(url, { headers, data: body, maxRedirects: 0 });
        return fields.length;
    };
    for (const payload of payloads) {
        assert.ok((await everywhere(`${base}/details`, payload)) >= 3);
        assert.ok((await everywhere(`${base}/address`, payload)) >= 6);
        assert.ok((await everywhere(person, payload)) >= 10);
        for (const shows of [person, `${base}/people`, `${base}/review`, `${base}/details`, `${base}/address`]) {
            await page.goto(shows);
            assert.equal(await page.evaluate(() => window.hit), undefined, payload);
        }
    }
    await page.goto(`${base}/documents`);
    await upload(page, 0, true, picture("<img src=x onerror=window.hit=1>.png"));
    await page.reload();
    assert.equal(await page.evaluate(() => window.hit), undefined);
    clean(page);
});

test("every page comes in one response, loads less than 60 KB, and does not shift", async () => {
    for (const [name, at] of Object.entries(await measure(browser, server))) {
        assert.ok(at.bytes > 5_000 && at.bytes < 60_000, `${name}: ${at.bytes} bytes`);
        assert.equal(at.redirects, 0, name);
        assert.ok(at.first > 0, name);
        assert.ok(at.shift < 0.001, `${name}: shifts by ${at.shift}`);
    }
});
