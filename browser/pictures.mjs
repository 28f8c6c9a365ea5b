// Takes the pictures of docs/form.md again, from a server with made-up customers:
//
//     cargo build -p dossier && node browser/pictures.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server, launch, open, picture } from "./harness.mjs";

const FOLDER = new URL("../docs/pictures/", import.meta.url).pathname;
const PHONE = { width: 375, height: 760 };
const DESKTOP = { width: 1120, height: 760 };
// A logo that was drawn for this page and belongs to no company.
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80"><g fill="none" stroke="INK" stroke-width="6">
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
    details: { first_name: "Ada", last_name: "Lovelace", "birth_date.d": "10", "birth_date.m": "12", "birth_date.y": "1990", nationality: "GB" },
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

const server = await Server.start();
const browser = await launch();
mkdirSync(FOLDER, { recursive: true });
try {
    const [light, dark] = [await logo(browser, server, "#16324f"), await logo(browser, server, "#ffffff")];
    await server.command("accounts", "set", "--display-name", "Harbour Bank", "--colour", "#0d6e6e", "--logo", light, "--logo-dark", dark);
    const person = await server.invite("individual");
    const business = await server.invite("corporate");
    const page = await open(browser, server, { viewport: DESKTOP });
    // Takes a picture of the page from its top, with at most the given height.
    const shoot = async (name, { view = DESKTOP, scheme = "light", url } = {}) => {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(view);
        if (url) await page.goto(url);
        await page.evaluate(() => document.activeElement.blur());
        await page.evaluate(() => scrollTo(0, 0));
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    };
    await shoot("link", { url: person.link });
    await page.click("main .primary");
    const own = page.url();
    await shoot("overview", { view: PHONE });
    await page.goto(`${own}/details`);
    await fill(page, { first_name: "Ada", last_name: "Lovelace" });
    await shoot("details");
    await shoot("details-phone", { view: PHONE, url: `${own}/details` });
    await shoot("errors", { url: `${own}/address?check` });
    await page.goto(`${own}/identity`);
    await fill(page, { "id_document/type": "passport" });
    await attach(page, "passport.png");
    await shoot("identity", { view: { width: 1120, height: 1180 }, url: `${own}/identity` });
    await page.goto(business.link);
    await page.click("main .primary");
    const base = page.url();
    await page.goto(`${base}/details`);
    await fill(page, { business_legal_name: "Harbour Software Limited", registration_number: "09876543" });
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    await fill(page, { first_name: "Grace", last_name: "Hopper", has_ownership: "yes", ownership_percentage: "60", has_control: "yes" });
    await shoot("person", { url: page.url() });
    await shoot("people", { url: `${base}/people` });
    await page.goto(`${base}/documents`);
    await attach(page, "certificate.png");
    await shoot("documents-dark", { scheme: "dark", url: `${base}/documents` });
    await shoot("left-phone", { view: PHONE, scheme: "dark", url: `${base}/review` });
    await shoot("arabic", { view: PHONE, url: `${own}/details?lang=ar` });
    const done = await server.invite("individual");
    const { review, cookies } = await complete(browser, server, done.link);
    await page.context().addCookies(cookies);
    await shoot("review", { view: { width: 1120, height: 1180 }, url: `${review}?lang=en` });
    await page.check("#truth");
    await page.check("#agree");
    await page.click(".actions .primary");
    await page.waitForURL("**/kyc/**");
    await shoot("submitted");
} finally {
    await browser.close();
    server.stop();
}
