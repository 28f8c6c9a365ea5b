// When a request is sent again.
import { DossierProblem, type ResponseError } from "./errors.js";

const FIRST_WAIT = 0.5;
const LONGEST_WAIT = 20;

/** At most so many attempts, of which none begins after so many seconds. */
export class Retries {
    constructor(
        readonly maxAttempts: number,
        readonly maxSeconds: number,
    ) {}

    /**
     * The seconds to wait after an attempt that failed; `undefined` if it was the last. Without a response, the
     * connection failed.
     */
    wait(attempt: number, elapsed: number, error: ResponseError | undefined): number | undefined {
        if (attempt >= this.maxAttempts || (error && !isTemporary(error))) return undefined;
        const backoff = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT);
        const asked = error && retryAfter(error.headers.get("Retry-After") ?? "");
        // Clients that were refused together must not come back together.
        const jitter = (Math.random() * backoff) / 2;
        const wait = (asked ?? backoff / 2) + jitter;
        return elapsed + wait <= this.maxSeconds ? wait : undefined;
    }
}

/** The seconds that a `Retry-After` asks for, which has a number or a date. */
function retryAfter(value: string): number | undefined {
    if (/^\s*[0-9]{1,9}\s*$/.test(value)) return Number(value);
    const date = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
    return Number.isNaN(date) ? undefined : Math.max((date - Date.now()) / 1000, 0);
}

/** Whether the same request can succeed later. A quota lasts longer than any client should wait. */
function isTemporary(error: ResponseError): boolean {
    if (error instanceof DossierProblem && error.code === "quota_exceeded") return false;
    return error.status === 408 || error.status === 429 || error.status >= 500;
}

/** Waits, or throws the reason why the call was ended. */
export async function sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
        const ended = () => {
            clearTimeout(timer);
            reject(signal?.reason as Error);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", ended);
            resolve();
        }, seconds * 1000);
        signal?.addEventListener("abort", ended, { once: true });
    });
}
