//! `dossier customers fetch`: reads customers from another server of the Customers API, for an import.

use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use clap::Args;
use dossier_core::clock::Clock as _;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::{Value, json};

use super::command::{Local, LocalCommand};
use super::output::with_progress;
use crate::errors::{cannot, text};
use crate::system::SystemClock;

/// How often a request is sent that the server cannot answer now.
const TRIES: u32 = 5;
/// The longest wait that a server may ask for, in seconds.
const LONGEST_WAIT: u64 = 30;
const TIMEOUT: Duration = Duration::from_secs(30);
/// The most bytes of an answer: files have at most 10 MiB, and pages about one.
const MAX_CONTENT: usize = 64 * 1024 * 1024;
/// What Dossier adds to a customer. Another server may refuse or ignore it.
const EXPAND: &str = "expand=profile,documents";

/// Save the customers of another server of the Customers API, with their documents, for dossier customers import
#[derive(Args)]
pub struct Fetch {
    /// The URL of that server, with or without /v0
    pub url: Url,
    /// The file with the API key, which needs customers:read, files:read and pii:reveal if that server is Dossier
    #[arg(long, value_name = "FILE")]
    pub api_key_file: PathBuf,
    /// The new folder to save them in
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// The file with the customers' e-mails, one on each line, for a server that only lists customers by e-mail
    #[arg(long, value_name = "FILE")]
    pub emails: Option<PathBuf>,
}

#[async_trait(?Send)]
impl LocalCommand for Fetch {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let host = self.url.host_str().unwrap_or_default().to_owned();
        let is_local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if self.url.scheme() != "https" && !is_local {
            return Err("the URL must begin with https://, because the API key and personal data travel".to_owned());
        }
        let read = |path: &Path| std::fs::read_to_string(path).map_err(cannot("read", path));
        let key = read(&self.api_key_file)?.trim().to_owned();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(format!("{} must have one API key and nothing else", self.api_key_file.display()));
        }
        let emails = self.emails.as_deref().map(read).transpose()?;
        // A server that redirects must not get the key for another host.
        let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build().map_err(text)?;
        let made = DirBuilder::new().mode(0o700).create(&self.to);
        made.map_err(cannot("make the folder", &self.to))?;
        let base = self.url.as_str().trim_end_matches('/');
        // The paths have it as well.
        let base = base.strip_suffix("/v0").unwrap_or(base).to_owned();
        let server = Server { client, base, key, host };
        let fetched = server.fetch(emails.as_deref(), &self.to).await;
        let (customers, files) = fetched.map_err(|why| {
            // A part is of no use, and it is personal data.
            match std::fs::remove_dir_all(&self.to).map_err(cannot("delete", &self.to)) {
                Ok(()) => why,
                Err(left) => format!("{why}; {left}"),
            }
        })?;
        let rows = self.to.join(ROWS).display().to_string();
        local.output.value(&json!({ "customers": customers, "files": files, "saved_as": rows }));
        Ok(ExitCode::SUCCESS)
    }
}

/// A text in a query. A space must not become a plus sign, which the API takes for one.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The rows until all of them are there.
const UNFINISHED: &str = "customers.unfinished";
/// The file of rows, in the folder.
const ROWS: &str = "customers.ndjson";
const DOCUMENTS: &str = "documents";

/// What is saved.
struct Out {
    folder: PathBuf,
    rows: BufWriter<File>,
    customers: u64,
    files: u64,
}

impl Out {
    fn begin(folder: &Path) -> Result<Self, String> {
        let documents = folder.join(DOCUMENTS);
        DirBuilder::new().mode(0o700).create(&documents).map_err(cannot("make the folder", &documents))?;
        let rows = BufWriter::new(new_file(&folder.join(UNFINISHED))?);
        Ok(Self { folder: folder.to_owned(), rows, customers: 0, files: 0 })
    }

    fn end(mut self) -> Result<(), String> {
        let path = self.folder.join(UNFINISHED);
        self.rows.flush().map_err(cannot("write", &path))?;
        self.rows.get_ref().sync_all().map_err(cannot("write", &path))?;
        std::fs::rename(&path, self.folder.join(ROWS)).map_err(cannot("rename", &path))
    }
}

fn new_file(path: &Path) -> Result<File, String> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(cannot("make", path))
}

struct Server {
    client: Client,
    base: String,
    key: String,
    host: String,
}

impl Server {
    /// Saves all customers, or those with these e-mails, and returns how many customers and files there are.
    async fn fetch(&self, emails: Option<&str>, folder: &Path) -> Result<(u64, u64), String> {
        let mut out = Out::begin(folder)?;
        with_progress(async |progress| match emails {
            Some(emails) => {
                let emails: Vec<_> = emails.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                for (done, email) in emails.iter().enumerate() {
                    let page = self.list(&format!("email={}", encoded(email))).await?;
                    self.save(&page, &mut out).await?;
                    progress(done as u64 + 1, emails.len() as u64);
                }
                Ok(())
            }
            None => {
                let mut cursor = String::new();
                // A server that leads in circles would be asked for ever.
                let mut known = HashSet::new();
                loop {
                    let page = self.list(&format!("limit=100{cursor}")).await?;
                    self.save(&page, &mut out).await?;
                    progress(out.customers, out.customers + 1);
                    let next = match &page["next_cursor"] {
                        Value::Null => return Ok::<_, String>(()),
                        Value::String(next) => format!("&cursor={}", encoded(next)),
                        _ => return Err(format!("{}: the cursor of the next page is no text", self.host)),
                    };
                    if !known.insert(next.clone()) {
                        return Err(format!("{}: the pages do not end", self.host));
                    }
                    cursor = next;
                }
            }
        })
        .await?;
        let totals = (out.customers, out.files);
        out.end()?;
        Ok(totals)
    }

    /// A page of customers, with their profiles if the server has them.
    async fn list(&self, query: &str) -> Result<Value, String> {
        let path = |query: &str| format!("/v0/customers?{query}");
        let mut answer = self.get(&path(&format!("{query}&{EXPAND}"))).await?;
        if answer.status() == StatusCode::BAD_REQUEST {
            answer = self.get(&path(query)).await?;
        }
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("{}: the server answered {status} to a list of customers", self.host));
        }
        let page: Value = serde_json::from_slice(&self.content(answer).await?).unwrap_or_default();
        match page["items"].is_array() {
            true => Ok(page),
            false => Err(format!("{}: the answer is not a list of customers", self.host)),
        }
    }

    /// Saves the rows of a page, and the documents that they name.
    async fn save(&self, page: &Value, out: &mut Out) -> Result<(), String> {
        for customer in page["items"].as_array().into_iter().flatten() {
            // What remains of an erased customer has no e-mail.
            if !customer["email"].is_string() {
                continue;
            }
            let mut row = row(customer, &self.host);
            if row.to_string().contains("number_masked\":") {
                return Err("the API key sees masked numbers only; use one with the scope pii:reveal".to_owned());
            }
            for document in documents(&mut row) {
                let id = document["file_id"].as_str().unwrap_or_default().to_owned();
                let (path, is_new) = self.file(&id, out).await?;
                out.files += u64::from(is_new);
                let document = document.as_object_mut().expect("it has a member");
                document.shift_remove("file_id");
                document.insert("path".to_owned(), path.into());
            }
            writeln!(out.rows, "{row}").map_err(cannot("write", &out.folder.join(ROWS)))?;
            out.customers += 1;
        }
        Ok(())
    }

    /// Saves a file, unless another customer has it as well. Returns its path, and whether it is new.
    async fn file(&self, id: &str, out: &Out) -> Result<(String, bool), String> {
        // The id becomes a name of a file here.
        let Ok(id) = id.parse::<uuid::Uuid>() else { return Err(format!("{}: a file has no id", self.host)) };
        let path = format!("{DOCUMENTS}/{id}");
        let target = out.folder.join(&path);
        if target.exists() {
            return Ok((path, false));
        }
        let answer = self.get(&format!("/v0/files/{id}/content")).await?;
        if answer.status() == StatusCode::FORBIDDEN {
            return Err("the API key may not read files; use one with the scopes files:read and pii:reveal".to_owned());
        }
        if !answer.status().is_success() {
            return Err(format!("{}: the server answered {} to a request for a file", self.host, answer.status()));
        }
        let content = self.content(answer).await?;
        new_file(&target)?.write_all(&content).map_err(cannot("write", &target))?;
        Ok((path, true))
    }

    /// The content of an answer, unless it is larger than any that the API gives.
    async fn content(&self, mut answer: Response) -> Result<Vec<u8>, String> {
        let mut content = Vec::new();
        while let Some(piece) =
            answer.chunk().await.map_err(|error| format!("{}: {}", self.host, error.without_url()))?
        {
            content.extend_from_slice(&piece);
            if content.len() > MAX_CONTENT {
                return Err(format!("{}: an answer has more than {MAX_CONTENT} bytes", self.host));
            }
        }
        Ok(content)
    }

    /// Sends a request, and again if the server cannot answer now.
    async fn get(&self, path: &str) -> Result<Response, String> {
        let url = format!("{}{path}", self.base);
        for tried in 1.. {
            let sent = self.client.get(&url).header("Api-Key", &self.key).send().await;
            let wait: Option<u64> = match &sent {
                Ok(answer) if answer.status() == 429 || answer.status().is_server_error() => {
                    let after = answer.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
                    Some(after.unwrap_or(1 << tried).min(LONGEST_WAIT))
                }
                Err(error) if !error.is_builder() => Some(1 << tried),
                _ => None,
            };
            match wait {
                Some(wait) if tried < TRIES => tokio::time::sleep(Duration::from_secs(wait)).await,
                // The path may have an e-mail in it.
                _ => return sent.map_err(|error| format!("{}: {}", self.host, error.without_url())),
            }
        }
        unreachable!("the last try returns")
    }
}

/// The row that imports a customer as a server shows it.
fn row(customer: &Value, host: &str) -> Value {
    let mut row = json!({ "email": customer["email"], "type": customer["type"] });
    let names = match customer["type"].as_str() {
        Some("corporate") => &[("business_legal_name", "company_name")][..],
        _ => &[("first_name", "first_name"), ("last_name", "last_name")],
    };
    match &customer["profile"] {
        Value::Object(profile) => {
            // The rest is up to this side, whatever the other server says.
            let own = ["email", "type", "verification"];
            for (name, value) in profile.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
                row[name.as_str()] = value.clone();
            }
        }
        _ => {
            for (member, shown) in names {
                if customer[*shown].is_string() {
                    row[*member] = customer[*shown].clone();
                }
            }
        }
    }
    for person in row["associated_persons"].as_array_mut().into_iter().flatten() {
        person.as_object_mut().map(|person| person.shift_remove("id"));
    }
    if row["associated_persons"].is_null() {
        row.as_object_mut().map(|row| row.shift_remove("associated_persons"));
    }
    let outcome = match customer["kycs"]["status"].as_str() {
        Some("approved") => Some("approve"),
        Some("rejected") => Some("reject"),
        _ => None,
    };
    if let Some(outcome) = outcome {
        let changed = customer["updated_at"].as_str().and_then(|at| at.get(..10)).map(ToOwned::to_owned);
        let today = || SystemClock.now().to_string()[..10].to_owned();
        row["verification"] = json!({
            "outcome": outcome,
            "decided_on": changed.unwrap_or_else(today),
            "verified_by": format!("the Customers API at {host}"),
        });
    }
    row
}

/// The documents of a row that name files.
fn documents(row: &mut Value) -> Vec<&mut Value> {
    let mut found = Vec::new();
    for (name, value) in row.as_object_mut().expect("a row is an object").iter_mut() {
        match name.as_str() {
            "documents" => found.extend(value.as_array_mut().into_iter().flatten()),
            "associated_persons" => {
                for person in value.as_array_mut().into_iter().flatten() {
                    found.extend(person.get_mut("documents").and_then(Value::as_array_mut).into_iter().flatten());
                }
            }
            _ => {}
        }
    }
    // A path would name a file of this machine.
    for document in &mut found {
        document.as_object_mut().map(|document| document.shift_remove("path"));
    }
    found.retain(|document| document["file_id"].is_string());
    found
}
