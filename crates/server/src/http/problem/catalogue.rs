//! The catalogue of problems: every kind that a client can meet, with its code, its status and what to do.

macro_rules! catalogue {
    ($($variant:ident = $code:literal $status:literal $title:literal: $help:literal,)*) => {
        /// Every kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $(#[doc = $help] $variant),* }

        impl ProblemCode {
            /// The whole catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// What it is, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// What it means and what to do, for its page.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
}

catalogue! {
    AccountIncomplete = "account_incomplete" 409 "The account lacks what customers are told":
        "Before they give anything, customers of production are told who asks and where the privacy notice is. The \
            account has no legal name or no privacy URL; the text says which. Set them on the server: dossier accounts \
            set --legal-name … --privacy-url https://…",
    AlreadyApproved = "already_approved" 409 "The customer is approved already":
        "An approved customer needs no KYC session. When something about it has changed, PUT it: the reviewers are \
            asked by themselves.",
    AmbiguousCredentials = "ambiguous_credentials" 400 "Two different keys":
        "The request carries two different API keys, for instance one in Api-Key and another in Authorization. Send \
            one.",
    ApprovedLocked = "approved_locked" 409 "The identity of an approved customer is locked":
        "This installation refuses changes of names, birth, nationality, ids, addresses and owners after an approval \
            (setting after_approval). Offboard the customer, or change the setting.",
    DamagedFile = "damaged_file" 400 "The file is not whole":
        "The file begins like a JPEG, a PNG or a PDF but is cut off, cannot be opened by an ordinary program, has \
            something else behind its end, or is larger than 50 million pixels; an empty file is none. The text says \
            which. Save it anew from an ordinary program and send that.",
    EmailTaken = "email_taken" 409 "The e-mail belongs to another customer":
        "A customer of this account and environment has this e-mail already, compared without case and surrounding \
            white space. The member customer_id names it; update that customer instead.",
    IdempotencyKeyReused = "idempotency_key_reused" 409 "The idempotency key belongs to another request":
        "The same Idempotency-Key came before with another body, record or form of answer; the member \
            first_request_id names that request. Use a new key for a new request.",
    InsufficientScope = "insufficient_scope" 403 "The key may not do this":
        "The API key is valid but lacks the scope that the endpoint needs, which the member scope names. Create a key \
            with that scope: dossier keys create --scope …",
    InternalError = "internal_error" 500 "Something went wrong here":
        "The fault is on this side. The outcome of the request is unknown; repeating it is safe. The request id finds \
            the cause in the log.",
    InvalidBody = "invalid_body" 400 "The body breaks rules of the contract":
        "Nothing was changed. The member errors lists every violation with a JSON Pointer into the body, a stable \
            code and a text. Correct them all and send the request again.",
    InvalidHeader = "invalid_header" 400 "A request header cannot be understood":
        "A header has a form that its standard does not allow; the text names it. Entity tags stand in double quotes, \
            as the ETag header gives them; an Idempotency-Key has 1 to 255 visible ASCII characters.",
    InvalidParameters = "invalid_parameters" 400 "A query parameter is wrong":
        "The member errors lists every wrong query parameter; its pointer is a slash and the parameter's name.",
    InvalidSignature = "invalid_signature" 401 "The signature is wrong":
        "A call of a provider must be signed with the secret that is configured for it. Nothing was done.",
    MalformedJson = "malformed_json" 400 "The body is not JSON":
        "The body is not one JSON text in UTF-8 (RFC 8259). The text says at which line and column reading stopped. \
            An unpaired surrogate in an escape is no text, and a number that no program can hold is no number.",
    MalformedMultipart = "malformed_multipart" 400 "The form is not one file":
        "The body of an upload is multipart/form-data with exactly one part, named file, that has a file name of at \
            most 255 bytes in UTF-8. The part's header may have 8 KiB. The text says what was found instead.",
    MalformedRequest = "malformed_request" 400 "The request is not well-formed HTTP":
        "The request could be read in more than one way, for instance without a Host header or with two, or with an \
            unknown transfer coding, two lengths, or lines that end without a carriage return. It was refused \
            unread and the connection closed.",
    HeadersTooLarge = "headers_too_large" 431 "Too many request headers":
        "At most 64 header fields and 32 KiB in all are read. Send fewer.",
    MethodNotAllowed = "method_not_allowed" 405 "The method is not allowed here":
        "The resource exists but does not know this method. The Allow header lists those that it knows.",
    MisdirectedRequest = "misdirected_request" 421 "The request is for another server":
        "The request line names a server in full, and another one than the Host header. Send the path alone.",
    NoSession = "no_session" 409 "The customer has no KYC session":
        "Open one first: POST /v0/customers/{customer_id}/kycs.",
    NotPossible = "not_possible" 409 "There is no such way from here":
        "What was asked for cannot happen to a customer in its present state; the text names both, and the API guide \
            has the table of states.",
    Offboarded = "offboarded" 409 "The relationship has ended":
        "The customer was offboarded. A decision with the outcome reinstate begins anew.",
    NotFound = "not_found" 404 "There is no such thing":
        "The path is unknown, or the id is malformed, unknown, or of another account or environment: the server does \
            not tell which.",
    Overloaded = "overloaded" 503 "Too much at once":
        "The server is answering as many requests as it can hold, or as many of this caller as leave room for others. \
            Nothing was changed. Repeat the request after the time that Retry-After gives.",
    PayloadTooLarge = "payload_too_large" 413 "The body is too large":
        "A customer in JSON may have 4 MiB, which is more than the largest legal one, any other JSON body 64 KiB, and \
            a file 10 MiB.",
    PreconditionFailed = "precondition_failed" 412 "The customer was changed by somebody else":
        "The If-Match or If-None-Match condition does not hold for the stored version, which ETag gives. The member \
            changed lists the pointers of the fields that changed since the version that you know. Read the customer \
            again and decide.",
    RangeNotSatisfiable = "range_not_satisfiable" 416 "The file has no such range":
        "The Range header asks for bytes behind the end of the file. Content-Range says how many bytes it has.",
    RequestTimeout = "request_timeout" 408 "The body did not come in time":
        "After the first 5 seconds a body must come at 16 KiB a second on average. It must not stop for 10 seconds, \
            nor take more than 30 in all, or 120 for a file. Repeat the request.",
    SandboxOnly = "sandbox_only" 403 "This works in the sandbox only":
        "Simulations and the clock exist in the sandbox. Use a key that begins with dsk_test_.",
    StorageUnavailable = "storage_unavailable" 503 "What is stored cannot be reached":
        "The database, or the place where the content of files lies, does not answer. Nothing was changed. Repeat the \
            request after the time that Retry-After gives.",
    StorageFull = "storage_full" 507 "The server's disk is full":
        "There is less room on the disk than the server keeps free. Nothing was changed. Reading and deleting go on, \
            and writing will work again without a restart once there is room.",
    TooManyRequests = "too_many_requests" 429 "Too many requests":
        "The key, its account, the form or the address has asked more often than it may, or a key waits for events, or \
            reads files, in too many requests. RateLimit-Policy names the limit, and Retry-After says when to come \
            back. Nothing was changed.",
    QuotaExceeded = "quota_exceeded" 429 "A quota is used up":
        "The account or the customer has as much of something as the operator allows. RateLimit-Policy names the \
            quota. Nothing was changed. Repeating the request helps once there is less, or on another day if the quota \
            is of a day.",
    TooManyWebhooks = "too_many_webhooks" 409 "There are too many webhooks":
        "An account has at most 16 endpoints in each environment. Delete one that is no longer needed.",
    Unauthorized = "unauthorized" 401 "A valid API key is needed":
        "Send your key in the Api-Key header; Authorization: <key> and Authorization: Bearer <key> work as well. The \
            answer is the same for a missing, malformed, unknown, expired or revoked key.",
    UriTooLong = "uri_too_long" 414 "The address is too long":
        "A path with its query may have 4 KiB. Nothing here needs more: send data in the body.",
    UnsupportedFileType = "unsupported_file_type" 415 "The file is of another type":
        "Files are JPEG, PNG or PDF, judged by their content, whatever their name or declared type say. The member \
            accepted lists the types. Convert the file and send that.",
    UnsupportedMediaType = "unsupported_media_type" 415 "The content type is not accepted here":
        "PUT and POST take application/json in UTF-8, PATCH takes application/merge-patch+json, an upload \
            multipart/form-data; compressed bodies are not taken. Set the Content-Type header.",
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
