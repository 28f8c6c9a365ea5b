// Files to upload, from wherever they are.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

export type Content = Uint8Array | Blob | AsyncIterable<Uint8Array>;

/** A file: from a path, or from bytes, a blob or a stream, with a name. */
export type Upload = (
    | { path: string; name?: string; content?: never }
    | { content: Content; name: string; path?: never }
) & { content_type?: string; idempotency_key?: string };

/** The form of an upload. A file has at most 10 MiB, and is kept whole so that it can be sent again. */
export async function form(upload: Upload): Promise<FormData> {
    const content = upload.path === undefined ? await whole(upload.content) : await readFile(upload.path);
    const name = upload.name ?? basename(upload.path ?? "");
    const form = new FormData();
    const type = upload.content_type ?? "application/octet-stream";
    form.set("file", new Blob([content as BlobPart], { type }), name);
    return form;
}

async function whole(content: Content): Promise<Uint8Array | Blob> {
    if (content instanceof Uint8Array || content instanceof Blob) return content;
    const pieces: BlobPart[] = [];
    for await (const piece of content) pieces.push(piece as BlobPart);
    return new Blob(pieces);
}
