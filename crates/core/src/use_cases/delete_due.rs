//! Retention: deletes what no rule keeps any longer.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Scope};
use crate::change::{Change, Effect, NewDocument};
use crate::ids::PersonId;
use crate::kyc::policy::Retention;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::due_deletions::{Deletion, Deletions, deletions, due_of, is_held};
use crate::use_cases::erase::{self, discard_files};
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::UpdateError;

/// The result of looking through a scope for what is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// The customers that were erased.
    pub customers: u64,
    /// The documents that were deleted.
    pub documents: u64,
    /// What is due and was not deleted, because retention only reports.
    pub reported: u64,
    /// What is due and was not deleted, because of a hold.
    pub held: u64,
    /// Customers whose records could not be read.
    pub damaged: u64,
}

/// Deletes what is due in a scope, or counts it if retention only reports. An interrupted run can be repeated.
///
/// # Errors
///
/// If customers cannot be listed, and otherwise the first failure, after everything else was deleted.
pub async fn sweep(services: &Services, scope: Scope) -> Result<Swept, StoreError> {
    let (mut swept, mut after, mut failure) = (Swept::default(), None, None);
    loop {
        let Deletions { due, next, damaged } = deletions(services, scope, after, services.now(scope)).await?;
        swept.damaged += damaged;
        for deletion in due {
            if deletion.held {
                swept.held += 1;
            } else if services.policy.retention != Retention::On {
                swept.reported += 1;
            } else {
                let (count, deleted) = match deletion.file_id {
                    None => (&mut swept.customers, erase::by_retention(services, scope, deletion.customer_id).await),
                    Some(_) => (&mut swept.documents, delete_document(services, scope, &deletion).await),
                };
                match deleted {
                    Ok(deleted) => *count += u64::from(deleted),
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
        }
        after = next;
        if after.is_none() {
            return failure.map_or(Ok(swept), Err);
        }
    }
}

/// Deletes one document, unless it is no longer due. Returns whether it was deleted.
async fn delete_document(services: &Services, scope: Scope, deletion: &Deletion) -> Result<bool, StoreError> {
    let (caller, id) = (Caller::system(scope, "retention"), deletion.customer_id);
    let Some(file) = deletion.file_id else { return Ok(false) };
    let _turn = services.turns.of(id).await;
    let load = || async {
        let Some(customer) = services.store.customer(scope, id).await? else { return Ok(false) };
        let now = services.now(scope);
        let is_held = is_held(services, scope, id, now).await?;
        let due = due_of(services, scope, &customer, now).await?;
        Ok(!is_held && due.contains(&Deletion { held: false, ..deletion.clone() }))
    };
    let deleted: Result<_, UpdateError> = write(services, &caller, Unkeyed, load, |is_due| {
        if !is_due {
            return Ok(Outcome::Unchanged(None));
        }
        let now = services.now(scope);
        let subject = deletion.person_id.unwrap_or_else(|| PersonId::of_customer(id));
        let mut audit = AuditEntry::new(&caller, now, Action::EvidenceDeleted);
        audit.customer = Some(id);
        audit.fields = vec![format!("/files/{file}"), deletion.rule.pointer()];
        let documents = vec![NewDocument { file, subject }];
        let effect = Effect::EvidenceDeleted { customer: id, documents, unless_held: now };
        Ok(Outcome::Change(Change::new(scope, effect, audit), Some(vec![file])))
    })
    .await;
    discard_files(services, scope, deleted).await
}
