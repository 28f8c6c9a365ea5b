//! Shows one audit entry to a person.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::audit::read::OpenedEntry;
use crate::caller::Caller;
use crate::ids::{CustomerId, PersonId};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::append_audit;

/// Opens an entry. The values before and after a change are personal, so the audit trail records the reader before this
/// returns them.
pub async fn show(services: &Services, caller: &Caller, seq: u64) -> Result<Option<OpenedEntry>, StoreError> {
    let Some(entry) = services.store.audit_entry(caller.scope, seq).await? else { return Ok(None) };
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::EntryViewed);
    audit.fields = vec![format!("/audit/{seq}")];
    // An entry about an erased customer cannot be sealed, because the customer has no key.
    let has_key = |customer: &CustomerId| !entry.erased.contains(&PersonId::of_customer(*customer));
    audit.customer = entry.row.customer_id.filter(has_key);
    append_audit(services, caller.scope, audit).await?;
    Ok(Some(entry))
}
