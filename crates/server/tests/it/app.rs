//! A server to test with.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use dossier::cli::accounts::Set;
use dossier::config::sources::Sources;
use dossier::config::{Config, Settings};
use dossier::serve::Server;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::samples;

/// The published example, without the documents that need files.
pub(crate) const INDIVIDUAL: &str = include_str!("../../assets/examples/update-individual.json");
/// A full business with five associated persons.
pub(crate) const BUSINESS: &str = include_str!("../../assets/examples/update-business.json");

/// The boundary of the forms that tests send.
pub(crate) const BOUNDARY: &str = "----a-boundary";

/// A form with one file.
pub(crate) fn form(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: \
            application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// A page of the form: names, file names of files, and contents.
pub(crate) fn page(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        let file_name = file_name.map_or_else(String::new, |file_name| format!("; filename=\"{file_name}\""));
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// A running server, its first key, and a client.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) metrics_url: String,
    pub(crate) key: String,
    pub(crate) client: Client,
    /// Declared before its folder, so that it is dropped first.
    pub(crate) server: RunningServer,
    pub(crate) folder: TempDir,
    pub(crate) next: AtomicU64,
}

/// A server that is stopped when the test ends. Otherwise it could still write after its folder is deleted, and an I/O
/// error of the database ends the process, and with it a test that has passed.
pub(crate) struct RunningServer(Option<Server>);

impl Deref for RunningServer {
    type Target = Option<Server>;

    fn deref(&self) -> &Option<Server> {
        &self.0
    }
}

impl DerefMut for RunningServer {
    fn deref_mut(&mut self) -> &mut Option<Server> {
        &mut self.0
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let handle = Handle::current();
        // With one thread, no task of the server runs any more: this thread is the one that would run it.
        let can_wait = handle.runtime_flavor() == RuntimeFlavor::MultiThread && !std::thread::panicking();
        if let Some(server) = self.0.take().filter(|_| can_wait) {
            tokio::task::block_in_place(|| handle.block_on(server.stop()));
        }
    }
}

/// A response, read completely.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    /// The body as it arrived.
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Asserts a status and returns the JSON.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts an `invalid_body` or `invalid_parameters` problem and returns its violations, one line each.
    #[track_caller]
    pub(crate) fn violations(self) -> Vec<String> {
        let problem = self.expect(400);
        let line = |found: &Value| {
            format!("{} {}", found["pointer"].as_str().expect("a pointer"), found["code"].as_str().expect("a code"))
        };
        problem["errors"].as_array().expect("violations").iter().map(line).collect()
    }

    /// Asserts a problem with this code and only documented members.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.expect(status);
        assert_eq!(problem["code"], code);
        crate::described::fits("Problem", &problem);
        problem
    }
}

pub(crate) fn config(folder: &TempDir, extra: &[(&'static str, &str)]) -> Config {
    let data = folder.path().join("data");
    let mut flags = BTreeMap::from([
        ("data_dir", data.to_string_lossy().into_owned()),
        ("listen", "127.0.0.1:0".to_owned()),
        ("metrics_listen", "127.0.0.1:0".to_owned()),
        // Many tests send several wrong keys.
        ("failed_authentications", "off".to_owned()),
        // A fast machine sends more than the default rates allow.
        ("rate_per_key", "off".to_owned()),
        ("rate_per_account", "off".to_owned()),
    ]);
    flags.extend(extra.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let given = Sources { flags, variable: &|_| None, names: Vec::new(), file: None };
    Settings::gather(&given).expect("settings").config().expect("good settings")
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, None, settings).await
    }

    pub(crate) async fn start_in(folder: TempDir, key: Option<String>, settings: &[(&'static str, &str)]) -> Self {
        let server = Server::start(&config(&folder, settings)).await.expect("a server");
        let key = key.or_else(|| server.first.as_ref().map(|first| first.key.expose().to_owned())).expect("a key");
        Self {
            url: format!("http://{}", server.address),
            metrics_url: format!("http://{}", server.metrics_address.expect("metrics are on")),
            key,
            client: Client::new(),
            server: RunningServer(Some(server)),
            folder,
            next: AtomicU64::new(1),
        }
    }

    /// Stops the server in an orderly way and starts another on the same folder.
    pub(crate) async fn restart(self) -> Self {
        self.restart_with(&[]).await
    }

    /// The same with other settings.
    pub(crate) async fn restart_with(mut self, settings: &[(&'static str, &str)]) -> Self {
        assert!(self.server.take().expect("running").stop().await);
        Self::start_in(self.folder, Some(self.key), settings).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).header("Api-Key", &self.key)
    }

    pub(crate) async fn send(request: RequestBuilder) -> Answered {
        let response = request.send().await.expect("a response");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        Answered { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answered {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, id: &str, body: &Value) -> Answered {
        Self::send(self.request(Method::PUT, &format!("/v0/customers/{id}")).json(body)).await
    }

    /// An upload with this body, whose boundary is [`BOUNDARY`].
    pub(crate) fn upload_request(&self, body: Vec<u8>) -> RequestBuilder {
        let request = self.request(Method::POST, "/v0/files");
        request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(body)
    }

    pub(crate) async fn upload(&self, name: &str, content: &[u8]) -> Answered {
        Self::send(self.upload_request(form(name, content))).await
    }

    /// Uploads a small picture and returns its id.
    pub(crate) async fn given_file(&self) -> String {
        let answer = self.upload("passport.png", &samples::png(320, 200, 1_000)).await.expect(200);
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// A new key that may read files with their content.
    pub(crate) async fn viewer(&self) -> String {
        let made = self.new_key(None, Environment::Sandbox, &[KeyScope::FilesRead, KeyScope::PiiReveal], None).await;
        made["key"].as_str().expect("a key").to_owned()
    }

    /// Reads the content of a file, or a range of it if one is given.
    pub(crate) async fn content(&self, file: &str, range: &str) -> Answered {
        let url = format!("{}/v0/files/{file}/content", self.url);
        let request = self.client.get(url).header("Api-Key", self.viewer().await);
        Self::send(if range.is_empty() { request } else { request.header("Range", range) }).await
    }

    /// A PUT with this text as its body.
    pub(crate) async fn put_text(&self, id: &str, body: impl Into<reqwest::Body>) -> Answered {
        let request = self.request(Method::PUT, &format!("/v0/customers/{id}"));
        Self::send(request.header("content-type", "application/json").body(body)).await
    }

    pub(crate) fn patch_request(&self, id: &str, body: &Value) -> RequestBuilder {
        let request = self.request(Method::PATCH, &format!("/v0/customers/{id}"));
        request.header("content-type", "application/merge-patch+json").body(body.to_string())
    }

    pub(crate) async fn patch(&self, id: &str, body: &Value) -> Answered {
        Self::send(self.patch_request(id, body)).await
    }

    pub(crate) async fn profile(&self, id: &str) -> Value {
        self.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200)["profile"].take()
    }

    /// Opens a session and returns `kycs`.
    pub(crate) async fn open_session(&self, id: &str) -> Value {
        let answer = Self::send(self.request(Method::POST, &format!("/v0/customers/{id}/kycs"))).await;
        answer.expect(201)["kycs"].take()
    }

    /// Waits up to ten seconds for a customer to reach this state.
    pub(crate) async fn comes_to_stand(&self, id: &str, expected: &str) {
        for _ in 0..100 {
            if self.stands(id).await == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(self.stands(id).await, expected);
    }

    /// `status/sub_status` of a customer. Empty before the first session.
    pub(crate) async fn stands(&self, id: &str) -> String {
        let customer = self.get(&format!("/v0/customers/{id}")).await.expect(200);
        match &customer["kycs"] {
            Value::Null => String::new(),
            kycs => format!(
                "{}/{}",
                kycs["status"].as_str().expect("a status"),
                kycs["sub_status"].as_str().expect("one").trim_start_matches("kyc_form_")
            ),
        }
    }

    pub(crate) async fn simulate(&self, id: &str, action: &str) -> Answered {
        self.post("/v0/customers/simulate", &json!({ "action": action, "customer_id": id })).await
    }

    /// A production key with every scope. Its account has what production needs.
    pub(crate) async fn production_key(&self) -> String {
        let set = Set {
            legal_name: Some("Harbour Software Limited".to_owned()),
            privacy_url: Some("https://harbour.example/privacy".to_owned()),
            ..Set::default()
        };
        self.command(set).await.expect("set");
        let made = self.new_key(None, Environment::Production, KeyScope::ALL, None).await;
        made["key"].as_str().expect("a key").to_owned()
    }

    /// Creates a customer and returns its id.
    pub(crate) async fn given(&self, kind: &str) -> String {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "email": format!("given-{next}@example.com"), "type": kind });
        self.post("/v0/customers", &body).await.expect(201)["customer_id"].as_str().expect("an id").to_owned()
    }
}
