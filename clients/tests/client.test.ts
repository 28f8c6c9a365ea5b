// The TypeScript client against a running server. test_client.py has the same tests.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect } from "node:util";
import {
    DossierClient,
    DossierProblem,
    NotModified,
    type ProblemCode,
    type Schemas,
    verify,
    WebhookRefused,
} from "dossier-client";
import { Webhook } from "standardwebhooks";

interface Sent {
    headers: Record<string, string>;
    body: string;
}

const [url, key] = [process.env["DOSSIER_URL"] ?? "", process.env["DOSSIER_KEY"] ?? ""];
const file = process.env["DOSSIER_FILE"] ?? "";
const signed = JSON.parse(process.env["DOSSIER_DELIVERIES"] ?? "{}") as {
    secret: string;
    old_key: string;
    new_key: string;
    before: Sent;
    during: Sent;
};
const client = new DossierClient(url, key);

function email(): string {
    return `${crypto.randomUUID()}@example.com`;
}

async function create(body?: Partial<Schemas["NewCustomer"]>): Promise<string> {
    return (await client.createCustomer({ body: { email: email(), type: "individual", ...body } })).data.customer_id;
}

// Never called. Each marked line must be an error, or the compiler reports the mark.
export async function refused(id: string): Promise<void> {
    // @ts-expect-error A number is no customer.
    await client.createCustomer({ body: 7 });
    // @ts-expect-error The type is a word of a closed list.
    await client.createCustomer({ body: { email: "ada@example.com", type: "robot" } });
    // @ts-expect-error A customer needs an id.
    await client.getCustomer({});
    // @ts-expect-error PUT does not clear members.
    await client.updateCustomer({ customer_id: id, body: { first_name: null } });
    // @ts-expect-error A parameter that does not exist.
    await client.listCustomers({ emial: "ada@example.com" });
    // @ts-expect-error A session is no list.
    client.each(client.openKycSession, { customer_id: id, body: {} });
    // @ts-expect-error An upload needs a name, unless it has a path.
    await client.uploadFile({ content: new Uint8Array() });
    // @ts-expect-error No problem has this code.
    const code: ProblemCode = "teapot";
    assert.ok(code);
}

test("a customer goes from empty to approved", async () => {
    const customer_id = await create({ first_name: "Ada" });
    const address = { street_line_1: "1 Main Street", city: "New York", country: "US", postal_code: "10001" };
    const update = { last_name: "Byron", residential_address: address };
    const put = await client.updateCustomer({ customer_id, body: update });
    assert.deepEqual(put.data, {});
    const body = { last_name: "Lovelace", residential_address: { city: "Boston" } };
    const patched = await client.patchCustomer({ customer_id, if_match: put.etag ?? "", body });
    assert.notEqual(patched.etag, put.etag);
    const session = await client.openKycSession({ customer_id, body: {} });
    assert.ok(session.data.kycs.kyc_flow_link?.startsWith("http"));
    const simulated = await client.simulate({ body: { action: "kyc.status.approve", customer_id } });
    assert.equal(simulated.status, 200);
    const { data: customer } = await client.getCustomer({ customer_id, expand: "profile" });
    assert.ok(customer.type === "individual" && customer.profile?.last_name === "Lovelace");
    assert.equal(customer.kycs?.status, "approved");
});

test("parameters arrive as they were given", async () => {
    const address = `ada+x&y=é%20${crypto.randomUUID()}@example.com`;
    const customer_id = await create({ email: address });
    const found = await client.listCustomers({ email: ` ${address}` });
    assert.deepEqual(found.data.items.map((one) => one.customer_id), [customer_id]);
});

test("the base URL may end in /v0", async () => {
    assert.ok((await new DossierClient(`${url}/v0`, key).listCustomers({ limit: 1 })).data.items);
    assert.ok((await new DossierClient(`${url}/v0/`, key).listCustomers({ limit: 1 })).data.items);
});

test("the key is not shown, and a broken one is refused", () => {
    assert.ok(!inspect(client, { depth: 5, showHidden: true }).includes(key));
    assert.throws(() => new DossierClient(url, `${key}\n`), (error: Error) => !error.message.includes(key));
    assert.throws(() => new DossierClient("localhost:8080", key), TypeError);
});

test("a request that cannot be sent is not repeated", async () => {
    const never = () => assert.fail("sent");
    const broken = new DossierClient(url, key, { fetch: never });
    await assert.rejects(broken.listCustomers({ dossier_reason: "two\nlines" }), TypeError);
});

test("lists are read page by page", async () => {
    const created = new Set<string>();
    for (let count = 0; count < 5; count++) created.add(await create());
    const seen: string[] = [];
    for await (const customer of client.each(client.listCustomers, { limit: 2 })) {
        seen.push(customer.customer_id);
        if ([...created].every((id) => seen.includes(id))) break;
    }
    assert.ok([...created].every((id) => seen.includes(id)) && new Set(seen).size === seen.length);
    const webhook = await client.registerWebhook({ body: { url: "http://127.0.0.1:19999/" } });
    const deliveries = client.each(client.listDeliveries, { webhook_id: webhook.data.id });
    assert.deepEqual(await deliveries.next(), { done: true, value: undefined });
    await client.deleteWebhook({ webhook_id: webhook.data.id });
});

test("events are followed from a position", async () => {
    const start = (await client.listEvents({ after: "newest" })).data.next_after;
    const created = [await create(), await create(), await create()];
    const ids: string[] = [];
    for await (const page of client.pages(client.listEvents, { after: start, limit: 2 })) {
        ids.push(...page.items.filter((one) => one.event_type === "customer.created").map((one) => one.entity_id));
    }
    assert.deepEqual(ids.filter((id) => created.includes(id)), created);
    const late = client.pages(client.listEvents, { after: "newest", wait: 1 });
    await late.next();
    assert.equal((await late.next()).done, false);
});

test("a problem names its code, its violations and the request", async () => {
    const body = { birth_date: "1990-02-30", nationality: "UK" };
    const customer_id = await create();
    await assert.rejects(client.updateCustomer({ customer_id, body }), (error: unknown) => {
        assert.ok(error instanceof DossierProblem && error.code === "invalid_body" && error.status === 400);
        const found = error.violations.map((one) => [one.pointer, one.code]);
        assert.deepEqual(found.sort(), [["/birth_date", "invalid_date"], ["/nationality", "unknown_country"]]);
        assert.equal(error.requestId, error.headers.get("X-Request-Id"));
        return error.requestId.length > 10;
    });
    const address = email();
    const first = await create({ email: address });
    await assert.rejects(create({ email: address }), (error: unknown) =>
        error instanceof DossierProblem && error.code === "email_taken" && error.members.customer_id === first);
});

test("a version protects from lost updates", async () => {
    const customer_id = await create();
    const { etag = "" } = await client.getCustomer({ customer_id });
    await assert.rejects(client.getCustomer({ customer_id, if_none_match: etag }), NotModified);
    await client.patchCustomer({ customer_id, if_match: etag, body: { first_name: "Ada" } });
    await assert.rejects(client.patchCustomer({ customer_id, if_match: etag, body: {} }), (error: unknown) =>
        error instanceof DossierProblem && error.code === "precondition_failed");
});

test("a file is uploaded from a path, from bytes and from a stream", async () => {
    const content = new Uint8Array(await readFile(file));
    for (const upload of [
        { path: file },
        { content, name: "passport.png", content_type: "image/png" },
        { content: createReadStream(file), name: "passport.png" },
        { content: new Blob([content]), name: "passport.png" },
    ]) {
        const { data } = await client.uploadFile(upload);
        assert.deepEqual([data.name, data.type], ["passport.png", "image/png"]);
        const read = await client.getFileContent({ file_id: data.id });
        assert.deepEqual(Buffer.from(read.data), Buffer.from(content));
    }
});

test("a call ends when its signal does", async () => {
    const signal = AbortSignal.timeout(300);
    const began = performance.now();
    await assert.rejects(client.listEvents({ after: "newest", wait: 20 }, { signal }), { name: "TimeoutError" });
    const busy = async () => new Response("", { status: 503, headers: { "Retry-After": "30" } });
    const waits = new DossierClient(url, key, { fetch: busy });
    await assert.rejects(waits.listCustomers({}, { signal: AbortSignal.timeout(300) }), { name: "TimeoutError" });
    assert.ok(performance.now() - began < 10_000);
});

test("deliveries of the server are accepted", () => {
    const { secret, old_key, new_key, before, during } = signed;
    const other = "whsec_AAAA";
    for (const keys of [{ secret }, { secret: [other, secret] }, { secret, apiKey: old_key }, { apiKey: old_key }]) {
        const delivery = verify(before.headers, before.body, keys);
        assert.equal(delivery.event.event_type, "customer.created");
        assert.equal(delivery.id, new Webhook(secret).verify(before.body, before.headers) && delivery.id);
        assert.ok(Math.abs(delivery.sentAt.getTime() - Date.now()) < 300_000);
    }
    for (const apiKey of [old_key, new_key, [old_key, new_key]]) {
        const { event } = verify(new Headers(during.headers), Buffer.from(during.body), { secret, apiKey });
        assert.ok("type" in event.entity_object && event.entity_object.type === "corporate");
    }
});

test("a message of the library of Standard Webhooks is accepted", () => {
    const now = new Date("2026-01-05T12:00:00Z");
    const headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": String(now.getTime() / 1000),
        "Webhook-Signature": `v1a,AAAA ${new Webhook(signed.secret).sign("msg_1", now, signed.before.body)}`,
    };
    const delivery = verify(headers, signed.before.body, { secret: signed.secret, now: now.getTime() / 1000 + 299 });
    assert.deepEqual([delivery.id, delivery.sentAt], ["msg_1", now]);
});

test("what is not the server's is refused", () => {
    const { secret, old_key, new_key, before, during } = signed;
    const sent = Number(before.headers["webhook-timestamp"]);
    const altered = (name: string, value: string) => ({ ...before.headers, [name]: value });
    const both = { secret, apiKey: old_key, now: sent };
    const refused: [string, Record<string, string>, string, Parameters<typeof verify>[2]][] = [
        ["another body", before.headers, before.body.replace("created", "updated"), both],
        ["another body, for the key", before.headers, `${before.body} `, { apiKey: old_key, now: sent }],
        ["another secret", before.headers, before.body, { ...both, secret: "whsec_AAAA" }],
        ["another key", before.headers, before.body, { ...both, apiKey: new_key }],
        ["another id", altered("webhook-id", "other"), before.body, both],
        ["another time", altered("webhook-timestamp", String(sent + 1)), before.body, both],
        ["no time", altered("webhook-timestamp", ""), before.body, both],
        ["a time that is none", altered("webhook-timestamp", "1e9"), before.body, both],
        ["no signature", altered("webhook-signature", ""), before.body, both],
        ["another version", altered("webhook-signature", "v2,AAAA"), before.body, both],
        ["no signature of the contract", altered("x-hmac-signature", ""), before.body, both],
        ["an old delivery", before.headers, before.body, { ...both, now: sent + 301 }],
        ["a delivery from the future", before.headers, before.body, { ...both, now: sent - 301 }],
        ["no clock", before.headers, before.body, { ...both, now: NaN }],
        ["signatures of two deliveries", { ...during.headers, "webhook-id": "other" }, during.body, { secret }],
    ];
    assert.ok(verify(before.headers, before.body, both));
    for (const [what, headers, body, keys] of refused) {
        assert.throws(() => verify(headers, body, keys), WebhookRefused, what);
    }
    for (const keys of [{}, { secret: "" }, { secret: [] }, { secret, apiKey: "" }, { secret: "whsec_!" }]) {
        assert.throws(() => verify(before.headers, before.body, keys), TypeError);
    }
});
