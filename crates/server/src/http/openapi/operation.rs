//! What describes an operation. Each handler has its own operation beside it.

use dossier_core::api_key::KeyScope;
use http::Method;
use serde_json::{Value, json};

use super::{headers, parts, schemas};
use crate::http::problem::ProblemCode::{
    self, AmbiguousCredentials, InsufficientScope, InternalError, InvalidBody, MalformedJson, MalformedRequest,
    Overloaded, PayloadTooLarge, RequestTimeout, StorageFull, StorageUnavailable, TooManyRequests, Unauthorized,
    UnsupportedMediaType,
};

/// Kinds of problems that belong together.
pub type Problems = &'static [ProblemCode];

/// What every operation may answer that asks for a key,
const KEYED: Problems = &[
    AmbiguousCredentials,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    TooManyRequests,
    InternalError,
    Overloaded,
    StorageUnavailable,
];
/// every one that writes,
pub const WRITES: Problems = &[StorageFull];
/// and every one that takes JSON.
pub const TAKES_JSON: Problems = &[InvalidBody, MalformedJson, RequestTimeout, PayloadTooLarge, UnsupportedMediaType];

/// What an operation may answer that asks for none.
pub const PUBLIC: Problems = &[MalformedRequest, InternalError, Overloaded];

/// One operation of the public port.
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, as the router has it.
    pub path: &'static str,
    /// The scopes that a key needs, all of them; none where no key is asked for.
    pub scopes: &'static [KeyScope],
    /// What its answer shows of customers.
    pub shows: Shows,
    /// What it answers besides what every operation of its kind does.
    pub problems: &'static [Problems],
    /// What it is, takes and answers, without what every operation of its kind has in common.
    pub describe: fn() -> Value,
}

/// What an answer shows of customers. Other scopes of the key decide about some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// No customer: the answer has the fields of its own schema.
    Own,
    /// Customers.
    Customers,
    /// The customer to a key that may read customers, and this to others.
    CustomerOr(&'static str),
    /// The customer if the request prefers it, to a key that may read customers; `{}` otherwise.
    Preferred,
    /// Where the customer's verification stands, with the link.
    Kycs,
    /// Events, each with the customer as of then.
    Events,
}

impl Operation {
    /// What its answer shows, and to which keys: as the documentation says it.
    #[must_use]
    pub fn fields(&self) -> String {
        const LINK: &str = "`kyc_flow_link` with `kyc:session`, otherwise `null`";
        match self.shows {
            Shows::Own => self.own_fields(),
            Shows::Customers => format!("{}; {LINK}", self.own_fields()),
            Shows::CustomerOr(less) => format!("the customer with `customers:read`, otherwise `{less}`; {LINK}"),
            Shows::Preferred => {
                format!("`{{}}`; if the request prefers it and with `customers:read`, the customer; {LINK}")
            }
            Shows::Kycs => format!("{}, the link included", self.own_fields()),
            Shows::Events => format!("{}, each event with the customer as of then; {LINK}", self.own_fields()),
        }
    }

    /// The fields that the schema of its answer names.
    fn own_fields(&self) -> String {
        let description = (self.describe)();
        let answers = description["responses"].as_object().into_iter().flatten();
        let Some((_, answer)) = answers.into_iter().find(|(status, _)| status.starts_with('2')) else {
            return String::new();
        };
        let Some(content) = answer["content"].as_object() else { return "no body".to_owned() };
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

    /// Its description with what every operation of its kind has in common: key, problems and headers.
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
