// The console as developers use it: every page in both schemes and at every width, by keyboard, and without scripts.
// PICTURES=folder keeps a picture of each page.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { home, invited, member } from "./desk.mjs";
import { axe, clean, open, start } from "./harness.mjs";

// A setting with a long value, as an installation has.
const networks = ["127.0.0.0/8", ...[...Array(12).keys()].map((one) => `10.${one}.0.0/16`)].join(",");
const { server, browser } = await start({ settings: { DOSSIER_WEBHOOK_PRIVATE: networks } });
const receiver = createServer((request, response) => {
    // Every third delivery fails at first.
    const isBad = (receiver.seen = (receiver.seen ?? 0) + 1) % 3 === 0;
    request.resume();
    response.writeHead(isBad ? 500 : 204).end();
});
await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
after(() => receiver.close());

const desk = home(server);
const base = `${desk}/console/sandbox`;
let developer;
let hook;
let failed;

// A request as a client sends it, with whatever comes back.
const ask = (method, path, body) =>
    fetch(`${server.url}${path}`, {
        method,
        headers: { "Api-Key": server.key, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
    });

before(async () => {
    developer = await member(browser, server, "Hedy Lamarr", "developer", "admin");
    const url = `http://127.0.0.1:${receiver.address().port}/hook`;
    const event_types = ["customer.created", "customer.updated", "customer.kycs.updated"];
    hook = await server.api("POST", "/v0/webhooks", { url, event_types });
    // A key with everything that its line can show.
    const scopes = ["customers:read", "files:read", "audit:read"].flatMap((scope) => ["--scope", scope]);
    const addresses = ["10.11.12.13", "192.168.0.0/16"].flatMap((address) => ["--address", address]);
    const key = ["--name", "Reporting in the data warehouse", "--expires-in", "90d", ...scopes, ...addresses];
    await server.command("keys", "create", ...key);
    for (let round = 0; round < 6; round += 1) {
        const { id } = await invited(server, "individual", { "/first_name": "Ada" });
        const wrong = { nationality: "XX", birth_date: "31.12.1990", favourite_colour: "blue" };
        const refused = await ask("PUT", `/v0/customers/${id}`, wrong);
        failed = refused.headers.get("x-request-id");
        await ask("PUT", `/v0/customers/${id}`, { first_name: "x".repeat(2000) });
    }
    for (let round = 0; round < 30; round += 1) await ask("GET", "/v0/customers");
    await ask("GET", "/v0/customers?colour=blue");
    // The log is stored once a second, and deliveries are attempted in the meantime.
    await new Promise((done) => setTimeout(done, 2500));
});

const shown = (options = {}) => open(browser, server, { storageState: developer.storageState, ...options });

const pages = () => ({
    overview: "",
    requests: "/requests",
    "requests filtered":
        "/requests?status=400&method=PUT&route=%2Fv0%2Fcustomers%2F%7Bcustomer_id%7D&code=unknown_country" +
        "&pointer=%2Fnationality&from=2026-01-01T10%3A20&to=2099-12-31T23%3A59",
    request: `/requests/${failed}`,
    "request unknown": "/requests/req-none",
    events: "/events",
    webhooks: "/webhooks",
    "webhook new": "/webhooks/new",
    webhook: `/webhooks/${hook.id}`,
    "webhook edit": `/webhooks/${hook.id}/edit`,
    "webhook secret": `/webhooks/${hook.id}/secret`,
    "webhook delete": `/webhooks/${hook.id}/delete`,
    keys: "/keys",
    "key new": "/keys/new",
    sandbox: "/sandbox",
    settings: "/settings",
});

// What a page cuts off: a button, a field or a text that reaches out of the window, of the part that scrolls or of its
// card, a part that has to be scrolled sideways, a field too narrow for its value, and fields of a row at two heights.
function cut() {
    const found = [];
    const named = (one) => `${one.localName} ${(one.textContent.trim() || one.name || one.id).slice(0, 40)}`;
    const hidden = ".sr, .skip, thead, dialog, details:not([open]) > :not(summary)";
    const seen = (one) => one.checkVisibility() && !one.closest(hidden);
    const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
    for (const one of all("main :is(button, .button, input, select, textarea, code, bdi, time, small, dd)")) {
        if (one.type === "hidden" || one.closest("pre")) continue;
        const { left, right } = one.getBoundingClientRect();
        const holder = one.closest(".lines tr, .record, .scroll, fieldset");
        const inside = holder?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
        const end = inside.right - (holder && !one.matches("dd") ? 4 : 0);
        if (left < Math.max(inside.left, 0) || right > Math.min(end, innerWidth)) found.push(named(one));
    }
    for (const one of all(".scroll")) {
        if (one.scrollWidth > one.clientWidth + 1) found.push(`${one.ariaLabel} scrolls sideways`);
    }
    for (const one of all("input[type=datetime-local]")) {
        const copy = one.cloneNode();
        copy.style.cssText = "position: absolute; width: max-content; max-width: none; min-width: 0; flex: none";
        document.body.append(copy);
        const [needed, given] = [copy, one].map((field) => field.getBoundingClientRect().width);
        if (needed > given + 1) found.push(`${one.id} is too narrow`);
        copy.remove();
    }
    for (const form of all(".filter")) {
        const rows = new Map();
        for (const one of form.querySelectorAll(".field")) {
            const field = one.querySelector("input, select, button");
            const { top, bottom } = field.getBoundingClientRect();
            const row = Math.round(one.getBoundingClientRect().bottom / 8);
            const known = rows.get(row) ?? rows.get(row - 1) ?? rows.get(row + 1);
            if (known && (Math.abs(known.top - top) > 1 || Math.abs(known.bottom - bottom) > 1)) {
                found.push(`${named(one)} is at another height`);
            }
            rows.set(row, { top, bottom });
        }
    }
    return found;
}

test("no page cuts off a button, a field or a text", async () => {
    const page = await shown({ faults: ["404"] });
    const found = [];
    for (const [name, path] of Object.entries(pages())) {
        await page.goto(`${base}${path}`);
        for (const width of [360, 768, 1280]) {
            await page.setViewportSize({ width, height: 900 });
            found.push(...(await page.evaluate(cut)).map((one) => `${name} at ${width}: ${one}`));
        }
    }
    assert.deepEqual(found, []);
    clean(page);
});

test("every page: axe in both schemes, and no page is wider than its window", async () => {
    const folder = process.env.PICTURES;
    if (folder) mkdirSync(folder, { recursive: true });
    const page = await shown({ faults: ["404"] });
    const found = [];
    for (const [name, path] of Object.entries(pages())) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(`${base}${path}`);
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            found.push(...(await axe(page)).map((one) => `${name}, ${colorScheme}: ${one}`));
            if (folder) await page.screenshot({ path: join(folder, `${name} ${colorScheme}.png`), fullPage: true });
        }
        await page.emulateMedia({ colorScheme: "light" });
        for (const width of [1280, 768, 360]) {
            await page.setViewportSize({ width, height: 900 });
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (over > 0) found.push(`${name} is ${over} px too wide at ${width}`);
            if (!folder || width !== 768) continue;
            await page.screenshot({ path: join(folder, `${name} 768.png`), fullPage: true });
        }
        if (folder) await page.screenshot({ path: join(folder, `${name} narrow.png`), fullPage: true });
        found.push(...(await axe(page)).map((one) => `${name}, narrow: ${one}`));
    }
    assert.deepEqual(found, []);
    clean(page);
});

test("an error is found in the overview and followed to its first request by keyboard", async () => {
    const page = await shown();
    await page.goto(base);
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
    for (let step = 0; step < 60 && (await focused()) !== "unknown_country"; step += 1) {
        await page.keyboard.press("Tab");
    }
    assert.equal(await focused(), "unknown_country");
    await page.keyboard.press("Enter");
    await page.waitForURL(/requests\?code=unknown_country/);
    assert.equal(await page.locator("[data-row]").count(), 6);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/requests\/req-/);
    assert.match(await page.textContent("main"), /\/nationality unknown_country/);
    assert.match(await page.textContent("main"), /\/\* unknown_property/);
    assert.doesNotMatch(await page.content(), /favourite_colour/);
    await page.keyboard.press("g");
    await page.keyboard.press("k");
    await page.waitForURL(base);
    clean(page);
});

test("the command of a request is copied without a key", async () => {
    const page = await shown({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${base}/requests/${failed}`);
    await page.getByRole("button", { name: "Copy as curl" }).press("Enter");
    await page.waitForSelector("[data-copied]");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^curl -i -X PUT 'http.*\/v0\/customers\/[0-9a-f-]{36}'/);
    assert.ok(copied.includes("$DOSSIER_API_KEY") && !copied.includes(server.key));
    clean(page);
});

test("without scripts a key is created, and a delivery is sent again", async () => {
    const page = await shown({ javaScriptEnabled: false });
    await page.goto(`${base}/keys`);
    await page.getByRole("link", { name: "New key" }).click();
    await page.getByLabel("Name").fill("Reporting <b>");
    await page.getByRole("button", { name: "Create the key" }).click();
    const key = await page.inputValue("#new-key");
    assert.match(key, /^dsk_test_/);
    const read = await fetch(`${server.url}/v0/customers`, { headers: { "Api-Key": key } });
    assert.equal(read.status, 200);
    await page.getByRole("link", { name: "I stored it" }).click();
    assert.ok(!(await page.content()).includes(key), "it is shown once");
    await page.goto(`${base}/requests`);
    await page.selectOption("#status", "4");
    await page.getByRole("button", { name: "Show" }).click();
    assert.ok((await page.locator("[data-row]").count()) >= 12);
    await page.goto(`${base}/webhooks/${hook.id}`);
    await page.getByRole("button", { name: /Send again dlv_/ }).first().click();
    await page.waitForURL(/resent=1/);
    assert.match(await page.textContent("main"), /1 delivery is sent again/);
    await page.context().close();
});
