//! `dossier db`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;

use super::command::{Local, LocalCommand, group};
use super::output::with_progress;
use crate::moving;

group! {
    /// Where the records lie
    Db {} local { Move, Reopen }
}

/// Copy every record to another engine, and compare them; the server must not run
#[derive(Args)]
pub struct Move {
    /// postgres://user:password@host/name, or sqlite: the embedded one in the data folder
    #[arg(long, value_name = "DATABASE")]
    to: String,
}

#[async_trait(?Send)]
impl LocalCommand for Move {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let moved = with_progress(async |progress| moving::database(local.config, &self.to, progress).await).await;
        local.output.value(&moved?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Serve a database again after its records moved elsewhere, without what changed there
#[derive(Args)]
pub struct Reopen {}

#[async_trait(?Send)]
impl LocalCommand for Reopen {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        local.output.value(&moving::reopen(local.config).await?);
        Ok(ExitCode::SUCCESS)
    }
}
