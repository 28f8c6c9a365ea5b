//! The use case of a person who looks at one entry.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::audit::read::OpenedEntry;
use crate::caller::Caller;
use crate::ids::{CustomerId, PersonId};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::append_audit;

/// Opens an entry. Before and after are personal, so the trail says that somebody looked before this returns them.
///
/// # Errors
///
/// The store's; then nothing is shown.
pub async fn show(services: &Services, caller: &Caller, seq: u64) -> Result<Option<OpenedEntry>, StoreError> {
    let Some(entry) = services.store.audit_entry(caller.scope, seq).await? else { return Ok(None) };
    let mut audit = AuditEntry::new(caller, services.clock.now(), Action::EntryViewed);
    audit.fields = vec![format!("/audit/{seq}")];
    // Without its key nothing about the customer can be sealed.
    let has_key = |customer: &CustomerId| !entry.erased.contains(&PersonId::of_customer(*customer));
    audit.customer = entry.row.customer_id.filter(has_key);
    append_audit(services, caller.scope, audit).await?;
    Ok(Some(entry))
}
