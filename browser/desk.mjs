// Members who are signed in to the desk, and customers who wait for them.
import { readFileSync } from "node:fs";
import { chunk, open } from "./harness.mjs";

const PASSPORT = readFileSync(new URL("../crates/server/assets/examples/passport.png", import.meta.url));

// The URL of the desk. It has a host name, because passkeys need one.
export const home = (server) => server.url.replace("127.0.0.1", "localhost");

// A new member of the account, and the pass for their browser.
export async function member(browser, server, name, ...roles) {
    const email = `${name.toLowerCase().replaceAll(" ", ".")}@harbour.example`;
    const { link, member_id } = await server.command(
        "members",
        "invite",
        "--name",
        name,
        "--email",
        email,
        ...roles.flatMap((role) => ["--role", role]),
    );
    const page = await open(browser, server);
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in" }).press("Enter");
    await page.waitForURL("**/desk/passkeys?new=1");
    const storageState = await page.context().storageState();
    await page.context().close();
    return { id: member_id, name, storageState };
}

// A picture that no other customer has given.
let pictures = 0;
function photo() {
    const text = chunk("tEXt", Buffer.from(`Comment\0${(pictures += 1)}`));
    const head = 8 + 25;
    return Buffer.concat([PASSPORT.subarray(0, head), text, PASSPORT.subarray(head)]);
}

async function upload(server, purpose, bytes) {
    const type = bytes.subarray(0, 5).toString() === "%PDF-" ? "pdf" : "png";
    const form = new FormData();
    form.set("file", new Blob([bytes]), `${purpose.replaceAll("_", "-")}.${type}`);
    const answer = await fetch(`${server.url}/v0/files`, {
        method: "POST",
        headers: { "Api-Key": server.key },
        body: form,
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()).id;
}

// Sets the value at a JSON Pointer. `-` and an index after the end append to a list.
function place(body, pointer, value) {
    const steps = pointer.split("/").slice(1);
    let at = body;
    steps.forEach((step, index) => {
        const key = Array.isArray(at) ? (step === "-" ? at.length : Math.min(Number(step), at.length)) : step;
        if (index === steps.length - 1) at[key] = value;
        else at = at[key] ??= /^(-|\d+)$/.test(steps[index + 1]) ? [] : {};
    });
}

// Numbers of documents that no other customer has.
let numbers = 1_000_000;
function unique(value) {
    for (const [name, member] of Object.entries(value)) {
        if (member && typeof member === "object") unique(member);
        else if (name === "number") value[name] = `X${(numbers += 1)}`;
    }
    return value;
}

// A customer with these values who has been asked for the rest.
export async function invited(server, type = "individual", { email, ...values } = {}) {
    email ??= `${Math.random().toString(36).slice(2)}@example.com`;
    const { customer_id: id } = await server.api("POST", "/v0/customers", { type, email });
    await server.api("POST", `/v0/customers/${id}/kycs`, {});
    const body = {};
    for (const [pointer, value] of Object.entries(values)) place(body, pointer, value);
    if (Object.keys(body).length > 0) await server.api("PUT", `/v0/customers/${id}`, body);
    return { id, body };
}

// Answers everything that is asked, with the examples of the requirements. `evidence` makes the file for a purpose.
export async function answer(server, { id, body }, evidence = photo) {
    for (;;) {
        const { requirements } = await server.api("GET", `/v0/customers/${id}?expand=requirements`);
        const open = requirements.filter(({ status }) => status === "due" || status === "error");
        if (open.length === 0) return id;
        for (const { pointer, example, document } of open) {
            const value = typeof example === "object" ? unique(structuredClone(example)) : example;
            if (document) {
                const purpose = value.purpose ?? document.purposes[0];
                value.file_id = await upload(server, purpose, await evidence(purpose));
            }
            place(body, pointer, value);
        }
        await server.api("PUT", `/v0/customers/${id}`, body);
    }
}

// A customer who waits for a decision, with these values and otherwise with the examples of the requirements.
export async function submitted(server, type, values, evidence) {
    return answer(server, await invited(server, type, values), evidence);
}

// Adds a file to a customer, as evidence for this purpose.
export async function give(server, id, purpose, bytes) {
    const file_id = await upload(server, purpose, bytes);
    await server.api("PUT", `/v0/customers/${id}`, { documents: [{ file_id, purpose }] });
}
