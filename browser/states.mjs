// Every state of the hosted form: customers whose pages together show everything that the form can show.
import { answer, invited } from "./desk.mjs";
import { enter, open, picture } from "./harness.mjs";

export const LANGUAGES = ["en", "es", "fr", "de", "pt", "ar", "tr", "hi", "zh"];

export const ADA = {
    first_name: "Ada",
    last_name: "Lovelace",
    birth_date: "1990-12-10",
    nationality: "GB",
    residential_address: { street_line_1: "12 Harbour Road", city: "London", country: "GB", postal_code: "N1 9GU" },
    identifying_information: { id_document: { number: "X1234567", type: "passport", issuing_country: "GB" } },
};

// What makes the form ask where a customer's money comes from.
export const FUNDS = { expected_monthly_volume_usd: "60000", account_purpose: "investment_purposes" };

// A customer with answers from the integrator.
export async function known(server, profile) {
    const customer = await server.invite("individual");
    await server.api("PUT", `/v0/customers/${customer.id}`, profile);
    return customer;
}

// A customer who has submitted the form, and whom reviewers then asked for the name and the passport again. Returns the
// new link.
export async function askedAgain(server) {
    const values = Object.fromEntries(Object.entries(ADA).map(([name, value]) => [`/${name}`, structuredClone(value)]));
    const id = await answer(server, await invited(server, "individual", values));
    await server.simulate(id, "kyc.status.request_resubmission", {
        requirements: ["/last_name", "id_document_front"],
        comment: "The name differs from the passport, and its picture is blurred.",
    });
    return (await server.customer(id)).kycs.kyc_flow_link;
}

// Uploads a picture for a document of the shown step.
export async function attach(page, name, number = 0) {
    const card = page.locator("section.document").nth(number);
    await card.locator(".upload:not(.camera) input").setInputFiles(picture(name));
    await card.locator(".files li").first().waitFor();
}

// Enters a date where the form asks for one before it shows earlier answers.
export async function reveal(page, year, month, day) {
    for (const [part, text] of [
        ["y", year],
        ["m", month],
        ["d", day],
    ])
        await page.fill(`#reveal [name="date.${part}"]`, text);
    await Promise.all([page.waitForNavigation(), page.click("#reveal button")]);
}

// Adds an owner who controls the business, too. The page is then that of the owner, whose id is returned.
export async function addOwner(page, base) {
    await page.goto(`${base}/people`);
    await page.click('button[value="add"]');
    await page.waitForURL("**/person-*");
    const id = /person-([0-9a-f-]{36})/.exec(page.url())[1];
    const named = (member) => `[name="/associated_persons/${id}/${member}"]`;
    await page.fill(named("first_name"), "Grace");
    await page.fill(named("last_name"), "Hopper");
    for (const answered of ["has_ownership", "has_control"]) await page.check(`${named(answered)}[value="yes"]`);
    await page.fill(named("ownership_percentage"), "60");
    await page.evaluate(() => document.activeElement.blur());
    await page.locator(`[data-field$="/ownership_percentage"] .saved`).waitFor();
    await page.locator(`select${named("nationality")}`).waitFor();
    return id;
}

async function ofPerson(page, server) {
    const { link } = await server.invite("individual");
    const base = await enter(page, link);
    await page.goto(`${base}/identity`);
    for (const [member, value] of [
        ["issuing_country", "GB"],
        ["type", "driver_license"],
        ["number", "X1234567"],
    ]) {
        const input = page.locator(`#main-form [name$="/id_document/${member}"]:not([type=hidden])`);
        if (member === "number") await input.fill(value);
        else await input.selectOption(value);
        await page.evaluate(() => document.activeElement.blur());
        await page.locator(`[data-field$="/id_document/${member}"] .saved`).waitFor();
    }
    await page.locator("section.document").nth(1).waitFor();
    await attach(page, "front.png");
    const wrong = await server.invite("individual");
    const other = await enter(page, wrong.link);
    await page.goto(`${other}/details`);
    await page.fill('[name="/first_name"]', "-");
    for (const [part, text] of [
        ["d", "11"],
        ["m", "5"],
        ["y", "1410"],
    ])
        await page.fill(`[name="/birth_date.${part}"]`, text);
    await page.evaluate(() => document.activeElement.blur());
    await page.locator('[data-field="/birth_date"] .meant').waitFor();
    const refused = (why) => `check&failed=${encodeURIComponent(`id_document_front=${why}`)}`;
    return {
        "the link": [link, "main .primary"],
        "the overview": [base, ".actions .primary"],
        "the overview after a save": [`${base}?saved`, ".notice"],
        details: [`${base}/details`, "#main-form"],
        "details with errors": [`${base}/details?check`, ".summary"],
        "details with wrong answers": [`${other}/details`, ".summary"],
        "details after answers from another device": [`${other}/details?replaced`, ".notice"],
        address: [`${base}/address`, "section.document"],
        "address with errors": [`${base}/address?check`, ".summary"],
        "identity of an individual": [`${base}/identity`, ".files"],
        "identity with errors": [`${base}/identity?check`, ".summary"],
        "identity with a refused file": [
            `${other}/identity?${refused("fault-unusable_picture")}`,
            "section.document .error",
        ],
        "a review with much left": [`${base}/review`, ".summary.todo"],
    };
}

async function ofHiddenAnswers(page, server) {
    const base = await enter(page, (await known(server, ADA)).link);
    const funds = await enter(page, (await known(server, { ...ADA, ...FUNDS })).link);
    const closed = await enter(page, (await known(server, ADA)).link);
    for (const day of ["1", "2", "3", "4", "5"]) await reveal(page, "1980", "1", day);
    const undated = await enter(page, (await known(server, { last_name: "Lovelace" })).link);
    return {
        "the overview with hidden answers": [base, "#reveal form"],
        "the overview after a wrong date": [`${base}?reveal=wrong-date`, "#reveal .error"],
        "the overview without a date": [`${base}?reveal=no-date`, "#reveal .error"],
        "hidden details": [`${base}/details`, ".field"],
        "a review with hidden answers": [`${base}/review`, "#reveal form"],
        funds: [`${funds}/funds`, "section.document"],
        "funds with errors": [`${funds}/funds?check`, ".summary"],
        "the overview after five wrong dates": [closed, "#reveal [role=alert]"],
        "details to confirm": [`${closed}/details?check`, ".keep"],
        "answers that stay hidden": [undated, "#reveal"],
    };
}

async function ofBusiness(page, server) {
    const empty = await enter(page, (await server.invite("corporate")).link);
    const { link } = await server.invite("corporate");
    const base = await enter(page, link);
    const owner = await addOwner(page, base);
    await page.goto(`${base}/documents`);
    await attach(page, "certificate.png");
    return {
        "the link of a business": [link, "main .primary"],
        "the overview of a business": [base, ".actions .primary"],
        "details of a business": [`${base}/details`, "#main-form"],
        "details of a business with errors": [`${base}/details?check`, ".summary"],
        "address of a business with errors": [`${base}/address?check`, ".summary"],
        "no people yet": [`${empty}/people`, 'button[value="add"]'],
        people: [`${base}/people`, ".people li"],
        "people with errors": [`${base}/people?check`, ".people li"],
        "people after one is complete": [`${base}/people?completed=${owner}`, ".people li"],
        "an owner": [`${base}/person-${owner}`, "details.remove"],
        "an owner with errors": [`${base}/person-${owner}?check`, ".summary"],
        documents: [`${base}/documents`, ".files"],
        "documents with errors": [`${base}/documents?check`, ".summary"],
        "a review of a business": [`${base}/review`, "details.answers"],
    };
}

async function ofCompletePerson(page, server) {
    const base = await enter(page, (await known(server, ADA)).link);
    await reveal(page, "1990", "12", "10");
    for (const step of ["address", "identity"]) {
        await page.goto(`${base}/${step}`);
        await attach(page, `${step}.png`);
    }
    const again = await enter(page, await askedAgain(server));
    return {
        "a complete review": [`${base}/review`, "#truth"],
        "a review without consent": [`${base}/review?missing=truth,agree`, "#truth[aria-invalid]"],
        "a review that has changed": [`${base}/review?changed`, ".notice"],
        "the overview when something is asked again": [again, "blockquote"],
        "details that are asked again": [`${again}/details?check`, ".again"],
        "a picture that is asked again": [`${again}/identity?check`, ".refused.bad, .bad"],
    };
}

async function ofClosedForms(server) {
    const closed = {};
    for (const [name, ...actions] of [
        ["expired", "session.expire"],
        ["submitted", "kyc.status.submit"],
        ["approved", "kyc.status.approve"],
        ["rejected", "kyc.status.reject"],
        ["offboarded", "kyc.status.offboard"],
        ["abandoned", "kyc.status.submit", "kyc.status.request_resubmission", "kyc.status.abandon"],
    ]) {
        const { id, link } = await server.invite("individual", "https://app.example/done");
        for (const action of actions) {
            const more = action.endsWith("resubmission")
                ? { requirements: ["/last_name"], comment: "Please check the name." }
                : {};
            await server.simulate(id, action, more);
        }
        closed[name] = [link, ".reference"];
    }
    const { id, link } = await server.invite("individual");
    await server.api("POST", `/v0/customers/${id}/kycs`, { renew: true });
    closed.replaced = [link, ".reference"];
    return closed;
}

const ofLostVisitors = ({ url }) => ({
    "the bare host": [url, "#link"],
    "a cut link": [`${url}/kyc/dsl_test_cut`, "#link"],
    "a form without a pass": [`${url}/form/0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e/details`, "#link"],
    "an unknown page": [`${url}/nowhere`, "#link"],
});

// All states, by name: the URL of each, and a selector of what only a page in this state has. `storageState` opens
// them.
export async function states(browser, server) {
    await server.command(
        ...["accounts", "set", "--display-name", "Harbour Bank", "--legal-name", "Harbour Bank plc"],
        ...["--privacy-url", "https://harbour.example/privacy", "--terms-url", "https://harbour.example/terms"],
        ...["--support-url", "mailto:help@harbour.example", "--review-time", "2 working days"],
    );
    const page = await open(browser, server);
    const all = {
        ...(await ofPerson(page, server)),
        ...(await ofHiddenAnswers(page, server)),
        ...(await ofBusiness(page, server)),
        ...(await ofCompletePerson(page, server)),
        ...(await ofClosedForms(server)),
        ...ofLostVisitors(server),
    };
    const storageState = await page.context().storageState();
    await page.context().close();
    return { all, storageState };
}
