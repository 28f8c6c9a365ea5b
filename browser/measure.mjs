// Measures what a page of the form costs on a phone: bytes over the wire at the first load, requests, the times of the
// first and of the largest paint, layout shift, and how long scripts block. Network and processor are as in
// Lighthouse's mobile profile: 1.6 Mbit/s, a round trip of 150 ms, a processor four times slower.
//
//     node browser/measure.mjs          prints a table
import { Server, enter, launch, open, png } from "./harness.mjs";
import { ADA, FUNDS, known } from "./states.mjs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const PHONE = { width: 375, height: 812 };
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };

async function load(browser, server, url, storageState) {
    const page = await open(browser, server, { viewport: PHONE, storageState });
    const client = await page.context().newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    await client.send("Network.emulateNetworkConditions", NETWORK);
    await client.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    let [bytes, requests, redirects] = [0, 0, 0];
    client.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
    client.on("Network.requestWillBeSent", (event) => {
        if (event.request.url.startsWith("http")) requests += 1;
        if (event.redirectResponse) redirects += 1;
    });
    await page.addInitScript(() => {
        window.seen = { shift: 0, largest: 0, blocked: 0 };
        const watch = (type, note) =>
            new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
        watch("layout-shift", (entry) => (window.seen.shift += entry.value));
        watch("largest-contentful-paint", (entry) => (window.seen.largest = entry.startTime));
        watch("longtask", (entry) => (window.seen.blocked += Math.max(0, entry.duration - 50)));
    });
    // A busy machine may take long; what is measured is then not the best of the tries.
    await page.goto(url, { waitUntil: "networkidle", timeout: 120_000 });
    const seen = await page.evaluate(() => ({
        ...window.seen,
        first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    }));
    await page.context().close();
    return { bytes, requests, redirects, ...seen };
}

// Every page of a business with an owner, those of a person that a business does not have, a closed page and the bare
// host, of an account with complete branding.
export async function measure(browser, server) {
    const logo = join(server.folder, "logo.png");
    writeFileSync(logo, png(15_000));
    await server.command("accounts", "set", "--display-name", "Harbour Bank", "--colour", "#7a1f5c", "--logo", logo);
    const { link } = await server.invite("corporate");
    const page = await open(browser, server);
    const base = await enter(page, link);
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.check('[value="yes"] >> nth=0');
    await page.locator(".saved").waitFor();
    const person = page.url();
    const own = await enter(page, (await server.invite("individual")).link);
    await page.goto(`${own}/identity`);
    await page.selectOption('[name$="id_document/type"]', "passport");
    await page.locator(".saved").waitFor();
    const asked = await enter(page, (await known(server, { ...ADA, ...FUNDS })).link);
    const closed = await server.invite("individual");
    await server.simulate(closed.id, "kyc.status.submit");
    const storageState = await page.context().storageState();
    await page.context().close();
    const pages = {
        link,
        overview: base,
        details: `${base}/details`,
        address: `${base}/address`,
        people: `${base}/people`,
        person,
        // Its letters take the most bytes.
        Hindi: `${person}?lang=hi`,
        documents: `${base}/documents`,
        review: `${base}/review`,
        identity: `${own}/identity`,
        funds: `${asked}/funds`,
        closed: closed.link,
        host: server.url,
    };
    const figures = {};
    for (const [name, url] of Object.entries(pages)) figures[name] = await load(browser, server, url, storageState);
    await server.command("accounts", "set", "--display-name", "", "--colour", "", "--logo", "");
    return figures;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const server = await Server.start();
    const browser = await launch();
    try {
        console.log("page         KB  requests  redirects  first paint  largest paint  shift  blocked");
        for (const [name, at] of Object.entries(await measure(browser, server))) {
            const cells = [
                name.padEnd(10),
                (at.bytes / 1000).toFixed(1).padStart(5),
                String(at.requests).padStart(9),
                String(at.redirects).padStart(10),
                `${Math.round(at.first)} ms`.padStart(12),
                `${Math.round(at.largest)} ms`.padStart(14),
                at.shift.toFixed(3).padStart(6),
                `${Math.round(at.blocked)} ms`.padStart(8),
            ];
            console.log(cells.join(" "));
        }
    } finally {
        await browser.close();
        server.stop();
    }
}
