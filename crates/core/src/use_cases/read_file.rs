//! Reads the content of a file. The audit trail records every reading.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
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
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::FileRead);
    audit.fields = vec![format!("/files/{}", file.id)];
    // One entry for one reading, even if the file is evidence of several customers. `fields` names the file.
    audit.customer = file.first().map(|attachment| attachment.customer);
    append_audit(services, caller.scope, audit).await?;
    Ok(content)
}
