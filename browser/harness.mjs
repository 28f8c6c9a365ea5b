// Starts the binary in an empty folder, and a browser that shows its pages.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { chromium } from "playwright-core";

const BINARY = process.env.DOSSIER_BINARY ?? new URL("../target/debug/dossier", import.meta.url).pathname;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export class Server {
    // With settings as environment variables, and on a port if another program has to know it before.
    static async start({ settings = {}, listen } = {}) {
        const server = new Server();
        server.settings = settings;
        server.folder = mkdtempSync(join(tmpdir(), "dossier-browser-"));
        await server.run(listen);
        return server;
    }

    async run(listen = "127.0.0.1:0") {
        const flags = [
            "serve",
            "--data-dir",
            join(this.folder, "data"),
            "--listen",
            listen,
            "--metrics-listen",
            "127.0.0.1:0",
        ];
        // Tests open many links that do not exist.
        const env = { ...process.env, DOSSIER_FAILED_AUTHENTICATIONS: "off", ...this.settings };
        this.process = spawn(BINARY, flags, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
        let said = "";
        await new Promise((resolve, reject) => {
            const hear = (bytes) => {
                said += bytes;
                if (/API\s+http\S+\/v0/.test(said) && (this.key || /dsk_test_\w+/.test(said))) resolve();
            };
            this.process.stdout.on("data", hear);
            this.process.stderr.on("data", hear);
            this.process.once("exit", () => reject(new Error(`the server ended: ${said}`)));
        });
        this.url = /API\s+(http\S+)\/v0/.exec(said)[1];
        this.desk = /Desk\s+(http\S+)\/desk/.exec(said)[1];
        this.key ??= /dsk_test_\w+/.exec(said)[0];
        // Only a first start prints it.
        this.deskLink ??= /Desk link\s+(http\S+)/.exec(said)?.[1];
    }

    // Kills the process as a power cut would, and starts another on the same port.
    async killAndRestart() {
        const gone = new Promise((resolve) => this.process.once("close", resolve));
        this.process.kill("SIGKILL");
        await gone;
        await this.run(new URL(this.url).host);
    }

    stop() {
        this.process.kill("SIGKILL");
        rmSync(this.folder, { recursive: true, force: true });
    }

    command(...words) {
        return new Promise((resolve, reject) => {
            const child = spawn(BINARY, [...words, "--data-dir", join(this.folder, "data"), "--output", "json"]);
            let out = "";
            let err = "";
            child.stdout.on("data", (bytes) => (out += bytes));
            child.stderr.on("data", (bytes) => (err += bytes));
            child.once("close", (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(err))));
        });
    }

    async api(method, path, body) {
        const headers = { "Api-Key": this.key, "Content-Type": "application/json" };
        const answer = await fetch(`${this.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return text ? JSON.parse(text) : {};
    }

    // A new customer and its link.
    async invite(type, redirect_uri) {
        const email = `${Math.random().toString(36).slice(2)}@example.com`;
        const { customer_id } = await this.api("POST", "/v0/customers", { type, email });
        const { kycs } = await this.api(
            "POST",
            `/v0/customers/${customer_id}/kycs`,
            redirect_uri ? { redirect_uri } : {},
        );
        return { id: customer_id, link: kycs.kyc_flow_link };
    }

    async customer(id) {
        return this.api("GET", `/v0/customers/${id}?expand=profile,documents`);
    }

    simulate(customer_id, action, more = {}) {
        return this.api("POST", "/v0/customers/simulate", { customer_id, action, ...more });
    }
}

// The server and the browser for a file of tests. They end after its last test.
export async function start(options) {
    const [server, browser] = [await Server.start(options), await launch()];
    after(async () => {
        await browser.close();
        server.stop();
    });
    return { server, browser };
}

export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

// A page that fails its test if anything goes wrong in the browser: a script error, a blocked source, or a request to
// another origin.
export async function open(browser, server, options = {}) {
    const { faults = [], origins = [], ...rest } = options;
    const context = await browser.newContext({ locale: "en-GB", ...rest });
    const page = await context.newPage();
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
    page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !faults.some((expected) => text.includes(expected))) page.faults.push(text);
    });
    page.on("request", (request) => {
        const known = [server.url, server.desk, "data:", "blob:", "https://app.example", ...origins];
        if (!known.some((origin) => request.url().startsWith(origin))) page.faults.push(`outside: ${request.url()}`);
    });
    return page;
}

// Follows a link into the form, and returns where the form is.
export async function enter(page, link) {
    await page.goto(link);
    await page.click("main button");
    await page.waitForURL(/\/form\/[0-9a-f-]{36}$/);
    assert.ok(!page.url().includes("dsl_"), "the token is not in the URL any more");
    return page.url();
}

export const clean = (page) => assert.deepEqual(page.faults, []);

// By how many pixels a page is wider than the screen.
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

// Everything that axe finds, by all its rules or only these, one line each.
export async function axe(page, rules) {
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
    const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`));
}

export const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
};

// A picture that passes every check: a PNG of one colour, with a comment that makes it as large as wanted.
export function png(comment = 0) {
    const [width, height] = [320, 200];
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    const rows = Buffer.alloc(height * (1 + 3 * width), 0x7f);
    for (let row = 0; row < height; row += 1) rows[row * (1 + 3 * width)] = 0;
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const text = comment ? [chunk("tEXt", Buffer.concat([Buffer.from("Comment\0"), Buffer.alloc(comment, "x")]))] : [];
    return Buffer.concat([
        signature,
        chunk("IHDR", head),
        ...text,
        chunk("IDAT", deflateSync(rows)),
        chunk("IEND", Buffer.alloc(0)),
    ]);
}

export const picture = (name = "document.png") => ({ name, mimeType: "image/png", buffer: png() });
