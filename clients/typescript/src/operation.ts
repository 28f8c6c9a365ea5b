// What a call takes and returns, by the types of openapi-typescript.
import type { operations } from "./generated/api.js";

/** `If-Match` is `if_match` in the input, as in Python. */
type Snake<S> = S extends `${infer Head}-${infer Tail}`
    ? `${Lowercase<Head>}_${Snake<Tail>}`
    : S extends string
      ? Lowercase<S>
      : never;
type Part<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;
type Headers_<T> = [NonNullable<T>] extends [never]
    ? unknown
    : { [K in keyof NonNullable<T> as Snake<K>]: NonNullable<T>[K] };
type Content<T> = T extends { content: infer C } ? C[keyof C] : never;
type Body<O> = O extends { requestBody: infer B }
    ? [NonNullable<B>] extends [never]
        ? unknown
        : { body: Content<NonNullable<B>> }
    : O extends { requestBody?: infer B }
      ? [NonNullable<B>] extends [never]
          ? unknown
          : { body?: Content<NonNullable<B>> }
      : unknown;
type Flat<T> = { [K in keyof T]: T[K] };

/** The parameters of an operation and its body, in one object. */
export type Input<K extends keyof operations> = Flat<
    Part<operations[K]["parameters"]["path"]> &
        Part<operations[K]["parameters"]["query"]> &
        Headers_<operations[K]["parameters"]["header"]> &
        Body<operations[K]>
>;

type Parsed<T> = T extends { content: { "application/json": infer J } }
    ? J
    : T extends { content: infer C }
      ? [keyof C] extends [never]
          ? undefined
          : Uint8Array
      : undefined;
type Responses<K extends keyof operations> = operations[K]["responses"];

/** What the responses with 2xx contain. */
export type Output<K extends keyof operations> = {
    [S in keyof Responses<K>]: S extends 200 | 201 | 202 | 204 | 206 ? Parsed<Responses<K>[S]> : never;
}[keyof Responses<K>];

export interface Options {
    /** Ends the call, and the wait between two attempts. */
    signal?: AbortSignal;
}

/** A response of the server. */
export class Result<T> {
    constructor(
        readonly data: T,
        readonly status: number,
        readonly headers: Headers,
    ) {}

    /** The version of the customer, for `if_match`. */
    get etag(): string | undefined {
        return this.headers.get("ETag") ?? undefined;
    }

    /** The id of the request in the log and in the audit trail of the server. */
    get requestId(): string | undefined {
        return this.headers.get("X-Request-Id") ?? undefined;
    }

    /** Whether an earlier request with the same idempotency key had taken effect already. */
    get isReplayed(): boolean {
        return this.headers.get("Idempotent-Replayed") === "true";
    }

    /** What the server warns of, such as a person with evidence who was left out of a PUT. */
    get warning(): string | undefined {
        return this.headers.get("Dossier-Warning") ?? undefined;
    }
}
