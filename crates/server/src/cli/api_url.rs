//! The URLs of the running server's API and desk. Only `dossier demo` requests it; there is no command for it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::DataCommand;
use super::context::CommandContext;

#[derive(Serialize, Deserialize)]
pub struct ApiUrl {}

#[async_trait]
impl DataCommand for ApiUrl {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        Ok(json!({ "api": context.urls.public, "desk": context.urls.desk }))
    }
}
