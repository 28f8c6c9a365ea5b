//! Removes a document from a customer's record.

use crate::caller::Caller;
use crate::customer::condition::Condition;
use crate::ids::{CustomerId, FileId};
use crate::services::Services;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, change, newest};

/// Removes a document from a customer's record. The file stays attached to its data subject, because it was evidence.
///
/// Returns the record's new version.
///
/// # Errors
///
/// [`UpdateError::NotFound`] when there is no such customer or document, and [`UpdateError::ConditionFailed`].
pub async fn remove_document(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    file: FileId,
    condition: &Condition,
) -> Result<u64, UpdateError> {
    let _turn = services.turns.of(id).await;
    let load = || async {
        let (basis, before) = newest(services, caller, id).await?;
        condition.check(services, caller, id, basis.version).await?;
        Ok((basis, before))
    };
    write(services, caller, Unkeyed, load, |(basis, before)| {
        let kyc = before.kyc.clone();
        let (after, changes) = before.without_document(file, services.now(caller.scope));
        if changes.is_empty() {
            return Err(UpdateError::NotFound);
        }
        let version = after.version;
        Ok(Outcome::Change(change(caller, basis, &kyc, after, changes, Vec::new()), version))
    })
    .await
}
