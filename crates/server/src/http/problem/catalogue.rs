//! The catalogue of problems: every kind that a client can get, with its code, its status and what to do.

macro_rules! catalogue {
    ($($variant:ident = $code:literal $status:literal $title:literal: $help:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $(#[doc = $help] $variant),* }

        impl ProblemCode {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// The kind of problem, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// What the problem means and what to do about it, for its page.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
}

catalogue! {
    AccountClosed = "account_closed" 403 "The account is closed":
        "The operator of this installation has closed the account. Its keys do nothing until the operator opens it \
            again: dossier accounts reopen. Its customers stay until they are erased.",
    AccountIncomplete = "account_incomplete" 409 "The account is incomplete":
        "In production, the form tells customers who asks for their data and where the privacy notice is. The account \
            has no legal name or no privacy URL; the detail says which. Set them on the server: dossier accounts set \
            --legal-name … --privacy-url https://…",
    AddressNotAllowed = "address_not_allowed" 403 "The address is not allowed":
        "The API key is valid, but it may only be used from certain network addresses, and this request came from \
            another one. Behind a proxy, the server must trust the proxy to see the address of the client (setting \
            trusted_proxies). See and change the addresses in the console, or with dossier keys restrict.",
    AlreadyApproved = "already_approved" 409 "The customer is already approved":
        "An approved customer needs no KYC session. If something about the customer has changed, send it with PUT. \
            Dossier then asks for a review by itself.",
    AmbiguousCredentials = "ambiguous_credentials" 400 "Two different API keys":
        "The request carries two different API keys, for example one in Api-Key and another in Authorization. Send \
            one.",
    ApprovedLocked = "approved_locked" 409 "The identity of an approved customer is locked":
        "This installation refuses changes to the names, birth date, nationality, ids, addresses and owners of an \
            approved customer (setting after_approval). Offboard the customer first, or change the setting.",
    DamagedFile = "damaged_file" 400 "The file is damaged":
        "The file is empty, or it begins like a JPEG, a PNG or a PDF but is cut off, cannot be opened by an ordinary \
            program, has another file after its end, or has more than 200 million pixels (a PNG 50 million). The \
            detail says which. Save the file again with an ordinary program and upload the result.",
    EmailTaken = "email_taken" 409 "The e-mail belongs to another customer":
        "Another customer of this account and environment already has this e-mail; case and surrounding white \
            space are ignored. The member customer_id names that customer. Update it instead.",
    Erased = "erased" 410 "The customer or person was erased":
        "The keys of the customer or associated person were destroyed, so their data can no longer be read. The \
            member erased_at says when. GET on the path that ends in /erasure shows the certificates.",
    IdempotencyKeyReused = "idempotency_key_reused" 409 "The idempotency key belongs to another request":
        "The same Idempotency-Key was already sent with a different body, record or requested representation. The \
            member first_request_id names that request. Use a new key for each new request.",
    InfectedFile = "infected_file" 400 "The file is infected":
        "The virus scanner of this installation refused the file. Nothing was stored. The operator can see the reason. \
            Check the device that the file comes from, and send another file.",
    InsufficientScope = "insufficient_scope" 403 "The API key lacks a scope":
        "The API key is valid but lacks the scope that the endpoint needs. The member scope names it. Create a key \
            with that scope: dossier keys create --scope …",
    InternalError = "internal_error" 500 "Internal error":
        "The fault is in the server. The outcome of the request is unknown, and repeating it is safe. The log has \
            the cause under the request id.",
    InvalidBody = "invalid_body" 400 "The body is invalid":
        "Nothing was changed. The member errors lists every violation with a JSON Pointer into the body, a stable \
            code and a message. Correct them all and send the request again.",
    InvalidHeader = "invalid_header" 400 "A request header is invalid":
        "A header does not have the form that its standard requires; the detail names the header. An entity tag is \
            written in double quotes, as in the ETag header. An Idempotency-Key has 1 to 255 visible ASCII characters, \
            and a Dossier-Reason 1 to 200 characters.",
    InvalidParameters = "invalid_parameters" 400 "A query parameter is invalid":
        "The member errors lists every invalid query parameter. Its pointer is a slash and the parameter's name.",
    InvalidSignature = "invalid_signature" 401 "The signature is invalid":
        "A provider must sign its calls with the secret that is configured for it. Nothing was changed.",
    MalformedJson = "malformed_json" 400 "The body is not valid JSON":
        "The body must be one JSON text in UTF-8 (RFC 8259). The detail gives the line and column at which parsing \
            stopped. Unpaired surrogates in escapes are refused, and so are numbers that no program can represent.",
    MalformedMultipart = "malformed_multipart" 400 "The form is not a single file":
        "An upload is multipart/form-data with exactly one part. The part is called file, has a file name of at \
            most 255 bytes in UTF-8, and its header has at most 8 KiB. The detail says what was found instead.",
    MalformedRequest = "malformed_request" 400 "The request is not well-formed HTTP":
        "The request could be read in more than one way. It has, for example, no Host header or two, an unknown \
            transfer coding, two lengths, or lines that end without a carriage return. The server refused it without \
            reading on and closed the connection.",
    HeadersTooLarge = "headers_too_large" 431 "The request headers are too large":
        "A request may have at most 64 header fields and 32 KiB of headers. Send fewer.",
    MethodNotAllowed = "method_not_allowed" 405 "The method is not allowed":
        "The resource exists but does not support this method. The Allow header lists the methods it supports.",
    MisdirectedRequest = "misdirected_request" 421 "The request is for another server":
        "The request line names a server other than the one in the Host header. Send only the path in the request \
            line.",
    NoSession = "no_session" 409 "The customer has no KYC session":
        "Open a session first: POST /v0/customers/{customer_id}/kycs.",
    NotPossible = "not_possible" 409 "This transition is not possible":
        "The customer's present state does not allow the requested transition. The detail names both, and the API \
            guide has the table of states.",
    Offboarded = "offboarded" 409 "The customer is offboarded":
        "The relationship with this customer has ended. A decision with the outcome reinstate starts it again.",
    NotFound = "not_found" 404 "Not found":
        "The path is unknown, or the id is malformed, unknown, or belongs to another account or environment. The \
            server does not say which.",
    Overloaded = "overloaded" 503 "The server is overloaded":
        "The server is already handling as many requests as it can, or as many as one caller may have in progress. \
            Nothing was changed. Repeat the request after the time given by Retry-After.",
    PayloadTooLarge = "payload_too_large" 413 "The body is too large":
        "A customer in JSON may have 4 MiB, which is more than the largest valid one. Any other JSON body may have \
            64 KiB, and a file 10 MiB.",
    PreconditionFailed = "precondition_failed" 412 "The customer has changed":
        "The condition in If-Match or If-None-Match does not hold for the stored version, whose tag is in ETag. \
            The member changed lists pointers to the fields that have changed since the version you know. Read the \
            customer again and decide.",
    RangeNotSatisfiable = "range_not_satisfiable" 416 "The range is outside the file":
        "The Range header asks for bytes after the end of the file. Content-Range gives the size of the file in \
            bytes.",
    RequestTimeout = "request_timeout" 408 "The body arrived too slowly":
        "After the first 5 seconds, a body must arrive at 16 KiB a second on average. It must not pause for 10 \
            seconds, and must not take more than 30 seconds in all, or 120 for a file. Repeat the request.",
    SandboxOnly = "sandbox_only" 403 "This works only in the sandbox":
        "Simulations and the clock exist only in the sandbox. Use a key that begins with dsk_test_.",
    ScannerUnavailable = "scanner_unavailable" 503 "The virus scanner is unavailable":
        "Files are scanned for viruses before they are stored. The scanner does not respond, or could not judge this \
            file. Nothing was stored. Repeat the request after the time given by Retry-After.",
    SecondPersonNeeded = "second_person_needed" 409 "The policy asks for a second person":
        "Setting single rails in the sandbox would decide without the second person whom the setting four_eyes_sandbox \
            asks for. Make a decision instead: it is proposed, and a member confirms it at the desk.",
    StorageUnavailable = "storage_unavailable" 503 "The storage is unavailable":
        "The database, or the storage of file contents, does not respond. Nothing was changed. Repeat the request \
            after the time given by Retry-After.",
    StorageFull = "storage_full" 507 "The server's disk is full":
        "The disk has less free space than the server reserves. Nothing was changed. Reading and deleting still \
            work, and writing resumes without a restart once there is space.",
    TooManyRequests = "too_many_requests" 429 "Too many requests":
        "The key, its account, the form or the address has sent more requests than it may, or the key has too many \
            requests in progress that wait for events or read files. RateLimit-Policy names the limit, and \
            Retry-After says when to try again. Nothing was changed.",
    QuotaExceeded = "quota_exceeded" 429 "A quota is used up":
        "The account or the customer already has as much of something as the operator allows. RateLimit-Policy \
            names the quota. Nothing was changed. Try again once there is less of it, or the next day if the quota is \
            daily.",
    TooManyWebhooks = "too_many_webhooks" 409 "Too many webhooks":
        "An account has at most 16 endpoints in each environment. Delete one that you no longer need.",
    Unauthorized = "unauthorized" 401 "A valid API key is required":
        "Send your key in the Api-Key header. Authorization: <key> and Authorization: Bearer <key> work as well. \
            The response is the same for a missing, malformed, unknown, expired or revoked key.",
    UriTooLong = "uri_too_long" 414 "The URL is too long":
        "A path with its query may have 4 KiB. No operation needs more: send data in the body.",
    UnsupportedFileType = "unsupported_file_type" 415 "The file type is not supported":
        "Files must be JPEG, PNG or PDF. The content decides, not the name or the declared type. The member \
            accepted lists the types. Convert the file and send it again.",
    UnsupportedMediaType = "unsupported_media_type" 415 "The content type is not supported":
        "PUT and POST take application/json in UTF-8, PATCH takes application/merge-patch+json, and uploads take \
            multipart/form-data. Compressed bodies are refused. Set the Content-Type header.",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_explained() {
        for (place, code) in ProblemCode::ALL.iter().enumerate() {
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(ProblemCode::ALL[..place].iter().all(|other| other.as_str() != code.as_str()));
            assert!(code.help().len() > 40 && code.status() != 422, "{}", code.as_str());
        }
    }
}
