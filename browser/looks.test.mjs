// How the form looks: contrast in both schemes with any colour of the account, from 320 to 2,560 pixels, with large
// text, with forced colours and on paper; and the frame of every step.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { axe, clean, enter, open, picture, png, start } from "./harness.mjs";
import { measure } from "./measure.mjs";
import { FUNDS, known } from "./states.mjs";

const { server, browser } = await start();
// A business with an owner and a file, and a person with a passport: their pages, and the pass for them.
let pages;
let storageState;

before(async () => {
    const business = await server.invite("corporate");
    const person = await server.invite("individual");
    const page = await open(browser, server);
    const base = await enter(page, business.link);
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    const owner = page.url();
    const id = /person-([0-9a-f-]{36})/.exec(owner)[1];
    for (const [name, text] of [
        ["first_name", "Grace"],
        ["last_name", "Hopper"],
    ]) {
        await page.fill(`[name="/associated_persons/${id}/${name}"]`, text);
    }
    await page.check(`[name="/associated_persons/${id}/has_control"][value="yes"]`);
    await page.locator(".saved").nth(2).waitFor();
    await page.goto(`${base}/documents`);
    await page.locator("input[type=file]").first().setInputFiles(picture("certificate.png"));
    await page.locator(".files").first().waitFor();
    const own = await enter(page, person.link);
    await page.goto(`${own}/identity`);
    await page.selectOption('[name$="id_document/type"]', "passport");
    await page.locator(".saved").first().waitFor();
    const asked = await enter(page, (await known(server, FUNDS)).link);
    storageState = await page.context().storageState();
    await page.context().close();
    pages = {
        link: business.link,
        overview: base,
        details: `${base}/details`,
        "address with errors": `${base}/address?check`,
        people: `${base}/people`,
        owner,
        documents: `${base}/documents`,
        review: `${base}/review`,
        identity: `${own}/identity`,
        "overview of a person": own,
        funds: `${asked}/funds`,
        "unknown link": `${server.url}/kyc/dsl_nothing`,
    };
});

// What a link that does not exist prints in the console.
const faults = ["404"];
const shown = (options = {}) => open(browser, server, { storageState, faults, ...options });

test("axe finds nothing in either scheme, with any colour of the account", async () => {
    const found = [];
    for (const colour of ["", "#ffcc00", "#0a1a4f", "#ffffff"]) {
        await server.command("accounts", "set", "--colour", colour);
        for (const colorScheme of ["light", "dark"]) {
            const page = await shown({ colorScheme });
            for (const [name, url] of Object.entries(pages)) {
                await page.goto(url);
                await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
                found.push(...(await axe(page)).map((one) => `${name}, ${colorScheme}, ${colour}: ${one}`));
            }
            clean(page);
            await page.context().close();
        }
    }
    await server.command("accounts", "set", "--colour", "");
    assert.deepEqual(found, []);
});

test("no page scrolls sideways, from 320 to 2,560 pixels, with double text size, from right to left", async () => {
    const found = [];
    for (const [width, text, lang] of [
        [320, 100, "en"],
        [320, 100, "ar"],
        [375, 100, "de"],
        [640, 200, "en"],
        [1280, 200, "en"],
        [2560, 100, "en"],
    ]) {
        const page = await shown({ viewport: { width, height: 900 } });
        for (const [name, url] of Object.entries(pages)) {
            await page.goto(`${url}${url.includes("?") ? "&" : "?"}lang=${lang}`);
            await page.evaluate((text) => (document.documentElement.style.fontSize = `${text}%`), text);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > width) found.push(`${name}, ${width} pixels, text of ${text} %, ${lang}: ${wide}`);
        }
        await page.context().close();
    }
    assert.deepEqual(found, []);
});

test("a phone shows the position and a link back above the title; a desktop lists the steps beside it", async () => {
    const page = await shown({ viewport: { width: 375, height: 812 } });
    await page.goto(pages.documents);
    const top = async (selector) => (await page.locator(selector).first().boundingBox())?.y;
    const title = await top("h1");
    assert.match(await page.textContent("#steps summary"), /Step 4 of 5/);
    assert.ok((await top(".back")) < title && (await top("#steps summary .bar")) < title);
    assert.equal(await page.locator("#steps ol").isVisible(), false);
    await page.click("#steps summary");
    await page.getByRole("link", { name: "Address" }).waitFor();
    await page.click(".back");
    await page.waitForURL("**/people");
    await page.goto(pages.owner);
    assert.match(await page.textContent("#steps summary"), /Step 3 of 5/);
    await page.setViewportSize({ width: 1280, height: 800 });
    const [list, card] = [await page.locator("#steps ol").boundingBox(), await page.locator("main").boundingBox()];
    assert.ok(list.x + list.width < card.x && list.height > 100, "the list is open beside the card");
    assert.equal(await page.locator("#steps summary").isVisible(), false);
    clean(page);
    await page.context().close();
});

test("the upload of a picture has drawings of good and bad pictures, with the same in words", async () => {
    const page = await shown();
    for (const [name, words] of [
        ["identity", /photo page/],
        ["address with errors", /Name, address and date/],
    ]) {
        await page.goto(pages[name]);
        const drawings = page.locator("section.document").first().locator(".examples li");
        assert.match(await drawings.first().textContent(), words);
        assert.equal(await drawings.locator("svg[aria-hidden]").count(), await drawings.count());
    }
    await page.goto(pages.documents);
    assert.equal(await page.locator(".examples").count(), 0, "a register is no picture");
    await page.context().close();
});

test("every step can be saved and left", async () => {
    const page = await shown();
    const names = ["details", "address with errors", "identity", "funds", "people", "owner", "documents", "review"];
    for (const name of names) {
        await page.goto(pages[name]);
        await page.getByRole("button", { name: "Save and exit" }).waitFor();
    }
    // The page has every step of both forms.
    const steps = new Set();
    for (const name of ["overview", "overview of a person", "funds"]) {
        await page.goto(pages[name]);
        const links = await page
            .locator("#steps a")
            .evaluateAll((all) => all.map((link) => new URL(link.href).pathname));
        for (const path of links) steps.add(path.split("/")[3]?.replace(/-.*/, ""));
    }
    const left = names.map((name) => new URL(pages[name]).pathname.split("/")[3].replace(/-.*/, ""));
    assert.deepEqual(
        [...steps].filter((step) => step && !left.includes(step)),
        [],
    );
    clean(page);
    await page.context().close();
});

test("the language is chosen from one folded list of links, with or without scripts", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const page = await shown({ javaScriptEnabled });
        await page.goto(pages.details);
        assert.equal(await page.locator(".language a").first().isVisible(), false);
        await page.locator(".language summary").focus();
        await page.keyboard.press("Enter");
        await page.click(".language a[lang=fr]");
        await page.locator("html[lang=fr]").waitFor();
        assert.match(page.url(), /\/details\?lang=fr$/);
        await page.context().close();
    }
});

test("the review lists files by name, loads a picture only on request, and folds owners", async () => {
    const page = await shown();
    const read = [];
    page.on("request", (request) => request.url().includes("/files/") && read.push(request.url()));
    await page.goto(pages.review);
    await page.waitForLoadState("networkidle");
    await page.getByText("certificate.png", { exact: true }).waitFor();
    assert.deepEqual(read, [], "no original is loaded with the page");
    await page.click(".preview summary");
    const picture = page.locator(".preview img");
    await picture.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector(".preview img").naturalWidth === 320);
    const owner = page.locator("details.answers", { hasText: "Grace Hopper" });
    assert.match(await owner.locator("summary").textContent(), /Controls the business/);
    assert.equal(await owner.locator("dl").isVisible(), false);
    for (const link of await page.locator(".change").all())
        assert.match(await link.getAttribute("href"), /\?back=review$/);
    clean(page);
    await page.context().close();
});

test("a dark page has the dark logo, and without one the logo has a white background", async () => {
    const logo = join(server.folder, "logo.png");
    writeFileSync(logo, png());
    const set = (...more) => server.command("accounts", "set", "--logo", logo, ...more);
    await set("--logo-dark", logo);
    for (const [colorScheme, ending] of [
        ["dark", "-logo-dark"],
        ["light", "-logo"],
    ]) {
        const page = await shown({ colorScheme });
        await page.goto(pages.link);
        assert.ok((await page.locator("header img").evaluate((image) => image.currentSrc)).endsWith(ending));
        await page.context().close();
    }
    await set("--logo-dark", "");
    const page = await shown({ colorScheme: "dark" });
    await page.goto(pages.link);
    const ground = await page.locator("header img").evaluate((image) => getComputedStyle(image).backgroundColor);
    assert.equal(ground, "rgb(255, 255, 255)");
    await server.command("accounts", "set", "--logo", "");
    await page.context().close();
});

test("the icon of the tab has the account's colour and comes from our own server", async () => {
    const page = await shown();
    const icon = async () => {
        await page.goto(pages.link);
        const href = await page.getAttribute("link[rel=icon]", "href");
        const answer = await page.request.get(new URL(href, server.url).href);
        assert.equal(answer.headers()["content-type"], "image/svg+xml");
        return answer.text();
    };
    assert.match(await icon(), /#1f4fbf/);
    await server.command("accounts", "set", "--colour", "#7a1f5c");
    assert.match(await icon(), /#7a1f5c/);
    await server.command("accounts", "set", "--colour", "");
    await page.context().close();
});

test("with forced colours the marks, the bar and the focus are visible", async () => {
    const page = await shown({ forcedColors: "active" });
    await page.goto(pages.documents);
    const ground = (selector, part) =>
        page
            .locator(selector)
            .first()
            .evaluate((element, part) => getComputedStyle(element, part).backgroundColor, part);
    const paper = await ground("body");
    assert.notEqual(await ground(".files .mark.done", "::before"), paper);
    await page.locator("main .primary").focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    const outline = await page.locator(":focus").evaluate((element) => getComputedStyle(element).outlineStyle);
    assert.equal(outline, "solid");
    clean(page);
    await page.context().close();
});

test("everything that can have the focus shows it", async () => {
    const page = await shown();
    for (const name of ["identity", "review", "people"]) {
        await page.goto(pages[name]);
        for (let stop = 0; stop < 30; stop += 1) {
            await page.keyboard.press("Tab");
            const [what, style, width] = await page.evaluate(() => {
                const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
                return [document.activeElement.outerHTML.slice(0, 80), outlineStyle, Number.parseFloat(outlineWidth)];
            });
            if (what.startsWith("<body")) break;
            assert.ok(style !== "none" && width >= 2, `${name}: ${what}`);
        }
    }
    await page.context().close();
});

test("the review prints completely, without what only a screen needs", async () => {
    const page = await shown();
    await page.goto(pages.review);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#steps").isVisible(), false);
    assert.equal(await page.locator(".actions").first().isVisible(), false);
    assert.ok(await page.locator("details.answers dl").first().isVisible(), "folds are open on paper");
    await page.context().close();
});

test("the first paint on a slow phone comes within 1.2 seconds", async () => {
    // Other work on the machine only adds time, so the lowest of six counts.
    const least = {};
    for (let tries = 0; tries < 6; tries += 1) {
        for (const [name, at] of Object.entries(await measure(browser, server))) {
            least[name] = Math.min(least[name] ?? Infinity, Math.round(at.first));
        }
        if (Object.values(least).every((first) => first <= 1_200)) return;
    }
    assert.fail(JSON.stringify(least));
});
