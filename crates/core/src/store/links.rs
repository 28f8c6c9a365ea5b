//! Links to the hosted form, and the passes they are exchanged for.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::{CustomerId, SessionId};
use crate::store::error::StoreError;

/// What a link, or a pass to the hosted form, leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The customer's scope.
    pub scope: Scope,
    /// The customer whose form it opens.
    pub customer: CustomerId,
    /// The session that it was made for.
    pub session: SessionId,
    /// When the pass was last used. `None` for a link, and for a pass of an older version.
    pub used_at: Option<Timestamp>,
}

/// Reads what links and passes lead to, and records when passes are used.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// What a link (by its token) or a pass to the hosted form leads to.
    async fn link(&self, token: &str) -> Result<Option<Link>, StoreError>;

    /// Records that a pass to the hosted form is used at this moment.
    async fn record_pass_use(&self, pass: &str, at: Timestamp) -> Result<(), StoreError>;
}
