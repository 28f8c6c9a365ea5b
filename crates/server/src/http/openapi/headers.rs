//! The headers of responses, each described once under `components`.

use serde_json::{Map, Value, json};

/// Name, description and an example of each.
const HEADERS: &[(&str, &str, &str)] = &[
    ("Accept-Ranges", "`bytes`: the content can be read in ranges", "bytes"),
    ("Api-Key-Expires", "When the API key of the request expires; absent if it never does", "2026-12-31T00:00:00Z"),
    ("Content-Disposition", "Always `attachment`, with the name of the file", "attachment; filename=\"passport.png\""),
    ("Content-Range", "The range of bytes that follows, and the size of the file", "bytes 0-99/20480"),
    (
        "Dossier-Warning",
        "Possible mistakes, as a list (RFC 9651): a person with evidence who is no longer in the record, an account \
            that lacks what production sessions will need, or a decision that was only proposed",
        "person_dropped;id=\"019abc00-0000-7000-8000-000000000000\";files=1",
    ),
    ("ETag", "The version. Send it back as `If-Match` or `If-None-Match`", "\"v3\""),
    ("Idempotent-Replayed", "`true` if this is the stored response to an earlier request with the same key", "true"),
    ("Link", "The next page, with `rel=\"next\"`; absent on the last page", "</v0/customers?limit=100>; rel=\"next\""),
    ("Location", "The path of the new customer", "/v0/customers/019abc00-0000-7000-8000-000000000000"),
    ("Preference-Applied", "`return=representation` if the response shows the customer", "return=representation"),
    ("RateLimit", "How much of the limit is left, and in how many seconds there is more", "\"key\";r=0;t=20"),
    ("RateLimit-Policy", "The limit that was reached (draft-ietf-httpapi-ratelimit-headers)", "\"key\";q=600;w=60"),
    ("WWW-Authenticate", "The ways to send an API key", "Api-Key realm=\"dossier\", Bearer realm=\"dossier\""),
    ("X-Client-Request-Id", "The `X-Request-Id` of the request, if it had one", "checkout-4711"),
    ("X-Request-Id", "The id of this request in the log and in the audit trail", "0123456789abcdef-1"),
];

/// All of them, for `components`.
pub(super) fn all() -> Value {
    let described = |(name, description, example): &(&str, &str, &str)| {
        let header = json!({ "description": description, "schema": { "type": "string" }, "example": example });
        ((*name).to_owned(), header)
    };
    let mut all: Map<_, _> = HEADERS.iter().map(described).collect();
    let seconds = json!({
        "description": "Seconds to wait before the next attempt",
        "schema": { "type": "integer", "minimum": 0, "maximum": 20 },
        "example": 5,
    });
    all.insert("Retry-After".to_owned(), seconds);
    all.into()
}

/// A header of a response.
pub(super) fn entry(name: &str) -> (String, Value) {
    (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
}

/// Adds the headers that a response with this status has on every operation of a kind.
pub(super) fn add(response: &mut Value, status: &str, is_keyed: bool, is_repeatable: bool) {
    let of_status: &[&str] = match status {
        "401" => &["WWW-Authenticate"],
        "412" => &["ETag"],
        "416" => &["Content-Range"],
        "429" => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        "503" | "507" => &["Retry-After"],
        _ => &[],
    };
    let mut names = of_status.to_vec();
    if is_repeatable && status.starts_with('2') {
        names.push("Idempotent-Replayed");
    }
    if is_keyed && status != "401" {
        names.push("Api-Key-Expires");
    }
    names.extend(["X-Request-Id", "X-Client-Request-Id"]);
    if !response["headers"].is_object() {
        response["headers"] = json!({});
    }
    for (name, header) in names.into_iter().map(entry) {
        response["headers"][name] = header;
    }
}
