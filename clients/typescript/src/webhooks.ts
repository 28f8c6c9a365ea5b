// Checks that a delivery is Dossier's.
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { WebhookRefused } from "./errors.js";
import type { components } from "./generated/api.js";

export type EventMessage = components["schemas"]["EventMessage"];
export type Keys = string | readonly string[];

/** A delivery whose signatures are right. */
export interface Delivery {
    /** The same for every attempt: deduplicate by it. */
    id: string;
    sentAt: Date;
    event: EventMessage;
}

export interface Verification {
    /** What the registration returned (`whsec_…`), for `webhook-signature`. */
    secret?: Keys;
    /** The key that registered the endpoint, for `x-hmac-signature`. */
    apiKey?: Keys;
    /** How many seconds ago a delivery may have been sent, by default 300. */
    tolerance?: number;
    /** The time in seconds since 1970. */
    now?: number;
}

/**
 * Returns the event of a delivery, or throws `WebhookRefused`.
 *
 * `body` is the body as it arrived, before it was parsed. Give the secret, the API key or both: each that you give must
 * be right. While you change one, give the old and the new value. With `apiKey` alone, a captured delivery can be sent
 * to you again, because `x-hmac-signature` covers no time.
 */
export function verify(
    headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
    body: Uint8Array | string,
    { secret = [], apiKey = [], tolerance = 300, now = Date.now() / 1000 }: Verification,
): Delivery {
    const [secrets, apiKeys] = [listed(secret), listed(apiKey)];
    if (secrets.length + apiKeys.length === 0) {
        throw new TypeError("verify needs the secret of the endpoint, or the API key that registered it");
    }
    const given = lowerCase(headers);
    const content = Buffer.from(body as Uint8Array);
    const [id, sent] = [given("webhook-id"), given("webhook-timestamp")];
    if (id === "" || !/^[0-9]{1,12}$/.test(sent)) {
        throw new WebhookRefused("the delivery has no webhook-id or no webhook-timestamp");
    }
    if (!(Math.abs(now - Number(sent)) <= tolerance)) {
        throw new WebhookRefused("the delivery is too old, or a clock is wrong");
    }
    if (secrets.length > 0) {
        const message = Buffer.concat([Buffer.from(`${id}.${sent}.`), content]);
        const expected = secrets.map((one) => `v1,${digest(decoded(one), message).toString("base64")}`);
        if (!equalAny(expected, given("webhook-signature").split(" "))) {
            throw new WebhookRefused("webhook-signature is wrong");
        }
    }
    if (apiKeys.length > 0) {
        // While a rolled key and its successor both work, the second is of the successor.
        const signatures = [given("x-hmac-signature"), given("x-hmac-signature-next")];
        const expected = apiKeys.map((one) => digest(Buffer.from(one), content).toString("hex"));
        if (!equalAny(expected, signatures)) throw new WebhookRefused("x-hmac-signature is wrong");
    }
    return { id, sentAt: new Date(Number(sent) * 1000), event: JSON.parse(content.toString()) as EventMessage };
}

function listed(keys: Keys): readonly string[] {
    const list = typeof keys === "string" ? [keys] : keys;
    if (list.some((key) => !key)) throw new TypeError("a secret or an API key is empty");
    return list;
}

function lowerCase(headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>) {
    const entries = headers instanceof Headers ? [...headers.entries()] : Object.entries(headers);
    const given = new Map(entries.map(([name, value]) => [name.toLowerCase(), value]));
    return (name: string): string => [given.get(name) ?? ""].flat().join(" ");
}

function decoded(secret: string): Buffer {
    const text = secret.replace(/^whsec_/, "");
    const key = Buffer.from(text, "base64");
    // Buffer leaves out what is not base64, and would make another key of it.
    if (key.toString("base64") !== text) throw new TypeError("a secret is not whsec_ and base64");
    return key;
}

function digest(key: Buffer, message: Buffer): Buffer {
    return createHmac("sha256", key).update(message).digest();
}

/** Whether a signature is one of the expected. The time says nothing about how much of it is right. */
function equalAny(expected: readonly string[], given: readonly string[]): boolean {
    const equal = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);
    const pairs = expected.flatMap((one) => given.map((other) => equal(Buffer.from(one), Buffer.from(other))));
    return pairs.includes(true);
}
