//! The evidence of a customer, for use cases that need all of it.

use crate::caller::Scope;
use crate::file::record::File;
use crate::ids::CustomerId;
use crate::services::Services;
use crate::store::error::StoreError;

/// How many files are read at a time.
const PAGE: usize = 500;

/// Every file that is or was evidence of a customer or of its persons, newest first.
pub(super) async fn evidence(services: &Services, scope: Scope, id: CustomerId) -> Result<Vec<File>, StoreError> {
    let mut files: Vec<File> = Vec::new();
    loop {
        let before = files.last().map(|file| file.id);
        let page = services.store.list_files(scope, Some(id), before, PAGE).await?;
        let is_last = page.len() < PAGE;
        files.extend(page);
        if is_last {
            return Ok(files);
        }
    }
}
