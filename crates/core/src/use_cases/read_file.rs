//! Looking at a file's content, which the audit trail notes every time.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::file::record::File;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::files::{ByteRange, FileReader};
use crate::use_cases::write::append_audit;

/// Opens the content of a file, or a part of it. The audit trail says who looked before the first byte is given.
///
/// # Errors
///
/// The store's; [`StoreError::Corrupt`] when the content is missing.
pub async fn open(
    services: &Services,
    caller: &Caller,
    file: &File,
    range: ByteRange,
) -> Result<Box<dyn FileReader>, StoreError> {
    let content = services.store.file_content(caller.scope, file, range).await?;
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::FileRead);
    audit.fields = vec![format!("/files/{}", file.id)];
    // One entry for one reading; which file it was stands in its fields, whoever else's evidence the file is.
    audit.customer = file.first().map(|attachment| attachment.customer);
    append_audit(services, caller.scope, audit).await?;
    Ok(content)
}
