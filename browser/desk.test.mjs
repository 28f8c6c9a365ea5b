// The desk as reviewers use it: cases decided by keyboard alone, every page in both schemes and at every width, on paper,
// and without scripts. CASES=200 decides that many by keyboard.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { home, member, submitted } from "./desk.mjs";
import { axe, clean, launch, open, Server } from "./harness.mjs";

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

const server = await Server.start({ DOSSIER_RULES: rules, DOSSIER_FOUR_EYES_SANDBOX: "high_risk" });
const browser = await launch();
after(async () => {
    await browser.close();
    server.stop();
});

const desk = `${home(server)}/desk/sandbox`;
const people = {};

before(async () => {
    for (const [key, name, role] of [
        ["analyst", "Grace Hopper", "analyst"], ["approver", "Ada Lovelace", "approver"],
        ["second", "Katherine Johnson", "approver"], ["viewer", "Charles Babbage", "viewer"],
    ]) people[key] = await member(browser, server, name, role);
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
            await claims.nth(index).and(this.page.locator(`[data-verdict=${word}]`)).waitFor();
            const place = await this.page.evaluate(() => document.activeElement.closest("article.claim")?.dataset.verdict);
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
            assert.match(await one.page.textContent("[role=status]"), /^Escalated/);
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
        assert.equal(await one.title(), "Nothing left");
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
    assert.equal(await second.title(), "Nothing left");
    for (const one of [grace, ada, second]) {
        clean(one.page);
        await one.page.context().close();
    }
    const found = { approved: 0, asked: 0, rejected: 0 };
    for (let cursor = ""; cursor !== null; ) {
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
