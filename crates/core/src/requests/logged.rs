//! One completed request, filters of lists, and pointers without what a client made up.

use std::borrow::Cow;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::{CustomerId, FileId, KeyId};

/// How many of the newest requests of a scope are kept that succeeded, and as many that failed.
pub const MAX_KEPT: usize = 100_000;
/// How many violations of a request are kept.
pub const MAX_VIOLATIONS_KEPT: usize = 16;

/// A completed request of an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The account and environment of the key.
    pub scope: Scope,
    /// When the response was ready, by the machine's clock.
    pub at: Timestamp,
    /// The id, as in the response and the audit trail.
    pub request_id: String,
    /// The method.
    pub method: Cow<'static, str>,
    /// The documented path, with the names of its parameters.
    pub route: Cow<'static, str>,
    /// The status of the response.
    pub status: u16,
    /// The code of the problem, if the response is one.
    pub code: Option<Cow<'static, str>>,
    /// What was wrong in the request.
    pub violations: Vec<LoggedViolation>,
    /// The API key.
    pub key: KeyId,
    /// The customer that the path names.
    pub customer: Option<CustomerId>,
    /// The file that the path names.
    pub file: Option<FileId>,
    /// The time from the request header to the response, in microseconds.
    pub duration_us: u64,
    /// The number of the newest audit entry of the scope when this was stored. If the request has an entry, its number
    /// is not greater. `None` before it is stored.
    pub trail: Option<u64>,
}

/// A rule that a request broke.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoggedViolation {
    /// The place in the body. It has no name that a client made up: `*` stands for one.
    pub pointer: String,
    /// The code of the violation.
    pub code: Cow<'static, str>,
}

impl LoggedRequest {
    /// Whether the response says that something is wrong.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        self.status >= 400
    }

    /// The place of the request in a list.
    #[must_use]
    pub fn place(&self) -> RequestPlace {
        RequestPlace { at: self.at, request_id: self.request_id.clone() }
    }

    /// The path that was asked, as far as it is known: the customer and the file have their ids.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = self.route.clone().into_owned();
        if let Some(customer) = self.customer {
            path = path.replace("{customer_id}", &customer.to_string());
        }
        if let Some(file) = self.file {
            path = path.replace("{file_id}", &file.to_string());
        }
        path
    }
}

/// Where a list of requests continues: after this one, towards older ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPlace {
    /// When that request was answered.
    pub at: Timestamp,
    /// Its id.
    pub request_id: String,
}

/// Which requests a list has. By default it has all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// The lowest and the highest status.
    pub statuses: Option<(u16, u16)>,
    /// The code of the problem, or of one of the violations.
    pub code: Option<String>,
    /// The place of one of the violations. Indices in it are `*`. If a code is wanted as well, it is of the problem or
    /// of the violation at this place. An empty place is the whole body, or a problem without violations.
    pub pointer: Option<String>,
    /// The API key.
    pub key: Option<KeyId>,
    /// The documented path.
    pub route: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// Requests at this moment or later.
    pub from: Option<Timestamp>,
    /// Requests before this moment.
    pub to: Option<Timestamp>,
}

impl RequestFilter {
    /// Whether the filter accepts a request by what the store does not compare.
    #[must_use]
    pub fn accepts(&self, request: &LoggedRequest) -> bool {
        let Self { code, pointer, .. } = self;
        let is_place = |one: &LoggedViolation| pointer.as_ref().is_none_or(|place| grouped(&one.pointer) == *place);
        let has_place = match pointer {
            Some(place) if place.is_empty() && request.violations.is_empty() => true,
            Some(_) => request.violations.iter().any(is_place),
            None => true,
        };
        let Some(code) = code else { return has_place };
        let is_problem = request.code.as_deref() == Some(code) && has_place;
        is_problem || request.violations.iter().any(|one| one.code == *code && is_place(one))
    }
}

/// A pointer without its indices, so that errors in different items of a list count together.
#[must_use]
pub fn grouped(pointer: &str) -> String {
    let is_index = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|part| if is_index(part) { "*" } else { part }).collect::<Vec<_>>().join("/")
}

/// A pointer in which only words of the contract and indices remain. A client's own name for a member could be
/// personal, so `*` takes its place.
#[must_use]
pub fn known_pointer(pointer: &str, is_known: impl Fn(&str) -> bool) -> String {
    let is_index = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut known = String::with_capacity(pointer.len());
    // What is before the first slash is empty in every pointer.
    for part in pointer.split('/').take(16).skip(1) {
        known.push('/');
        known.push_str(if is_index(part) || is_known(part) { part } else { "*" });
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Environment;
    use crate::ids::AccountId;

    #[test]
    fn a_code_and_a_place_belong_to_the_same_violation() {
        let request = |violations: &[(&str, &'static str)]| LoggedRequest {
            scope: Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox },
            at: Timestamp::from_micros(0),
            request_id: "req-1".to_owned(),
            method: "PUT".into(),
            route: "/v0/customers/{customer_id}".into(),
            status: 400,
            code: Some("invalid_body".into()),
            violations: violations
                .iter()
                .map(|(pointer, code)| LoggedViolation { pointer: (*pointer).to_owned(), code: (*code).into() })
                .collect(),
            key: KeyId::from_bytes([2; 16]),
            customer: None,
            file: None,
            duration_us: 0,
            trail: None,
        };
        let two = request(&[("/list/3/name", "too_long"), ("/nationality", "unknown_country")]);
        let (none, whole) = (request(&[]), request(&[("", "required")]));
        for (code, pointer, expected) in [
            ("too_long", Some("/list/*/name"), [true, false, false]),
            ("too_long", Some("/nationality"), [false, false, false]),
            ("too_long", None, [true, false, false]),
            ("required", Some(""), [false, false, true]),
            ("invalid_body", Some("/nationality"), [true, false, false]),
            ("invalid_body", Some(""), [false, true, true]),
            ("invalid_body", None, [true, true, true]),
        ] {
            let (code, pointer) = (Some(code.to_owned()), pointer.map(ToOwned::to_owned));
            let filter = RequestFilter { code, pointer, ..RequestFilter::default() };
            assert_eq!([&two, &none, &whole].map(|one| filter.accepts(one)), expected, "{filter:?}");
        }
    }

    #[test]
    fn a_pointer_keeps_words_of_the_contract_and_indices_only() {
        let known = |part: &str| ["first_name", "associated_persons"].contains(&part);
        for (pointer, expected) in [
            ("", ""),
            ("/first_name", "/first_name"),
            ("/associated_persons/12/first_name", "/associated_persons/12/first_name"),
            ("/Ada Lovelace", "/*"),
            ("/first_name/1815-12-10", "/first_name/*"),
            ("/associated_persons/18151210", "/associated_persons/*"),
            ("Ada/first_name", "/first_name"),
            ("/a~1b", "/*"),
        ] {
            assert_eq!(known_pointer(pointer, known), expected, "{pointer}");
        }
        assert!(known_pointer(&"/x".repeat(100), known).len() < 64);
        assert_eq!(grouped("/associated_persons/12/first_name"), "/associated_persons/*/first_name");
    }
}
