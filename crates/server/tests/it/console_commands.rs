//! What the console does, on the command line.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::command_line::{dossier, json_of};
use crate::webhooks::{QUICK, Receiver, status};

fn run(folder: &Path, arguments: &[&str]) -> Value {
    json_of(folder, &[arguments, &["--data-dir", "data"]].concat())
}

/// What a command that fails says.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = dossier(folder, &[arguments, &["--data-dir", "data"]].concat());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!output.status.success(), "{arguments:?} succeeds: {said}");
    said
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member}: {value}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_made_limited_to_addresses_and_opened_again() {
    let app = TestApp::start().await;
    let folder = app.folder.path();
    let made = run(folder, &["keys", "create", "--name", "till", "--address", "::ffff:127.0.0.1"]);
    assert_eq!(made["addresses"], json!(["127.0.0.1/32"]), "as requests have it: {made}");
    let with = || app.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", text(&made, "key"));
    TestApp::send(with()).await.expect(200);
    let id = text(&made, "key_id");
    run(folder, &["keys", "restrict", id, "--address", "10.1.0.0/16"]);
    TestApp::send(with()).await.problem(403, "address_not_allowed");
    for (wrong, said) in [
        (&["restrict", id][..], "--address"),
        (&["restrict", id, "--address", "10.1.2.3/8"], "last bits are zero"),
        (&["restrict", id, "--address", "10.1.0.0/16", "--anywhere"], "cannot be used with"),
        (&["create", "--name", "x", "--expires-in", "0s"], "at least 1s"),
    ] {
        let message = refused(folder, &[&["keys"], wrong].concat());
        assert!(message.contains(said), "{wrong:?}: {message}");
    }
    TestApp::send(with()).await.problem(403, "address_not_allowed");
    run(folder, &["keys", "restrict", id, "--anywhere"]);
    TestApp::send(with()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_are_registered_edited_and_tested_but_never_reach_this_server() {
    let metrics = TcpPort::free();
    let settings = [QUICK, &[("metrics_listen", &*metrics.0)]].concat();
    let app = TestApp::start_with(&settings).await;
    let folder = app.folder.path();
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let keys = run(folder, &["keys", "list", "--environment", "sandbox"]);
    let key = text(&keys[0], "key_id").to_owned();
    let command = |words: &[&str]| run(folder, &[&["webhooks"], words].concat());
    let types = ["customer.created", "customer.updated"];
    let hook = command(&["register", &receiver.url, "--key", &key, "--event-type", types[0], "--event-type", types[1]]);
    let id = text(&hook, "id").to_owned();
    let edited = command(&["edit", &id, "--url", &format!("{}/2", receiver.url)]);
    assert_eq!((&edited["event_types"], text(&edited, "url").ends_with("/hook/2")), (&json!(types), true), "{edited}");
    let edited = command(&["edit", &id, "--event-type", "customer.kycs.updated"]);
    assert_eq!(
        (&edited["event_types"], text(&edited, "url").ends_with("/hook/2")),
        (&json!(["customer.kycs.updated"]), true)
    );
    assert_eq!(command(&["test", &id])["result"], "delivered");

    let own = format!("http://{}/metrics", metrics.0);
    for words in [&["register", &own, "--key", &key][..], &["edit", &id, "--url", &own]] {
        let said = refused(folder, &[&["webhooks"], words].concat());
        assert!(said.contains("/url"), "the server's own ports are no place for events: {said}");
    }
    for words in [&["edit", &id][..], &["deliveries", "wh_none"], &["test", "wh_none"]] {
        refused(folder, &[&["webhooks"], words].concat());
    }
    assert_eq!(command(&["list"])[0]["id"], id.as_str());
    command(&["delete", &id]);
    assert_eq!(command(&["list"]), json!([]));
}

/// An address of this machine that nothing listens on.
struct TcpPort(String);

impl TcpPort {
    fn free() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        Self(listener.local_addr().expect("an address").to_string())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_found_by_what_was_wrong_even_if_no_operation_took_them() {
    let app = TestApp::start().await;
    let folder = app.folder.path();
    let id = app.given("individual").await;
    app.put(&id, &json!({ "nationality": "XX" })).await.problem(400, "invalid_body");
    let paths = [(Method::GET, "/v0/customer", 404), (Method::DELETE, "/v0/customers", 405), (Method::GET, "/v0", 404)];
    for (method, path, status) in paths {
        assert_eq!(TestApp::send(app.request(method, path)).await.status, status, "{path}");
        // Without a key the answer is the same, and belongs to nobody.
        assert_eq!(TestApp::send(app.client.get(format!("{}/v0/nothing", app.url))).await.status, 404);
    }
    let listed = |more: &[&str]| run(folder, &[&["requests", "list"], more].concat());
    for _ in 0..500 {
        if listed(&["--status", "405"]) != json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (more, expected) in [
        (&["--status", "404", "--route", "other"][..], 2),
        (&["--status", "405", "--route", "/v0/customers", "--method", "delete"], 1),
        (&["--pointer", "/nationality", "--code", "unknown_country"], 1),
        (&["--pointer", "/birth_date"], 0),
        (&["--method", "PATCH"], 0),
    ] {
        assert_eq!(listed(more).as_array().map(Vec::len), Some(expected), "{more:?}");
    }
    for wrong in [&["--status", "6"][..], &["--status", "999"], &["--route", "/v0/nothing"]] {
        refused(folder, &[&["requests", "list"], wrong].concat());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_is_played_and_its_clock_changes_no_id_of_production() {
    let app = TestApp::start().await;
    let folder = app.folder.path();
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let play = |action: &str| run(folder, &["sandbox", "simulate", action, &id]);
    play("kyc.status.submit");
    play("kyc.status.approve");
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["kycs"]["status"], "approved");
    assert!(refused(folder, &["sandbox", "simulate", "kyc.status.win", &id]).contains("kyc.status.win"));
    refused(folder, &["sandbox", "simulate", "kyc.status.approve", "nobody"]);

    assert_eq!(run(folder, &["sandbox", "clock"])["ahead_seconds"], 0);
    assert_eq!(run(folder, &["sandbox", "clock", "--advance", "30d"])["ahead_seconds"], 30 * 24 * 60 * 60);
    let early = app.given("individual").await;
    let key = app.production_key().await;
    let made = json!({ "email": "ada@example.com", "type": "individual" });
    let request = app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", key).json(&made);
    let late = TestApp::send(request).await.expect(201);
    let moment = |id: &str| i64::from_str_radix(&id.replace('-', "")[..12], 16).expect("a UUID of version 7");
    let apart = moment(text(&late, "customer_id")) - moment(&early);
    assert!((0..60_000).contains(&apart), "ids have the machine's time: {apart} ms");
}
