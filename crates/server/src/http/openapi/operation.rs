//! The description of an operation. Each handler has its operation beside it.

use dossier_core::api_key::KeyScope;
use http::Method;
use serde_json::{Value, json};

use super::{headers, parts, schemas};
use crate::http::problem::ProblemCode::{
    self, AccountClosed, AddressNotAllowed, AmbiguousCredentials, InsufficientScope, InternalError, InvalidBody,
    MalformedJson, MalformedRequest, Overloaded, PayloadTooLarge, RequestTimeout, StorageFull, StorageUnavailable,
    TooManyRequests, Unauthorized, UnsupportedMediaType,
};

/// Problems that several operations have in common.
pub type Problems = &'static [ProblemCode];

/// What every operation that needs a key may respond with.
const KEYED: Problems = &[
    AmbiguousCredentials,
    MalformedRequest,
    Unauthorized,
    AddressNotAllowed,
    AccountClosed,
    InsufficientScope,
    TooManyRequests,
    InternalError,
    Overloaded,
    StorageUnavailable,
];
/// What every operation that writes may also respond with.
pub const WRITES: Problems = &[StorageFull];
/// What every operation that takes JSON may also respond with.
pub const TAKES_JSON: Problems = &[InvalidBody, MalformedJson, RequestTimeout, PayloadTooLarge, UnsupportedMediaType];

/// What an operation that needs no key may respond with.
pub const PUBLIC: Problems = &[MalformedRequest, InternalError, Overloaded];

/// One operation of the public port.
pub struct Operation {
    pub method: Method,
    /// The path, as the router spells it.
    pub path: &'static str,
    /// The scopes that a key needs, all of them. Empty if the operation needs no key.
    pub scopes: &'static [KeyScope],
    pub shows: Shows,
    /// The problems of this operation, beyond those that every operation of its kind has.
    pub problems: &'static [Problems],
    /// The OpenAPI description, without what every operation of its kind has in common.
    pub describe: fn() -> Value,
}

/// What a response shows of customers. Some of it depends on further scopes of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// No customer: the response has the fields of its own schema.
    Own,
    Customers,
    /// The customer if the key may read customers, and otherwise this text.
    CustomerOr(&'static str),
    /// The customer with its profile if the key may read customers, and otherwise `{}`.
    ProfileOrNothing,
    /// The customer if the request prefers it and the key may read customers, and otherwise `{}`.
    Preferred,
    /// The state of the customer's verification, with the link.
    Kycs,
    /// Events, each with the customer as it was then.
    Events,
}

impl Operation {
    /// The fields of the response and the scopes that they need, as the documentation lists them.
    #[must_use]
    pub fn fields(&self) -> String {
        const LINK: &str = "`kyc_flow_link` with `kyc:session`, otherwise `null`";
        const NUMBERS: &str = "numbers with `pii:reveal`, otherwise masked";
        match self.shows {
            Shows::Own => self.own_fields(),
            Shows::Customers => format!("{}; {LINK}; {NUMBERS}", self.own_fields()),
            Shows::CustomerOr(less) => format!("the customer with `customers:read`, otherwise `{less}`; {LINK}"),
            Shows::ProfileOrNothing => {
                format!("the customer with `customers:read`, otherwise `{{}}`; {LINK}; {NUMBERS}")
            }
            Shows::Preferred => {
                format!(
                    "the customer with `customers:read` if the request prefers it, otherwise `{{}}`; {LINK}; {NUMBERS}"
                )
            }
            Shows::Kycs => format!("{}, including the link", self.own_fields()),
            Shows::Events => format!("{}, each event with the customer as it was then; {LINK}", self.own_fields()),
        }
    }

    /// The fields in the schema of the response.
    fn own_fields(&self) -> String {
        let description = (self.describe)();
        let responses = description["responses"].as_object().into_iter().flatten();
        let Some((_, response)) = responses.into_iter().find(|(status, _)| status.starts_with('2')) else {
            return String::new();
        };
        let Some(content) = response["content"].as_object() else { return "no body".to_owned() };
        let Some(json) = content.get("application/json") else { return "the content".to_owned() };
        let name = json["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let schema = match name {
            Some("Customer") => return "the customer".to_owned(),
            Some(name) => schemas::named().into_iter().find(|(known, _)| *known == name).expect("a named schema").1,
            None => json["schema"].clone(),
        };
        let names: Vec<_> =
            schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys()).collect();
        if names.is_empty() {
            return "`{}`".to_owned();
        }
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// The description completed with what every operation of its kind has in common: key, problems and headers.
    pub(super) fn complete(&self) -> Value {
        let mut description = (self.describe)();
        let mut problems: Vec<ProblemCode> = self.problems.concat();
        let is_keyed = !self.scopes.is_empty();
        if is_keyed {
            description["x-scopes"] = json!(self.scopes);
            description["x-fields"] = self.fields().into();
            problems.extend(KEYED);
        } else {
            description["security"] = json!([]);
        }
        let is_repeatable = problems.contains(&ProblemCode::IdempotencyKeyReused);
        if is_repeatable {
            // Keys are counted, and so are the files that these operations store or name.
            problems.push(ProblemCode::QuotaExceeded);
            match description["parameters"].as_array_mut() {
                Some(parameters) => parameters.push(parts::idempotency_key()),
                None => description["parameters"] = json!([parts::idempotency_key()]),
            }
        }
        add_problems(&mut description["responses"], &problems);
        for (status, response) in description["responses"].as_object_mut().into_iter().flatten() {
            headers::add(response, status, is_keyed, is_repeatable);
        }
        description
    }
}

/// Adds a response for each status of these problems, in the order of the catalogue.
fn add_problems(responses: &mut Value, problems: &[ProblemCode]) {
    for problem in ProblemCode::ALL.iter().filter(|problem| problems.contains(problem)) {
        let response = &mut responses[problem.status().to_string()];
        let codes = match response["description"].as_str() {
            Some(codes) => format!("{codes}, `{}`", problem.as_str()),
            None => format!("`{}`", problem.as_str()),
        };
        *response = json!({
            "description": codes,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
    }
}
