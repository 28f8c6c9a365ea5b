//! `dossier db`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;

use super::command::{Local, LocalCommand, group};
use super::output::with_progress;
use crate::moving;

group! {
    /// Move the records to another database
    Db {} local { Move, Reopen }
}

/// Move every record to another database, and compare the copies; stop the server first
#[derive(Args)]
pub struct Move {
    /// postgres://user:password@host/name, or sqlite for the embedded database in the data folder
    #[arg(long, value_name = "DATABASE")]
    to: String,
}

#[async_trait(?Send)]
impl LocalCommand for Move {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Local { config, operator, output } = *local;
        let moved = with_progress(async |progress| moving::database(config, &self.to, operator, progress).await).await;
        output.value(&moved?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Return to a database whose records were moved; changes made in the other database are not in it
#[derive(Args)]
pub struct Reopen {}

#[async_trait(?Send)]
impl LocalCommand for Reopen {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        local.output.value(&moving::reopen(local.config, local.operator).await?);
        Ok(ExitCode::SUCCESS)
    }
}
