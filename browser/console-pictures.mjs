// Takes the pictures of docs/console.md again, from a server with made-up customers:
//
//     cargo build -p dossier && node browser/console-pictures.mjs
import { createServer } from "node:http";
import { join } from "node:path";
import { home, invited, member } from "./desk.mjs";
import { launch, open, Server } from "./harness.mjs";

const FOLDER = new URL("../docs/pictures/", import.meta.url).pathname;
// The log is stored once a second, and deliveries are attempted in the meantime.
const STORED_MS = 2_500;

const receiver = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
});
await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));

const server = await Server.start();
const browser = await launch();

const ask = (method, path, body) =>
    fetch(`${server.url}${path}`, {
        method,
        headers: { "Api-Key": server.key, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
    });
const stored = () => new Promise((done) => setTimeout(done, STORED_MS));

try {
    const hedy = await member(browser, server, "Hedy Lamarr", "developer");
    const viewport = { width: 1100, height: 860 };
    const page = await open(browser, server, { storageState: hedy.storageState, viewport });
    const base = `${home(server)}/console/sandbox`;
    const shoot = async (name, height) => {
        await page.setViewportSize({ width: page.viewportSize().width, height });
        await page.waitForLoadState("networkidle");
        await page.screenshot({ path: join(FOLDER, `console-${name}.png`) });
    };

    const { id } = await invited(server, "individual", { "/first_name": "Ada" });
    const url = `http://127.0.0.1:${receiver.address().port}/kyc`;
    await server.api("POST", "/v0/webhooks", { url, event_types: ["customer.updated"] });
    for (let round = 0; round < 9; round += 1) {
        await ask("PUT", `/v0/customers/${id}`, { nationality: "XX", birth_date: "31.12.1990" });
        await ask("GET", `/v0/customers/${id}`);
    }
    for (let round = 0; round < 4; round += 1) {
        await ask("PUT", `/v0/customers/${id}`, { documents: [{ purpose: "selfie" }], favourite_colour: "blue" });
        await ask("GET", "/v0/customers?colour=blue");
    }
    for (let round = 0; round < 40; round += 1) await ask("GET", "/v0/customers");
    const changed = await ask("PUT", `/v0/customers/${id}`, { last_name: "Lovelace" });
    await stored();

    await page.goto(base);
    await shoot("overview", 680);
    await page.goto(`${base}/requests/${changed.headers.get("x-request-id")}`);
    await shoot("request", 900);
} finally {
    await browser.close();
    server.stop();
    receiver.close();
}
