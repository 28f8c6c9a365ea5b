//! `dossier keyring`.

use async_trait::async_trait;
use clap::Args;
use dossier_core::audit::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::CommandContext;
use crate::errors::text;
use crate::rotation;

group! {
    /// Manage the keyring of epoch keys
    Keyring { Rotate }
}

/// Start a new epoch, wrap every key with its key, and destroy the keys of older epochs
#[derive(Args, Serialize, Deserialize)]
pub struct Rotate {}

#[async_trait]
impl DataCommand for Rotate {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        // Recorded before it starts, because a rotation that is killed halfway has changed keys.
        context.audit(Action::RotationStarted, |_| {}).await?;
        let now = context.services.clock.now();
        let epoch = rotation::rotate(context.store, context.config, now, context.progress).await.map_err(text)?;
        context.audit(Action::KeyringRotated, |entry| entry.fields = vec![format!("/keyring/epochs/{epoch}")]).await?;
        Ok(json!({
            "epoch": epoch,
            "next": "copy the new keyring and the key export (dossier backup keys FILE): newer backups need this \
                keyring, and older ones need both",
        }))
    }
}
