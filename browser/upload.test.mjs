// Uploads as people make them: from phones with large, rotated or unusual pictures, on unreliable networks, several at
// once, interrupted, and without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { axe, chunk, clean, enter, open, picture, png, start } from "./harness.mjs";

const { server, browser } = await start();

const MIB = 1024 * 1024;
const named = (page, name) => page.locator(`[name="${name}"]`);
const card = (page, number = 0) => page.locator("section.document").nth(number);
const choose = (page, file, number = 0) => card(page, number).locator(".upload:not(.camera) input").setInputFiles(file);
const file = (name, ...parts) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.concat(parts) });

async function at(step, { type = "individual", ...options } = {}) {
    const { id, link } = await server.invite(type);
    const page = await open(browser, server, options);
    const base = await enter(page, link);
    await page.goto(`${base}/${step}`);
    page.sent = 0;
    page.on("request", (request) => (page.sent += request.method() === "POST" ? 1 : 0));
    return { id, base, page };
}

// The content of a customer's only file, as the device that gave it sees it.
async function stored(page, base, id) {
    const { documents } = await server.customer(id);
    assert.equal(documents.length, 1);
    const answer = await page.request.get(`${base}/files/${documents[0].file_id}`);
    assert.equal(answer.status(), 200);
    return { type: answer.headers()["content-type"], bytes: await answer.body() };
}

// The width and height of a JPEG.
function size(jpeg) {
    for (let place = 2; ; place += 2 + jpeg.readUInt16BE(place + 2)) {
        const marker = jpeg[place + 1];
        if (marker >= 0xc0 && marker <= 0xc2) return [jpeg.readUInt16BE(place + 7), jpeg.readUInt16BE(place + 5)];
    }
}

// A photo like that of a phone: noise, which compresses badly, and rotated by its EXIF data if `turned`.
async function photo(page, width, height, quality, turned = false) {
    const encoded = await page.evaluate(
        async ([width, height, quality]) => {
            const canvas = Object.assign(document.createElement("canvas"), { width, height });
            const context = canvas.getContext("2d");
            const image = context.createImageData(width, height);
            const words = new Uint32Array(image.data.buffer);
            for (let at = 0; at < words.length; at += 16384) crypto.getRandomValues(words.subarray(at, at + 16384));
            for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
            context.putImageData(image, 0, 0);
            const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
            const reader = new FileReader();
            const read = new Promise((resolve) => (reader.onload = resolve));
            reader.readAsDataURL(blob);
            await read;
            return reader.result.split(",")[1];
        },
        [width, height, quality],
    );
    const jpeg = Buffer.from(encoded, "base64");
    if (!turned) return jpeg;
    // One entry, orientation 6: a quarter turn clockwise.
    const exif = Buffer.from("ffe1002245786966000049492a0008000000010012010300010000000600000000000000", "hex");
    return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

// The same JPEG with other dimensions in its frame header.
function declared(jpeg, width, height) {
    const copy = Buffer.from(jpeg);
    for (let place = 2; ; place += 2 + copy.readUInt16BE(place + 2)) {
        if (copy[place + 1] < 0xc0 || copy[place + 1] > 0xc2) continue;
        copy.writeUInt16BE(height, place + 5);
        copy.writeUInt16BE(width, place + 7);
        return copy;
    }
}

// A PNG with these dimensions in its header, and one row of pixels.
function poster(width, height) {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 0, 0, 0, 0], 8);
    const row = deflateSync(Buffer.alloc(1 + width));
    return Buffer.concat([
        png().subarray(0, 8),
        chunk("IHDR", head),
        chunk("IDAT", row),
        chunk("IEND", Buffer.alloc(0)),
    ]);
}

const HEIC = [Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), Buffer.alloc(15 * MIB)];
const TIFF = [Buffer.from("II*\0\x08\0\0\0", "latin1"), Buffer.alloc(12 * MIB)];
const PDF =
    "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" +
    "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n";
const locked = () => {
    const members = `/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<${"00".repeat(32)}>/U<${"11".repeat(32)}>>>`;
    const trailer = `trailer\n<</Size 4/Root 1 0 R${members}>>\nstartxref\n${PDF.length}\n%%EOF\n`;
    return Buffer.from(`${PDF}xref\n0 1\n0000000000 65535 f \n${trailer}`, "latin1");
};

test("each reason for refusing a file has its own message, and most are shown before anything is sent", async () => {
    const { id, page } = await at("address");
    for (const [chosen, said, requests] of [
        [file("IMG_1.HEIC", ...HEIC), /HEIC picture, and your browser cannot convert it/, 0],
        [file("scan.tif", ...TIFF), /is not a JPEG, PNG or PDF/, 0],
        [file("notes.docx", Buffer.from("PK\x03\x04 and so on")), /is not a JPEG, PNG or PDF/, 0],
        [file("statement.pdf", Buffer.from(PDF), Buffer.alloc(11 * MIB)), /larger than 10 MB/, 0],
        [file("empty.jpg"), /empty or damaged/, 0],
        [file("small.jpg", await photo(page, 150, 400, 0.5)), /too small to read/, 0],
        // More than any browser can decode.
        [file("poster.png", poster(70_000, 70_000)), /too many pixels/, 0],
        [file("cut.png", png().subarray(0, 60)), /empty or damaged/, 1],
        [file("locked.pdf", locked()), /protected by a password/, 1],
    ]) {
        page.sent = 0;
        await choose(page, chosen);
        const error = card(page).locator(".error");
        await error.filter({ hasText: said }).waitFor();
        assert.equal(page.sent, requests, chosen.name);
        assert.match(await error.textContent(), /“Proof of address”/, chosen.name);
        const input = card(page).locator("input").first();
        assert.equal(await input.getAttribute("aria-invalid"), "true");
        assert.ok((await input.getAttribute("aria-describedby")).includes(await error.getAttribute("id")));
        assert.equal(await page.locator(".files, .sending").count(), 0, chosen.name);
    }
    assert.deepEqual(await axe(page), []);
    assert.deepEqual((await server.customer(id)).documents, []);
    // Another file can be chosen at once.
    await choose(page, picture());
    await card(page).locator(".files").waitFor();
    assert.equal(await card(page).locator(".error").count(), 0);
    clean(page);
});

test("a picture that is too large is rotated upright, scaled and sent, and others are sent as they are", async () => {
    const { id, base, page } = await at("address");
    const large = await photo(page, 4000, 3000, 0.95, true);
    assert.ok(large.length > 11 * MIB, `${large.length} bytes`);
    const film = Buffer.concat([Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "latin1"), Buffer.alloc(2 * MIB, 7)]);
    const small = Buffer.concat([await photo(page, 800, 600, 0.8), film]);
    const gif = Buffer.from("R0lGODlhAQABAPAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");
    const webp = await page.evaluate(async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 300 });
        canvas.getContext("2d").fillRect(0, 0, 400, 300);
        return canvas.toDataURL("image/webp").split(",")[1];
    });
    const wide = declared(await photo(page, 800, 600, 0.8), 12_000, 9_000);
    for (const [chosen, expected] of [
        [file("IMG_2.JPG", large), [2250, 3000]],
        [file("108-megapixels.jpg", wide), wide],
        [file("motion.jpg", small), small],
        [file("motion-large.jpg", await photo(page, 800, 600, 0.8), Buffer.alloc(11 * MIB, 7)), [800, 600]],
        [file("page.webp", Buffer.from(webp, "base64")), [400, 300]],
    ]) {
        await choose(page, chosen);
        const name = chosen.name.replace(/\.\w+$/, ".jpg");
        await page.locator("[role=status]", { hasText: `Uploaded: ` }).waitFor({ timeout: 60_000 });
        await card(page)
            .locator(".files a", { hasText: Buffer.isBuffer(expected) ? chosen.name : name })
            .waitFor();
        const { type, bytes } = await stored(page, base, id);
        assert.equal(type, "image/jpeg");
        if (Buffer.isBuffer(expected)) assert.ok(bytes.equals(expected), `${chosen.name}: as it is`);
        else assert.deepEqual(size(bytes), expected, chosen.name);
        assert.ok(bytes.length < 10 * MIB);
        await page.click(".files button");
        await page.locator(".files").waitFor({ state: "detached" });
    }
    await choose(page, file("dot.gif", gif));
    await card(page).getByText("too small to read").waitFor();
    clean(page);
});

test("simultaneous uploads do not disturb each other, and do not take the focus", async () => {
    const { id, page } = await at("documents", { type: "corporate" });
    const held = [];
    await page.route("**/upload", async (route) => {
        await new Promise((resolve) => held.push(resolve));
        await route.continue();
    });
    await choose(page, picture("first.png"), 0);
    await choose(page, picture("second.png"), 1);
    await page.waitForFunction(() => document.querySelectorAll(".sending .name").length === 2);
    while (held.length < 2) await page.waitForTimeout(20);
    await card(page, 2).locator("input").first().focus();
    held[1]();
    await card(page, 1).locator(".files a", { hasText: "second.png" }).waitFor();
    assert.equal(await card(page, 0).locator(".sending .name").textContent(), "first.png");
    assert.equal(await page.evaluate(() => document.activeElement.type), "file", "the focus stays");
    held[0]();
    await card(page, 0).locator(".files a", { hasText: "first.png" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.type), "file");
    assert.equal(await page.locator(".sending").count(), 0);
    assert.equal((await server.customer(id)).documents.length, 2);
    clean(page);
});

test("an upload survives a save that replaces the documents", async () => {
    const { id, page } = await at("identity");
    let go;
    await page.route("**/upload", async (route) => {
        await new Promise((resolve) => (go = resolve));
        await route.continue();
    });
    await choose(page, picture("front.png"));
    await page.locator(".sending").waitFor();
    const member = (name) => named(page, `/identifying_information/id_document/${name}`);
    await member("number").fill("X1234567");
    await member("issuing_country").selectOption("GB");
    await member("type").selectOption("driver_license");
    await page.evaluate(() => document.activeElement.blur());
    await card(page, 1).waitFor();
    assert.equal(await card(page, 0).locator(".sending .name").textContent(), "front.png");
    go();
    await card(page, 0).locator(".files a", { hasText: "front.png" }).waitFor();
    assert.equal((await server.customer(id)).documents.length, 1);
    clean(page);
});

test("a visitor who continues during an upload is told to wait, and continues when it is done", async () => {
    for (const [how, where] of [
        [(page) => page.getByRole("link", { name: /^About you/ }).click(), /\/details$/],
        [(page) => page.click(".actions .primary"), /\/address\?check=$/],
    ]) {
        const { id, page } = await at("address");
        let go;
        await page.route("**/upload", async (route) => {
            await new Promise((resolve) => (go = resolve));
            await route.continue();
        });
        await named(page, "/residential_address/city").fill("London");
        await choose(page, picture());
        await page.locator(".sending progress").waitFor();
        while (!go) await page.waitForTimeout(20);
        await how(page);
        await page.getByText("You will continue as soon as it is done").waitFor();
        assert.match(page.url(), /\/address$/);
        const left = page.waitForEvent("framenavigated");
        go();
        await left;
        assert.match(page.url(), where);
        assert.equal((await server.customer(id)).documents.length, 1);
        clean(page);
    }
});

test("closing the page during an upload asks first, and cancelling keeps the page", async () => {
    const { id, page } = await at("address", { faults: ["ERR_"] });
    await page.route("**/upload", () => {});
    await named(page, "/residential_address/city").click();
    await choose(page, picture());
    await page.locator(".sending progress").waitFor();
    const asked = page.waitForEvent("dialog");
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    const input = card(page).locator("input").first();
    await card(page).getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("[role=status]", { hasText: "The upload was cancelled" }).waitFor({ state: "attached" });
    await input.waitFor();
    assert.equal(await input.evaluate((one) => one === document.activeElement), true);
    assert.deepEqual((await server.customer(id)).documents, []);
    await page.unroute("**/upload");
    await choose(page, picture());
    await card(page).locator(".files").waitFor();
    clean(page);
});

test("after three tries the visitor chooses: the same file again, or a different one", async () => {
    const { id, page } = await at("address", { faults: ["ERR_"] });
    let tries = 0;
    const attempts = new Set();
    await page.route("**/upload", (route) => {
        tries += 1;
        attempts.add(/name="attempt"\s+(\w+)/.exec(route.request().postDataBuffer().toString("latin1"))[1]);
        return tries === 7 ? route.continue() : route.abort("connectionreset");
    });
    await choose(page, picture("a.png"));
    await card(page).getByText("The connection was lost. Trying again").waitFor();
    const again = card(page).getByRole("button", { name: "Try again" });
    const broken = card(page).getByText("the connection was lost three times");
    await broken.waitFor({ timeout: 30_000 });
    assert.equal(tries, 3);
    assert.deepEqual(await axe(page), []);
    await again.click();
    await again.waitFor({ state: "hidden" });
    await broken.waitFor({ timeout: 30_000 });
    assert.deepEqual(
        [tries, attempts.size],
        [6, 1],
        "the same attempt, so that a file that arrived twice is stored once",
    );
    const chooser = page.waitForEvent("filechooser");
    await card(page).getByRole("button", { name: "Choose a different file" }).click();
    await (await chooser).setFiles(picture("b.png"));
    await card(page).locator(".files a", { hasText: "b.png" }).waitFor();
    assert.equal(attempts.size, 2);
    assert.equal((await server.customer(id)).documents.length, 1);
    clean(page);
});

test("without scripts every button saves fields and files", async () => {
    const { id, base, page } = await at("address", { javaScriptEnabled: false });
    const city = async () => (await server.customer(id)).profile.residential_address?.city;
    const typed = async (text) => {
        await page.goto(`${base}/address`);
        await named(page, "/residential_address/country").selectOption("GB");
        await named(page, "/residential_address/street_line_1").fill("12 Harbour Road");
        await named(page, "/residential_address/postal_code").fill("N1 9GU");
        await named(page, "/residential_address/city").fill(text);
    };
    const count = async () => (await server.customer(id)).documents?.length ?? 0;
    await typed("London");
    await choose(page, picture("proof.png"));
    await page.click(".actions .primary");
    await page.waitForURL((url) => !url.pathname.endsWith("/address"));
    assert.deepEqual([await city(), await count()], ["London", 1]);
    await typed("Leeds");
    await choose(page, picture("second.png"));
    await page.click("button.send");
    await card(page).locator(".files a", { hasText: "second.png" }).waitFor();
    assert.deepEqual([await city(), await count()], ["Leeds", 2]);
    await typed("York");
    await page.click(".files button >> nth=0");
    await page.locator(".files li").nth(1).waitFor({ state: "detached" });
    assert.deepEqual([await city(), await count()], ["York", 1]);
    // The Enter key saves and removes nothing.
    await typed("Bath");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.pathname.endsWith("/address"));
    assert.deepEqual([await city(), await count()], ["Bath", 1]);
    await typed("Hull");
    await page.click("button.send");
    await card(page).getByText("Choose a file first").waitFor();
    assert.equal(await city(), "Hull");
    // A refused file does not affect the rest, even if it is refused while it arrives.
    for (const [chosen, said] of [
        [file("IMG_1.HEIC", ...HEIC), /HEIC picture/],
        [file("large.png", png(), Buffer.alloc(17 * MIB)), /larger than 10 MB/],
        [file("notes.txt", Buffer.from("not a picture")), /is not a JPEG/],
        [file("locked.pdf", locked()), /protected by a password/],
        [file("poster.png", poster(10_000, 6_000)), /too many pixels/],
    ]) {
        await typed(chosen.name);
        await choose(page, chosen);
        await page.click(".actions .primary");
        await card(page).locator(".error").filter({ hasText: said }).waitFor();
        assert.deepEqual([await city(), await count()], [chosen.name, 1]);
    }
    assert.deepEqual((await page.title()).slice(0, 6), "Error:");
    clean(page);
});
