// Takes the pictures of docs/desk.md again, from a server with made-up customers:
//
//     cargo build -p dossier && node browser/desk-pictures.mjs
import { join } from "node:path";
import { home, member, submitted } from "./desk.mjs";
import { launch, open, Server } from "./harness.mjs";

const FOLDER = new URL("../docs/pictures/", import.meta.url).pathname;
const DESKTOP = { width: 1280, height: 860 };

// The first line of a passport's machine-readable zone, as HTML.
const zone = (first, last) => {
    const line = `P<GBR${last.toUpperCase()}<<${first.toUpperCase()}`.padEnd(44, "<");
    return line.replaceAll("<", "&lt;");
};

// Made-up evidence, drawn for these pictures.
const PASSPORT = ({ first, last, born, number }) => `
    <div style="width:900px;height:620px;padding:36px;box-sizing:border-box;font:20px sans-serif;color:#1d2b3a;
        background:#e9eef2">
        <div style="display:flex;justify-content:space-between;font-weight:700;letter-spacing:.2em">
            <span>PASSPORT</span><span>SPECIMEN</span></div>
        <div style="display:flex;gap:36px;margin-top:28px">
            <svg width="230" height="300" viewBox="0 0 230 300"><rect width="230" height="300" fill="#cfd8e0"/>
                <circle cx="115" cy="112" r="56" fill="#8494a5"/>
                <path d="M15 300c0-84 50-120 100-120s100 36 100 120z" fill="#8494a5"/></svg>
            <div style="display:grid;grid-template-columns:1fr 1fr;gap:16px 40px;align-content:start">
                ${[
                    ["Surname", last],
                    ["Given names", first],
                    ["Nationality", "British"],
                    ["Date of birth", born],
                    ["Passport No.", number],
                    ["Expires", "01 JAN 2031"],
                ]
                    .map(
                        ([label, text]) =>
                            `<div><small style="color:#5a6b7d">${label}</small><br><b>${text.toUpperCase()}</b></div>`,
                    )
                    .join("")}
            </div></div>
        <pre style="font:26px monospace;margin:40px 0 0">${zone(first, last)}
${number}&lt;0GBR9004235F3101017&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;</pre></div>`;
const LETTER = ({ first, last }) => `
    <div style="width:800px;height:620px;padding:60px;box-sizing:border-box;
        font:20px serif;background:#fffdf8;color:#222">
        <b style="font-size:28px">Harbour Water</b><hr><p>${first} ${last}<br>12 Harbour Road<br>London<br>EC1Y 8SY</p>
        <p style="text-align:right">2 November 2026</p><p>Your bill for October: £ 31.40</p></div>`;

const server = await Server.start({ settings: { DOSSIER_FOUR_EYES_SANDBOX: "off" } });
const browser = await launch();

async function drawn(html) {
    const page = await browser.newPage();
    await page.setContent(`<body style="margin:0;width:max-content">${html}</body>`);
    const bytes = await page.locator("body > div").screenshot();
    await page.close();
    return bytes;
}

let numbers = 4_471_200;
function person(first, last, more = {}) {
    const number = `X${(numbers += 17)}`;
    const shown = { first: more.shows ?? first, last, born: "23 APR 1990", number };
    const values = {
        email: `${first}.${last}@example.com`.toLowerCase(),
        "/first_name": first,
        "/last_name": last,
        "/identifying_information/id_document": { number, type: "passport", issuing_country: "GB" },
        ...more.values,
    };
    const evidence = (purpose) => drawn(purpose === "id_document" ? PASSPORT(shown) : LETTER(shown));
    return submitted(server, "individual", values, evidence);
}

try {
    const [ada, grace] = [
        await member(browser, server, "Ada Lovelace", "approver"),
        await member(browser, server, "Grace Hopper", "analyst"),
    ];
    const seat = (member, options) =>
        open(browser, server, { storageState: member.storageState, viewport: DESKTOP, ...options });
    const desk = `${home(server)}/desk/sandbox`;
    const shoot = async (page, name) => {
        await page.waitForLoadState("networkidle");
        await page.screenshot({ path: join(FOLDER, `desk-${name}.png`) });
    };
    const judge = async (page, ...verdicts) => {
        const claims = page.locator("article.claim");
        for (const [index, key] of verdicts.entries()) {
            await page.keyboard.press("j");
            await page.keyboard.press(key);
            await claims.nth(index).and(page.locator("[data-verdict]")).waitFor();
        }
    };

    const tim = await person("Tim", "Lee", { shows: "Timothy" });
    const radia = await person("Radia", "Perlman");
    const barbara = await person("Barbara", "Liskov");
    await person("Alan", "Turing", { values: { "/birth_date": "1411-06-23" } });
    const owner = (first_name, last_name, share) => ({
        first_name,
        last_name,
        has_control: share === "55",
        has_ownership: true,
        ownership_percentage: share,
    });
    await submitted(server, "corporate", {
        "/associated_persons": [owner("Edsger", "Dijkstra", "55"), owner("Tony", "Hoare", "30")],
    });
    await person("Margaret", "Hamilton");
    const leslie = await person("Leslie", "Lamport");
    await server.simulate(leslie, "kyc.status.approve");
    await server.api("PUT", `/v0/customers/${leslie}`, { last_name: "Lamport-Smith" });

    // An analyst proposes, holds a case and hands one on.
    const analyst = await seat(grace);
    await analyst.goto(`${desk}/customers/${radia}`);
    await judge(analyst, ..."yyyyyyy");
    for (const key of "dpy") {
        const arrived = analyst.waitForEvent("load");
        await analyst.keyboard.press(key);
        await arrived;
    }
    await analyst.goto(`${desk}/customers/${barbara}`);
    await judge(analyst, "y");
    const page = await seat(ada);
    await server.api("POST", "/v0/sandbox/clock", { advance: "PT7H36M" });
    await analyst.goto(`${desk}/customers/${barbara}`);
    await judge(analyst, "x", "y");
    await page.goto(`${desk}/queue`);
    await shoot(page, "queue");
    await page.goto(`${desk}/queue`);
    await page.keyboard.press("n");
    await page.waitForURL(`**/customers/${tim}*`);
    await judge(page, "x", "y", "y");
    await shoot(page, "case");
    await page.keyboard.press("?");
    await shoot(page, "shortcuts");
    await page.keyboard.press("Escape");
    await judge(page, ..."yyyy");
    await page.goto(`${desk}/customers/${tim}/decide`);
    await page.getByRole("checkbox", { name: /^Name differs/ }).check();
    await page.evaluate(() => document.activeElement.blur());
    await page.setViewportSize({ width: 1000, height: 1180 });
    await shoot(page, "decide");
    await page.setViewportSize({ width: 1000, height: 560 });
    await page.keyboard.press("p");
    await page.getByRole("button", { name: /^Confirm/ }).waitFor();
    await shoot(page, "preview");
    await page.goto(`${desk}/customers/${radia}/decide`);
    await shoot(page, "second");
    const phone = await seat(ada, { viewport: { width: 375, height: 760 }, colorScheme: "dark" });
    await phone.goto(`${desk}/queue`);
    await shoot(phone, "phone");
} finally {
    await browser.close();
    server.stop();
}
