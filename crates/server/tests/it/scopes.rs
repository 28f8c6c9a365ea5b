//! Scopes: those that each route needs, what its response shows to which key, and the table of both in the guide.

use dossier::http::openapi::operation::{Operation, Shows};
use dossier::http::router::OPERATIONS;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answered, BOUNDARY, TestApp, form};
use crate::described::is_described;
use crate::samples;

/// The tax number of the customer of a good request.
pub(crate) const NUMBER: &str = "1 85 12 75 108 123 45";

const GUIDE: &str = include_str!("../../../../docs/api.md");

pub(crate) fn keyed() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| !operation.scopes.is_empty())
}

#[test]
fn the_guide_has_the_table_of_the_routes() {
    let row = |operation: &Operation| {
        let scopes: Vec<_> = operation.scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect();
        format!("| `{} {}` | {} | {} |", operation.method, operation.path, scopes.join(", "), operation.fields())
    };
    let expected: Vec<String> = keyed().map(row).collect();
    let section = GUIDE.split("\n## Scopes\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let table: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(table, expected, "docs/api.md should have:\n{}", expected.join("\n"));
}

#[tokio::test]
async fn a_key_does_only_what_its_scopes_allow() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    for operation in keyed() {
        let path = operation.path.replace("{customer_id}", &id);
        let request = |key: Option<&str>| {
            let request = app.client.request(operation.method.clone(), format!("{}{path}", app.url));
            TestApp::send(key.into_iter().fold(request, |request, key| request.header("Api-Key", key)))
        };
        for missing in operation.scopes {
            let others: Vec<_> = KeyScope::ALL.iter().copied().filter(|scope| scope != missing).collect();
            let refused = request(Some(&app.key_with(&others).await)).await.problem(403, "insufficient_scope");
            assert_eq!(refused["scope"], missing.as_str(), "{} {path}", operation.method);
        }
        let status = request(Some(&app.key_with(operation.scopes).await)).await.status.as_u16();
        assert!(![401, 403].contains(&status), "{} {path}: {status}", operation.method);
        request(None).await.problem(401, "unauthorized");
    }
}

impl TestApp {
    pub(crate) async fn key_with(&self, scopes: &[KeyScope]) -> String {
        let made = self.new_key(None, Environment::Sandbox, scopes, None).await;
        made["key"].as_str().expect("a key").to_owned()
    }

    /// A request with another key than the app's.
    pub(crate) fn with(&self, key: &str, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).header("Api-Key", key)
    }

    /// A customer whose form is open.
    async fn given_open(&self) -> String {
        let id = self.given("individual").await;
        let numbers = json!({ "number": NUMBER, "issuing_country": "FR" });
        self.put(&id, &json!({ "identifying_information": { "tax_number": numbers } })).await.expect(200);
        self.open_session(&id).await;
        id
    }
}

/// A request to a route that succeeds, about a new customer whose form is open.
pub(crate) async fn good_request(app: &TestApp, operation: &Operation, key: &str) -> RequestBuilder {
    let id = app.given_open().await;
    let hook = async || {
        let hook = app.post("/v0/webhooks", &json!({ "url": "http://127.0.0.1:19997/" })).await.expect(201);
        hook["id"].as_str().expect("an id").to_owned()
    };
    let mut path = operation.path.replace("{customer_id}", &id);
    if path.contains("{file_id}") {
        let file = app.given_file().await;
        app.put(&id, &json!({ "documents": [{ "file_id": file }] })).await.expect(200);
        path = path.replace("{file_id}", &file);
    }
    if path.contains("{person_id}") {
        let firm = app.given("corporate").await;
        app.put(&firm, &json!({ "associated_persons": [{ "first_name": "Ada" }] })).await.expect(200);
        let profile = app.profile(&firm).await;
        let person = profile["associated_persons"][0]["id"].as_str().expect("a person");
        path = operation.path.replace("{customer_id}", &firm).replace("{person_id}", person);
    }
    let order = json!({ "reference": "1", "authority": "the court", "reason": "a case" });
    if path.contains("{hold_id}") {
        let keeper = app.key_with(&[KeyScope::RetentionManage]).await;
        let holds = path.replace("/{hold_id}", "");
        let hold = TestApp::send(app.with(&keeper, Method::POST, &holds).json(&order)).await.expect(200);
        path = path.replace("{hold_id}", hold["id"].as_str().expect("an id"));
    }
    if path.contains("{webhook_id}") {
        let hook = hook().await;
        app.simulate(&id, "kyc.status.submit").await.expect(200);
        let log = app.get(&format!("/v0/webhooks/{hook}/deliveries")).await.expect(200);
        let delivery = log["items"][0]["id"].as_str().expect("a delivery").to_owned();
        path = path.replace("{webhook_id}", &hook).replace("{delivery_id}", &delivery);
    }
    let request = |path: &str| app.with(key, operation.method.clone(), path);
    match (operation.method.as_str(), operation.path) {
        ("POST", "/v0/customers") => {
            request(&path).json(&json!({ "email": format!("new-{id}@example.com"), "type": "individual" }))
        }
        ("PUT", "/v0/customers/{customer_id}") => {
            request(&path).json(&json!({ "first_name": "Ada" })).header("Prefer", "return=representation")
        }
        ("PATCH", "/v0/customers/{customer_id}") => {
            request(&path).header("content-type", "application/merge-patch+json").body(r#"{"first_name":"Ada"}"#)
        }
        ("POST", "/v0/customers/{customer_id}/decisions") => {
            app.simulate(&id, "kyc.status.submit").await.expect(200);
            let customer = app.get(&format!("/v0/customers/{id}?expand=requirements")).await.expect(200);
            let asked = &customer["requirements"][0]["id"];
            request(&path).json(&json!({ "outcome": "request_resubmission", "requirements": [asked] }))
        }
        ("POST", route) if route.ends_with("/erasure") => {
            request(&path).json(&json!({ "reason": "Article 17", "requested_by": "Ada" }))
        }
        (_, route) if route.ends_with("/erasure") => {
            let eraser = app.key_with(&[KeyScope::ErasureRequest]).await;
            let body = json!({ "reason": "Article 17", "requested_by": "Ada" });
            TestApp::send(app.with(&eraser, Method::POST, &path).json(&body)).await.expect(200);
            request(&path)
        }
        ("POST", "/v0/customers/{customer_id}/holds") => request(&path).json(&order),
        ("POST", "/v0/customers/simulate") => {
            request(&path).json(&json!({ "action": "kyc.status.submit", "customer_id": id }))
        }
        ("POST", "/v0/sandbox/clock") => request(&path).json(&json!({ "advance": "PT1S" })),
        ("POST", "/v0/files") => request(&path)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(form("passport.png", &samples::png(320, 200, 1_000))),
        ("POST", "/v0/webhooks") => request(&path).json(&json!({ "url": "http://127.0.0.1:19997/" })),
        ("GET", "/v0/requirements") => request(&format!("{path}?type=individual")),
        ("GET", "/v0/events") => request(&format!("{path}?limit=1000")),
        (_, path_of_route) => {
            assert!(operation.method != Method::PUT, "{path_of_route} needs a request here");
            request(&path)
        }
    }
}

fn shows_customer(answer: &Answered) -> bool {
    answer.text.contains("@example.com")
}

/// Whether a response shows a link. Fails if the member is missing where it should be `null`.
fn shows_link(answer: &Answered) -> bool {
    assert_eq!(answer.text.matches("\"kycs\":{").count(), answer.text.matches("\"kyc_flow_link\":").count());
    answer.text.contains("/kyc/dsl_")
}

#[tokio::test]
async fn a_response_shows_each_key_what_the_table_says() {
    let app = TestApp::start().await;
    for operation in keyed() {
        for more in [
            &[][..],
            &[KeyScope::CustomersRead],
            &[KeyScope::KycSession],
            &[KeyScope::CustomersRead, KeyScope::KycSession],
        ] {
            // So that the number of webhooks stays below the limit.
            let hooks = app.get("/v0/webhooks").await.expect(200);
            for hook in hooks["items"].as_array().expect("a list") {
                let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
                TestApp::send(app.request(Method::DELETE, &path)).await.expect(204);
            }
            let scopes = [operation.scopes, more].concat();
            let key = app.key_with(&scopes).await;
            let mut answer = TestApp::send(good_request(&app, operation, &key).await).await;
            // An erasure in the sandbox runs at once, perhaps before it is cancelled.
            while answer.status == 410 {
                answer = TestApp::send(good_request(&app, operation, &key).await).await;
            }
            let case = format!("{} {} with {scopes:?}: {}", operation.method, operation.path, answer.text);
            assert!(answer.status.is_success(), "{case}");
            is_described(operation.method.as_str(), operation.path, &answer);
            let (reads, sees_links) =
                (scopes.contains(&KeyScope::CustomersRead), scopes.contains(&KeyScope::KycSession));
            let (customer, link) = match operation.shows {
                Shows::Own => (false, false),
                Shows::Customers | Shows::CustomerOr(_) | Shows::ProfileOrNothing | Shows::Preferred => {
                    (reads, reads && sees_links)
                }
                Shows::Kycs => (false, true),
                Shows::Events => (true, sees_links),
            };
            // A customer that was just created has no session yet.
            let created = operation.path == "/v0/customers" && operation.method == Method::POST;
            let link = link && !created;
            assert_eq!((shows_customer(&answer), shows_link(&answer)), (customer, link), "{case}");
            if operation.shows == Shows::Own && answer.header("content-type") == "application/json" {
                let fields = operation.fields();
                let named: Vec<_> = fields_named(&fields).collect();
                let body = answer.json();
                let mut names: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
                names.sort_unstable();
                assert_eq!(names, named, "{case}");
            }
            if let (false, Shows::CustomerOr(_) | Shows::ProfileOrNothing | Shows::Preferred) = (reads, operation.shows)
            {
                assert!(answer.header("etag").starts_with("\"v") && answer.header("preference-applied").is_empty());
                let body = answer.json();
                let names: Vec<_> = body.as_object().expect("an object").keys().collect();
                assert_eq!(names, if created { vec!["customer_id"] } else { vec![] }, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn a_repeated_request_shows_no_more_than_the_repeating_key_may_see() {
    let app = TestApp::start().await;
    let all = app.key_with(KeyScope::ALL).await;
    for operation in keyed().filter(|operation| !matches!(operation.shows, Shows::Own | Shows::Kycs)) {
        if operation.method == Method::GET {
            continue;
        }
        let no_links = app.key_with(&[operation.scopes, &[KeyScope::CustomersRead]].concat()).await;
        let least = app.key_with(operation.scopes).await;
        for (number, first) in [&all, &least].into_iter().enumerate() {
            let request = good_request(&app, operation, first).await.header("Idempotency-Key", format!("k{number}"));
            let request = request.build().expect("a request");
            let send = async |key: &str| {
                let mut again = request.try_clone().expect("a body in memory");
                again.headers_mut().insert("Api-Key", key.parse().expect("a key"));
                TestApp::send(RequestBuilder::from_parts(app.client.clone(), again)).await
            };
            let mut seen = Vec::new();
            for key in [first, &least, &no_links, &all, &least] {
                let answer = send(key).await;
                assert!(answer.status.is_success(), "{}", answer.text);
                seen.push((shows_customer(&answer), shows_link(&answer)));
            }
            let whole = (true, operation.path != "/v0/customers");
            let expected = [if number == 0 { whole } else { (false, false) }, (false, false), (true, false), whole];
            assert_eq!(seen, [&expected[..], &[(false, false)]].concat(), "{} {}", operation.method, operation.path);
        }
    }
}

#[tokio::test]
async fn a_link_that_a_key_may_not_see_is_null_wherever_customers_are_read() {
    let app = TestApp::start().await;
    let id = app.given_open().await;
    let key = app.key_with(&[KeyScope::CustomersRead, KeyScope::EventsRead, KeyScope::PiiReveal]).await;
    for path in [
        format!("/v0/customers/{id}"),
        format!("/v0/customers/{id}?expand=profile,documents,requirements"),
        "/v0/customers".to_owned(),
        "/v0/customers?expand=profile".to_owned(),
        "/v0/customers?email=given-1@example.com".to_owned(),
        "/v0/events".to_owned(),
    ] {
        let answer = TestApp::send(app.with(&key, Method::GET, &path)).await;
        assert!(shows_customer(&answer) && !shows_link(&answer), "{path}: {}", answer.text);
        let whole = app.get(&path).await;
        assert!(shows_link(&whole), "{path}");
        let mut expected = whole.json();
        hide_links(&mut expected);
        assert_eq!(answer.json(), expected, "{path}");
    }
}

/// The names in a list of fields, in order.
fn fields_named(fields: &str) -> impl Iterator<Item = &str> {
    let names: std::collections::BTreeSet<_> =
        fields.split('`').skip(1).step_by(2).filter(|name| *name != "{}").collect();
    names.into_iter()
}

fn hide_links(value: &mut Value) {
    match value {
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| if name == "kyc_flow_link" { *value = Value::Null } else { hide_links(value) }),
        Value::Array(items) => items.iter_mut().for_each(hide_links),
        _ => {}
    }
}
