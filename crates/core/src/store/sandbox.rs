//! The clocks of sandboxes.

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::store::error::StoreError;

/// Reads the clocks of sandboxes.
#[async_trait]
pub trait SandboxStore: Send + Sync {
    /// How many seconds the sandbox clocks are ahead, for accounts that have advanced theirs.
    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError>;
}
