//! Records as engines store them: what is personal in sealed cells, the rest plain. Both engines use these forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Basis;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{AssociatedPerson, Customer, CustomerType, EmailIndex, Names, Profile, Summary};
use dossier_core::idempotency::{Answer, PendingAnswer, Ticket};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::kyc::Kyc;
use dossier_core::parse::{Email, List, Section, Sections};
use dossier_core::pii::Pii;
use dossier_core::store::{Record, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cache::Hint;
use crate::columns::kind_of;
use crate::prepared::CustomerRow;
use crate::rows::{self, PersonsRow, Row, Table, Unchecked};
use crate::vault::{Binding, Cell, Fields, Purpose, ScopeKeys, SecretKey, SubjectKey};

/// What ordinary profile cells hold.
const PROFILE: &[Section] = &[Section::Profile];
/// What secret cells hold.
const SECRET: &[Section] = &[Section::Secret, Section::Credential];
/// Subject keys are never replaced by others, only wrapped again.
const GENERATION: u64 = 1;
/// AES-GCM with random nonces is good for 2^32 uses of a key; each version uses each of a subject's keys at most once,
/// kept answers aside, and the record refuses long before that.
const MAX_VERSION: u64 = 1 << 30;

/// The keys of the data subjects of one record, mostly of one.
pub type SubjectKeys = BTreeMap<PersonId, Arc<SubjectKey>>;

/// The plain columns of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Plain {
    /// Account and environment.
    pub scope: Scope,
    /// The customer.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// Counts changes.
    pub version: u64,
    /// Counts events.
    pub events: u64,
    /// The version in which its associated persons last changed.
    pub persons_version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By which index its e-mail finds it.
    pub email_index: EmailIndex,
    /// Where the engine found it.
    pub hint: Hint,
    /// Only [`PlainRow`], of which the seal was compared, and what is about to be written become one.
    _checked: Checked,
}

#[derive(Debug, Clone, Copy)]
struct Checked;

/// The plain columns of a stored customer.
pub(crate) struct PlainRow {
    pub(crate) scope: Scope,
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) events: u64,
    pub(crate) persons_version: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) email_index: Vec<u8>,
    pub(crate) queued_at: Option<i64>,
    pub(crate) provider_due: Option<i64>,
    pub(crate) provider_case: Option<Vec<u8>>,
    /// Where the engine found it, which is no part of what is sealed.
    pub(crate) hint: Hint,
}

impl Row for PlainRow {
    const TABLE: &'static Table = &rows::CUSTOMERS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn put(&self, fields: &mut Fields) {
        rows::put_scope(fields, &self.scope);
        fields
            .bytes(&self.id.as_bytes()[..])
            .number(i64::from(self.kind))
            .count(self.version)
            .count(self.events)
            .count(self.persons_version)
            .number(self.created_at)
            .number(self.updated_at)
            .bytes(&self.email_index[..])
            .number(self.queued_at)
            .number(self.provider_due)
            .bytes(self.provider_case.as_deref());
    }
}

impl Unchecked<PlainRow> {
    /// What the row says, when its seal is its own.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<Plain, StoreError> {
        let row = self.check(keys)?;
        let email = <[u8; 16]>::try_from(&row.email_index[..]);
        let email = email.map_err(|_| StoreError::Corrupt(format!("customer {}: no index of its e-mail", row.id)))?;
        Ok(Plain {
            scope: row.scope,
            id: row.id,
            kind: kind_of(row.kind)?,
            version: row.version,
            events: row.events,
            persons_version: row.persons_version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            email_index: EmailIndex::Stored(email),
            hint: row.hint,
            _checked: Checked,
        })
    }
}

/// The cells of the associated persons of a stored business, which always has a row of them.
pub(crate) fn open_persons(
    plain: &Plain,
    row: Option<Unchecked<PersonsRow>>,
    keys: &ScopeKeys,
) -> Result<Option<Vec<u8>>, StoreError> {
    match (plain.kind, row) {
        (CustomerType::Individual, _) => Ok(None),
        (CustomerType::Corporate, Some(row)) => Ok(Some(row.check(keys)?.cells)),
        (CustomerType::Corporate, None) => {
            Err(rows::refused_at(&rows::PERSONS, plain.scope, plain.id.as_bytes(), keys, "the row is missing"))
        }
    }
}

impl Plain {
    /// The plain columns of a customer that is about to be written.
    #[must_use]
    pub const fn of(scope: Scope, customer: &Customer) -> Self {
        Self {
            scope,
            id: customer.id,
            kind: customer.profile.kind(),
            version: customer.version,
            events: customer.events,
            persons_version: customer.persons_version,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
            email_index: customer.email_index,
            hint: None,
            _checked: Checked,
        }
    }

    /// The plain columns of an individual as they were just written.
    pub(crate) const fn written(scope: Scope, row: &CustomerRow, hint: Hint) -> Self {
        Self {
            scope,
            id: row.id,
            kind: CustomerType::Individual,
            version: row.version,
            events: row.events,
            persons_version: row.persons_version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            email_index: EmailIndex::Stored(row.email_index),
            hint,
            _checked: Checked,
        }
    }

    /// Uses the place of a cell. The customer's own cells belong to its version. Those of its persons, which are
    /// written only when one of them changes, belong to the version in which they last did; and the customer's profile
    /// is bound to that number, so that persons cannot be set back on their own.
    fn with_binding<T>(&self, subject: PersonId, purpose: Purpose, then: impl FnOnce(&Binding<'_>) -> T) -> T {
        let mut row = [0; 24];
        row[..16].copy_from_slice(self.id.as_bytes());
        row[16..].copy_from_slice(&self.persons_version.to_be_bytes());
        let own = subject == PersonId::of_customer(self.id);
        let version = if own { self.version } else { self.persons_version };
        let row = if own && purpose == Purpose::Profile { &row[..] } else { &row[..16] };
        let subject = subject.as_bytes();
        then(&Binding { scope: self.scope, subject, table: "customers", section: purpose.as_str(), row, version })
    }
}

/// The sealed columns of a customer.
#[derive(Debug, Default, Clone)]
pub struct Cells {
    /// E-mail and names.
    pub names: Vec<u8>,
    /// Ordinary personal data.
    pub profile: Vec<u8>,
    /// Numbers, dates, credentials.
    pub secret: Vec<u8>,
    /// The associated persons, each with its id and its two cells under its own key; `None` when they stay as they are.
    pub persons: Option<Vec<u8>>,
    /// Where the verification stands; `None` while nothing was begun.
    pub kyc: Option<Vec<u8>>,
}

impl Cells {
    /// Bytes of all of them.
    #[must_use]
    pub fn size(&self) -> usize {
        let Self { names, profile, secret, persons, kyc } = self;
        let optional = |cell: &Option<Vec<u8>>| cell.as_ref().map_or(0, Vec::len);
        names.len() + profile.len() + secret.len() + optional(persons) + optional(kyc)
    }
}

/// A row of `customers`, and the keys that open it.
pub struct SealedRecord {
    /// The plain columns.
    pub plain: Plain,
    /// The sealed columns.
    pub cells: Cells,
    /// The keys of its data subjects.
    pub keys: SubjectKeys,
    /// Whether it was read now, and not remembered.
    pub is_newest: bool,
}

impl Record for SealedRecord {
    fn kind(&self) -> CustomerType {
        self.plain.kind
    }

    fn basis(&self) -> Basis {
        Basis::new(self.plain.version, self.plain.hint)
    }

    fn is_newest(&self) -> bool {
        self.is_newest
    }

    fn open(self: Box<Self>) -> Result<Customer, StoreError> {
        open_customer(&self.plain, self.cells, &self.keys)
    }
}

/// The data subjects whose cells a version of the record writes: the customer, and its persons when one of them
/// changed.
#[must_use]
pub fn subjects(customer: &Customer) -> Vec<PersonId> {
    let mut subjects = vec![PersonId::of_customer(customer.id)];
    if let Profile::Business(business) = &customer.profile
        && customer.persons_version == customer.version
    {
        let persons = business.associated_persons.iter().flat_map(|persons| &persons.0);
        subjects.extend(persons.filter_map(AssociatedPerson::person_id));
    }
    subjects
}

/// Seals a record.
///
/// # Errors
///
/// [`StoreError::Exhausted`] when the record was sealed as often as its keys allow, [`StoreError::Corrupt`] when a
/// person has no id or no key, which merging and key look-up give to all.
pub fn seal_customer(scope: Scope, customer: &Customer, keys: &SubjectKeys) -> Result<Cells, StoreError> {
    if customer.version > MAX_VERSION {
        return Err(StoreError::Exhausted);
    }
    let plain = Plain::of(scope, customer);
    let own = PersonId::of_customer(customer.id);
    let seal = |subject: PersonId, purpose: Purpose, json: Result<Vec<u8>, serde_json::Error>| {
        let key = key_of(keys, subject)?.key(purpose);
        let json = json.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let cell = plain.with_binding(subject, purpose, |binding| Cell::seal_json(key, GENERATION, binding, json));
        Ok::<_, StoreError>(cell.into_bytes())
    };
    let names = seal(own, Purpose::Names, Ok(customer.summary().names.as_json().to_vec()))?;
    let (profile, secret, persons) = match &customer.profile {
        Profile::Individual(individual) => {
            (to_json(&individual.sections(PROFILE)), to_json(&individual.sections(SECRET)), None)
        }
        Profile::Business(business) => {
            let changed = customer.persons_version == customer.version;
            let persons = changed.then(|| pack_persons(business.associated_persons.as_ref(), seal)).transpose()?;
            (to_json(&business.sections(PROFILE)), to_json(&business.sections(SECRET)), persons)
        }
    };
    let begun = customer.kyc != Kyc::default();
    let kyc = begun.then(|| seal(own, Purpose::Kyc, to_json(&customer.kyc))).transpose()?;
    Ok(Cells {
        kyc,
        names,
        profile: seal(own, Purpose::Profile, profile)?,
        secret: seal(own, Purpose::Secret, secret)?,
        persons,
    })
}

/// Most sections fit with the cell around them, so that they are sealed where they were written.
fn to_json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(1_024);
    serde_json::to_writer(&mut json, value)?;
    Ok(json)
}

fn pack_persons(
    persons: Option<&List<AssociatedPerson, 20>>,
    seal: impl Fn(PersonId, Purpose, Result<Vec<u8>, serde_json::Error>) -> Result<Vec<u8>, StoreError>,
) -> Result<Vec<u8>, StoreError> {
    let mut packed = Vec::new();
    for person in persons.iter().flat_map(|persons| &persons.0) {
        let id = person.person_id().ok_or_else(|| StoreError::Corrupt("a person has no id".into()))?;
        packed.extend_from_slice(id.as_bytes());
        for (purpose, sections) in [(Purpose::Profile, PROFILE), (Purpose::Secret, SECRET)] {
            let cell = seal(id, purpose, to_json(&person.sections(sections)))?;
            packed.extend_from_slice(&u32::try_from(cell.len()).expect("cells are small").to_be_bytes());
            packed.extend_from_slice(&cell);
        }
    }
    Ok(packed)
}

/// Opens what lists show of a record.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the cell was altered or moved.
pub fn open_summary(plain: &Plain, names: Vec<u8>, key: &SubjectKey) -> Result<Summary, StoreError> {
    let json = open_json(plain, PersonId::of_customer(plain.id), Purpose::Names, key, names)?;
    let names = Names::from_json(json)
        .ok_or_else(|| StoreError::Corrupt(format!("customer {}: the names are not what was stored", plain.id)))?;
    let Plain { id, kind, version, created_at, updated_at, .. } = *plain;
    Ok(Summary { id, kind, version, created_at, updated_at, names })
}

/// The customer that was found by an e-mail, whose own must be that one.
pub(crate) fn found_by_email(
    summary: Summary,
    scope: Scope,
    email: &Email,
    keys: &ScopeKeys,
) -> Result<Summary, StoreError> {
    let stored = serde_json::from_slice::<StoredNames>(summary.names.as_json());
    if stored.is_ok_and(|names| names.email.folded() == email.folded()) {
        return Ok(summary);
    }
    let why = "the customer was found by an e-mail that is not its own";
    Err(rows::refused_at(&rows::CUSTOMERS, scope, summary.id.as_bytes(), keys, why))
}

/// Opens a whole record.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when a cell was altered or moved, or a key is missing.
pub fn open_customer(plain: &Plain, cells: Cells, keys: &SubjectKeys) -> Result<Customer, StoreError> {
    let own = PersonId::of_customer(plain.id);
    let own_key = key_of(keys, own)?;
    let StoredNames { email, kycs } = open(plain, own, Purpose::Names, own_key, cells.names)?;
    let kyc = match cells.kyc {
        Some(cell) => open(plain, own, Purpose::Kyc, own_key, cell)?,
        None if kycs.is_none() => Kyc::default(),
        None => return Err(StoreError::Corrupt(format!("customer {}: the verification is missing", plain.id))),
    };
    let profile = match plain.kind {
        CustomerType::Individual => Profile::Individual(both(plain, own, own_key, cells.profile, cells.secret)?),
        CustomerType::Corporate => {
            let mut business: dossier_core::customer::Business =
                both(plain, own, own_key, cells.profile, cells.secret)?;
            let mut persons = Vec::new();
            for packed in unpack_persons(cells.persons.as_deref().unwrap_or_default())? {
                let key = key_of(keys, packed.id)?;
                persons.push(both(plain, packed.id, key, packed.profile.to_vec(), packed.secret.to_vec())?);
            }
            business.associated_persons = (!persons.is_empty()).then_some(List(persons));
            Profile::Business(business)
        }
    };
    let Plain { id, version, events, persons_version, created_at, updated_at, email_index, .. } = *plain;
    Ok(Customer { id, version, events, persons_version, created_at, updated_at, email, profile, kyc, email_index })
}

/// What the names cell holds and the profile does not.
#[derive(serde::Deserialize)]
struct StoredNames {
    email: Email,
    #[serde(default)]
    kycs: Option<serde::de::IgnoredAny>,
}

struct PackedPerson<'a> {
    id: PersonId,
    profile: &'a [u8],
    secret: &'a [u8],
}

/// The data subjects whose cells the column holds.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when it is not what [`seal_customer`] packs.
pub fn packed_subjects(persons: &[u8]) -> Result<Vec<PersonId>, StoreError> {
    Ok(unpack_persons(persons)?.into_iter().map(|person| person.id).collect())
}

fn unpack_persons(mut rest: &[u8]) -> Result<Vec<PackedPerson<'_>>, StoreError> {
    fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], StoreError> {
        let (taken, left) = rest
            .split_at_checked(length)
            .ok_or_else(|| StoreError::Corrupt("the persons of a business are cut off".into()))?;
        *rest = left;
        Ok(taken)
    }

    fn cell<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], StoreError> {
        let length = u32::from_be_bytes(take(rest, 4)?.try_into().expect("four bytes"));
        take(rest, usize::try_from(length).expect("32 bits fit"))
    }

    let mut persons = Vec::new();
    while !rest.is_empty() {
        let id = PersonId::from_bytes(take(&mut rest, 16)?.try_into().expect("sixteen bytes"));
        persons.push(PackedPerson { id, profile: cell(&mut rest)?, secret: cell(&mut rest)? });
    }
    Ok(persons)
}

fn key_of(keys: &SubjectKeys, subject: PersonId) -> Result<&SubjectKey, StoreError> {
    keys.get(&subject).map(AsRef::as_ref).ok_or_else(|| StoreError::Corrupt("a data subject has no key".into()))
}

fn both<T: Sections + DeserializeOwned>(
    plain: &Plain,
    subject: PersonId,
    key: &SubjectKey,
    profile: Vec<u8>,
    secret: Vec<u8>,
) -> Result<T, StoreError> {
    let mut record: T = open(plain, subject, Purpose::Profile, key, profile)?;
    record.overlay(open(plain, subject, Purpose::Secret, key, secret)?);
    Ok(record)
}

fn open<T: DeserializeOwned>(
    plain: &Plain,
    subject: PersonId,
    purpose: Purpose,
    key: &SubjectKey,
    cell: Vec<u8>,
) -> Result<T, StoreError> {
    let json = open_json(plain, subject, purpose, key, cell)?;
    // serde's own message could quote a value.
    let decoded = serde_json::from_slice(&json);
    decoded.map_err(|_| {
        StoreError::Corrupt(format!("customer {}: section {} is not what was stored", plain.id, purpose.as_str()))
    })
}

fn open_json(
    plain: &Plain,
    subject: PersonId,
    purpose: Purpose,
    key: &SubjectKey,
    cell: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let opened = plain.with_binding(subject, purpose, |binding| Cell::open(cell, key.key(purpose), binding));
    opened.map_err(|_| {
        StoreError::Corrupt(format!("customer {}: section {} cannot be opened", plain.id, purpose.as_str()))
    })
}

/// What stands for the customer of what is about none.
pub(crate) const NOBODY: CustomerId = CustomerId::from_bytes([0; 16]);

/// The customer of a kept answer, as it is stored.
#[must_use]
pub fn customer_column(answer: &Answer) -> [u8; 16] {
    *answer.customer.unwrap_or(NOBODY).as_bytes()
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
    let binding = attached_binding(Purpose::Replay, scope, &customer, &ticket.key_hash, answer.version);
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
    Ok(Answer { customer, version, body, warnings, replayed: true })
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
