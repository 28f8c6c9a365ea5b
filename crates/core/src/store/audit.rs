//! The audit trail, and the settings that it recorded.

use async_trait::async_trait;

use crate::audit::read::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use crate::caller::Scope;
use crate::store::error::StoreError;

/// The progress of a long piece of work: how much is done, of how much.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Reads and verifies the audit trail.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// At most `limit` entries of a scope's audit trail that a filter accepts, newest first, starting before the given
    /// number. One read examines a limited number of entries, so a page with few or none may be followed by others.
    /// With a customer in the filter, `before` must be the number of an entry about it; otherwise the result is `None`.
    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError>;

    /// One entry of a scope's audit trail with its details, as far as the keys of its data subjects still exist.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when its details cannot be opened although the keys exist.
    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError>;

    /// Checks every chain of the audit trail from its first entry to its sealed end.
    ///
    /// # Errors
    ///
    /// Only when the trail cannot be read at all. What is wrong in it is in the report.
    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError>;

    /// The settings recorded last in a scope, as JSON. `None` before the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when they cannot be opened.
    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError>;
}
