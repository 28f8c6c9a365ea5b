//! `dossier backup` and `dossier restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::output::Output;
use super::progress_bar;
use crate::backup::restore::Restore;
use crate::backup::{self, keys, verify};
use crate::config::Config;

#[derive(Subcommand)]
pub(super) enum Backup {
    /// Make a backup of records and files, with or without a running server
    Create {
        /// A folder, s3://bucket/folder, gs://… or az://… [default: backup_place]
        place: Option<String>,
    },
    /// Restore a backup into a temporary folder, open everything in it and compare it; exit status 1 if anything is
    /// wrong
    Verify {
        /// A place, for its newest backup, or PLACE/NAME
        place: String,
        /// The keyring from the time of the backup [default: the configured one]
        #[arg(long, value_name = "FILE")]
        keyring: Option<PathBuf>,
    },
    /// List the complete backups in a place
    List {
        /// A folder, s3://bucket/folder, gs://… or az://…
        place: String,
    },
    /// Copy the keyring, which every backup needs to be read, to a new file in another place
    Keys {
        /// The new file
        file: PathBuf,
        /// Also copy the root key, to FILE.root-key: anyone with both can read everything
        #[arg(long)]
        with_root_key: bool,
        /// Allow a file in the data folder or the backup place
        #[arg(long)]
        anywhere: bool,
    },
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// A place, for its newest backup, or PLACE/NAME
    place: String,
    /// The data folder or PostgreSQL database to restore into: empty, or holding an interrupted restore of the same
    /// backup
    #[arg(long, value_name = "FOLDER|URL")]
    into: String,
    /// Where the contents of files go: s3://bucket/folder, gs://…, az://…, file:///folder [default: the data folder]
    #[arg(long, value_name = "PLACE")]
    files: Option<String>,
    /// The keyring from the time of the backup [default: the target's]
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
}

/// An absolute place: the server runs in another folder.
pub(super) fn absolute(place: Option<String>) -> Result<Option<String>, String> {
    let Some(place) = place else { return Ok(None) };
    // What is no path is refused where places are read.
    if place.is_empty() || place.contains("://") {
        return Ok(Some(place));
    }
    let path = std::path::absolute(&place).map_err(|error| format!("{place}: {error}"))?;
    Ok(Some(path.display().to_string()))
}

/// Runs the commands that need no server.
pub(super) async fn run(command: Backup, config: &Config, output: Output) -> Result<ExitCode, String> {
    match command {
        Backup::Create { .. } => Err("create is handled by the process that holds the data folder".to_owned()),
        Backup::List { place } => {
            output.value(&backup::list(&place).await?);
            Ok(ExitCode::SUCCESS)
        }
        Backup::Keys { file, with_root_key, anywhere } => {
            output.value(&keys::export(config, &file, with_root_key, anywhere)?);
            Ok(ExitCode::SUCCESS)
        }
        Backup::Verify { place, keyring } => {
            let (bar, progress) = progress_bar();
            let page = verify::verify(config, &place, keyring.as_deref(), &progress).await;
            bar.finish_and_clear();
            Ok(print_page(page?, output))
        }
    }
}

/// Runs a restore.
pub(super) async fn restore(arguments: RestoreArgs, config: &Config, output: Output) -> Result<ExitCode, String> {
    let RestoreArgs { place, into, files, keyring } = arguments;
    let (bar, progress) = progress_bar();
    let restored = backup::restore::restore(config, &Restore { from: place, into, files, keyring }, &progress).await;
    bar.finish_and_clear();
    output.value(&restored?);
    Ok(ExitCode::SUCCESS)
}

/// For people: which backup it is, a table of what was checked, and what is wrong.
fn print_page(mut page: Value, output: Output) -> ExitCode {
    let good = page["ok"] == true;
    if output == Output::Json {
        output.value(&page);
    } else {
        let (checks, findings) = (page["checks"].take(), page["findings"].take());
        if let Some(members) = page.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        for part in [page, Value::from(""), checks] {
            output.value(&part);
        }
        for finding in findings.as_array().into_iter().flatten() {
            output.value(finding);
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
