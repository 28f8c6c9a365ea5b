//! Masked numbers, and the access log: who saw what of a customer.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use dossier::cli::context::ScopeArgs;
use dossier::cli::{customers, files, review};
use dossier::http::router::OPERATIONS;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use dossier_core::look::LookedThrough;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of};
use crate::described::is_described;
use crate::readme::start;
use crate::scopes::{NUMBER, good_request, keyed};

const SANDBOX: ScopeArgs = ScopeArgs { account: None, environment: Environment::Sandbox };

/// A body with every number that an individual can have, and the numbers.
fn individual() -> (Value, Vec<&'static str>) {
    let document = json!({ "number": "C01X00T47", "type": "passport", "issuing_country": "DE" });
    let tax = json!({ "number": "65-929-970-489", "type": "tin", "issuing_country": "DE" });
    let body =
        json!({ "first_name": "Ada", "identifying_information": { "id_document": document, "tax_number": tax } });
    (body, vec!["C01X00T47", "65-929-970-489"])
}

/// The same of a business with two persons.
fn business() -> (Value, Vec<&'static str>) {
    let person = |document: &str, tax: &str| {
        json!({ "first_name": "Bo", "identifying_information": {
            "id_document": { "number": document, "type": "passport", "issuing_country": "IE" },
            "tax_number": { "number": tax, "issuing_country": "IE" },
        } })
    };
    let body = json!({
        "registration_number": "IE-612345", "tax_number": "IE6123456AB",
        "associated_persons": [person("PA1000001", "TIN-10042"), person("PA1000002", "1234")],
    });
    (body, vec!["IE-612345", "IE6123456AB", "PA1000001", "TIN-10042", "PA1000002", "\"1234\""])
}

/// The members of the bodies above that a masked answer has instead.
fn masked_members(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                if name.ends_with("_masked") {
                    let text = value.as_str().expect("a text");
                    assert!(text == "****" || text.len() == 6 && text.starts_with("****"), "{text}");
                }
                usize::from(name.ends_with("_masked")) + masked_members(value)
            })
            .sum(),
        Value::Array(items) => items.iter().map(masked_members).sum(),
        _ => 0,
    }
}

/// All scopes but this one.
fn all_but(missing: KeyScope) -> Vec<KeyScope> {
    KeyScope::ALL.iter().copied().filter(|scope| *scope != missing).collect()
}

/// Operation, what was seen, and how often.
type Looks = Vec<(String, String, u64)>;

impl TestApp {
    /// Who saw a customer, after everything that was counted has been stored.
    pub(crate) async fn seen(&self, id: &str) -> Vec<Value> {
        let app = &self.server.as_ref().expect("running").app;
        app.looks.store(&*app.services.store).await.expect("stored");
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        let key = self.key_with(&[KeyScope::AuditRead]).await;
        loop {
            let path = format!("/v0/customers/{id}/seen?limit=2{cursor}");
            let answer = TestApp::send(self.with(&key, Method::GET, &path)).await;
            is_described("GET", "/v0/customers/{customer_id}/seen", &answer);
            let page = answer.expect(200);
            rows.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// How many looks at a customer there were through each operation, and at what.
    async fn looks(&self, id: &str) -> Looks {
        let text = |row: &Value, name: &str| row[name].as_str().expect("text").to_owned();
        let line = |row: &Value| (text(row, "through"), text(row, "seen"), row["looks"].as_u64().expect("a count"));
        let mut looks: Vec<_> = self.seen(id).await.iter().map(line).collect();
        looks.sort();
        looks
    }
}

/// A customer of each type, the numbers of both, and their files.
struct Given {
    ids: [String; 2],
    files: [String; 2],
    bodies: [Value; 2],
    numbers: Vec<&'static str>,
}

impl Given {
    async fn new(app: &TestApp) -> Self {
        let (mut ids, mut files) = ([String::new(), String::new()], [String::new(), String::new()]);
        let ((one, mut numbers), (two, others)) = (individual(), business());
        for (at, (kind, body)) in [("individual", &one), ("corporate", &two)].into_iter().enumerate() {
            ids[at] = app.given(kind).await;
            files[at] = app.given_file().await;
            app.put(&ids[at], body).await.expect(200);
            app.put(&ids[at], &json!({ "documents": [{ "file_id": files[at] }] })).await.expect(200);
        }
        numbers.extend(others);
        Self { ids, files, bodies: [one, two], numbers }
    }

    /// Every request whose response could show a number or a file, with the customers that it shows.
    fn requests(&self, app: &TestApp, key: &str) -> Vec<(&'static str, RequestBuilder, Vec<usize>)> {
        let get = |path: String| app.with(key, Method::GET, &path);
        let put = |at: usize| {
            let request = app.with(key, Method::PUT, &format!("/v0/customers/{}", self.ids[at]));
            request.json(&self.bodies[at]).header("Prefer", "return=representation")
        };
        let patch = |at: usize| {
            let request = app.with(key, Method::PATCH, &format!("/v0/customers/{}", self.ids[at]));
            let body = json!({ "acting_as_intermediary": true }).to_string();
            request.header("content-type", "application/merge-patch+json").body(body)
        };
        let mut requests = vec![
            ("listCustomers", get("/v0/customers?expand=profile".into()), vec![0, 1]),
            ("listCustomers", get("/v0/customers?limit=1&expand=documents,profile".into()), vec![1]),
            ("listCustomers", get("/v0/customers?expand=profile&email=given-1@example.com".into()), vec![0]),
            ("listEvents", get("/v0/events?limit=1000".into()), vec![0, 1]),
        ];
        for at in 0..2 {
            let id = &self.ids[at];
            requests.extend([
                ("getCustomer", get(format!("/v0/customers/{id}?expand=profile")), vec![at]),
                ("getCustomer", get(format!("/v0/customers/{id}?expand=requirements,documents,profile")), vec![at]),
                ("updateCustomer", put(at), vec![at]),
                ("updateCustomer", put(at).header("Idempotency-Key", format!("put-{at}")), vec![at]),
                ("updateCustomer", put(at).header("Idempotency-Key", format!("put-{at}")), vec![at]),
                ("patchCustomer", patch(at), vec![at]),
                ("patchCustomer", patch(at).header("Idempotency-Key", format!("patch-{at}")), vec![at]),
                ("patchCustomer", patch(at).header("Idempotency-Key", format!("patch-{at}")), vec![at]),
                ("exportCustomer", get(format!("/v0/customers/{id}/export")), vec![at]),
                ("getFileContent", get(format!("/v0/files/{}/content", self.files[at])), vec![at]),
            ]);
        }
        requests
    }
}

fn seen_through(operation: &str, reveals: bool) -> &'static str {
    match operation {
        "listEvents" => "events",
        "exportCustomer" => "export",
        "getFileContent" => "file",
        _ if reveals => "numbers",
        _ => "profile",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_to_a_full_number_is_masked_or_refused_without_the_scope_and_counted_once_with_it() {
    let app = TestApp::start().await;
    let given = Given::new(&app).await;
    let (revealing, masked) = (app.key_with(KeyScope::ALL).await, app.key_with(&all_but(KeyScope::PiiReveal)).await);
    let shown = |answer: &Answered| given.numbers.iter().filter(|number| answer.text.contains(**number)).count();
    // The masked key also gets the answers that were kept for the other one.
    for (key, reveals) in [(&revealing, true), (&masked, false), (&revealing, true)] {
        for (operation, request, shows) in given.requests(&app, key) {
            let mut before = Vec::new();
            for id in &given.ids {
                before.push(app.looks(id).await);
            }
            let answer = TestApp::send(request).await;
            let case = format!("{operation} with {reveals}: {}", answer.text);
            let is_refused = !reveals && matches!(operation, "exportCustomer" | "getFileContent");
            let seen = seen_through(operation, reveals);
            if is_refused {
                assert_eq!(answer.problem(403, "insufficient_scope")["scope"], "pii:reveal");
            } else {
                assert!(answer.status.is_success(), "{case}");
                let expected = match shows[..] {
                    _ if matches!(seen, "events" | "export" | "file" | "profile") => 0,
                    [0] => 2,
                    [1] => 6,
                    _ => 8,
                };
                assert_eq!(shown(&answer), expected, "{case}");
                if seen == "profile" {
                    let members = masked_members(&answer.json());
                    assert_eq!(members, shows.iter().map(|at| [2, 6][*at]).sum::<usize>(), "{case}");
                }
            }
            for (at, id) in given.ids.iter().enumerate() {
                let after = app.looks(id).await;
                let all = |looks: &Looks| looks.iter().map(|(.., count)| count).sum::<u64>();
                let those = |looks: &Looks| -> u64 {
                    let those = looks.iter().filter(|(through, what, _)| through == operation && what == seen);
                    those.map(|(.., count)| count).sum()
                };
                let new = (those(&after) - those(&before[at]), all(&after) - all(&before[at]));
                let expected = u64::from(shows.contains(&at) && !is_refused);
                assert_eq!(new, (expected, expected), "{case}: {:?} {after:?}", before[at]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_operation_shows_a_number_to_a_key_without_the_scope() {
    let app = TestApp::start().await;
    let key = app.key_with(&all_but(KeyScope::PiiReveal)).await;
    for operation in keyed() {
        let mut answer = TestApp::send(good_request(&app, operation, &key).await).await;
        // An erasure in the sandbox runs at once, perhaps before it is cancelled.
        while answer.status == 410 {
            answer = TestApp::send(good_request(&app, operation, &key).await).await;
        }
        let case = format!("{} {}: {}", operation.method, operation.path, answer.text);
        let takes_scope = operation.scopes.contains(&KeyScope::PiiReveal);
        assert_eq!(answer.status == 403, takes_scope, "{case}");
        assert!(answer.status.is_success() || takes_scope, "{case}");
        assert!(!answer.text.contains(NUMBER), "{case}");
        let hooks = app.get("/v0/webhooks").await.expect(200);
        for hook in hooks["items"].as_array().expect("a list") {
            let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
            TestApp::send(app.request(Method::DELETE, &path)).await.expect(204);
        }
    }
}

#[test]
fn operations_of_looks_are_those_of_the_document() {
    let known: Vec<_> = OPERATIONS.iter().map(|operation| (operation.describe)()["operationId"].clone()).collect();
    for through in LookedThrough::ALL {
        assert!(known.contains(&json!(through.as_str())), "{through}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_and_states_without_a_profile_are_no_look_and_neither_is_a_response_without_content() {
    let app = TestApp::start().await;
    let given = Given::new(&app).await;
    let id = &given.ids[0];
    app.patch_request(id, &json!({ "first_name": "Bo" })).header("If-Match", "\"v1\"").send().await.expect("a 412");
    for path in [
        format!("/v0/customers/{id}"),
        format!("/v0/customers/{id}?expand=documents,requirements"),
        "/v0/customers".to_owned(),
        format!("/v0/customers/{id}/seen"),
        format!("/v0/files/{}", given.files[0]),
    ] {
        TestApp::send(app.with(&app.key_with(KeyScope::ALL).await, Method::GET, &path)).await.expect(200);
    }
    let profile = format!("/v0/customers/{id}?expand=profile");
    let known = TestApp::send(app.request(Method::GET, &profile).header("If-None-Match", "*")).await;
    assert_eq!(known.status, 304);
    for path in [&profile[..], "/v0/customers?expand=profile", "/v0/events"] {
        assert_eq!(TestApp::send(app.request(Method::HEAD, path)).await.status, 200);
    }
    app.put(id, &json!({ "first_name": "Bo" })).await.expect(200);
    assert_eq!(app.looks(id).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_masked_answer_that_is_written_back_is_refused_with_pointers_and_destroys_nothing() {
    let app = TestApp::start().await;
    let given = Given::new(&app).await;
    let masked = app.key_with(&[KeyScope::CustomersRead, KeyScope::CustomersWrite]).await;
    let person = |at: usize| format!("/associated_persons/{at}/identifying_information");
    let both = |place: &str| -> Vec<String> {
        let line = |name| {
            let masked = format!("{place}/{name}/number_masked masked_value");
            [format!("{place}/{name}/number required"), masked]
        };
        ["id_document", "tax_number"].into_iter().flat_map(line).collect()
    };
    let of_business = vec!["/registration_number_masked masked_value".into(), "/tax_number_masked masked_value".into()];
    for (id, mut expected) in [
        (&given.ids[0], both("/identifying_information")),
        (&given.ids[1], [of_business, both(&person(0)), both(&person(1))].concat()),
    ] {
        let path = format!("/v0/customers/{id}");
        let read = app.with(&masked, Method::GET, &format!("{path}?expand=profile"));
        let mut profile = TestApp::send(read).await.expect(200)["profile"].take();
        profile.as_object_mut().expect("an object").remove("documents");
        let before = app.profile(id).await;
        let mut found = TestApp::send(app.with(&masked, Method::PUT, &path).json(&profile)).await.violations();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        let patch = app.with(&masked, Method::PATCH, &path).header("content-type", "application/merge-patch+json");
        let found = TestApp::send(patch.body(profile.to_string())).await.violations();
        let refused = |violations: &[String]| violations.iter().filter(|one| one.ends_with("masked_value")).count();
        assert_eq!(refused(&found), refused(&expected), "{found:?}");
        assert_eq!(app.profile(id).await, before);
    }
    let new = json!({ "email": "x@example.com", "type": "individual", "number_masked": "****47" });
    assert_eq!(app.post("/v0/customers", &new).await.violations(), ["/number_masked unknown_property"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reason_is_kept_with_the_look_and_a_malformed_one_is_refused() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let path = format!("/v0/customers/{id}?expand=profile");
    let longest = "é".repeat(200);
    for reason in ["case 4711", "case 4711", " Prüfung für Ada ", &longest] {
        let value = reqwest::header::HeaderValue::from_bytes(reason.as_bytes()).expect("bytes");
        TestApp::send(app.request(Method::GET, &path).header("Dossier-Reason", value)).await.expect(200);
    }
    app.get(&path).await.expect(200);
    for wrong in [&b""[..], b" ", "é".repeat(201).as_bytes(), "a\u{202e}b".as_bytes(), b"a\xffb", b"a\tb"] {
        let value = reqwest::header::HeaderValue::from_bytes(wrong).expect("bytes");
        let request = app.request(Method::GET, &path).header("Dossier-Reason", value);
        let problem = TestApp::send(request).await.problem(400, "invalid_header");
        assert!(problem["detail"].as_str().is_some_and(|text| text.starts_with("Dossier-Reason ")), "{problem}");
    }
    let twice = app.request(Method::GET, &path).header("Dossier-Reason", "a").header("Dossier-Reason", "a");
    TestApp::send(twice).await.problem(400, "invalid_header");
    let seen = app.seen(&id).await;
    let mut reasons: Vec<_> = seen.iter().map(|row| (row["reason"].as_str(), row["looks"].as_u64())).collect();
    reasons.sort_unstable();
    let expected = [(None, Some(1)), (Some("Prüfung für Ada"), Some(1)), (Some("case 4711"), Some(2))];
    assert_eq!(reasons, [&expected[..], &[(Some(&*longest), Some(1))]].concat());
    let row = &seen[0];
    assert!(row["actor"].as_str().is_some_and(|actor| actor.starts_with("key:")), "{row}");
    assert!(row["hour"].as_str().is_some_and(|hour| hour.ends_with(":00:00.000Z")), "{row}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looks_by_people_are_audit_entries_in_the_same_list() {
    let app = TestApp::start().await;
    let given = Given::new(&app).await;
    let [id, other] = given.ids.clone();
    // Evidence of both.
    app.put(&other, &json!({ "documents": [{ "file_id": given.files[0] }] })).await.expect(200);
    let get = customers::Get { customer_id: id.clone(), scope: SANDBOX };
    let shown = app.command(get).await.expect("shown").to_string();
    assert!(given.numbers[..2].iter().all(|number| shown.contains(number)), "people see numbers");
    app.command(review::Show { customer_id: id.clone(), scope: SANDBOX }).await.expect("shown");
    app.command(files::Get { file_id: given.files[0].clone(), scope: SANDBOX, to: None }).await.expect("read");
    let line = |row: &Value| {
        assert_eq!((&row["actor"], &row["hour"], &row["reason"]), (&json!("operator:Ada"), &Value::Null, &Value::Null));
        assert!(row["audit_seq"].is_u64() && row["looks"] == 1);
        format!("{} {}", row["through"].as_str().expect("text"), row["seen"].as_str().expect("text"))
    };
    let seen: Vec<_> = app.seen(&id).await.iter().map(line).collect();
    assert_eq!(seen, ["file.read file", "customer.viewed numbers", "customer.viewed numbers"]);
    let seen: Vec<_> = app.seen(&other).await.iter().map(line).collect();
    assert_eq!(seen, ["file.read file"], "the file is evidence of both");
    let command = customers::Seen { customer_id: id.clone(), scope: SANDBOX, limit: 2 };
    let listed = app.command(command).await.expect("a list");
    assert_eq!(listed.as_array().expect("rows")[..], app.seen(&id).await[..2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_an_erased_customer_remains_and_unknown_ids_are_404() {
    let app = TestApp::start().await;
    let (id, production) = (app.given("individual").await, app.production_key().await);
    let read = app.request(Method::GET, &format!("/v0/customers/{id}?expand=profile"));
    TestApp::send(read.header("Dossier-Reason", "case 4711")).await.expect(200);
    app.command(customers::Get { customer_id: id.clone(), scope: SANDBOX }).await.expect("shown");
    let before = app.seen(&id).await;
    assert_eq!(before[1]["reason"], "case 4711");
    let eraser = app.key_with(&[KeyScope::ErasureRequest]).await;
    let request = app.with(&eraser, Method::POST, &format!("/v0/customers/{id}/erasure"));
    TestApp::send(request.json(&json!({ "reason": "Article 17", "requested_by": "Ada" }))).await.expect(200);
    for _ in 0..100 {
        if app.get(&format!("/v0/customers/{id}")).await.status == 410 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut expected = before;
    expected[1]["reason"] = Value::Null;
    assert_eq!(app.seen(&id).await, expected);
    let events = app.get("/v0/events?limit=1000").await.expect(200);
    assert!(events.to_string().contains("\"erased\":true"));
    assert_eq!(app.seen(&id).await, expected, "an event of an erased customer shows nothing");
    let auditor = app.key_with(&[KeyScope::AuditRead]).await;
    let unknown = "019abc00-0000-7000-8000-000000000000";
    for (key, id) in [(&auditor, unknown), (&auditor, "x"), (&auditor, &id[1..]), (&production, &id)] {
        let request = app.with(key, Method::GET, &format!("/v0/customers/{id}/seen"));
        TestApp::send(request).await.problem(404, "not_found");
    }
    for (query, violation) in [
        ("cursor=x", "/cursor invalid_cursor"),
        ("limit=0", "/limit out_of_range"),
        ("email=x", "/email unknown_property"),
    ] {
        let request = app.with(&auditor, Method::GET, &format!("/v0/customers/{id}/seen?{query}"));
        assert_eq!(TestApp::send(request).await.violations(), [violation]);
    }
}

/// The looks at a customer, by a command on a folder that no server uses.
fn looks_in(folder: &Path, id: &str) -> u64 {
    let rows = json_of(folder, &["customers", "seen", id, "--data-dir", "dossier-data"]);
    rows.as_array().expect("rows").iter().filter_map(|row| row["looks"].as_u64()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looks_survive_a_kill_after_a_second_and_an_orderly_end_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut child, api, key) = start(folder.path(), Stdio::null());
    let (key, client) = (key.expect("a first key"), reqwest::Client::new());
    let send = |method, url: String| client.request(method, url).header("Api-Key", &key);
    let new = send(Method::POST, format!("{api}/customers"));
    let made = TestApp::send(new.json(&json!({ "email": "a@example.com", "type": "individual" }))).await.expect(201);
    let id = made["customer_id"].as_str().expect("an id").to_owned();
    for _ in 0..3 {
        TestApp::send(send(Method::GET, format!("{api}/customers/{id}?expand=profile"))).await.expect(200);
    }
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(looks_in(folder.path(), &id), 3);
    std::fs::write(folder.path().join("restarted"), "").expect("a mark");
    let (mut child, api, _) = start(folder.path(), Stdio::null());
    TestApp::send(send(Method::GET, format!("{api}/customers?expand=profile"))).await.expect(200);
    std::process::Command::new("kill").arg(child.id().to_string()).status().expect("a signal");
    child.wait().expect("ended");
    assert_eq!(looks_in(folder.path(), &id), 4);
    let table = dossier(folder.path(), &["customers", "seen", &id, "--data-dir", "dossier-data"]);
    let table = String::from_utf8(table.stdout).expect("text");
    assert!(table.contains("listCustomers") && table.contains("getCustomer"), "{table}");
    let unknown = dossier(folder.path(), &["customers", "seen", "x", "--data-dir", "dossier-data"]);
    assert!(!unknown.status.success());
}
