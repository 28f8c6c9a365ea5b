//! What belongs to a data subject but not to its record: kept answers, events, details of audit entries.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::erased_envelope;
use dossier_core::idempotency::{Answer, PendingAnswer, Ticket};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::pii::Pii;
use dossier_core::store::StoreError;

use super::record::{GENERATION, SubjectKeys};
use crate::vault::{Binding, Cell, Purpose, ScopeKeys, SecretKey, SubjectKey};

/// Stands for the customer where there is none.
pub(crate) const NO_CUSTOMER: CustomerId = CustomerId::from_bytes([0; 16]);

/// The stored customer of a kept answer.
#[must_use]
pub fn customer_column(answer: &Answer) -> [u8; 16] {
    *answer.customer.unwrap_or(NO_CUSTOMER).as_bytes()
}

/// The stored customer version of a kept answer. 0 if the answer concerns no customer.
#[must_use]
pub fn version_column(answer: &Answer) -> u64 {
    answer.version.unwrap_or(0)
}

/// Reads a column written by [`customer_column`].
#[must_use]
pub fn customer_of_column(column: [u8; 16]) -> Option<CustomerId> {
    Some(CustomerId::from_bytes(column)).filter(|id| *id != NO_CUSTOMER)
}

/// A kept answer that has data of associated persons begins with this byte, which no cell begins with. Then come the
/// number of persons, their ids, and the cell.
const OF_PERSONS: u8 = 3;
/// The body of a kept answer that can no longer be opened, because a person in it was erased. To a client, it says that
/// the request was carried out.
const WITHOUT_BODY: &[u8] = b"{}";

/// Seals a kept answer under its customer's key, or under the key of the scope if it concerns no customer. The warnings
/// follow the body, one per line; JSON itself contains no line break. If it has data of associated persons, the cell is
/// sealed again under the key of each of them, so that it ends with any of them.
#[must_use]
pub fn seal_answer(
    scope_keys: &ScopeKeys,
    (subject, keys): (Option<&SubjectKey>, &SubjectKeys),
    scope: Scope,
    pending: &PendingAnswer,
) -> Vec<u8> {
    let PendingAnswer { ticket, at: _, request_id: _, answer, most: _ } = pending;
    let persons: Vec<_> = answer.persons.iter().map(|person| (person, keys.get(person))).collect();
    // A person without a key was erased in the meantime.
    let are_all_there = persons.iter().all(|(_, key)| key.is_some());
    let customer = answer.customer.unwrap_or(NO_CUSTOMER);
    let binding = attached_binding(Purpose::Replay, scope, &customer, &ticket.key_hash, version_column(answer));
    let key = answer_key(scope_keys, subject);
    let mut lines = if are_all_there { answer.body.expose().clone() } else { WITHOUT_BODY.to_vec() };
    for warning in &answer.warnings {
        lines.push(b'\n');
        lines.extend_from_slice(warning.as_bytes());
    }
    let mut cell = Cell::seal_json(key, GENERATION, &binding, lines).into_bytes();
    if persons.is_empty() || !are_all_there {
        return cell;
    }
    let mut head = vec![OF_PERSONS, u8::try_from(persons.len()).expect("a business has at most 20 persons")];
    for (person, key) in &persons {
        head.extend_from_slice(person.as_bytes());
        let binding = Binding { subject: person.as_bytes(), ..binding };
        let key = key.expect("all of them are there").key(Purpose::Replay);
        cell = Cell::seal(key, GENERATION, &binding, &cell).into_bytes();
    }
    [head, cell].concat()
}

/// The persons whose keys open a kept answer, besides that of the customer.
pub(crate) fn persons_of_answer(stored: &[u8]) -> Vec<PersonId> {
    layers_of_answer(stored).0
}

/// The persons whose keys seal a kept answer, innermost first, and the outermost cell.
pub(crate) fn layers_of_answer(stored: &[u8]) -> (Vec<PersonId>, &[u8]) {
    let Some([count, rest @ ..]) = stored.strip_prefix(&[OF_PERSONS]) else { return (Vec::new(), stored) };
    let ids = rest.as_chunks::<16>().0.iter().take(usize::from(*count));
    let persons: Vec<_> = ids.map(|id| PersonId::from_bytes(*id)).collect();
    let cell = &rest[16 * persons.len()..];
    (persons, cell)
}

/// Opens a kept answer.
pub fn open_answer(
    scope_keys: &ScopeKeys,
    (subject, keys): (Option<&SubjectKey>, &SubjectKeys),
    scope: Scope,
    ticket: &Ticket,
    (customer, version): (Option<CustomerId>, u64),
    mut cell: Vec<u8>,
) -> Result<Answer, StoreError> {
    let whose = customer.unwrap_or(NO_CUSTOMER);
    let binding = attached_binding(Purpose::Replay, scope, &whose, &ticket.key_hash, version);
    let persons = persons_of_answer(&cell);
    if persons.iter().any(|person| !keys.contains_key(person)) {
        let body = Pii::new(WITHOUT_BODY.to_vec());
        let (persons, version, warnings) = (Vec::new(), customer.map(|_| version), Vec::new());
        return Ok(Answer { customer, persons, version, body, warnings, replayed: true });
    }
    if !persons.is_empty() {
        cell.drain(..2 + 16 * persons.len());
    }
    for person in persons.iter().rev() {
        let binding = Binding { subject: person.as_bytes(), ..binding };
        cell = Cell::open(cell, keys[person].key(Purpose::Replay), &binding)
            .map_err(|_| StoreError::Corrupt(format!("a kept answer of customer {whose} cannot be opened")))?;
    }
    let lines = open_padded(answer_key(scope_keys, subject), Purpose::Replay, whose, &binding, cell)?;
    let mut lines = lines.split(|byte| *byte == b'\n');
    let body = Pii::new(lines.next().unwrap_or_default().to_vec());
    let warnings = lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    Ok(Answer { customer, persons, version: customer.map(|_| version), body, warnings, replayed: true })
}

fn answer_key<'a>(scope_keys: &'a ScopeKeys, subject: Option<&'a SubjectKey>) -> &'a SecretKey {
    subject.map_or(&scope_keys.service, |key| key.key(Purpose::Replay))
}

/// Seals an event or an audit detail, which belong to a subject but not to its record.
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

/// Opens what [`seal_attached`] sealed, without the padding.
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

/// An event as it is stored.
pub(crate) struct EventRow {
    pub(crate) customer: CustomerId,
    pub(crate) number: u64,
    pub(crate) event_type: String,
    pub(crate) at: Timestamp,
    pub(crate) cell: Vec<u8>,
}

/// Opens the body of an event. `key` is the customer's, or how reading it failed. Of an erased customer only the last
/// event has a body. The envelopes of the others remain, without what they said.
pub(crate) fn open_event(
    key: Result<Arc<SubjectKey>, StoreError>,
    keys: &ScopeKeys,
    scope: Scope,
    row: EventRow,
) -> Result<Vec<u8>, StoreError> {
    let EventRow { customer, number, event_type, at, cell } = row;
    let open = |key: &SubjectKey, cell| open_attached(key, Purpose::Events, scope, customer, b"", number, cell);
    match key {
        Ok(key) => open(&key, cell),
        Err(StoreError::Erased { .. }) => {
            Ok(open(&keys.remains, cell).unwrap_or_else(|_| erased_envelope(&event_type, customer, at)))
        }
        Err(error) => Err(error),
    }
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

pub(super) fn attached_binding<'a>(
    purpose: Purpose,
    scope: Scope,
    customer: &'a CustomerId,
    row: &'a [u8],
    version: u64,
) -> Binding<'a> {
    Binding { scope, subject: customer.as_bytes(), table: purpose.as_str(), section: purpose.as_str(), row, version }
}
