// The evidence of the desk: the file that proves the focused claim, and the pages of PDF files in their frame.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { give, home, member, submitted } from "./desk.mjs";
import { axe, clean, open, start } from "./harness.mjs";
import { damaged, japanese, letter, scan } from "./pdfs.mjs";

const { server, browser } = await start();
const desk = `${home(server)}/desk/sandbox`;
let ada;
before(async () => (ada = await member(browser, server, "Ada Lovelace", "approver")));
const seat = (options = {}) => open(browser, server, { storageState: ada.storageState, ...options });

// A customer whose newest proof of address is this PDF.
async function withPdf(bytes) {
    const id = await submitted(server);
    await give(server, id, "proof_of_address", bytes);
    return id;
}

const LOCKED = readFileSync(new URL("../crates/core/tests/fixtures/files/locked/pdf-password-r6.pdf", import.meta.url));

// The frame with the pages of the PDF, once something is drawn or said in it.
async function pages(page) {
    const frame = await (await page.waitForSelector("#pages")).contentFrame();
    await frame.waitForSelector("canvas, #fault:not([hidden])");
    return frame;
}

// How the canvas looks: how many of its points have a colour other than that of paper, and a sum of them all.
const look = (frame) =>
    frame.evaluate(() => {
        const canvas = document.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [inked, sum] = [0, 0];
        for (let at = 0; at < data.length; at += 4) {
            const point = data[at] * 65536 + data[at + 1] * 256 + data[at + 2];
            if (point !== 0xffffff) inked += 1;
            sum = (sum * 31 + point) % 4_294_967_291;
        }
        return { inked: inked / (data.length / 4), sum, width: canvas.width, height: canvas.height };
    });

test("the focused claim shows the evidence that proves it, and the pages of a PDF are read by keyboard", async () => {
    const id = await withPdf(letter("Ada Lovelace"));
    const page = await seat();
    const read = [];
    page.on("request", (request) => {
        if (/\/files\/[0-9a-f-]{36}$/.test(request.url())) read.push(request.url());
    });
    await page.goto(`${desk}/customers/${id}`);
    const claims = await page
        .locator("article.claim")
        .evaluateAll((all) => all.map((one) => [one.dataset.claim, one.dataset.file]));
    const files = Object.fromEntries(claims);
    for (const claim of ["legal_name", "birth_date", "nationality", "id_document"]) {
        assert.equal(files[claim], files.id_document_front, claim);
    }
    assert.equal(files.residential_address, files.proof_of_address);
    assert.notEqual(files.proof_of_address, files.id_document_front);

    // Down to the address, and up again to the name.
    const goTo = async (claim, key) => {
        while ((await page.evaluate(() => document.activeElement.dataset.claim)) !== claim)
            await page.keyboard.press(key);
        await page.locator(`#viewer[data-file="${files[claim]}"]`).waitFor();
    };
    await goTo("residential_address", "j");
    const frame = await pages(page);
    const status = () => frame.textContent("#status");
    assert.equal(await status(), "Page 1 of 2");
    const first = await look(frame);
    assert.ok(first.inked > 0.2 && first.height > first.width, JSON.stringify(first));

    // The keys work from the claim, whose focus stays, and from the frame.
    const changed = async (key, from) => {
        await page.keyboard.press(key);
        await frame.waitForFunction((sum) => {
            const canvas = document.querySelector("canvas");
            const now = [
                canvas.width,
                canvas.height,
                document.getElementById("page").dataset.zoom,
                document.getElementById("status").textContent,
                canvas.ariaLabel,
            ].join();
            return now !== sum;
        }, from);
    };
    const state = () =>
        frame.evaluate(() => {
            const canvas = document.querySelector("canvas");
            return [
                canvas.width,
                canvas.height,
                document.getElementById("page").dataset.zoom,
                document.getElementById("status").textContent,
                canvas.ariaLabel,
            ].join();
        });
    await changed("l", await state());
    await frame.locator("canvas[aria-label='Page 2 of 2']").waitFor();
    assert.equal(await status(), "Page 2 of 2");
    const second = await look(frame);
    assert.ok(second.inked > 0.05 && second.sum !== first.sum, JSON.stringify(second));
    assert.equal(await page.evaluate(() => document.activeElement.dataset.claim), "residential_address");
    await page.keyboard.press("l");
    assert.equal(await status(), "Page 2 of 2", "there is no third page");
    await changed("r", await state());
    const turned = await look(frame);
    assert.ok(turned.width > turned.height, JSON.stringify(turned));
    await changed("+", await state());
    assert.equal(await frame.getAttribute("#page", "data-zoom"), "2");
    await frame.focus("[data-tool=before]");
    await page.keyboard.press("Enter");
    await frame.locator("canvas[aria-label='Page 1 of 2']").waitFor();
    assert.equal(
        await frame.evaluate(() => document.activeElement.dataset.tool),
        "before",
        "the focus stays at its button",
    );
    const reads = read.filter((url) => url.endsWith(files.proof_of_address)).length;
    assert.equal(reads, 1, "the file is read once, whatever is done with its pages");

    // No link of the file is there, and no key is caught in the frame.
    assert.equal(await frame.locator("a").count(), 0);
    await goTo("legal_name", "k");
    assert.ok(
        await page.locator(".picture img").evaluate((image) => image.decode().then(() => image.naturalWidth > 0)),
    );
    clean(page);
    await page.context().close();
});

test("a PDF that cannot be shown says why, and the link to it stays", async () => {
    const said = [
        [LOCKED, /opens only with a password/, false],
        [damaged(), /is damaged or unusual/, false],
        [japanese(), /Some text of this PDF is missing/, true],
        [scan(), null, true],
    ];
    for (const [bytes, words, isDrawn] of said) {
        const id = await withPdf(bytes);
        const page = await seat();
        await page.goto(`${desk}/customers/${id}?claim=residential_address`);
        const frame = await pages(page);
        const fault = frame.locator("#fault");
        if (words) {
            await fault.filter({ hasText: words }).waitFor();
            assert.equal(await fault.getAttribute("role"), "alert");
        } else {
            assert.equal(await fault.isVisible(), false);
        }
        assert.equal((await frame.locator("canvas").count()) === 1, isDrawn, String(words));
        assert.equal(await frame.locator("#tools").isVisible(), isDrawn, "there are no buttons that do nothing");
        if (isDrawn) {
            const { inked } = await look(frame);
            assert.ok(words ? inked > 0.01 : inked > 0.4 && inked < 0.6, `${words}: ${inked}`);
        }
        assert.ok(await page.getByRole("link", { name: "Save the file" }).isVisible());
        clean(page);
        await page.context().close();
    }
});

test("the frame with the pages is for its desk only, and without scripts it says what to do", async () => {
    const id = await withPdf(letter("Grace Hopper"));
    const page = await seat();
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${desk}/customers/${id}?claim=residential_address`);
        const inner = await pages(page);
        assert.deepEqual(await axe(page), []);
        assert.deepEqual(await axe(inner), [], `the frame, ${colorScheme}`);
        if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `pdf ${colorScheme}.png`) });
    }
    const url = await page.locator("#pages").evaluate((frame) => frame.src);
    clean(page);
    await page.context().close();

    const plain = await seat({ javaScriptEnabled: false });
    await plain.goto(`${desk}/customers/${id}?claim=residential_address`);
    assert.match(await plain.frameLocator("#pages").locator("main").innerHTML(), /<noscript><p>.*turn on JavaScript/);
    assert.ok(await plain.getByRole("link", { name: "Save the file" }).isVisible());
    await plain.context().close();

    // Another program on the same host, which browsers send the cookie for, cannot show it.
    const other = "http://localhost:8099/";
    const elsewhere = await seat({ faults: ["frame-ancestors"], origins: [other] });
    const body = `<iframe src="${url}"></iframe>`;
    await elsewhere.route(other, (route) => route.fulfill({ contentType: "text/html", body }));
    await elsewhere.goto(other);
    const [, refused] = elsewhere.frames();
    assert.match(refused.url(), /^chrome-error:/);
    clean(elsewhere);
    await elsewhere.context().close();
});
