//! Subject access: what an export has, what it never has, and how it ends when a document is damaged.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::os::unix::fs::PermissionsExt as _;

use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of};
use crate::form::Browser;
use crate::samples::{noise, pdf};

/// The content of every entry, by its name.
fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("its content, with the right checksum");
        entries.insert(entry.name().to_owned(), content);
    }
    entries
}

/// An export that was read.
struct Read {
    record: Value,
    page: String,
    documents: BTreeMap<String, Vec<u8>>,
}

impl Read {
    fn of(archive: &[u8]) -> Self {
        let mut documents = unpacked(archive);
        let record = documents.remove("record.json").expect("the record");
        let page = documents.remove("record.html").expect("the page");
        let record = serde_json::from_slice(&record).expect("JSON");
        let read = Self { record, page: String::from_utf8(page).expect("text"), documents };
        let listed = read.record["documents"].as_array().expect("documents").iter();
        let paths: std::collections::BTreeSet<_> =
            listed.map(|document| document["path"].as_str().expect("a path").to_owned()).collect();
        assert_eq!(paths.iter().collect::<Vec<_>>(), read.documents.keys().collect::<Vec<_>>());
        assert!(paths.iter().all(|path| read.page.contains(&format!("href=\"{path}\""))), "{}", read.page);
        read
    }

    /// Whether a text is anywhere in it.
    fn has(&self, text: &str) -> bool {
        self.record.to_string().contains(text)
            || self.page.contains(text)
            || self.documents.iter().any(|(name, content)| {
                name.contains(text) || content.windows(text.len()).any(|window| window == text.as_bytes())
            })
    }
}

impl TestApp {
    async fn export_request(&self, method: Method, path: &str) -> RequestBuilder {
        let scopes = [KeyScope::CustomersRead, KeyScope::FilesRead, KeyScope::PiiReveal];
        let key = self.new_key(None, Environment::Sandbox, &scopes, None).await;
        let request = self.client.request(method, format!("{}/v0/customers/{path}", self.url));
        request.header("Api-Key", key["key"].as_str().expect("a key"))
    }

    async fn export(&self, path: &str) -> Answered {
        TestApp::send(self.export_request(Method::GET, path).await).await
    }

    /// Uploads a PDF with this text, and returns its id.
    async fn given_pdf(&self, name: &str, text: &str) -> String {
        let answer = self.upload(name, &pdf(text.as_bytes())).await.expect(200);
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// The fields of every export in the trail, newest first.
    async fn exports(&self) -> Vec<Value> {
        let trail = self.trail().await.into_iter();
        trail.filter(|row| row["action"] == "customer.exported").map(|row| row["fields"].clone()).collect()
    }
}

/// What reviewers write for each other, and other secrets.
const SECRETS: [&str; 6] = ["ZqNote", "ZqLabel", "fraud_suspected", "/kyc/dsl_", "zq.example/home", "ZqOther"];

#[tokio::test]
async fn a_customer_gets_the_whole_record_with_every_document_and_nothing_of_the_reviewers() {
    let app = TestApp::start().await;
    let (id, other) = (app.given("individual").await, app.given("individual").await);
    let session = json!({ "redirect_uri": "https://zq.example/home" });
    let opened = app.post(&format!("/v0/customers/{id}/kycs"), &session).await.expect(201);
    let browser = Browser::enter(&app, opened["kycs"]["kyc_flow_link"].as_str().expect("a link")).await;
    browser.completes().await;
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    let (removed, shared) = (app.given_pdf("ältere Rechnung.pdf", "ZqRemoved").await, app.given_file().await);
    let naming = |file: &str, text: &str| json!({ "documents": [{ "file_id": file, "description": text }] });
    app.put(&id, &naming(&removed, "mine")).await.expect(200);
    let path = format!("/v0/customers/{id}/documents/{removed}");
    assert_eq!(TestApp::send(app.request(Method::DELETE, &path)).await.status.as_u16(), 204);
    app.put(&id, &naming(&shared, "<b>mine</b>")).await.expect(200);
    app.put(&other, &naming(&shared, "ZqOther")).await.expect(200);
    app.put(&other, &json!({ "last_name": "ZqOther" })).await.expect(200);
    for (outcome, comment) in [("approve", "ZqFirst comment"), ("reject", "ZqLast comment")] {
        let decision = json!({
            "outcome": outcome, "comment": comment, "note": "ZqNote", "labels": ["ZqLabel"],
            "reason_codes": ["fraud_suspected"],
        });
        app.post(&format!("/v0/customers/{id}/decisions"), &decision).await.expect(200);
    }
    app.open_session(&id).await;

    let answer = app.export(&format!("{id}/export")).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{id}.zip\""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let read = Read::of(&answer.bytes);
    assert_eq!(app.exports().await, [json!([])]);
    let shown = app.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200);
    for member in ["customer_id", "email", "first_name", "profile", "created_at", "updated_at"] {
        assert_eq!(read.record[member], shown[member], "{member}");
    }
    assert_eq!(read.record["kycs"]["status"], "pending");
    assert!(read.record["kycs"].get("kyc_flow_link").is_none());
    let told = read.record["decisions"].as_array().expect("decisions").iter();
    let told: Vec<_> = told.map(|one| [one["outcome"].clone(), one["comment"].clone()]).collect();
    assert_eq!(told, [["approve", "ZqFirst comment"], ["reject", "ZqLast comment"]].map(|two| two.map(Value::from)));
    let events = read.record["sessions"].as_array().expect("sessions").iter().map(|event| event["event"].clone());
    let expected = ["session_opened", "form_opened", "form_submitted", "session_opened"];
    assert_eq!(events.collect::<Vec<_>>(), expected.map(Value::from));
    assert!(read.record["consent"]["text"].as_str().is_some_and(|text| text.contains("true")));
    assert_eq!(read.record["consent"]["network_address"], "127.0.0.1");

    let path = format!("documents/{removed}-_ltere_Rechnung.pdf");
    assert_eq!(read.documents[&path], pdf(b"ZqRemoved"));
    let was = read.record["documents"].as_array().expect("documents").iter().find(|one| one["path"] == *path);
    assert_eq!(was.map(|one| &one["in_record"]), Some(&json!(false)));
    assert_eq!(read.documents.len(), 4);
    for secret in SECRETS.into_iter().chain([&*other]) {
        assert!(!read.has(secret), "{secret} is in the export");
    }
    for text in ["Ada Lovelace", "United Kingdom (GB)", "10 December 1990", "&lt;b&gt;mine", "ZqLast comment"] {
        assert!(read.page.contains(text), "{text} is not on the page: {}", read.page);
    }
    assert!(!read.page.contains("<b>") && !read.page.contains("<script"));
}

/// A business with two persons, who have a document each and one together.
async fn given_business(app: &TestApp) -> (String, [String; 2]) {
    let id = app.given("corporate").await;
    let both = app.given_pdf("both.pdf", "ZqBoth").await;
    let mut persons = Vec::new();
    for name in ["ZqAnna", "ZqBert"] {
        let own = app.given_pdf(&format!("{name}.pdf"), &format!("{name} content")).await;
        persons.push(json!({
            "first_name": name, "last_name": "Example", "nationality": "DE", "documents":
            [{ "file_id": own, "purpose": "id_document" }, { "file_id": both, "purpose": "proof_of_address" }],
        }));
    }
    let own = app.given_pdf("register.pdf", "ZqRegister").await;
    let body = json!({
        "business_legal_name": "ZqHarbour Ltd", "associated_persons": persons, "documents": [{ "file_id": own }],
    });
    app.put(&id, &body).await.expect(200);
    let shown = app.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200);
    let person = |index: usize| shown["profile"]["associated_persons"][index]["id"].as_str().expect("an id").to_owned();
    let persons = [person(0), person(1)];
    let note = json!({ "outcome": "approve", "comment": "ZqTold", "note": "ZqNote", "labels": ["ZqLabel"] });
    app.open_session(&id).await;
    app.simulate(&id, "kyc.status.submit").await.expect(200);
    app.post(&format!("/v0/customers/{id}/decisions"), &note).await.expect(200);
    (id, persons)
}

#[tokio::test]
async fn a_person_of_a_business_gets_their_own_data_and_nothing_of_another() {
    let app = TestApp::start().await;
    let (id, [anna, bert]) = given_business(&app).await;
    let whole = Read::of(&app.export(&format!("{id}/export")).await.bytes);
    for text in ["ZqAnna content", "ZqBert content", "ZqRegister", "ZqHarbour Ltd", "ZqTold"] {
        assert!(whole.has(text), "{text}");
    }
    assert_eq!((whole.documents.len(), whole.record["documents"].as_array().map(Vec::len)), (4, Some(5)));
    assert!(SECRETS.iter().all(|secret| !whole.has(secret)));

    let answer = app.export(&format!("{id}/export?person_id={anna}")).await;
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{anna}.zip\""));
    let read = Read::of(&answer.bytes);
    assert_eq!(app.exports().await[0], json!([format!("/associated_persons/{anna}")]));
    let members: Vec<_> = read.record.as_object().expect("a record").keys().collect();
    let expected = ["exported_at", "customer_id", "person_id", "person", "documents", "drafts", "confirmations"];
    assert_eq!(members, expected);
    assert_eq!(read.record["person"], whole.record["profile"]["associated_persons"][0]);
    assert!(read.has("ZqAnna content") && read.has("ZqBoth") && read.page.contains("ZqAnna Example"));
    assert_eq!(read.documents.len(), 2);
    for foreign in ["ZqBert", "ZqRegister", "ZqHarbour", "ZqTold", "ZqNote", "example.com", &*bert] {
        assert!(!read.has(foreign), "{foreign} is in the export of another person");
    }

    // Documents are kept when a person leaves the record, and so is the right to see them.
    app.patch(&id, &json!({ "associated_persons": [{ "id": bert, "first_name": "ZqBert" }] })).await.expect(200);
    let read = Read::of(&app.export(&format!("{id}/export?person_id={anna}")).await.bytes);
    assert_eq!((&read.record["person"], read.documents.len()), (&Value::Null, 2));
    assert!(read.page.contains("no longer in the record") && !read.has("ZqBert"));
}

#[tokio::test]
async fn what_is_unknown_is_not_found_and_a_key_needs_both_scopes() {
    let app = TestApp::start().await;
    let (id, [anna, _]) = given_business(&app).await;
    let other = app.given("corporate").await;
    let unknown = "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e";
    for path in [
        format!("{unknown}/export"),
        "nonsense/export".to_owned(),
        "%ff/export".to_owned(),
        format!("{id}/export?person_id={unknown}"),
        format!("{id}/export?person_id=nonsense"),
        format!("{id}/export?person_id="),
        format!("{other}/export?person_id={anna}"),
        // The customer itself is a data subject, but not one of its persons.
        format!("{id}/export?person_id={id}"),
    ] {
        app.export(&path).await.problem(404, "not_found");
    }
    for query in ["expand=profile", &format!("person_id={anna}&person_id={anna}")] {
        app.export(&format!("{id}/export?{query}")).await.problem(400, "invalid_parameters");
    }
    let request = app.export_request(Method::HEAD, &format!("{id}/export")).await;
    let refused = TestApp::send(request).await;
    assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, "GET"));
    let live = app.new_key(None, Environment::Production, KeyScope::ALL, None).await;
    let reader = app.new_key(None, Environment::Sandbox, &[KeyScope::CustomersRead], None).await;
    let with = |key: &Value| {
        let request = app.client.get(format!("{}/v0/customers/{id}/export", app.url));
        TestApp::send(request.header("Api-Key", key["key"].as_str().expect("a key")))
    };
    with(&live).await.problem(404, "not_found");
    assert_eq!(with(&reader).await.problem(403, "insufficient_scope")["scope"], "files:read");
    assert!(app.exports().await.is_empty(), "what is refused is no export");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_documents_arrive_whole_and_a_damaged_one_cuts_the_connection() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let content = pdf(&noise(9_000_000));
    let file = app.upload("scan.pdf", &content).await.expect(200)["id"].as_str().expect("an id").to_owned();
    app.put(&id, &json!({ "documents": [{ "file_id": file }] })).await.expect(200);
    // A range is not asked for by anything that understands the answer, and is ignored.
    let request = app.export_request(Method::GET, &format!("{id}/export")).await.header("Range", "bytes=0-9");
    let read = Read::of(&TestApp::send(request).await.bytes);
    assert!(read.documents[&format!("documents/{file}-scan.pdf")] == content);

    let path = crate::files::walk(&app.folder.path().join("data/files")).pop().expect("the content");
    let mut altered = fs::read(&path).expect("the content");
    altered[5_000_000] ^= 1;
    fs::write(&path, altered).expect("written");
    let request = app.export_request(Method::GET, &format!("{id}/export")).await;
    let response = request.send().await.expect("an answer");
    assert!(response.status() == 200 && response.bytes().await.is_err());
    let refused = dossier(app.folder.path(), &["customers", "export", &id, "--data-dir", "data"]);
    assert!(!refused.status.success() && !app.folder.path().join(format!("{id}.zip")).exists(), "{refused:?}");
}

#[tokio::test]
async fn an_export_counts_as_a_download_until_it_ends() {
    let app = TestApp::start_with(&[("downloads_per_key", "1")]).await;
    let id = app.given("individual").await;
    // More than the buffers of a connection hold.
    for _ in 0..3 {
        let file = app.upload("scan.pdf", &pdf(&noise(9_500_000))).await.expect(200);
        app.put(&id, &json!({ "documents": [{ "file_id": file["id"] }] })).await.expect(200);
    }
    let request = app.export_request(Method::GET, &format!("{id}/export")).await;
    let again = || TestApp::send(request.try_clone().expect("no body"));
    let held = request.try_clone().expect("no body").send().await.expect("an answer");
    again().await.problem(429, "too_many_requests");
    drop(held);
    for _ in 0..100 {
        if again().await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("a client that went away still counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_saves_the_same_archive_with_a_running_server_and_without() {
    let app = TestApp::start().await;
    let (id, [anna, _]) = given_business(&app).await;
    let of_server = Read::of(&app.export(&format!("{id}/export")).await.bytes);
    let mut app = app;
    for run in ["with.zip", "without.zip"] {
        let folder = app.folder.path();
        let saved = json_of(folder, &["customers", "export", &id, "--to", run, "--data-dir", "data"]);
        assert_eq!(saved, json!({ "customer_id": id, "person_id": null, "files": 4, "saved_as": run }));
        assert_eq!(fs::metadata(folder.join(run)).expect("a file").permissions().mode() & 0o777, 0o600);
        let mut read = Read::of(&fs::read(folder.join(run)).expect("the archive"));
        read.record["exported_at"] = of_server.record["exported_at"].clone();
        assert_eq!((&read.record, &read.documents), (&of_server.record, &of_server.documents));
        let again = dossier(folder, &["customers", "export", &id, "--to", run, "--data-dir", "data"]);
        assert!(!again.status.success(), "nothing is overwritten");
        let person = ["customers", "export", &id, "--person", &anna, "--data-dir", "data"];
        assert_eq!(json_of(folder, &person)["saved_as"], format!("{anna}.zip"));
        assert!(!Read::of(&fs::read(folder.join(format!("{anna}.zip"))).expect("the archive")).has("ZqBert"));
        fs::remove_file(folder.join(format!("{anna}.zip"))).expect("removed");
        let unknown = dossier(folder, &["customers", "export", &anna, "--data-dir", "data"]);
        assert!(String::from_utf8_lossy(&unknown.stderr).contains("no such customer"), "{unknown:?}");
        assert!(!folder.join(format!("{anna}.zip")).exists(), "a failed export leaves no file");
        if let Some(server) = app.server.take() {
            assert!(server.stop().await);
        }
    }
}
