//! An audit entry as it is stored.

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Caller, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::PersonId;

use crate::audit_chain::StoredEntry;
use crate::audit_detail;
use crate::records::RowHashes;
use crate::sealed::{SubjectKeys, service_binding};
use crate::vault::{Cell, ScopeKeys, SubjectKey};

/// `key` holds the customer's key, the keys of its persons, and the persons that the customer has after the change.
pub(super) fn stored_entry(
    scope: Scope,
    entry: AuditEntry,
    key: Option<(&SubjectKey, &SubjectKeys, &[Option<PersonId>])>,
    keys: &ScopeKeys,
) -> StoredEntry {
    let version = entry.version.unwrap_or(0);
    let detail = match (entry.customer, key) {
        (Some(customer), Some((own, subjects, persons))) => {
            audit_detail::seal(own, subjects, (scope, customer, version), entry.detail, persons)
        }
        _ => {
            let binding = service_binding(scope, "audit", "detail", entry.request_id.as_bytes());
            Cell::seal_json(&keys.service, 1, &binding, entry.detail.to_json()).into_bytes()
        }
    };
    StoredEntry {
        at: entry.at.as_micros(),
        actor: entry.actor.to_string(),
        action: entry.action.as_str().to_owned(),
        customer_id: entry.customer.map(|id| *id.as_bytes()),
        version: entry.version,
        fields: serde_json::to_string(&entry.fields).expect("a list of strings"),
        request_id: entry.request_id,
        detail,
        records: None,
        decision: entry.decision.map(|decision| serde_json::to_string(&decision).expect("words and lists of words")),
    }
}

/// The entry for rows that were stored before entries named the rows they wrote.
pub(crate) fn records_noted_entry(scope: Scope, keys: &ScopeKeys, at: Timestamp, records: RowHashes) -> StoredEntry {
    let caller = Caller::system(scope, "upgrade");
    let entry = stored_entry(scope, AuditEntry::new(&caller, at, Action::RecordsNoted), None, keys);
    StoredEntry { records: records.into_column(), ..entry }
}
