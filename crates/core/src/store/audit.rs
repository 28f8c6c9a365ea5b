//! The audit trail, and the settings that it recorded.

use async_trait::async_trait;

use crate::audit::read::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use crate::caller::Scope;
use crate::store::error::StoreError;

/// How far a long piece of work has come: done, of how many.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Reads and verifies the audit trail.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// At most `limit` entries of a scope's audit trail that a filter accepts, newest first, beginning before the given
    /// number. A read looks through so many entries and no more, so a page with few or none may have others after it.
    /// With a customer in the filter, `before` is the number of an entry about it; otherwise the answer is `None`.
    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError>;

    /// One entry of a scope's audit trail with its details, as far as the keys of its data subjects are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when its details cannot be opened although their keys are there.
    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError>;

    /// Checks every chain of the audit trail from its first entry to its sealed end.
    ///
    /// # Errors
    ///
    /// Only when the trail cannot be read at all; what is wrong in it is in the report.
    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError>;

    /// The settings that were recorded last in a scope, as JSON; `None` before the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when they cannot be opened.
    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError>;
}
