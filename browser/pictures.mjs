// Takes the pictures of docs/form.md, from a server with made-up customers. A test takes them into an empty folder.
// This replaces those in docs/pictures:
//
//     cargo build -p dossier && node browser/pictures.mjs --update
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, enter, launch, open, picture } from "./harness.mjs";
import { small } from "./palette.mjs";
import { ADA, FUNDS, askedAgain, known, reveal } from "./states.mjs";

const FOLDER = new URL("../docs/pictures/", import.meta.url).pathname;
const PHONE = { width: 375, height: 760 };
const DESKTOP = { width: 1120, height: 760 };
const TALL = { width: 1120, height: 1180 };
// A logo that was drawn for this page and belongs to no company.
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80">
    <g fill="none" stroke="INK" stroke-width="6">
    <circle cx="40" cy="18" r="9"/><path d="M40 27v42M22 40h36M14 52c2 12 14 17 26 17s24-5 26-17"/></g>
    <text x="84" y="52" font-family="sans-serif" font-size="34" font-weight="700" fill="INK">Harbour Bank</text></svg>`;

async function logo(browser, server, ink) {
    const page = await browser.newPage({ viewport: { width: 320, height: 80 } });
    await page.setContent(`<body style="margin:0">${MARK.replaceAll("INK", ink)}</body>`);
    const path = join(server.folder, `logo-${ink.slice(1)}.png`);
    writeFileSync(path, await page.screenshot({ omitBackground: true }));
    await page.close();
    return path;
}

// Fills in the fields of a page, by the end of their names, and waits until all are saved.
async function fill(page, values) {
    for (const [name, value] of Object.entries(values)) {
        const input = page.locator(`#main-form [name$="/${name}"]:not([type=hidden])`).first();
        const kind = await input.evaluate((element) => element.type);
        if (kind === "radio") await page.locator(`[name$="/${name}"][value="${value}"]`).check();
        else if (kind.startsWith("select")) await input.selectOption(value);
        else await input.fill(value);
        await input.evaluate(() => document.activeElement.blur());
        await page.waitForTimeout(250);
    }
}

// Fills in the steps of a person without scripts, where every field is a plain input.
const PERSON = {
    details: {
        first_name: "Ada",
        last_name: "Lovelace",
        "birth_date.d": "10",
        "birth_date.m": "12",
        "birth_date.y": "1990",
        nationality: "GB",
    },
    address: {
        "residential_address/country": "GB",
        "residential_address/street_line_1": "12 Harbour Road",
        "residential_address/city": "London",
        "residential_address/postal_code": "N1 9GU",
    },
    identity: { "id_document/type": "passport", "id_document/number": "X1234567", "id_document/issuing_country": "GB" },
};

async function attach(page, name) {
    const upload = page.locator("section.document").first().locator(".upload:not(.camera)");
    await upload.locator("input[type=file]").setInputFiles(picture(name));
    const send = page.locator("button.send").first();
    if (await send.isVisible()) await send.click();
    await page.locator(".files").first().waitFor();
}

// Completes the form of a person, and returns the pass.
async function complete(browser, server, link) {
    const page = await open(browser, server, { javaScriptEnabled: false });
    await page.goto(link);
    await page.click("main .primary");
    const base = page.url();
    for (const [step, values] of Object.entries(PERSON)) {
        await page.goto(`${base}/${step}`);
        if (step !== "details") await attach(page, step === "address" ? "bank-statement.png" : "passport.png");
        for (const [name, value] of Object.entries(values)) {
            const input = page.locator(`#main-form [name$="/${name}"]:not([type=hidden])`).first();
            const isSelect = (await page.locator(`#main-form select[name$="/${name}"]`).count()) > 0;
            if (isSelect) await input.selectOption(value);
            else await input.fill(value);
        }
        await page.click(".actions .primary");
    }
    const cookies = await page.context().cookies();
    await page.context().close();
    return { review: `${base}/review`, cookies };
}

// Takes every picture into a folder.
export async function takePictures(browser, server, folder) {
    const [light, dark] = [await logo(browser, server, "#16324f"), await logo(browser, server, "#ffffff")];
    const set = (...words) => server.command("accounts", "set", ...words);
    await set("--display-name", "Harbour Bank", "--colour", "#0d6e6e", "--logo", light, "--logo-dark", dark);
    await set("--legal-name", "Harbour Bank plc", "--privacy-url", "https://harbour.example/privacy");
    await set("--support-url", "mailto:help@harbour.example", "--review-time", "2 working days");
    const page = await open(browser, server, { viewport: DESKTOP, faults: ["410"] });
    const bench = await browser.newPage();
    // Takes a picture of the page from its top, or from an element on it.
    const shoot = async (name, { view = DESKTOP, scheme = "light", url, from } = {}) => {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(view);
        if (url) await page.goto(url);
        await page.evaluate(() => document.activeElement.blur());
        await page.evaluate((from) => (from ? document.querySelector(from).scrollIntoView() : scrollTo(0, 0)), from);
        await page.waitForTimeout(300);
        writeFileSync(join(folder, `${name}.png`), await small(bench, await page.screenshot()));
    };
    await ofPerson(page, server, shoot);
    await ofBusiness(page, server, shoot);
    await ofHiddenAnswers(page, server, shoot, set);
    await ofTheEnd(browser, page, server, shoot);
    await bench.close();
    await page.context().close();
}

async function ofPerson(page, server, shoot) {
    const { link } = await server.invite("individual");
    await shoot("link", { url: link });
    await page.click("main .primary");
    const base = page.url();
    await shoot("overview", { view: PHONE });
    await page.goto(`${base}/details`);
    await fill(page, { first_name: "Ada", last_name: "Lovelace" });
    await shoot("details");
    await shoot("details-phone", { view: PHONE, url: `${base}/details` });
    await shoot("errors", { url: `${base}/address?check` });
    await page.goto(`${base}/address`);
    await fill(page, PERSON.address);
    await shoot("address", { view: TALL, url: `${base}/address` });
    await page.goto(`${base}/identity`);
    await fill(page, { "id_document/type": "passport" });
    await attach(page, "passport.png");
    await shoot("identity", { view: TALL, url: `${base}/identity` });
    await shoot("arabic", { view: PHONE, url: `${base}/details?lang=ar` });
    await page.goto(`${base}/details?lang=en`);
}

async function ofBusiness(page, server, shoot) {
    const base = await enter(page, (await server.invite("corporate")).link);
    await page.goto(`${base}/details`);
    await fill(page, { business_legal_name: "Harbour Software Limited", registration_number: "09876543" });
    await shoot("business");
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    await fill(page, {
        first_name: "Grace",
        last_name: "Hopper",
        has_ownership: "yes",
        ownership_percentage: "60",
        has_control: "yes",
    });
    await shoot("person", { url: page.url() });
    await shoot("people", { url: `${base}/people` });
    await page.goto(`${base}/documents`);
    await attach(page, "certificate.png");
    await shoot("documents-dark", { scheme: "dark", url: `${base}/documents` });
    await shoot("left-phone", { view: PHONE, scheme: "dark", url: `${base}/review` });
}

async function ofHiddenAnswers(page, server, shoot, set) {
    const base = await enter(page, (await known(server, ADA)).link);
    await shoot("reveal", { url: base });
    const again = await enter(page, await askedAgain(server));
    await reveal(page, "1990", "12", "10");
    await shoot("asked-again", { url: `${again}/identity`, from: "section.document" });
    await set("--reveal", "always");
    const funds = await enter(page, (await known(server, { ...ADA, ...FUNDS })).link);
    await shoot("funds", { url: `${funds}/funds` });
    await set("--reveal", "after_birth_date");
}

async function ofTheEnd(browser, page, server, shoot) {
    const { review, cookies } = await complete(browser, server, (await server.invite("individual")).link);
    await page.context().addCookies(cookies);
    await shoot("review", { view: TALL, url: review });
    await page.check("#truth");
    await page.check("#agree");
    await page.click(".actions .primary");
    await page.waitForURL("**/kyc/**");
    await shoot("submitted");
    const { id, link } = await server.invite("individual");
    await enter(page, link);
    await page.click("form[action$='/leave'] button");
    await page.locator(".come-back").waitFor();
    await shoot("exit", { view: PHONE });
    await server.simulate(id, "session.expire");
    await shoot("expired", { view: PHONE, url: link });
    await page.context().clearCookies();
    await shoot("home", { view: PHONE, url: server.url });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const server = await Server.start();
    const browser = await launch();
    const folder = process.argv.includes("--update") ? FOLDER : mkdtempSync(join(tmpdir(), "dossier-pictures-"));
    try {
        await takePictures(browser, server, folder);
        console.log(`The pictures are in ${folder}`);
    } finally {
        await browser.close();
        server.stop();
    }
}
