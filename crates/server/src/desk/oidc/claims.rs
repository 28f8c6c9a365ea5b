//! What the identity provider says about a person, as the desk uses it.

use std::fmt;

use dossier_core::desk::{Identity, Roles};
use serde_json::Value;

use super::token::Claims;
use crate::config::desk::RoleRules;

/// A person who signed in at the provider. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub identity: Identity,
    pub name: Option<String>,
    /// `None` also if the provider says that it is not verified.
    pub email: Option<String>,
    /// `None` if roles are given in Dossier.
    pub roles: Option<Roles>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// Whether claims lack something that the provider may say elsewhere.
pub(super) fn is_incomplete(claims: &Claims, rules: Option<&RoleRules>) -> bool {
    let lacks_roles = rules.is_some_and(|rules| value_at(claims, &rules.claim).is_none());
    !claims.contains_key("email") || lacks_roles
}

/// The person of an ID token. What it lacks is taken from `more`, which is about the same person.
pub(super) fn person(issuer: &str, claims: &Claims, more: &Claims, rules: Option<&RoleRules>) -> Person {
    let text = |claims: &Claims, name: &str| claims.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let name = text(claims, "name").or_else(|| text(more, "name"));
    // The address and its verification belong together.
    let contact = if claims.contains_key("email") { claims } else { more };
    let email = text(contact, "email").filter(|email| !email.is_empty() && !is_unverified(contact));
    let identity = Identity { issuer: issuer.to_owned(), subject: text(claims, "sub").unwrap_or_default() };
    Person { identity, name, email, roles: rules.map(|rules| roles(claims, more, rules)) }
}

/// A company's own provider often does not say whether an address is verified, because the company assigned it.
fn is_unverified(claims: &Claims) -> bool {
    match claims.get("email_verified") {
        None | Some(Value::Bool(true)) => false,
        Some(Value::String(text)) => text != "true",
        Some(_) => true,
    }
}

fn roles(claims: &Claims, more: &Claims, rules: &RoleRules) -> Roles {
    let values = value_at(claims, &rules.claim).or_else(|| value_at(more, &rules.claim));
    let has = |wanted: &str| match values {
        Some(Value::String(value)) => value == wanted,
        Some(Value::Array(values)) => values.iter().any(|value| value == wanted),
        _ => false,
    };
    rules.rules.iter().filter(|rule| has(&rule.value)).map(|rule| rule.grant).collect()
}

/// The claim with a name. Dots select nested members, as in `realm_access.roles`, unless a claim has the whole name.
fn value_at<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(claims.get(first)?, |value, part| value.get(part))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dossier_core::caller::Environment;
    use dossier_core::desk::{Grant, Role};
    use serde_json::json;

    use super::*;
    use crate::config::desk::RoleRule;

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("claims are an object") };
        claims
    }

    #[test]
    fn an_address_counts_unless_the_provider_says_that_it_is_not_verified() {
        for (token, more, expected) in [
            (json!({ "email": "a@x.example" }), json!({}), Some("a@x.example")),
            (json!({ "email": "a@x.example", "email_verified": true }), json!({}), Some("a@x.example")),
            (json!({ "email": "a@x.example", "email_verified": "true" }), json!({}), Some("a@x.example")),
            (json!({ "email": "a@x.example", "email_verified": false }), json!({}), None),
            (json!({ "email": "a@x.example", "email_verified": "false" }), json!({}), None),
            (json!({ "email": "a@x.example", "email_verified": null }), json!({}), None),
            (json!({ "email": "" }), json!({}), None),
            (json!({ "email": 7 }), json!({}), None),
            (json!({}), json!({ "email": "a@x.example", "email_verified": true }), Some("a@x.example")),
            (json!({}), json!({ "email": "a@x.example", "email_verified": false }), None),
            // The verification of one address says nothing about another.
            (json!({ "email_verified": true }), json!({ "email": "a@x.example", "email_verified": false }), None),
            (json!({ "email": "a@x.example", "email_verified": false }), json!({ "email_verified": true }), None),
        ] {
            let person = person("i", &claims(token.clone()), &claims(more), None);
            assert_eq!(person.email.as_deref(), expected, "{token}");
        }
    }

    #[test]
    fn values_of_a_claim_become_roles() {
        let rule =
            |value: &str, role, environment| RoleRule { value: value.to_owned(), grant: Grant { role, environment } };
        let production = Some(Environment::Production);
        let given = [rule("analysts", Role::Analyst, None), rule("leads", Role::Approver, production)];
        let analyst = Roles::everywhere([Role::Analyst]);
        let approver = Roles { production: BTreeSet::from([Role::Approver]), ..Roles::default() };
        let mut both = analyst.clone();
        both.production.insert(Role::Approver);
        let none = Roles::default();
        for (claim, token, expected) in [
            ("groups", json!({ "groups": ["leads", "other", "analysts"] }), &both),
            ("groups", json!({ "groups": "leads" }), &approver),
            ("groups", json!({ "groups": ["Leads", "lead", 7, null] }), &none),
            ("groups", json!({ "groups": {"leads": true} }), &none),
            ("groups", json!({}), &none),
            ("realm_access.roles", json!({ "realm_access": { "roles": ["analysts"] } }), &analyst),
            ("https://x.example/roles", json!({ "https://x.example/roles": ["analysts"] }), &analyst),
            ("a.b", json!({ "a.b": "leads", "a": { "b": "analysts" } }), &approver),
        ] {
            let rules = RoleRules { claim: claim.to_owned(), rules: given.to_vec() };
            let token = claims(token);
            assert_eq!(person("i", &token, &Claims::new(), Some(&rules)).roles, Some(expected.clone()), "{token:?}");
            // The same where only the provider's other document has them.
            assert_eq!(person("i", &Claims::new(), &token, Some(&rules)).roles.as_ref(), Some(expected), "{token:?}");
        }
    }
}
