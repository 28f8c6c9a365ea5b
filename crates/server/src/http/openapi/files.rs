//! Files: upload, what is known of one, and its content.

use serde_json::{Value, json};

use super::parts::{FILES, answer, bare, file_id, header, named, with_headers};

pub(super) fn upload() -> Value {
    json!({
        "operationId": "uploadFile",
        "tags": [FILES],
        "summary": "Upload a file",
        "description": "One JPEG, PNG or PDF, judged by its content, of at most 10 MiB. Attach it by naming its id in \
            `documents` of a customer. A file that is not attached is deleted after 72 hours.",
        "requestBody": {
            "required": true,
            "content": { "multipart/form-data": {
                "schema": named("NewFile"),
                "encoding": { "file": { "contentType": "image/jpeg, image/png, application/pdf" } },
            } },
        },
        "responses": { "200": answer("The file is stored", "UploadedFile") },
    })
}

pub(super) fn read() -> Value {
    json!({
        "operationId": "getFile",
        "tags": [FILES],
        "summary": "Read what is known of a file",
        "description": "Name, type, size, state, and whose evidence it is or was.",
        "parameters": [file_id()],
        "responses": { "200": answer("The file", "File") },
    })
}

pub(super) fn content() -> Value {
    let binary = json!({ "schema": { "type": "string", "format": "binary" } });
    let content = json!({ "image/jpeg": binary, "image/png": binary, "application/pdf": binary });
    let whole = |description: &str| json!({ "description": description, "content": content });
    let common = ["ETag", "Accept-Ranges", "Content-Disposition"];
    let range = json!({ "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" });
    let tags = json!({ "type": "string", "pattern": "^(\\*|\"[!#-~]*\")$" });
    let tag = json!({ "type": "string", "pattern": "^\"[!#-~]*\"$" });
    json!({
        "operationId": "getFileContent",
        "tags": [FILES],
        "summary": "Read the content of a file",
        "description": "Always an attachment, never shown or run by a browser. Every reading stands in the audit \
            trail.",
        "parameters": [
            file_id(),
            header("Range", "One range of bytes", range),
            header("If-Range", "The ETag that the range belongs to; the whole content if it is another one", tag),
            header("If-None-Match", "Answer 304 if the content is still this one", tags),
        ],
        "responses": {
            "200": with_headers(whole("The whole content"), &common),
            "206": with_headers(whole("The range that was asked for"), &[&common[..], &["Content-Range"]].concat()),
            "304": bare("The content is still the one that If-None-Match names", &["ETag", "Accept-Ranges"]),
        },
    })
}
