//! The commands of backups.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::output::Output;
use super::progress_bar;
use crate::backup::restore::Restore;
use crate::backup::{self, keys, verify};
use crate::config::{Config, holds_files};

#[derive(Subcommand)]
pub(super) enum Backup {
    /// Make a backup of records and files, whether or not the server runs
    Create {
        /// A folder, s3://bucket/folder, gs://… or az://… [default: that of the setting backup_place]
        place: Option<String>,
    },
    /// Restore a backup into a temporary folder, open everything in it and compare it; exits with 1 when something is
    /// wrong
    Verify {
        /// A place of backups, for its newest, or PLACE/NAME
        place: String,
        /// The keyring of the day of the backup [default: the configured one]
        #[arg(long, value_name = "FILE")]
        keyring: Option<PathBuf>,
    },
    /// List the complete backups of a place
    List {
        /// The place
        place: String,
    },
    /// Copy the keyring, without which no backup can be read, to a new file in another place
    Keys {
        /// The new file
        file: PathBuf,
        /// The root key as well, to FILE.root-key: whoever has both can read everything
        #[arg(long)]
        with_root_key: bool,
        /// Even where the data or the backups lie
        #[arg(long)]
        anywhere: bool,
    },
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// A place of backups, for its newest, or PLACE/NAME
    place: String,
    /// The data folder or the PostgreSQL database that is made: empty, or from the same restore before
    #[arg(long, value_name = "FOLDER|URL")]
    into: String,
    /// Where the contents of files go: s3://bucket/folder, gs://…, az://…, file:///folder [default: the data folder]
    #[arg(long, value_name = "PLACE")]
    files: Option<String>,
    /// The keyring of the day of the backup [default: the one of the target]
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
}

/// The place as the server finds it, too, which runs in another folder.
pub(super) fn absolute(place: Option<String>) -> Result<Option<String>, String> {
    let Some(place) = place else { return Ok(None) };
    if holds_files(&place) {
        return Ok(Some(place));
    }
    let path = std::path::absolute(&place).map_err(|error| format!("{place}: {error}"))?;
    Ok(Some(path.display().to_string()))
}

/// Carries out what needs no server.
pub(super) async fn run(command: Backup, config: &Config, output: Output) -> Result<ExitCode, String> {
    match command {
        Backup::Create { .. } => Err("this is done by whoever holds the data folder".to_owned()),
        Backup::List { place } => {
            output.value(&backup::list(&place).await?);
            Ok(ExitCode::SUCCESS)
        }
        Backup::Keys { file, with_root_key, anywhere } => {
            output.value(&keys::export(config, &file, with_root_key, anywhere)?);
            Ok(ExitCode::SUCCESS)
        }
        Backup::Verify { place, keyring } => {
            let bar = progress_bar();
            let progress = |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            };
            let page = verify::verify(config, &place, keyring.as_deref(), &progress).await;
            bar.finish_and_clear();
            Ok(print_page(page?, output))
        }
    }
}

/// Carries out a restore.
pub(super) async fn restore(arguments: RestoreArgs, config: &Config, output: Output) -> Result<ExitCode, String> {
    let RestoreArgs { place, into, files, keyring } = arguments;
    let bar = progress_bar();
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let restored = backup::restore::restore(config, &Restore { from: place, into, files, keyring }, &progress).await;
    bar.finish_and_clear();
    output.value(&restored?);
    Ok(ExitCode::SUCCESS)
}

/// For people: what the backup is, a table of what was looked at, and what is wrong.
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
