// The guides in a real browser: axe finds nothing on any of them, light and dark, none is wider than a phone, and the
// search works by keyboard and without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, clean, open, overflow, start } from "./harness.mjs";

const { server, browser } = await start();

const index = await (await fetch(`${server.url}/docs`)).text();
const GUIDES = [...new Set([...index.matchAll(/href="(\/docs[^"#]*)/g)].map(([, path]) => path))];
const PAGES = [...GUIDES, "/docs/search?q=key+rotation", "/docs/search?q=nothing+zzz", "/docs/search"];

test("axe finds nothing on any guide, light and dark, and none is wider than the screen", async () => {
    assert.ok(GUIDES.length > 20, GUIDES.join());
    for (const [colorScheme, width] of [
        ["light", 375],
        ["dark", 1440],
    ]) {
        const page = await open(browser, server, { colorScheme, viewport: { width, height: 800 } });
        for (const path of PAGES) {
            await page.goto(server.url + path);
            assert.deepEqual(await axe(page), [], `${path} ${colorScheme}`);
            await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
            assert.ok((await overflow(page)) <= 0, `${path} at ${width}`);
        }
        clean(page);
        await page.context().close();
    }
});

test("a guide is found by keyboard alone", async () => {
    const page = await open(browser, server, { viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/docs`);
    await page.keyboard.press("/");
    await page.keyboard.type("caddy tls proxy");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/docs\/search\?q=caddy/);
    const found = page.locator(".results a");
    assert.match(await found.first().getAttribute("href"), /tls-proxy/);
    assert.ok((await page.locator(".results mark").count()) > 2);
    await found.first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#.*tls-proxy/);
    await page.locator(":target").waitFor();
    clean(page);
});

test("without scripts the search and the contents work, and on a phone a table is read row by row", async () => {
    const page = await open(browser, server, { javaScriptEnabled: false, viewport: { width: 375, height: 800 } });
    await page.goto(`${server.url}/docs/operations`);
    await page.fill(".find input", "rate_per_key");
    await page.click(".find button");
    await page.locator(".results a", { hasText: "Limits" }).first().click();
    const cell = page.locator("td[data-label='Setting']", { hasText: "rate_per_key" }).first();
    assert.ok((await cell.boundingBox()).width > 300, "a cell has the whole width");
    const label = await cell.evaluate((one) => getComputedStyle(one.nextElementSibling, "::before").content);
    assert.equal(label, '"Default"');
    await page.click("#contents summary");
    await page.locator("#contents").getByRole("link", { name: "Back up and restore" }).click();
    await page.waitForURL(/\/docs\/backups$/);
    clean(page);
});

test("old links to the reference still lead there", async () => {
    const page = await open(browser, server);
    await page.goto(`${server.url}/docs#createCustomer`);
    await page.waitForURL(/\/docs\/reference#createCustomer$/);
    assert.ok(await page.locator("#createCustomer h3").isVisible());
    clean(page);
});
