// The pages around the form in a real browser: the bare host, incomplete links, problems, and the API reference. axe
// finds nothing on any of them, light and dark, and none is wider than the screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, clean, enter, open, overflow, start } from "./harness.mjs";

const { server, browser } = await start();

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("href") ?? document.activeElement.id);
const leave = "form[action$='/leave'] button";

const PAGES = [
    "/",
    "/kyc/dsl_test_cut",
    "/form",
    "/nowhere",
    "/problems",
    "/problems/invalid_body",
    "/problems/x",
    "/docs",
    "/docs/reference",
];

test("axe finds nothing on the pages around the form, light and dark", async () => {
    for (const [colorScheme, width] of [
        ["light", 375],
        ["dark", 1440],
    ]) {
        const page = await open(browser, server, { colorScheme, viewport: { width, height: 800 }, faults: ["404"] });
        for (const path of PAGES) {
            await page.goto(server.url + path);
            assert.deepEqual(await axe(page), [], `${path} ${colorScheme}`);
        }
        clean(page);
        await page.context().close();
    }
});

test("no page around the form is wider than the screen, from 375 to 2560 pixels", async () => {
    const page = await open(browser, server, { faults: ["404"] });
    for (const path of PAGES) {
        await page.goto(server.url + path);
        // Folded content counts too.
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
        for (const width of [375, 768, 960, 1280, 1920, 2560]) {
            await page.setViewportSize({ width, height: 900 });
            assert.ok((await overflow(page)) <= 0, `${path} at ${width}`);
        }
    }
    clean(page);
});

test("an incomplete link is explained in the visitor's language", async () => {
    for (const [locale, path, title] of [
        ["de-DE", "/kyc/dsl_test_abc", "Dieser Link funktioniert nicht"],
        ["de-DE", "/", "Öffnen Sie den Link aus Ihrer Nachricht"],
        ["ar-AE", "/form", "هذا الرابط لا يعمل"],
        ["ar-AE", "/", "افتح الرابط من رسالتك"],
    ]) {
        const page = await open(browser, server, { locale, faults: ["404"] });
        await page.goto(server.url + path);
        assert.equal(await page.locator("html").getAttribute("lang"), locale.slice(0, 2));
        await page.getByRole("heading", { level: 1, name: title }).waitFor();
        assert.deepEqual(await axe(page), []);
        clean(page);
        await page.context().close();
    }
});

test("programs get a problem where people get a page", async () => {
    for (const path of ["/nowhere", "/kyc", "/form/", "/", "/problems/x"]) {
        const response = await fetch(server.url + path, { headers: { Accept: "application/json" } });
        assert.equal(response.status, 404, path);
        assert.equal(response.headers.get("content-type"), "application/problem+json", path);
        assert.equal((await response.json()).code, "not_found", path);
    }
});

test("a link broken over two lines can be pasted, and an incomplete one is refused in words", async () => {
    const page = await open(browser, server, { faults: ["422"] });
    const { link } = await server.invite("individual");
    await page.goto(server.url);
    await page.fill("#link", link.slice(0, -9));
    await page.click("main form button");
    await page.getByText("This is not a complete link").waitFor();
    assert.equal(await page.inputValue("#link"), link.slice(0, -9), "the pasted text is still there");
    assert.deepEqual(await axe(page), []);
    await page.fill("#link", `${link.slice(0, -9)}  ${link.slice(-9)}`);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "verify your identity" }).waitFor();
    assert.equal(page.url(), link);
    clean(page);
});

test("a browser that was in the form can continue without the link", async () => {
    const page = await open(browser, server, { faults: ["404"] });
    const { link } = await server.invite("individual");
    const form = await enter(page, link);
    await page.goto(`${server.url}/kyc/dsl_test_cut`);
    await page.getByRole("link", { name: "Continue your verification" }).click();
    await page.waitForURL(form);
    clean(page);
});

test("after leaving, the link leads back, and the device alone does not", async () => {
    const page = await open(browser, server);
    const { link } = await server.invite("individual", "https://app.example/done");
    await enter(page, link);
    await page.click(leave);
    await page.getByText("You have left the form").waitFor();
    assert.ok(!(await page.content()).includes(link.split("/").pop()), "the link is not on the page");
    await page.getByRole("link", { name: /Go back to/ }).waitFor();
    await page.getByText("Continue now").click();
    assert.deepEqual(await axe(page), []);
    await page.fill("#link", link);
    await page.keyboard.press("Enter");
    await page.waitForURL(link);
    clean(page);
});

test("the reference can be searched by keyboard alone", async () => {
    const page = await open(browser, server, { viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/docs/reference`);
    const shown = () => page.locator("#contents li > a:visible").evaluateAll((links) => links.map((link) => link.hash));
    const all = (await shown()).length;
    await page.keyboard.press("/");
    assert.equal(await focused(page), "query");
    await page.keyboard.type("sandbox clock");
    await page.getByText(/^\d+ found$/).waitFor();
    const found = await shown();
    assert.ok(found.includes("#readSandboxClock") && found.includes("#schema-SandboxClock"), found.join());
    assert.ok(!found.includes("#createCustomer"), found.join());
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(page), /^#/);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(page), "query");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\w/);
    const target = page.locator(":target");
    await target.waitFor();
    assert.match(await target.textContent(), /clock/i);
    await page.focus("#query");
    await page.keyboard.press("Escape");
    assert.equal((await shown()).length, all, "everything is shown again");
    await page.keyboard.type("no such word");
    await page.getByText("Nothing found").waitFor();
    assert.equal((await shown()).length, 0);
    clean(page);
});

test("on a phone the contents are folded, can be searched, and do not cover the chosen section", async () => {
    const page = await open(browser, server, { viewport: { width: 375, height: 800 } });
    await page.goto(`${server.url}/docs/reference`);
    const clock = page.locator("#contents a[href='#readSandboxClock']");
    assert.ok(!(await clock.isVisible()));
    await page.fill("#query", "sandbox clock");
    await clock.click();
    await page.waitForURL(/#readSandboxClock$/);
    assert.ok(await page.locator("#readSandboxClock h3").isVisible());
    assert.ok(!(await clock.isVisible()));
    clean(page);
});

test("without scripts the reference has everything except the search", async () => {
    const page = await open(browser, server, { javaScriptEnabled: false, viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/docs/reference`);
    assert.ok(!(await page.locator("#search").isVisible()));
    await page.click("#contents a[href='#updateCustomer']");
    assert.ok(await page.locator("#updateCustomer h3").isVisible());
    await page.locator("#updateCustomer summary", { hasText: "IndividualUpdate" }).click();
    const address = page.locator("#updateCustomer summary", { hasText: "residential_address" });
    await address.first().click();
    assert.ok(await page.locator("#updateCustomer").getByText("street_line_1", { exact: true }).first().isVisible());
    clean(page);
});
