//! Pages of the form with files: fields and files are saved together, a refused file does not affect the rest, and the
//! browser gets its response even while it is still sending.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use dossier::http::claimant::Claimants;
use dossier_core::form::short_hash;
use reqwest::Method;
use serde_json::Value;

use crate::app::{BOUNDARY, TestApp, page};
use crate::files::walk;
use crate::form::Browser;
use crate::samples::{noise, pdf, png};

const MIB: usize = 1_024 * 1_024;
const CITY: &str = "/residential_address/city";
const PROOF: &str = "file:proof_of_address";

/// A text field, as a page sends it.
fn typed(text: &str) -> [(&'static str, Option<&'static str>, Vec<u8>); 2] {
    [(CITY, None, text.into()), ("was:/residential_address/city", None, short_hash("").into())]
}

impl TestApp {
    async fn documents(&self, id: &str) -> usize {
        let customer = self.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
        customer["documents"].as_array().map_or(0, Vec::len)
    }
}

#[tokio::test]
async fn a_page_saves_fields_and_files_together_and_a_refused_file_does_not_affect_the_rest() {
    let app = TestApp::start().await;
    for (what, file_name, content, said, documents) in [
        ("a file", "a.pdf", pdf(b"text"), "", 1),
        ("an input that was left alone", "", Vec::new(), "", 0),
        ("a file without a name", "", png(320, 200, 50), "", 1),
        ("an empty file", "a.pdf", Vec::new(), "empty or damaged", 0),
        ("a picture of an iPhone", "a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "HEIC picture", 0),
        ("a text", "a.txt", b"This is no picture.".to_vec(), "is not a JPEG", 0),
        ("a picture of too many pixels", "a.png", png(10_000, 5_001, 50), "too many pixels", 0),
        ("a file that is too large", "a.pdf", pdf(&noise(11 * MIB)), "larger than 10 MB", 0),
        ("a file that is twice too large", "a.pdf", pdf(&noise(19 * MIB)), "larger than 10 MB", 0),
    ] {
        let (id, link) = app.invited("individual").await;
        let browser = Browser::enter(&app, &link).await;
        let [city, was] = typed("London");
        // A field after the file is read too.
        let parts = [(was.0, was.1, &was.2[..]), (PROOF, Some(file_name), &content), (city.0, city.1, &city.2)];
        let answer = browser.sends("address", &parts, "").await;
        let page = browser.follows(&answer).await.text;
        assert!(page.contains(said), "{what}: {page}");
        assert_eq!(answer.header("location").contains("failed="), !said.is_empty(), "{what}");
        let page = browser.get("/address").await.text;
        assert!(page.contains("value=\"London\""), "{what}: what was typed is saved");
        assert_eq!(app.documents(&id).await, documents, "{what}");
    }
    assert!(walk(&app.folder.path().join("data/files/incoming")).is_empty(), "nothing half-written is left");
}

#[tokio::test]
async fn each_file_of_a_page_goes_to_its_own_document() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("corporate").await;
    let browser = Browser::enter(&app, &link).await;
    let shown = browser.get("/documents").await.text;
    let inputs: Vec<_> = shown.split("name=\"file:").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut names: Vec<_> = inputs.iter().map(|id| format!("file:{id}")).collect();
    names.dedup();
    assert_eq!(names.len(), 3, "{inputs:?}");
    let contents = names.iter().map(|name| pdf(name.as_bytes())).collect::<Vec<_>>();
    let parts: Vec<_> = names.iter().zip(&contents).map(|(name, one)| (&name[..], Some("a.pdf"), &one[..])).collect();
    let answer = browser.sends("documents", &parts, "").await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    let customer = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    let documents = customer["documents"].as_array().expect("documents");
    let mut purposes: Vec<_> = documents.iter().map(|one| one["purpose"].as_str().expect("a purpose")).collect();
    purposes.sort_unstable();
    purposes.dedup();
    assert_eq!((documents.len(), purposes.len()), (3, 3));
}

#[tokio::test]
async fn a_page_sent_twice_stores_a_file_once_and_another_file_too() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    const AGAIN: &str = "You already sent a different file";
    for (name, content, said, documents) in [
        ("a.pdf", pdf(b"one"), "", 1),
        ("a.pdf", pdf(b"one"), "", 1),
        ("b.pdf", pdf(b"two"), "", 2),
        ("a.pdf", pdf(b"another of the same name"), AGAIN, 2),
    ] {
        let parts = [("attempt", None, &b"0123456789abcdef"[..]), (PROOF, Some(name), &content)];
        let answer = browser.sends("address", &parts, "upload:proof_of_address").await;
        let page = browser.follows(&answer).await.text;
        assert_eq!(page.contains(AGAIN), !said.is_empty(), "{name}: {page}");
        assert_eq!(app.documents(&id).await, documents, "{name}");
    }
    let customer = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    for document in customer["documents"].as_array().expect("documents") {
        let pressed = format!("detach:{}", document["file_id"].as_str().expect("an id"));
        assert_eq!(browser.sends("address", &[], &pressed).await.status.as_u16(), 303);
    }
    assert_eq!(app.documents(&id).await, 0);
}

#[tokio::test]
async fn malformed_and_oversized_pages_are_refused_and_leave_nothing_behind() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let good = pdf(b"text");
    let [city, was] = typed("London");
    let (city, was) = ((city.0, city.1, &city.2[..]), (was.0, was.1, &was.2[..]));
    let whole = page(&[city, was]);
    let long = vec![b'x'; MIB];
    let form = "application/x-www-form-urlencoded";
    let fields = |count: usize| (0..count).map(|number| format!("a{number}=1&")).collect::<String>().into_bytes();
    let typed = format!("{CITY}=London&was:{CITY}={}", short_hash("")).into_bytes();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    for (what, kind, body, status) in [
        ("nothing", &content_type[..], Vec::new(), 400),
        ("a page that is cut", &content_type, whole[..whole.len() - 4].to_vec(), 400),
        ("something after its end", &content_type, [&whole[..], b"x"].concat(), 400),
        ("another boundary", "multipart/form-data; boundary=other", whole.clone(), 400),
        ("no boundary", "multipart/form-data", whole.clone(), 400),
        ("another kind of parts", "multipart/mixed; boundary=x", whole.clone(), 415),
        ("JSON", "application/json", b"{}".to_vec(), 415),
        ("too many fields", &content_type, page(&[&[city, was][..], &[("a", None, &b""[..]); 999]].concat()), 400),
        ("too many files", &content_type, page(&[(PROOF, Some("a.pdf"), &good[..]); 17]), 400),
        ("too much text", &content_type, page(&[city, was, (CITY, None, &long)]), 413),
        ("too many fields without files", form, [fields(999), typed].concat(), 400),
        (
            "a part without a name",
            &content_type,
            {
                let text = String::from_utf8(whole.clone()).expect("text");
                text.replacen(&format!("name=\"{CITY}\""), "x=\"y\"", 1).into_bytes()
            },
            400,
        ),
    ] {
        let request = browser.request(Method::POST, "/address").header("content-type", kind).body(body);
        let answer = TestApp::send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
        assert!(answer.header("content-type").starts_with("text/html"), "{what}");
        let said = if status == 413 { "Your answers are too long" } else { "Your answers did not arrive in full" };
        assert!(answer.text.contains(said) && answer.text.contains("Go back"), "{what}: {}", answer.text);
    }
    assert_eq!(app.profile(&id).await["residential_address"], Value::Null);
    assert_eq!(app.documents(&id).await, 0);
    assert!(walk(&app.folder.path().join("data/files/incoming")).is_empty());
}

/// Sends a whole page before reading the response, as browsers do. `Err` if the connection broke.
fn sends_all(app: &TestApp, browser: &Browser, script: bool, size: usize) -> std::io::Result<String> {
    let path = if script { "/address/upload" } else { "/address" };
    let request = browser.request(Method::POST, path).build().expect("a request");
    let cookie = request.headers()["cookie"].to_str().expect("text").to_owned();
    let body = page(&[(PROOF, Some("a.jpg"), &[&b"II*\0"[..], &vec![7; size]].concat())]);
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://"))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let partial = if script { "HX-Request: true\r\n" } else { "" };
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n{partial}\
            Connection: close\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n\
            Content-Length: {}\r\n\r\n",
        request.url().path(),
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_refused_file_is_read_within_its_own_budget() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    for (script, status, said) in [(false, "303", "upload-unsupported_file_type"), (true, "200", "is not a JPEG")] {
        for size in [5 * MIB, 19 * MIB] {
            let answer = sends_all(&app, &browser, script, size).expect("an answer");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{size}: {answer}");
            assert!(answer.contains(said), "{size}: {answer}");
        }
    }
    let drains = &app.server.as_ref().expect("running").app.drains;
    let others: Vec<_> = (1..=4)
        .map(|last| drains.take(Claimants::stranger([192, 0, 2, last].into()), drains.total() / 4).expect("room"))
        .collect();
    // Beyond the limits the connection ends, with or without a response.
    for size in [64 * MIB, 19 * MIB] {
        if let Ok(answer) = sends_all(&app, &browser, false, size) {
            assert!(answer.contains("connection: close"), "{size}: {answer}");
        }
    }
    drop(others);
    assert!(sends_all(&app, &browser, false, 19 * MIB).is_ok(), "every place was given back");
    // A file that is refused for lack of room is read too.
    let uploads = &app.server.as_ref().expect("running").app.uploads;
    let _others: Vec<_> = (1..=4)
        .map(|last| uploads.take(Claimants::stranger([192, 0, 2, last].into()), uploads.total() / 4).expect("room"))
        .collect();
    let answer = sends_all(&app, &browser, false, 9 * MIB).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[tokio::test]
async fn a_session_that_uploads_too_often_has_to_wait() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let empty = (PROOF, Some("a.txt"), &b"This is no picture."[..]);
    for _ in 0..5 {
        assert_eq!(browser.sends("address", &[empty; 16], "").await.status.as_u16(), 303);
    }
    let refused = browser.sends("address", &[empty], "").await;
    assert_eq!((refused.status.as_u16(), refused.header("ratelimit-policy")), (429, "\"form-uploads\";q=80;w=4800"));
    assert!(refused.text.contains("Please wait a minute"));
}
