//! Reads the content of a file. The audit trail records every reading.

use std::collections::BTreeSet;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Actor, Caller};
use crate::file::record::File;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::files::{ByteRange, FileReader};
use crate::use_cases::write::append_audit;

/// Opens the content of a file, or a range of it. The reader is in the audit trail before the first byte leaves.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the content is missing.
pub async fn open(
    services: &Services,
    caller: &Caller,
    file: &File,
    range: ByteRange,
) -> Result<Box<dyn FileReader>, StoreError> {
    let content = services.store.file_content(caller.scope, file, range).await?;
    // One entry for one reading, even if the file is evidence of several customers. `fields` names the file. What
    // people see is listed for each customer, so they get an entry for each.
    let mut customers = vec![file.first().map(|attachment| attachment.customer)];
    if let Actor::Operator(_) | Actor::Member(..) = caller.actor {
        customers.extend(file.attachments.iter().map(|attachment| Some(attachment.customer)));
        let mut known = BTreeSet::new();
        customers.retain(|customer| known.insert(*customer));
    }
    for customer in customers {
        let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::FileRead);
        audit.fields = vec![format!("/files/{}", file.id)];
        audit.customer = customer;
        append_audit(services, caller.scope, audit).await?;
    }
    Ok(content)
}
