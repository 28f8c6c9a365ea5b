//! `dossier retention`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::use_cases::due_deletions::{MAX_DAYS, deletions};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use crate::errors::text;

group! {
    /// See what is due for deletion
    Retention { Forecast }
}

/// List the records that no rule of retention keeps any longer within some days, soonest first
#[derive(Args, Serialize, Deserialize)]
pub struct Forecast {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// How many days to look ahead; 0 lists what is due now
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(0..=MAX_DAYS))]
    pub days: i64,
}

#[async_trait]
impl DataCommand for Forecast {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let until = context.services.now(scope).plus_days(self.days);
        let (mut due, mut after) = (Vec::new(), None);
        loop {
            let found = deletions(context.services, scope, after, until).await.map_err(text)?;
            due.extend(found.due);
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        due.sort_by_key(|deletion| deletion.due_at);
        Ok(json!(due))
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["due_at", "customer_id", "person_id", "file_id", "rule.id", "held"]);
        Ok(ExitCode::SUCCESS)
    }
}
