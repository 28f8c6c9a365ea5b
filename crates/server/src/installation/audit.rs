//! Audit entries about the whole installation. They are in one trail: production of the oldest account.

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Caller, Scope};
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::write::append_audit;

/// Appends an entry about the installation. Does nothing if there is no account yet.
pub(crate) async fn audit_installation(
    services: &Services,
    caller: impl FnOnce(Scope) -> Caller,
    action: Action,
    complete: impl FnOnce(&mut AuditEntry),
) -> Result<(), StoreError> {
    let Some(scope) = accounts::installation(services).await? else { return Ok(()) };
    let mut entry = AuditEntry::new(&caller(scope), services.clock.now(), action);
    complete(&mut entry);
    append_audit(services, scope, entry).await
}
