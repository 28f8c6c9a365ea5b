//! `dossier files`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use dossier_core::file::{File, MediaType};
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::use_cases::read_file;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::{DataCommand, Local, LocalCommand, OTHER_VERSION, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::{Output, with_progress};
use super::read::limit;
use crate::errors::{cannot, text};
use crate::moving;

group! {
    /// Download, list and move files
    Files { Get, List } local { Move }
}

/// Download a file; writes an audit entry
#[derive(Args, Serialize, Deserialize)]
pub struct Get {
    /// The file's id
    pub file_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The path to save it at, which must not exist yet [default: ID.TYPE in the current folder]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub to: Option<PathBuf>,
}

#[async_trait]
impl DataCommand for Get {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let unknown = || "no such file in this account and environment".to_owned();
        let scope = context.scope(&self.scope).await?;
        let id = FileId::parse(&self.file_id).ok_or_else(unknown)?;
        let file = context.services.store.files(scope, &[id], None).await.map_err(text)?.pop().ok_or_else(unknown)?;
        let whole = 0..file.details.size;
        let mut reader = read_file::open(context.services, &context.caller(scope), &file, whole).await.map_err(text)?;
        let mut content = Vec::new();
        while let Some(piece) = reader.next().await.map_err(text)? {
            content.extend(piece);
        }
        let mut json = file_json(&file);
        json["content"] = STANDARD.encode(content).into();
        Ok(json)
    }

    /// Writes the content to a new file that only its owner can read, and prints the path.
    fn print(&self, mut file: Value, output: Output) -> Result<ExitCode, String> {
        let malformed = || OTHER_VERSION.to_owned();
        let content = file.as_object_mut().and_then(|file| file.remove("content")).ok_or_else(malformed)?;
        let content = content.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or_else(malformed)?;
        let path = match (&self.to, file["id"].as_str(), MediaType::deserialize(&file["type"])) {
            (Some(to), _, _) => to.clone(),
            (None, Some(id), Ok(media_type)) => PathBuf::from(format!("{id}.{}", media_type.extensions()[0])),
            _ => return Err(malformed()),
        };
        let created = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut new = created.map_err(cannot("create", &path))?;
        new.write_all(&content).map_err(cannot("write", &path))?;
        file["saved_as"] = path.display().to_string().into();
        output.value(&file);
        Ok(ExitCode::SUCCESS)
    }
}

/// List files, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Only files of this customer
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// The maximum number of files
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let customer = self.customer.as_deref().map(|id| CustomerId::parse(id).ok_or("no such customer"));
        let files = context.services.store.list_files(scope, customer.transpose()?, None, self.limit).await;
        Ok(files.map_err(text)?.iter().map(file_json).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["id", "type", "size", "state", "customer_id"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Copy every file to another place, and compare the copies; stop the server first
#[derive(Args)]
pub struct Move {
    /// s3://bucket/folder, gs://…, az://… or file:///folder; or folder for the one in the data folder
    #[arg(long, value_name = "PLACE")]
    to: String,
}

#[async_trait(?Send)]
impl LocalCommand for Move {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let moved = with_progress(async |progress| moving::files(local.config, &self.to, progress).await).await;
        local.output.value(&moved?);
        Ok(ExitCode::SUCCESS)
    }
}

fn file_json(file: &File) -> Value {
    serde_json::from_slice(&file.to_json()).expect("a file is JSON")
}
