//! Subject access: everything about a customer, or about one associated person, for that person. The audit trail
//! records it before any of it is handed out.

use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::audit::read::AuditFilter;
use crate::caller::{Caller, Scope};
use crate::customer::export::{Export, History};
use crate::file::record::File;
use crate::ids::{CustomerId, PersonId};
use crate::import;
use crate::pii::Pii;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::evidence::evidence;
use crate::use_cases::write::append_audit;

/// How many entries are read at a time.
const PAGE: usize = 500;

/// Computes the export of a customer or of one associated person, and records it. `None` for an id that this scope
/// does not have.
/// If the store fails, nothing is handed out.
pub async fn export(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    person: Option<PersonId>,
) -> Result<Option<Export>, StoreError> {
    let (scope, now) = (caller.scope, services.now(caller.scope));
    let Some(customer) = services.store.customer(scope, id).await? else { return Ok(None) };
    let mut files = evidence(services, scope, id).await?;
    // Oldest first.
    files.reverse();
    // Decisions and sessions are about the customer, and what a customer was told may name its other persons.
    let history = match person {
        None => history(services, scope, id).await?,
        Some(_) => History::default(),
    };
    let Some(export) = Export::new(&customer, person, files, &history, now) else { return Ok(None) };
    let mut audit = AuditEntry::new(caller, now, Action::CustomerExported);
    audit.customer = Some(id);
    audit.fields = person.iter().map(|person| format!("/associated_persons/{person}")).collect();
    append_audit(services, scope, audit).await?;
    Ok(Some(export))
}

/// The row that imports a customer elsewhere, and the files of its documents. The audit entry is durable when this
/// returns. `None` for an unknown or erased customer.
///
/// # Errors
///
/// If the store fails, nothing is handed out.
pub async fn import_row(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
) -> Result<Option<(Pii<Value>, Vec<File>)>, StoreError> {
    let customer = match services.store.customer(caller.scope, id).await {
        Ok(Some(customer)) => customer,
        Ok(None) | Err(StoreError::Erased { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let files = match customer.profile.files() {
        named if named.is_empty() => Vec::new(),
        named => services.store.files(caller.scope, &named, Some(id)).await?,
    };
    let row = customer.import_row(|file| files.iter().find(|one| one.id == file).map(import::path_of));
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::CustomerExported);
    audit.customer = Some(id);
    append_audit(services, caller.scope, audit).await?;
    Ok(Some((Pii::new(row), files)))
}

async fn history(services: &Services, scope: Scope, id: CustomerId) -> Result<History, StoreError> {
    let filter = AuditFilter { customer: Some(id), ..AuditFilter::default() };
    let (mut history, mut before) = (History::default(), None);
    while let Some(page) = services.store.audit(scope, &filter, before, PAGE).await? {
        for row in &page.rows {
            let entry = match History::needs_details(row) {
                true => services.store.audit_entry(scope, row.seq).await?,
                false => None,
            };
            history.add(row, entry.as_ref());
        }
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(history.complete())
}
