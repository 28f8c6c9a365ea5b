//! `dossier keyring`.

use async_trait::async_trait;
use clap::Args;
use dossier_core::audit::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::CommandContext;
use crate::errors::text;

group! {
    /// The keyring of epoch keys
    Keyring { Rotate }
}

/// Begin a new epoch, wrap every surviving key again, and destroy the old epochs
#[derive(Args, Serialize, Deserialize)]
pub struct Rotate {}

#[async_trait]
impl DataCommand for Rotate {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        // Killed halfway, a rotation has changed keys: the trail says so before it starts.
        context.audit(Action::RotationStarted, |_| {}).await?;
        let epoch = context.store.rotate(context.services.clock.now(), context.progress).await.map_err(text)?;
        context.audit(Action::KeyringRotated, |entry| entry.fields = vec![format!("/keyring/epochs/{epoch}")]).await?;
        Ok(json!({
            "epoch": epoch,
            "next": "copy the keyring again (dossier backup keys FILE); older backups need the keyring copy \
                from their time",
        }))
    }
}
