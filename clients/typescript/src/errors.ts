// What a call can throw.
import type { components } from "./generated/api.js";

export type Problem = components["schemas"]["Problem"];
export type ProblemCode = components["schemas"]["ProblemCode"];
export type Violation = components["schemas"]["Violation"];

/** Every error of this package. */
export class DossierError extends Error {
    constructor(message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
    }
}

/**
 * No response arrived, after all attempts. The cause is the error of the last one.
 *
 * Whether a write took effect is unknown. To find out, repeat it with the same `idempotency_key`.
 */
export class ConnectionFailed extends DossierError {
    constructor(
        readonly attempts: number,
        readonly idempotencyKey: string | undefined,
        cause: unknown,
    ) {
        super(`no response after ${attempts} attempts`, { cause });
    }
}

/** A response other than 2xx. */
export class ResponseError extends DossierError {
    constructor(
        message: string,
        readonly status: number,
        readonly headers: Headers,
    ) {
        super(message);
    }
}

/** The customer or the file is still as `if_none_match` says. */
export class NotModified extends ResponseError {}

/** A response that is not Dossier's, for example of a proxy in between. */
export class UnexpectedResponse extends ResponseError {}

/**
 * A problem of the server's catalogue (RFC 9457).
 *
 * A newer server may send codes that `ProblemCode` does not list.
 */
export class DossierProblem extends ResponseError {
    readonly code: ProblemCode;
    readonly title: string;
    readonly detail: string;
    readonly requestId: string;
    readonly violations: readonly Violation[];

    constructor(
        /** The whole problem, with the members that only some codes have, such as `customer_id`. */
        readonly members: Problem,
        status: number,
        headers: Headers,
    ) {
        super(`${members.code} (${status}): ${members.detail}`, status, headers);
        this.code = members.code;
        this.title = members.title;
        this.detail = members.detail;
        this.requestId = members.request_id;
        this.violations = members.errors ?? [];
    }
}

/** A delivery that is not Dossier's, or that is too old. Its body must not be used. */
export class WebhookRefused extends DossierError {}

/** The error that a response is; `undefined` for 2xx. */
export function errorOf(status: number, headers: Headers, content: Uint8Array): ResponseError | undefined {
    if (status >= 200 && status < 300) return undefined;
    if (status === 304) return new NotModified("not modified", status, headers);
    const problem = headers.get("content-type")?.startsWith("application/problem+json") && problemIn(content);
    if (problem) return new DossierProblem(problem, status, headers);
    return new UnexpectedResponse(`unexpected response with status ${status}`, status, headers);
}

function problemIn(content: Uint8Array): Problem | undefined {
    try {
        const found = JSON.parse(new TextDecoder().decode(content)) as Problem | null;
        return typeof found?.code === "string" ? found : undefined;
    } catch {
        return undefined;
    }
}
