//! The canary sweep: puts a unique marker into every leaf of the contract, then finds none of them at rest, in logs at
//! TRACE, in metrics or in errors. It runs the real binary, so that the output is what an operator would get.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::app::{BOUNDARY, BUSINESS, INDIVIDUAL, form};
use crate::command_line::dossier;
use crate::samples::pdf;

/// Members that have no room for a marker: countries, dates and choices.
const CLOSED: &[&str] = &[
    "nationality",
    "birth_country",
    "country",
    "issuing_country",
    "birth_date",
    "formation_date",
    "account_purpose",
    "employment_status",
];

/// Replaces every free text by a marker, and records the marker.
fn mark(name: &str, value: &mut Value, markers: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| mark(name, value, markers)),
        Value::Array(items) => items.iter_mut().for_each(|value| mark(name, value, markers)),
        // The type of a tax number is free text, that of an id document is not.
        Value::String(text) if !CLOSED.contains(&name) && text != "passport" => {
            // Nine characters, because the shortest limit of the contract is ten. A quote, so that the escaped form
            // differs.
            let marker = format!("\"Zq{:05}é", 70_000 + markers.len() * 7);
            markers.push(marker.clone());
            *text = marker;
        }
        _ => {}
    }
}

/// The forms in which a marker could appear: raw, JSON-escaped, hexadecimal, base64 at three alignments.
fn forms(marker: &str) -> Vec<Vec<u8>> {
    let json = serde_json::to_string(marker).expect("JSON");
    let ascii = json.replace('é', "\\u00e9");
    let hex: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        marker.as_bytes().to_vec(),
        json.trim_matches('"').as_bytes().to_vec(),
        ascii.trim_matches('"').as_bytes().to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    for shift in 0..3 {
        let mut padded = vec![0; shift];
        padded.extend_from_slice(marker.as_bytes());
        // The part that does not depend on the neighbouring bytes.
        let encoded = STANDARD.encode(&padded);
        let (from, to) = (if shift == 0 { 0 } else { 4 }, padded.len() / 3 * 4);
        forms.push(encoded.as_bytes()[from..to].to_vec());
    }
    forms
}

fn hits(place: &str, content: &[u8], markers: &[String]) -> Vec<String> {
    let found = |form: &Vec<u8>| memchr::memmem::find(content, form).is_some();
    markers
        .iter()
        .filter(|marker| forms(marker).iter().any(found))
        .map(|marker| format!("{marker} in {place}"))
        .collect()
}

fn everything_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(everything_below(&entry));
        } else if entry.is_file() {
            files.push((entry.display().to_string(), fs::read(&entry).expect("a file")));
        }
    }
    files
}

fn start(folder: &Path) -> (Child, String, String, Option<String>) {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log");
    let mut child = Command::new(env!("CARGO_BIN_EXE_dossier"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--metrics-listen",
            "127.0.0.1:0",
            "--log-level",
            "trace",
            "--data-dir",
        ])
        .arg(folder.join("data"))
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the binary");
    let (mut url, mut metrics, mut key) = (String::new(), String::new(), None);
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("text")) {
        let value = line.split_whitespace().last().unwrap_or_default().to_owned();
        match line.split_whitespace().next() {
            Some("API") => url = value.trim_end_matches("/v0").to_owned(),
            Some("Metrics") => metrics = value,
            Some("Sandbox") => key = Some(value),
            Some("Link") => break,
            Some("Data") if folder.join("data/restarted").exists() => break,
            _ => {}
        }
    }
    (child, url, metrics, key)
}

/// No other user may open a file of the folder, and no core dump can contain the memory of the process.
fn only_its_owner_reaches(data: &Path, process: u32) {
    let open_to_others = Command::new("find").arg(data).args(["-perm", "/077"]).output().expect("find");
    assert_eq!(String::from_utf8_lossy(&open_to_others.stdout), "", "others may open these");
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("the limit of core dumps");
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
}

const FILE_MARKER: &str = "ZqFile81234é";

/// A file with markers throughout, so that every segment would show one.
fn marked_file() -> Vec<u8> {
    pdf(FILE_MARKER.repeat(20_000).as_bytes())
}

/// Uploads files with markers in their names and contents, some of which are refused.
async fn upload_markers(
    client: &reqwest::Client,
    url: &str,
    key: &str,
    markers: &mut Vec<String>,
    answers: &mut Vec<String>,
) {
    let marker = FILE_MARKER.to_owned();
    let content = marked_file();
    let upload = |body: Vec<u8>| {
        let request = client.post(format!("{url}/v0/files")).header("Api-Key", key);
        request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(body).send()
    };
    let taken = upload(form(&format!("{marker}.pdf"), &content)).await.expect("a response");
    assert_eq!(taken.status().as_u16(), 200);
    for wrong in [
        form(&marker, marker.as_bytes()),
        form(&marker, &content[..content.len() - 9]),
        form(&marker.repeat(30), &content[..9]),
        form(&format!("a\"; {marker}=\"b"), &content[..9]),
    ] {
        answers.push(upload(wrong).await.expect("a response").text().await.expect("text"));
    }
    markers.push(marker);
}

/// Uses sessions, decisions, webhooks and a provider, with markers in every text.
async fn verify_with_markers(client: &reqwest::Client, url: &str, key: &str, markers: &mut Vec<String>) {
    let list = client.get(format!("{url}/v0/customers")).header("Api-Key", key).send().await.expect("a response");
    let list: Value = list.json().await.expect("JSON");
    let post = |path: String, body: Value| {
        let request = client.post(format!("{url}{path}")).header("Api-Key", key).json(&body);
        async move {
            let answer = request.send().await.expect("a response");
            let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
            assert!((200..300).contains(&status), "{text}");
            serde_json::from_str::<Value>(&text).expect("JSON")
        }
    };
    let marker = |markers: &mut Vec<String>, name: &str| {
        let marker = format!("Zq{name}{}", 91_000 + markers.len());
        markers.push(marker.clone());
        marker
    };
    // Nothing listens on this port, but the attempt is logged.
    let hook = format!("http://127.0.0.1:19998/{}", marker(markers, "Hook"));
    let hook = post("/v0/webhooks".into(), json!({ "url": hook })).await;
    markers.push(hook["secret"].as_str().expect("a secret").trim_start_matches("whsec_").to_owned());
    for customer in list["items"].as_array().expect("items") {
        let id = customer["customer_id"].as_str().expect("an id");
        let back = format!("https://example.com/{}", marker(markers, "Back"));
        let opened = post(format!("/v0/customers/{id}/kycs"), json!({ "redirect_uri": back })).await;
        let link = opened["kycs"]["kyc_flow_link"].as_str().expect("a link").to_owned();
        client.get(&link).send().await.expect("a page");
        markers.push(link.rsplit('/').next().expect("a token").to_owned());
        types_into_the_form(&link, markers).await;
        let decision = json!({
            "outcome": "request_resubmission",
            "requirements": ["proof_of_source_of_funds", "id_document_front", "shareholder_registry"],
            "comment": marker(markers, "Comment"), "note": marker(markers, "Note"),
        });
        let request = client.post(format!("{url}/v0/customers/{id}/decisions")).header("Api-Key", key).json(&decision);
        let refused: Value = request.send().await.expect("a response").json().await.expect("JSON");
        let mut decision = decision;
        let wrong: Vec<usize> = refused["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|found| found["pointer"].as_str()?.rsplit('/').next()?.parse().ok())
            .collect();
        let named = decision["requirements"].as_array_mut().expect("a list");
        let mut place = 0;
        named.retain(|_| {
            place += 1;
            !wrong.contains(&(place - 1))
        });
        post(format!("/v0/customers/{id}/decisions"), decision).await;
    }
    // By then deliveries have been attempted and the provider has been asked.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
}

/// Enters the form like a browser, and types what can only be kept as a draft.
async fn types_into_the_form(link: &str, markers: &mut Vec<String>) {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let entered = browser.post(link).send().await.expect("a response");
    let header = |name: &str| entered.headers()[name].to_str().expect("ASCII").to_owned();
    let cookie = header("set-cookie").split(';').next().expect("a pair").to_owned();
    let base = format!("{}{}", &link[..link.find("/kyc/").expect("a path")], header("location"));
    let draft = format!("Zqdraft{}", 93_000 + markers.len());
    let kind = if browser
        .get(format!("{base}/people"))
        .header("cookie", &cookie)
        .send()
        .await
        .expect("a page")
        .status()
        .is_success()
    {
        "business_address"
    } else {
        "residential_address"
    };
    // A city with too many characters.
    let text = format!("{draft}{}", "x".repeat(200));
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([(format!("/{kind}/city"), text.as_str()), (format!("was:/{kind}/city"), "")])
        .finish();
    let request =
        browser.post(format!("{base}/address")).header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    let saved =
        request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.expect("saved");
    assert_eq!(saved.status().as_u16(), 303);
    let shown = browser.get(format!("{base}/address")).header("cookie", &cookie).send().await.expect("a page");
    let page = shown.text().await.expect("a page");
    assert!(page.contains(&draft), "the visitor sees what it typed: {page}");
    markers.push(draft);
    markers.push(cookie.split('=').nth(1).expect("a pass").to_owned());
}

/// Entries over HTTP hold no values. The command line shows them whole, on standard output and nowhere else.
async fn the_audit_trail_shows_values_to_its_reader_alone(
    folder: &Path,
    client: &reqwest::Client,
    url: &str,
    markers: &[String],
) -> Vec<String> {
    let run =
        |arguments: &[&str]| dossier(folder, &[arguments, &["--data-dir", "data", "--log-level", "trace"]].concat());
    let made = run(&["keys", "create", "--name", "audit", "--scope", "audit:read", "--output", "json"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let key = made["key"].as_str().expect("a key");
    let list =
        client.get(format!("{url}/v0/audit?limit=1000")).header("Api-Key", key).send().await.expect("a response");
    let list = list.text().await.expect("text");
    let mut found = hits("the audit trail", list.as_bytes(), markers);
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let (mut shown, mut looks) = (Vec::new(), 0);
    for entry in list["items"].as_array().expect("entries") {
        let output = run(&["audit", "show", &entry["seq"].to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        shown.extend(hits("an entry", &output.stdout, markers));
        found.extend(hits("standard error", &output.stderr, markers));
        looks += 1;
    }
    assert!(looks > 10 && shown.len() > 60, "{} of {looks} entries are shown", shown.len());
    found
}

/// The log of requests names the places of the contract.
fn the_log_of_requests_has_places_and_no_names(folder: &Path, markers: &[String]) -> Vec<String> {
    let list = dossier(folder, &["requests", "list", "--limit", "1000", "--output", "json", "--data-dir", "data"]);
    let text = String::from_utf8(list.stdout).expect("UTF-8");
    for part in ["unknown_property", "\"/*\"", "/birth_date", "invalid_parameters", "/v0/files"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    hits("the log of requests", text.as_bytes(), markers)
}

/// Half of an upload, whose rest never arrives.
fn half_an_upload(url: &str, key: &str) -> TcpStream {
    let body = form(FILE_MARKER, &marked_file());
    let mut half = TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
    let head = format!(
        "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {key}\r\nContent-Type: multipart/form-data; \
            boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    half.write_all(head.as_bytes()).and_then(|()| half.write_all(&body[..body.len() / 2])).expect("written");
    half
}

#[tokio::test]
async fn no_personal_data_lies_anywhere_in_the_clear() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut child, url, metrics, key) = start(folder.path());
    let key = key.expect("a first key");
    let client = reqwest::Client::new();
    let mut markers = Vec::new();
    let mut answers = Vec::new();
    for (kind, body) in [("individual", INDIVIDUAL), ("corporate", BUSINESS)] {
        let email = format!("zq-{kind}-{}@example.com", 81_000 + markers.len());
        markers.push(email.clone());
        let send = |method: reqwest::Method, path: &str, body: Value| {
            let request =
                client.request(method, format!("{url}{path}")).header("Api-Key", &key).header("Idempotency-Key", "k");
            request.header("content-type", "application/json").body(body.to_string()).send()
        };
        let created = send(reqwest::Method::POST, "/v0/customers", json!({ "email": email, "type": kind }))
            .await
            .expect("a response");
        // A key works for one request only.
        let created = if created.status().as_u16() == 409 {
            client
                .post(format!("{url}/v0/customers"))
                .header("Api-Key", &key)
                .json(&json!({ "email": email, "type": kind }))
                .send()
                .await
                .expect("a response")
        } else {
            created
        };
        let id = created.json::<Value>().await.expect("JSON")["customer_id"].as_str().expect("an id").to_owned();
        let mut body: Value = serde_json::from_str(body).expect("JSON");
        mark("", &mut body, &mut markers);
        let path = format!("/v0/customers/{id}");
        let put =
            client.put(format!("{url}{path}")).header("Api-Key", &key).header("Idempotency-Key", format!("put-{kind}"));
        let put = put.header("Prefer", "return=representation").json(&body).send().await.expect("a response");
        assert_eq!(put.status().as_u16(), 200, "{}", put.text().await.expect("text"));
        // Errors of every kind, with markers in the wrong places.
        for wrong in [
            json!({
                "nationality": markers[1], "birth_date": markers[2], "x": markers[3], "account_purpose": markers[4],
                "first_name": [markers[5]],
            }),
            json!([markers[6]]),
        ] {
            answers
                .push(send(reqwest::Method::PUT, &path, wrong).await.expect("a response").text().await.expect("text"));
        }
        let broken =
            client.put(format!("{url}{path}")).header("Api-Key", &key).header("content-type", "application/json");
        answers.push(
            broken
                .body(format!("{{\"first_name\":\"{}", markers[1]))
                .send()
                .await
                .expect("a response")
                .text()
                .await
                .expect("text"),
        );
        let stale = client.put(format!("{url}{path}")).header("Api-Key", &key).header("If-Match", "\"v1\"").json(&body);
        answers.push(stale.send().await.expect("a response").text().await.expect("text"));
        // The response alone repeats a name that the client made up.
        let made_up = format!("Zqmember{}", 95_000 + markers.len());
        markers.push(made_up.clone());
        let refused = send(reqwest::Method::PUT, &path, json!({ made_up.clone(): 1 })).await.expect("a response");
        assert!(refused.text().await.expect("text").contains(&made_up));
        let list = client.get(format!("{url}/v0/customers?{made_up}=1")).header("Api-Key", &key);
        assert_eq!(list.send().await.expect("a response").status().as_u16(), 400);
    }
    upload_markers(&client, &url, &key, &mut markers, &mut answers).await;
    verify_with_markers(&client, &url, &key, &mut markers).await;
    assert!(markers.len() > 50, "{} markers", markers.len());
    let mut found = Vec::new();
    for (place, answer) in answers.iter().enumerate() {
        assert!(answer.contains("\"code\""), "{answer}");
        found.extend(hits(&format!("error {place}"), answer.as_bytes(), &markers));
    }
    found.extend(the_audit_trail_shows_values_to_its_reader_alone(folder.path(), &client, &url, &markers).await);
    found.extend(the_log_of_requests_has_places_and_no_names(folder.path(), &markers));
    let metrics = client.get(metrics).send().await.expect("a response").text().await.expect("text");
    assert!(metrics.contains("dossier_http_requests_total"));
    found.extend(hits("the metrics", metrics.as_bytes(), &markers));
    // While the server runs (database, WAL, shared memory), after a kill, and after an orderly shutdown.
    let half = half_an_upload(&url, &key);
    let incoming = folder.path().join("data/files/incoming");
    while everything_below(&incoming).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let running = everything_below(&folder.path().join("data"));
    only_its_owner_reaches(&folder.path().join("data"), child.id());
    child.kill().expect("killed");
    child.wait().expect("ended");
    drop(half);
    for (name, content) in running {
        found.extend(hits(&name, &content, &markers));
    }
    fs::write(folder.path().join("data/restarted"), "").expect("a file");
    let (mut child, url, _, _) = start(folder.path());
    assert_eq!(everything_below(&incoming).len(), 0, "half-written files are gone");
    let list = client
        .get(format!("{url}/v0/customers?expand=profile"))
        .header("Api-Key", &key)
        .send()
        .await
        .expect("a response");
    let list = list.text().await.expect("text");
    assert!(hits("the list", list.as_bytes(), &markers).len() >= 60, "what was stored is read back");
    let terminated = Command::new("kill").arg(child.id().to_string()).status().expect("kill");
    assert!(terminated.success() && child.wait().expect("ended").success());
    for (name, content) in everything_below(folder.path()) {
        found.extend(hits(&name, &content, &markers));
    }
    let log = fs::read_to_string(folder.path().join("log")).expect("the log");
    assert!(log.contains("\"level\":\"DEBUG\""), "the log was written at TRACE: {log}");
    assert!(!log.contains(&key), "the log does not contain the key either");
    assert_eq!(found, Vec::<String>::new());
}
