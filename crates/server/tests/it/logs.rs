//! What a server writes to its log in normal operation, and that it does not wait for a reader.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::readme;

/// The lines of the log, which is JSON because it goes to a file.
fn lines(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).expect("a log");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[tokio::test]
async fn a_start_and_each_request_are_lines_that_name_the_key_and_nothing_personal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("log");
    let (mut child, api, key) = readme::start(folder.path(), fs::File::create(&log).expect("a log").into());
    let key = key.expect("a key");
    let client = Client::new();
    let ask = async |method: Method, path: &str, key: Option<&str>, body: Value| {
        let request = client.request(method, format!("{api}{path}")).json(&body);
        let request = key.into_iter().fold(request, |request, key| request.header("Api-Key", key));
        let answer = request.send().await.expect("a response");
        answer.headers()["x-request-id"].to_str().expect("visible").to_owned()
    };
    let body = json!({ "type": "individual", "email": "marked@example.com" });
    let created = ask(Method::POST, "/customers", Some(&key), body.clone()).await;
    let refused = ask(Method::POST, "/customers", Some(&key), body).await;
    let strange = ask(Method::GET, "/customers?email=marked@example.com", Some("marked"), json!({})).await;
    let simulated = ask(Method::POST, "/customers/simulate", Some(&key), json!({})).await;
    let nowhere = ask(Method::GET, "/marked/path", Some(&key), json!({})).await;
    std::process::Command::new("kill").arg(child.id().to_string()).status().expect("a signal");
    child.wait().expect("ended");

    let lines = lines(&log);
    let start = lines.iter().find(|line| line["message"] == "serving").expect("the line of the start");
    assert_eq!(start["version"], env!("CARGO_PKG_VERSION"));
    for member in ["commit", "api", "engine"] {
        assert!(start[member].is_string(), "{member}: {start}");
    }
    let of = |id: &str| {
        let found: Vec<_> =
            lines.iter().filter(|line| line["request_id"] == id && line["message"] == "answered").collect();
        assert_eq!(found.len(), 1, "one line: {found:?}");
        found[0].clone()
    };
    let shown = |id: &str| {
        let line = of(id);
        assert!(line["duration_us"].is_u64() && line["timestamp"].is_string() && line["level"] == "INFO", "{line}");
        (line["method"].clone(), line["route"].clone(), line["status"].clone(), line["code"].clone())
    };
    let route = "/v0/customers";
    assert_eq!(shown(&created), (json!("POST"), json!(route), json!(201), Value::Null));
    assert_eq!(shown(&refused), (json!("POST"), json!(route), json!(409), json!("email_taken")));
    assert_eq!(shown(&strange), (json!("GET"), json!(route), json!(401), json!("unauthorized")));
    assert_eq!(shown(&simulated).1, "/v0/customers/simulate");
    assert_eq!(shown(&nowhere), (json!("GET"), json!("other"), json!(404), json!("not_found")));
    assert!(of(&created)["key"].is_string() && of(&created)["key"] == of(&refused)["key"]);
    assert_eq!(of(&strange)["key"], Value::Null);
    let text = fs::read_to_string(&log).expect("a log");
    assert!(!text.contains("marked") && !text.contains(&key));
}

#[tokio::test]
async fn a_log_that_is_not_read_blocks_neither_requests_nor_the_shutdown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut child, api, key) = readme::start(folder.path(), Stdio::piped());
    let key = key.expect("a key");
    // A pipe holds 64 KiB, and nothing reads this one.
    let client = Client::new();
    for n in 0..600 {
        let request = client.get(format!("{api}/customers?limit=1")).header("Api-Key", &key);
        let answer =
            request.timeout(Duration::from_secs(5)).send().await.unwrap_or_else(|error| panic!("{n}: {error}"));
        assert_eq!(answer.status(), 200);
    }
    let body = json!({ "type": "individual", "email": "a@example.com" });
    let created = client.post(format!("{api}/customers")).header("Api-Key", &key).json(&body).send().await;
    assert_eq!(created.expect("a response").status(), 201);
    let began = Instant::now();
    std::process::Command::new("kill").arg(child.id().to_string()).status().expect("a signal");
    while child.try_wait().expect("a child").is_none() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
