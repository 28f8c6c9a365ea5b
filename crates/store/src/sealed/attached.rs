//! What belongs to a data subject but not to its record: kept answers, events, details of audit entries.

use dossier_core::caller::Scope;
use dossier_core::idempotency::{Answer, PendingAnswer, Ticket};
use dossier_core::ids::CustomerId;
use dossier_core::pii::Pii;
use dossier_core::store::StoreError;

use super::record::GENERATION;
use crate::vault::{Binding, Cell, Purpose, ScopeKeys, SecretKey, SubjectKey};

/// What stands for the customer of what is about none.
pub(crate) const NOBODY: CustomerId = CustomerId::from_bytes([0; 16]);

/// The customer of a kept answer, as it is stored.
#[must_use]
pub fn customer_column(answer: &Answer) -> [u8; 16] {
    *answer.customer.unwrap_or(NOBODY).as_bytes()
}

/// The version of the customer of a kept answer, as it is stored: 0 for an answer about no customer.
#[must_use]
pub fn version_column(answer: &Answer) -> u64 {
    answer.version.unwrap_or(0)
}

/// Reads what [`customer_column`] gave.
#[must_use]
pub fn customer_of_column(column: [u8; 16]) -> Option<CustomerId> {
    Some(CustomerId::from_bytes(column)).filter(|id| *id != NOBODY)
}

/// Seals a kept answer: under its customer's key, or that of the scope when it is about none. The warnings stand
/// behind the body, a line each; JSON has no line break of its own.
#[must_use]
pub fn seal_answer(
    scope_keys: &ScopeKeys,
    subject: Option<&SubjectKey>,
    scope: Scope,
    pending: &PendingAnswer,
) -> Vec<u8> {
    let PendingAnswer { ticket, at: _, request_id: _, answer, most: _ } = pending;
    let customer = answer.customer.unwrap_or(NOBODY);
    let binding = attached_binding(Purpose::Replay, scope, &customer, &ticket.key_hash, version_column(answer));
    let key = answer_key(scope_keys, subject);
    let mut lines = answer.body.expose().clone();
    for warning in &answer.warnings {
        lines.push(b'\n');
        lines.extend_from_slice(warning.as_bytes());
    }
    Cell::seal_json(key, GENERATION, &binding, lines).into_bytes()
}

/// Opens what [`seal_answer`] sealed.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the cell was altered or moved.
pub fn open_answer(
    scope_keys: &ScopeKeys,
    subject: Option<&SubjectKey>,
    scope: Scope,
    ticket: &Ticket,
    (customer, version): (Option<CustomerId>, u64),
    cell: Vec<u8>,
) -> Result<Answer, StoreError> {
    let whose = customer.unwrap_or(NOBODY);
    let binding = attached_binding(Purpose::Replay, scope, &whose, &ticket.key_hash, version);
    let lines = open_padded(answer_key(scope_keys, subject), Purpose::Replay, whose, &binding, cell)?;
    let mut lines = lines.split(|byte| *byte == b'\n');
    let body = Pii::new(lines.next().unwrap_or_default().to_vec());
    let warnings = lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    Ok(Answer { customer, version: customer.map(|_| version), body, warnings, replayed: true })
}

fn answer_key<'a>(scope_keys: &'a ScopeKeys, subject: Option<&'a SubjectKey>) -> &'a SecretKey {
    subject.map_or(&scope_keys.service, |key| key.key(Purpose::Replay))
}

/// Seals something that belongs to a subject but not to its record: an event, an audit detail.
#[must_use]
pub fn seal_attached(
    key: &SubjectKey,
    purpose: Purpose,
    scope: Scope,
    customer: CustomerId,
    row: &[u8],
    version: u64,
    json: Vec<u8>,
) -> Vec<u8> {
    let binding = attached_binding(purpose, scope, &customer, row, version);
    Cell::seal_json(key.key(purpose), GENERATION, &binding, json).into_bytes()
}

/// Opens what [`seal_attached`] sealed. The padding is cut off.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the cell was altered or moved.
pub fn open_attached(
    key: &SubjectKey,
    purpose: Purpose,
    scope: Scope,
    customer: CustomerId,
    row: &[u8],
    version: u64,
    cell: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let binding = attached_binding(purpose, scope, &customer, row, version);
    open_padded(key.key(purpose), purpose, customer, &binding, cell)
}

fn open_padded(
    key: &SecretKey,
    purpose: Purpose,
    customer: CustomerId,
    binding: &Binding<'_>,
    cell: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let mut json = Cell::open(cell, key, binding).map_err(|_| {
        StoreError::Corrupt(format!("a sealed {} of customer {customer} cannot be opened", purpose.as_str()))
    })?;
    json.truncate(json.trim_ascii_end().len());
    Ok(json)
}

fn attached_binding<'a>(
    purpose: Purpose,
    scope: Scope,
    customer: &'a CustomerId,
    row: &'a [u8],
    version: u64,
) -> Binding<'a> {
    Binding { scope, subject: customer.as_bytes(), table: purpose.as_str(), section: purpose.as_str(), row, version }
}
