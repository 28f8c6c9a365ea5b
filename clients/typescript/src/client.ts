import { randomUUID } from "node:crypto";
import { ConnectionFailed, errorOf, ResponseError, UnexpectedResponse } from "./errors.js";
import type { components } from "./generated/api.js";
import { OPERATIONS, type Operation, Operations } from "./generated/operations.js";
import { type Options, type Output, Result } from "./operation.js";
import { Retries, sleep } from "./retries.js";
import { form, type Upload } from "./uploads.js";

export interface Settings {
    /** A request is sent at most this many times, by default 5. */
    maxAttempts?: number;
    /** No attempt begins after this many seconds, by default 60. */
    maxSeconds?: number;
    /** How long one attempt may take, by default 60. */
    timeoutSeconds?: number;
    /** Replaces the global `fetch`, for example to go through a proxy. */
    fetch?: typeof fetch;
}

type Page = { items: unknown[]; next_cursor: string | null } | { items: unknown[]; next_after: string };
type Listing<I, P> = (input: I, options?: Options) => Promise<Result<P>>;

interface Request {
    method: string;
    url: string;
    headers: Headers;
    body?: BodyInit;
    isFile: boolean;
}

const UPLOAD: Operation = {
    method: "POST",
    path: "/v0/files",
    query: [],
    headers: { idempotency_key: "Idempotency-Key" },
};

/**
 * Calls the API.
 *
 * A request is sent again after a broken connection, a 408, 429 or 5xx: at most `maxAttempts` times in all, and no
 * attempt begins after `maxSeconds`. Every POST, PUT and PATCH carries an idempotency key, which stays the same.
 */
export class DossierClient extends Operations {
    readonly #baseUrl: string;
    readonly #apiKey: string;
    readonly #retries: Retries;
    readonly #timeout: number;
    readonly #fetch: typeof fetch;

    constructor(baseUrl: string, apiKey: string, settings: Settings = {}) {
        super();
        if (!/^[!-~]+$/.test(apiKey)) throw new TypeError("an API key has only visible ASCII characters");
        // The server prints the URL of its API with /v0, which is also in every path.
        this.#baseUrl = baseUrl.replace(/\/+$/, "").replace(/\/v0$/, "");
        if (!/^https?:$/.test(new URL(this.#baseUrl).protocol)) throw new TypeError("the base URL is no URL of HTTP");
        this.#apiKey = apiKey;
        this.#retries = new Retries(settings.maxAttempts ?? 5, settings.maxSeconds ?? 60);
        this.#timeout = (settings.timeoutSeconds ?? 60) * 1000;
        this.#fetch = settings.fetch ?? fetch;
    }

    /** Uploads a file: from a path, or from bytes, a blob or a stream, with a name. */
    readonly uploadFile = async (
        upload: Upload,
        options?: Options,
    ): Promise<Result<components["schemas"]["UploadedFile"]>> => {
        const request = this.#request(UPLOAD, { idempotency_key: upload.idempotency_key });
        const result = await this.#repeat({ ...request, body: await form(upload) }, options?.signal);
        return result as Result<components["schemas"]["UploadedFile"]>;
    };

    /** Every page of a list: `client.pages(client.listEvents, { after, wait: 20 })`. With `wait`, it never ends. */
    async *pages<I extends object, P extends Page>(
        operation: Listing<I, P>,
        input: I,
        options?: Options,
    ): AsyncGenerator<P, void> {
        for (let next: object | undefined = input; next; ) {
            const { data: page }: Result<P> = await operation(next as I, options);
            yield page;
            next = nextPage(next, page);
        }
    }

    /** Every item of a list, page by page: `client.each(client.listCustomers, { limit: 100 })`. */
    async *each<I extends object, P extends Page>(
        operation: Listing<I, P>,
        input: I,
        options?: Options,
    ): AsyncGenerator<P["items"][number], void> {
        for await (const page of this.pages(operation, input, options)) {
            for (const item of page.items) yield item as P["items"][number];
        }
    }

    protected override async send<K extends keyof typeof OPERATIONS>(
        name: K,
        input: object,
        options?: Options,
    ): Promise<Result<Output<K>>> {
        const result = await this.#repeat(this.#request(OPERATIONS[name], { ...input }), options?.signal);
        return result as Result<Output<K>>;
    }

    #request(operation: Operation, input: Record<string, unknown>): Request {
        const { method, query, content } = operation;
        const written = (name: string) => encodeURIComponent(String(input[name]));
        const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => written(name));
        const pairs = query.filter((name) => input[name] !== undefined).map((name) => `${name}=${written(name)}`);
        const headers = new Headers({ "Api-Key": this.#apiKey });
        if (["POST", "PUT", "PATCH"].includes(method)) headers.set("Idempotency-Key", randomUUID());
        for (const [name, header] of Object.entries(operation.headers)) {
            if (input[name] !== undefined) headers.set(header, String(input[name]));
        }
        const url = this.#baseUrl + path + (pairs.length > 0 ? `?${pairs.join("&")}` : "");
        const request: Request = { method, url, headers, isFile: operation.file ?? false };
        if (content && input["body"] !== undefined) {
            headers.set("Content-Type", content);
            request.body = JSON.stringify(input["body"]);
        }
        return request;
    }

    /**
     * Sends a request until there is a response that counts. All that is called can be repeated: writes have an
     * idempotency key, and a DELETE deletes nothing more.
     */
    async #repeat(request: Request, signal: AbortSignal | undefined): Promise<Result<unknown>> {
        const began = performance.now();
        for (let attempt = 1; ; attempt++) {
            const done = await this.#attempt(request, signal);
            if (done instanceof Result) return done;
            const error = done instanceof ResponseError ? done : undefined;
            const wait = this.#retries.wait(attempt, (performance.now() - began) / 1000, error);
            if (wait === undefined) {
                const key = request.headers.get("Idempotency-Key") ?? undefined;
                throw error ?? new ConnectionFailed(attempt, key, done.cause);
            }
            await sleep(wait, signal);
        }
    }

    /** The result of one attempt, or why there is none. */
    async #attempt(
        { url, isFile, ...request }: Request,
        signal: AbortSignal | undefined,
    ): Promise<Result<unknown> | ResponseError | { cause: unknown }> {
        const timeout = AbortSignal.timeout(this.#timeout);
        let response: Response;
        let content: Uint8Array;
        try {
            // A redirect would take the key to another server.
            response = await this.#fetch(url, {
                ...request,
                redirect: "manual",
                signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
            });
            content = new Uint8Array(await response.arrayBuffer());
        } catch (cause) {
            signal?.throwIfAborted();
            return { cause };
        }
        const { status, headers } = response;
        const error = errorOf(status, headers, content);
        if (error) return error;
        if (isFile) return new Result(content, status, headers);
        try {
            const data: unknown = status === 204 ? undefined : JSON.parse(new TextDecoder().decode(content));
            return new Result(data, status, headers);
        } catch {
            return new UnexpectedResponse("a response that is not JSON", status, headers);
        }
    }
}

/** The input of the next page, if there is one. */
function nextPage(input: object, page: Page): object | undefined {
    if ("next_cursor" in page) return page.next_cursor === null ? undefined : { ...input, cursor: page.next_cursor };
    const isWaiting = "wait" in input && Boolean(input.wait);
    return page.items.length > 0 || isWaiting ? { ...input, after: page.next_after } : undefined;
}
