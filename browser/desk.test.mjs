// The desk as reviewers use it: cases decided by keyboard alone, every page in both schemes and at every width, on
// paper, and without scripts. CASES=200 decides that many by keyboard.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { give, home, invited, member, submitted } from "./desk.mjs";
import { axe, clean, launch, open, Server } from "./harness.mjs";
import { letter } from "./pdfs.mjs";

const CASES = Number(process.env.CASES ?? 20);

// Companies are of high risk, so that two members decide about them.
const RISK = `
[[risk]]
id = "company"
when = { type = "corporate" }
because = "Companies are looked at by two members."
`;
const rules = join(tmpdir(), `dossier-rules-${process.pid}.toml`);
writeFileSync(rules, readFileSync(new URL("../crates/core/rules/baseline.toml", import.meta.url), "utf8") + RISK);

const server = await Server.start({ settings: { DOSSIER_RULES: rules, DOSSIER_FOUR_EYES_SANDBOX: "high_risk" } });
const browser = await launch();
after(async () => {
    await browser.close();
    server.stop();
});

const desk = `${home(server)}/desk/sandbox`;
const people = {};

before(async () => {
    for (const [key, name, role] of [
        ["analyst", "Grace Hopper", "analyst"],
        ["approver", "Ada Lovelace", "approver"],
        ["second", "Katherine Johnson", "approver"],
        ["viewer", "Charles Babbage", "viewer"],
        ["auditor", "Dorothy Vaughan", "auditor"],
        ["admin", "Margaret Hamilton", "admin"],
    ])
        people[key] = await member(browser, server, name, role);
});

const shown = (who, options = {}) => open(browser, server, { storageState: people[who].storageState, ...options });

// Where the focus is. The body means that it was lost.
const focus = (page) => page.evaluate(() => document.activeElement.tagName);

// A reviewer who only has a keyboard.
class Keyboard {
    constructor(page) {
        this.page = page;
    }

    // A key that changes the page in place.
    async key(key) {
        await this.page.keyboard.press(key);
        assert.notEqual(await focus(this.page), "BODY", `the focus is lost after ${key}`);
    }

    // Keys that lead to another page, or to the same one again.
    async go(keys, url = /./) {
        await this.page.evaluate(() => (globalThis.isOld = true));
        for (const key of keys.split(" ")) await this.page.keyboard.press(key);
        await this.page.waitForFunction(() => !globalThis.isOld && document.readyState === "complete");
        assert.match(this.page.url(), url);
    }

    title() {
        return this.page.textContent("h1");
    }

    // Gives these verdicts, claim by claim, and the last one on all others.
    async judge(...verdicts) {
        const claims = this.page.locator("article.claim");
        const count = await claims.count();
        for (let index = 0; index < count; index += 1) {
            await this.key("j");
            const key = verdicts[Math.min(index, verdicts.length - 1)];
            const word = { y: "matches", x: "differs", o: "unsure" }[key];
            await this.key(key);
            await claims
                .nth(index)
                .and(this.page.locator(`[data-verdict=${word}]`))
                .waitFor();
            const place = await this.page.evaluate(
                () => document.activeElement.closest("article.claim")?.dataset.verdict,
            );
            assert.equal(place, word, `the focus stays at the claim after ${key}`);
        }
        assert.match(await this.page.textContent("#progress"), new RegExp(`^${count} of ${count} `));
    }

    // Chooses a decision, and shows what will happen.
    async decide(key, { reasons = 0 } = {}) {
        await this.go("d", /\/decide/);
        await this.key(key);
        for (let index = 0; index < reasons; index += 1) {
            await this.key("j");
            await this.key("Space");
        }
        await this.go("p");
    }

    // Confirms, and returns what the desk says.
    async confirm() {
        await this.go("y");
        return this.page.textContent("[role=status]");
    }
}

// What is done with the cases, in turn.
const PLANS = ["ask", "propose", "approve", "reject", "approve", "escalate", "ask", "ask", "approve", "approve"];

const isOpen = /\/customers\/[0-9a-f-]{36}/;

test(`${CASES} cases are decided by keyboard alone`, async () => {
    const kinds = Array.from({ length: CASES }, (_, index) => (index % 4 === 3 ? "corporate" : "individual"));
    const names = (index) => ({ "/first_name": "Ada", "/last_name": `Case-${index}` });
    await Promise.all(kinds.map((kind, index) => submitted(server, kind, kind === "individual" ? names(index) : {})));
    const [grace, ada] = [new Keyboard(await shown("analyst")), new Keyboard(await shown("approver"))];
    const wanted = { approved: 0, asked: 0, rejected: 0 };

    // The analyst takes two of five cases, and the approver the others.
    for (const one of [grace, ada]) await one.page.goto(`${desk}/queue`);
    for (let index = 0; index < CASES; index += 1) {
        const one = index % 5 < 2 ? grace : ada;
        await one.go("n", isOpen);
        const isCompany = (await one.page.textContent(".facts")).includes("Company");
        const plan = PLANS[index % PLANS.length];
        if (plan === "ask") {
            await one.judge("y", index % 4 ? "x" : "o", "y");
            await one.decide("s", { reasons: 1 });
            assert.equal(await one.confirm(), "Asked again.");
            wanted.asked += 1;
        } else if (plan === "reject") {
            await one.judge("x");
            await one.decide("r", { reasons: 2 });
            assert.match(await one.confirm(), isCompany ? /^Proposed/ : /^Rejected/);
            wanted.rejected += 1;
        } else if (plan === "escalate") {
            await one.judge("y");
            await one.go("d", /\/decide/);
            await one.key("e");
            await one.key("m");
            await one.page.keyboard.type("Please look at the second page.");
            await one.key("Tab");
            await one.go("Enter");
            assert.match(await one.confirm(), /^Escalated/);
            // The approver finds it in its own view. The verdicts are those of the analyst.
            await ada.go("g q", /queue$/);
            await ada.go("g 4", /view=escalated$/);
            await ada.go("n", isOpen);
            assert.match(await ada.page.textContent(".warning"), /Please look at the second page/);
            await ada.decide("a");
            assert.match(await ada.confirm(), isCompany ? /^Proposed/ : /^Approved/);
            await ada.go("g q", /queue$/);
            wanted.approved += 1;
        } else {
            await one.judge("y");
            await one.decide("a");
            assert.match(await one.confirm(), isCompany || plan === "propose" ? /^Proposed/ : /^Approved/);
            wanted.approved += 1;
        }
        clean(one.page);
    }
    for (const one of [grace, ada]) {
        await one.go("n");
        assert.equal(await one.title(), "No case is free");
    }

    // What waits for a second person.
    const second = new Keyboard(await shown("second"));
    await second.page.goto(`${desk}/queue`);
    await second.go("g 3", /view=second$/);
    await second.go("n");
    let confirmed = 0;
    while (isOpen.test(second.page.url())) {
        await second.go("d", /\/decide/);
        assert.match(await second.confirm(), /^Confirmed/);
        await second.go("n");
        confirmed += 1;
    }
    assert.ok(confirmed >= CASES / 4, `${confirmed} by two members`);
    assert.equal(await second.title(), "No case is free");
    for (const one of [grace, ada, second]) {
        clean(one.page);
        await one.page.context().close();
    }
    const found = { approved: 0, asked: 0, rejected: 0 };
    for (let cursor = ""; cursor !== null;) {
        const list = await server.api("GET", `/v0/customers?limit=100${cursor && `&cursor=${cursor}`}`);
        for (const { kycs } of list.items) {
            if (kycs.status === "approved") found.approved += 1;
            else if (kycs.status === "rejected") found.rejected += 1;
            else if (kycs.sub_status === "kyc_form_resubmission_required") found.asked += 1;
        }
        cursor = list.next_cursor ?? null;
    }
    assert.deepEqual(found, wanted);
});

test("the next case is one of the filter, also after a decision", async () => {
    const [company, person] = [await submitted(server, "corporate"), await submitted(server)];
    const ada = new Keyboard(await shown("approver"));
    await ada.page.goto(`${desk}/queue?kind=corporate`);
    await ada.go("n", new RegExp(`${company}\\?kind=corporate$`));
    await ada.judge("y");
    await ada.decide("a");
    assert.match(await ada.confirm(), /^Proposed/);
    await ada.go("n");
    assert.equal(await ada.title(), "No case is free");
    await ada.go("g q");
    await ada.go("n", new RegExp(person));
    await ada.page.context().close();
    await server.simulate(person, "kyc.status.reject");
    const second = new Keyboard(await shown("second"));
    await second.page.goto(`${desk}/customers/${company}/decide`);
    assert.match(await second.confirm(), /^Confirmed/);
    await second.page.context().close();
});

test("shortcuts never work in a field, are listed by ?, and can be turned off", async () => {
    const id = await submitted(server);
    const page = await shown("second");
    const keyboard = new Keyboard(page);
    await page.goto(`${desk}/customers/${id}`);
    await keyboard.key("m");
    await page.keyboard.type("?nydxo1/u");
    assert.equal(await page.inputValue("#note"), "?nydxo1/u");
    assert.ok(page.url().endsWith(id) && !(await page.locator("dialog").isVisible()));
    await page.keyboard.press("Tab");
    await keyboard.go("/", /\/search$/);
    await page.keyboard.type("n?j");
    assert.equal(await page.inputValue("#text"), "n?j");

    await page.keyboard.press("Tab");
    await keyboard.key("?");
    assert.ok(await page.locator("dialog").isVisible());
    assert.deepEqual(await axe(page), []);
    await keyboard.key("j");
    await keyboard.key("Escape");
    assert.equal(await page.locator("dialog").isVisible(), false);

    await page.goto(`${desk}/customers/${id}`);
    await page.keyboard.press("?");
    await page.getByRole("button", { name: "Turn shortcuts off" }).last().focus();
    await keyboard.go("Enter", new RegExp(id));
    for (const key of ["?", "j", "c", "d", "n"]) await page.keyboard.press(key);
    assert.ok(page.url().includes(id) && !(await page.locator("dialog").isVisible()));
    assert.equal(await page.locator("kbd").filter({ visible: true }).count(), 0, "no key is promised");
    await page.locator(".you summary").press("Enter");
    await page.getByRole("button", { name: "Turn shortcuts on" }).focus();
    await keyboard.go("Enter", new RegExp(id));
    await page.keyboard.press("?");
    assert.ok(await page.locator("dialog").isVisible());
    clean(page);
    await page.context().close();
    await server.simulate(id, "kyc.status.reject");
});

test("a refusal and a lost connection are said above the page, which keeps its claims and its focus", async () => {
    const id = await submitted(server);
    const grace = new Keyboard(await shown("analyst", { faults: ["409", "ERR_FAILED", "Failed to fetch"] }));
    await grace.page.goto(`${desk}/queue`);
    await grace.go("n", new RegExp(id));
    const claims = await grace.page.locator("article.claim").count();
    const ada = await shown("approver");
    await ada.goto(`${desk}/customers/${id}`);
    await ada.fill("#reason", "Grace is at lunch.");
    await ada.press("#reason", "Enter");
    await ada.waitForURL(/\?$/);
    await grace.key("j");
    await grace.key("y");
    await grace.page.locator("#notice", { hasText: "Ada Lovelace is working on it" }).waitFor();
    const standing = () => grace.page.evaluate(() => document.activeElement.closest("article.claim") !== null);
    assert.ok((await standing()) && (await grace.page.locator("article.claim").count()) === claims);
    // While a request is under way, htmx drops another one of the same form.
    await grace.page.waitForFunction(() => !document.querySelector(".htmx-request"));
    await grace.page.waitForTimeout(300);
    await grace.page.route("**/verdicts?*", (route) => route.abort());
    await grace.key("y");
    await grace.page.locator("#notice", { hasText: "could not be reached" }).waitFor();
    // Evidence that is loaded meanwhile does not take the words away.
    await grace.page.waitForTimeout(500);
    assert.match(await grace.page.textContent("#notice"), /could not be reached/);
    assert.ok((await standing()) && (await grace.page.locator("article.claim").count()) === claims);
    clean(grace.page);
    for (const page of [grace.page, ada]) await page.context().close();
    await server.simulate(id, "kyc.status.reject");
});

test("a whole case is decided without scripts", async () => {
    const id = await submitted(server);
    const page = await shown("approver", { javaScriptEnabled: false });
    const press = async (name) => {
        await page.getByRole("button", { name }).first().press("Enter");
        await page.waitForLoadState("load");
    };
    await page.goto(`${desk}/queue?view=decide`);
    await press(/^Next case/);
    assert.match(page.url(), new RegExp(id));
    await page.getByRole("button", { name: "Show" }).first().press("Enter");
    assert.match(await page.textContent("main"), /X\d{7}/);
    await page.getByRole("link", { name: "Back to the customer" }).press("Enter");
    const claims = page.locator("article.claim");
    for (let index = 0; index < (await claims.count()); index += 1) {
        await claims
            .nth(index)
            .getByRole("button", { name: /^Matches/ })
            .press("Enter");
        await claims.nth(index).and(page.locator("[data-verdict=matches]")).waitFor();
    }
    assert.match(page.url(), /#claim-/, "the browser returns to the claim");
    await page.locator(".files a").last().press("Enter");
    await page.waitForURL(/file=/);
    assert.ok(await page.locator(".picture img").evaluate((image) => image.complete && image.naturalWidth > 0));
    await page.fill("#note", "Compared with the original.");
    await press("Add the note");
    assert.match(await page.textContent("#notes"), /Compared with the original/);
    await page.getByRole("link", { name: /^Decide/ }).press("Enter");
    await page.getByRole("radio", { name: /^Approve/ }).check();
    await press(/^Preview/);
    await press(/^Confirm/);
    assert.equal(await page.textContent("[role=status]"), "Approved.");
    await page.context().close();
});

// What a page and all that belongs to it weigh on the wire, without evidence and the program that draws PDF files.
async function weigh(page) {
    const session = await page.context().newCDPSession(page);
    const urls = new Map();
    let bytes = 0;
    await session.send("Network.enable");
    session.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        if (!/\/files\/|pdf/.test(urls.get(requestId) ?? "")) bytes += encodedDataLength;
    });
    return () => bytes;
}

const states = [];
const state = (name, who, show, options = {}) => states.push({ name, who, show, ...options });
const at = (path) => (page) => page.goto(`${desk}${path}`);
const ids = {};

// Enters the reject of a decision, and goes to its preview.
async function reject(page, id, { reason = "Document cannot be read", ...more } = {}) {
    await page.goto(`${desk}/customers/${id}/decide`);
    await page.getByRole("radio", { name: /^Reject/ }).check();
    if (reason) await page.getByRole("checkbox", { name: reason }).check();
    if (more.before) await more.before();
    await page.getByRole("button", { name: /^Preview/ }).press("Enter");
    await page.waitForLoadState("load");
}

state("queue, full", "approver", at("/queue"));
state("queue, filtered", "approver", at("/queue?kind=corporate&country=GB"));
state("queue, nothing passes the filter", "approver", at("/queue?country=FR"));
state("queue, mine", "analyst", at("/queue?view=mine"));
state("queue, second person", "approver", at("/queue?view=second"));
state("queue, escalated", "approver", at("/queue?view=escalated"));
state("queue, empty", "approver", (page) => page.goto(`${home(server)}/desk/production/queue`));
state("queue, of a viewer", "viewer", at("/queue"));
state("customer, held by nobody", "approver", (page) => at(`/customers/${ids.free}`)(page));
state("customer, with the pages of a PDF", "approver", async (page) => {
    await page.goto(`${desk}/customers/${ids.letter}?claim=residential_address`);
    await page.frameLocator("#pages").locator("canvas").waitFor();
});
state("customer, held by another", "approver", (page) => at(`/customers/${ids.held}`)(page));
state("customer, mine", "analyst", (page) => at(`/customers/${ids.held}`)(page));
state("customer, of a viewer", "viewer", (page) => at(`/customers/${ids.held}`)(page));
state(
    "note, refused",
    "analyst",
    async (page) => {
        await page.goto(`${desk}/customers/${ids.held}`);
        // Without this, the browser refuses it first.
        await page.locator("#note").evaluate((note) => note.removeAttribute("maxlength"));
        await page.getByLabel("New note").fill("Long\n".repeat(1_000));
        await page.getByRole("button", { name: "Add the note" }).press("Enter");
        await page.getByRole("heading", { name: "The note was not added" }).waitFor();
    },
    { faults: ["400"] },
);
state("customer, with flags", "approver", (page) => at(`/customers/${ids.flagged}`)(page));
state("customer, a company", "approver", (page) => at(`/customers/${ids.company}`)(page));
state("customer, changed after the approval", "approver", (page) => at(`/customers/${ids.changed}`)(page));
state("customer, proposed", "approver", (page) => at(`/customers/${ids.proposed}`)(page));
state("customer, escalated", "approver", (page) => at(`/customers/${ids.escalated}`)(page));
state("customer, asked again", "approver", (page) => at(`/customers/${ids.asked}`)(page));
state("customer, nothing given yet", "approver", (page) => at(`/customers/${ids.invited}`)(page));
state("decide, nothing looked at", "approver", (page) => at(`/customers/${ids.free}/decide`)(page));
state("decide, follows from the verdicts", "analyst", (page) => at(`/customers/${ids.held}/decide`)(page));
state("decide, proposal of another", "approver", (page) => at(`/customers/${ids.proposed}/decide`)(page));
state("decide, own proposal", "analyst", (page) => at(`/customers/${ids.proposed}/decide`)(page));
state("decide, without a reason", "approver", (page) => reject(page, ids.free, { reason: "" }), { faults: ["400"] });
state("decide, preview", "approver", (page) => reject(page, ids.free));
state(
    "decide, stale",
    "approver",
    async (page) => {
        await reject(page, ids.stale, {
            before: () => server.api("PUT", `/v0/customers/${ids.stale}`, { most_recent_occupation: "Engineer" }),
        });
        assert.match(await page.textContent("[role=alert].warning"), /changed/);
    },
    { faults: ["412"] },
);
state("decide, held by another", "approver", (page) => at(`/customers/${ids.held}/decide`)(page), { faults: ["409"] });
state("decide, done", "approver", async (page) => {
    await reject(page, ids.done);
    await page.getByRole("button", { name: /^Confirm/ }).press("Enter");
    await page.getByText("Rejected.").waitFor();
});
state("forbidden", "viewer", (page) => at(`/customers/${ids.free}/decide`)(page), { faults: ["403"] });
state("not found", "approver", at("/customers/0"), { faults: ["404"] });
state("nothing left", "analyst", async (page) => {
    await page.goto(`${desk}/queue?country=FR`);
    await page.keyboard.press("n");
    await page.getByText("No case is free").waitFor();
});
state("trail", "auditor", at("/trail"));
state("trail, nothing found", "auditor", at("/trail?action=sandbox.emptied"));
state("search", "approver", at("/search"));
for (const [name, text, words] of [
    ["found", "Lovelace", /customers? w/],
    ["nothing found", "Nobody", /Nothing/],
    ["no such number", "X1234567", /Names were not searched/],
]) {
    state(`search, ${name}`, "approver", async (page) => {
        await page.goto(`${desk}/search`);
        await page.fill("#text", text);
        await page.press("#text", "Enter");
        await page.getByText(words).waitFor();
    });
}
state("menu", "approver", async (page) => {
    await page.goto(`${desk}/queue`);
    await page.locator(".you summary").press("Enter");
});
state("a filter that is open", "approver", async (page) => {
    await page.goto(`${desk}/queue`);
    await page.locator("details.choice summary").nth(1).press("Enter");
});
state("members", "admin", (page) => page.goto(`${home(server)}/desk/members`));
state("sessions", "admin", (page) => page.goto(`${home(server)}/desk/sessions`));
state("passkeys", "admin", (page) => page.goto(`${home(server)}/desk/passkeys`));
// The last one, since every hold ends when a day passes.
state("queue, late", "approver", async (page) => {
    await server.api("POST", "/v0/sandbox/clock", { advance: "P1D" });
    await page.goto(`${desk}/queue`);
});

async function prepare() {
    const names = { "/first_name": "Ada", "/last_name": "Lovelace" };
    const [free, held, stale, done, proposed, escalated, asked, changed, given] = await Promise.all(
        ["Ada", "Grace", "Alan", "Katherine", "Edsger", "Barbara", "Tony", "Charles", "Radia"].map((first) =>
            submitted(server, "individual", { ...names, "/first_name": first }),
        ),
    );
    const flagged = await submitted(server, "individual", {
        "/first_name": "A\u202eda",
        "/birth_date": "1411-01-01",
        "/identifying_information/id_document": { number: "X7654321", type: "passport", issuing_country: "FR" },
    });
    await submitted(server, "individual", {
        ...names,
        "/identifying_information/id_document": { number: "X-765 4321", type: "passport", issuing_country: "GB" },
    });
    const owner = (first_name, share) => ({
        first_name,
        last_name: "Hopper",
        has_control: share === "60",
        has_ownership: true,
        ownership_percentage: share,
    });
    const company = await submitted(server, "corporate", {
        "/associated_persons": [owner("Grace", "60"), owner("Mary", "30")],
    });
    Object.assign(ids, { free, held, stale, done, proposed, escalated, asked, changed, flagged, company });
    ids.invited = (await invited(server)).id;
    ids.letter = given;
    await give(server, given, "proof_of_address", letter("Radia Lovelace"));
    await server.simulate(changed, "kyc.status.approve");
    await server.api("PUT", `/v0/customers/${changed}`, { first_name: "Charlotte" });

    const grace = new Keyboard(await shown("analyst"));
    const judge = async (id, ...verdicts) => {
        await grace.page.goto(`${desk}/customers/${id}`);
        await grace.judge(...verdicts);
    };
    await judge(asked, "y", "x", "y");
    await grace.decide("s", { reasons: 1 });
    await grace.confirm();
    await judge(proposed, "y");
    await grace.decide("a");
    await grace.confirm();
    await judge(escalated, "y", "o");
    await grace.go("d");
    await grace.key("e");
    await grace.key("m");
    await grace.page.keyboard.type("Is this the same person?");
    await grace.key("Tab");
    await grace.go("Enter");
    await grace.confirm();
    await judge(held, "y", "x", "o", "y");
    await grace.page.goto(`${desk}/customers/${held}`);
    await grace.page.fill("#note", "The bill is of last year.");
    await grace.page.getByRole("button", { name: "Add the note" }).press("Enter");
    await grace.page.getByText("The bill is of last year.").waitFor();
    await grace.page.context().close();
}

test("every page and state: axe in both schemes, every width, paper, and weight", async () => {
    await prepare();
    const found = [];
    const folder = process.env.PICTURES;
    for (const { name, who, show, faults } of states) {
        const page = await shown(who, { faults, viewport: { width: 1280, height: 900 } });
        const weight = await weigh(page);
        await show(page);
        await page.waitForLoadState("networkidle");
        if (weight() > 100_000) found.push(`${name}: ${weight()} bytes`);
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            // Only colours differ between the schemes.
            const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
            found.push(...(await axe(page, rules)).map((one) => `${name}, ${colorScheme}: ${one}`));
            if (folder) await page.screenshot({ path: join(folder, `${name} ${colorScheme}.png`), fullPage: true });
        }
        await page.emulateMedia({ colorScheme: "light" });
        for (const width of [375, 768, 2560]) {
            await page.setViewportSize({ width, height: 900 });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > width) found.push(`${name}: ${wide} pixels on a screen of ${width}`);
            if (folder) await page.screenshot({ path: join(folder, `${name} ${width}.png`), fullPage: true });
        }
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.emulateMedia({ media: "print" });
        const pressable = await page.locator("button, input, textarea, select").filter({ visible: true }).count();
        if (pressable > 0) found.push(`${name}: ${pressable} buttons and fields on paper`);
        if (!(await page.locator("h1").isVisible())) found.push(`${name}: no title on paper`);
        if (folder) await page.screenshot({ path: join(folder, `${name} print.png`), fullPage: true });
        found.push(...page.faults.map((fault) => `${name}: ${fault}`));
        await page.context().close();
    }
    assert.deepEqual(found, []);
});
