//! What a response shows of customers, by the scopes of the key. A kept answer holds everything, so that each key that
//! repeats the request sees what its own scopes allow.

use crate::api_key::KeyScope;
use crate::idempotency::Answer;
use crate::mask;
use crate::pii::Pii;

/// The member with the link to the hosted form, as the view of a customer writes it when there is one. Inside a JSON
/// string every quote is escaped, so nothing that a client sends can look like it.
const LINK: &[u8] = b"\"kyc_flow_link\":\"";

/// What a key may see of customers, on every route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disclosure {
    /// Customers, in the response to a write.
    pub customers: bool,
    /// Links to the hosted form, which let their holder write to the customer.
    pub links: bool,
    /// Identity and tax numbers in full. Otherwise profiles show them masked.
    pub numbers: bool,
}

impl Disclosure {
    /// What these scopes allow.
    #[must_use]
    pub fn of(scopes: &[KeyScope]) -> Self {
        let has = |scope| scopes.contains(&scope);
        Self {
            customers: has(KeyScope::CustomersRead),
            links: has(KeyScope::KycSession),
            numbers: has(KeyScope::PiiReveal),
        }
    }

    /// A response that holds a customer. A key that may not read customers gets `instead`.
    #[must_use]
    pub fn answer(self, answer: Answer, instead: impl FnOnce() -> Vec<u8>) -> Answer {
        let body = if self.customers { self.json(answer.body.into_exposed()) } else { instead() };
        Answer { body: Pii::new(body), ..answer }
    }

    /// JSON of customers, with `null` for each link that the key may not see, and with masked numbers.
    #[must_use]
    pub fn json(self, json: Vec<u8>) -> Vec<u8> {
        let json = if self.links { json } else { without_links(&json) };
        if self.numbers { json } else { mask::masked(&json) }
    }
}

fn without_links(json: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.windows(LINK.len()).position(|window| window == LINK) {
        let (before, value) = rest.split_at(at + LINK.len());
        shown.extend_from_slice(&before[..before.len() - 1]);
        shown.extend_from_slice(b"null");
        rest = mask::string(value).1;
    }
    shown.extend_from_slice(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LINKS: Disclosure = Disclosure { customers: true, links: false, numbers: true };

    #[test]
    fn a_link_becomes_null_and_everything_else_stays() {
        for (whole, shown) in [
            (r#"{"a":{"kyc_flow_link":"http://x/kyc/dsl_test_1","b":1}}"#, r#"{"a":{"kyc_flow_link":null,"b":1}}"#),
            (
                r#"[{"kyc_flow_link":"x"},{"kyc_flow_link":null},{"kyc_flow_link":"y\"\\"}]"#,
                r#"[{"kyc_flow_link":null},{"kyc_flow_link":null},{"kyc_flow_link":null}]"#,
            ),
            (r#"{"name":"\"kyc_flow_link\":\"x"}"#, r#"{"name":"\"kyc_flow_link\":\"x"}"#),
            ("{}", "{}"),
        ] {
            assert_eq!(NO_LINKS.json(whole.into()), shown.as_bytes(), "{whole}");
            let all = Disclosure { links: true, ..NO_LINKS };
            assert_eq!(all.json(whole.into()), whole.as_bytes());
        }
    }

    #[test]
    fn text_that_a_client_chose_never_looks_like_the_member() {
        let name = "\"kyc_flow_link\":\"https://example.com\"";
        let json = serde_json::json!({ "name": name }).to_string();
        assert_eq!(NO_LINKS.json(json.clone().into()), json.as_bytes());
    }
}
