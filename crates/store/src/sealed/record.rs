//! A customer's record in sealed cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Basis;
use dossier_core::customer::{AssociatedPerson, Customer, CustomerType, Names, Profile, Summary};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::kyc::{Kyc, PersonShare};
use dossier_core::parse::{Email, List, Section, Sections};
use dossier_core::store::{Record, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::list::{LIST, add, cells};
use super::plain::{PlainColumns, own_binding};
use crate::rows;
use crate::vault::{Cell, Purpose, ScopeKeys, SecretKey, SubjectKey};

/// The sections in the profile cell.
const PROFILE: &[Section] = &[Section::Profile];
/// The sections in the secret cell.
const SECRET: &[Section] = &[Section::Secret, Section::Credential];
/// A subject key is only ever wrapped again, never replaced.
pub(super) const GENERATION: u64 = 1;
/// AES-GCM with random nonces allows 2^32 uses of a key. Each version uses each key of a subject at most once, kept
/// answers aside, and the record is refused long before the limit.
const MAX_VERSION: u64 = 1 << 30;

/// The keys of the data subjects of one record. Most records have one.
pub type SubjectKeys = BTreeMap<PersonId, Arc<SubjectKey>>;

/// The sealed columns of a customer.
#[derive(Debug, Default, Clone)]
pub struct Cells {
    /// E-mail and names.
    pub names: Vec<u8>,
    /// Ordinary personal data.
    pub profile: Vec<u8>,
    /// Numbers, dates, credentials.
    pub secret: Vec<u8>,
    /// The associated persons, each with its id and its two cells under its own key. `None` leaves them as they are.
    pub persons: Option<Vec<u8>>,
    /// The verification. `None` until it begins.
    pub kyc: Option<Vec<u8>>,
}

impl Cells {
    /// The total number of bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        let Self { names, profile, secret, persons, kyc } = self;
        let optional = |cell: &Option<Vec<u8>>| cell.as_ref().map_or(0, Vec::len);
        names.len() + profile.len() + secret.len() + optional(persons) + optional(kyc)
    }
}

impl Cells {
    /// Leaves out persons whose keys are lost. Returns whether any of them was there.
    pub(crate) fn forget(&mut self, customer: CustomerId, persons: &[PersonId]) -> Result<bool, StoreError> {
        let mut left = Vec::new();
        let packed = self.persons.take().unwrap_or_default();
        for person in unpack_persons(&packed)?.iter().filter(|person| !persons.contains(&person.id)) {
            left.extend_from_slice(person.id.as_bytes());
            for cell in [person.profile, person.secret] {
                left.extend_from_slice(&u32::try_from(cell.len()).expect("cells are small").to_be_bytes());
                left.extend_from_slice(cell);
            }
        }
        if let Some(kyc) = self.kyc.take_if(|kyc| kyc.first() == Some(&LIST)) {
            let mut kept = vec![LIST];
            for (subject, cell) in cells(customer, &kyc)?.into_iter().filter(|(subject, _)| !persons.contains(subject))
            {
                add(&mut kept, subject, cell);
            }
            self.kyc = Some(kept);
        }
        let had_one = left.len() < packed.len();
        self.persons = Some(left);
        Ok(had_one)
    }
}

/// A row of `customers`, and the keys that open it.
pub struct SealedRecord {
    pub plain: PlainColumns,
    pub cells: Cells,
    pub keys: SubjectKeys,
    /// Whether it was read just now, not taken from memory.
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

/// The data subjects whose cells this version of the record writes: the customer, its persons if one of them changed,
/// and those about whom the verification says something.
#[must_use]
pub fn subjects(customer: &Customer) -> Vec<PersonId> {
    let mut subjects = vec![PersonId::of_customer(customer.id)];
    let persons = customer.profile.persons();
    if !persons.is_empty() {
        let of_kyc = customer.kyc.persons();
        let is_written = |id: &PersonId| customer.persons_version == customer.version || of_kyc.contains(id);
        subjects.extend(persons.iter().filter_map(AssociatedPerson::person_id).filter(is_written));
    }
    subjects
}

/// Seals a record. Fails with [`StoreError::Exhausted`] once the record was sealed as often as its keys allow.
pub fn seal_customer(scope: Scope, customer: &Customer, keys: &SubjectKeys) -> Result<Cells, StoreError> {
    if customer.version > MAX_VERSION {
        return Err(StoreError::Exhausted);
    }
    let plain = PlainColumns::of(scope, customer);
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
    let kyc = begun.then(|| pack_kyc(customer, seal)).transpose()?;
    Ok(Cells {
        kyc,
        names,
        profile: seal(own, Purpose::Profile, profile)?,
        secret: seal(own, Purpose::Secret, secret)?,
        persons,
    })
}

/// Most sections fit into this capacity together with the cell around them, so that they are sealed in place.
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

/// The verification: one cell, or a list if it has something about persons. What it has about a person who is not in
/// the record is dropped.
fn pack_kyc(
    customer: &Customer,
    seal: impl Fn(PersonId, Purpose, Result<Vec<u8>, serde_json::Error>) -> Result<Vec<u8>, StoreError>,
) -> Result<Vec<u8>, StoreError> {
    let own = PersonId::of_customer(customer.id);
    if customer.profile.persons().is_empty() || customer.kyc.persons().is_empty() {
        return seal(own, Purpose::Kyc, to_json(&customer.kyc));
    }
    let (rest, mut shares) = customer.kyc.clone().split();
    let mut packed = vec![LIST];
    add(&mut packed, own, &seal(own, Purpose::Kyc, to_json(&rest))?);
    for person in customer.profile.persons().iter().filter_map(AssociatedPerson::person_id) {
        if let Some(share) = shares.remove(&person) {
            add(&mut packed, person, &seal(person, Purpose::Kyc, to_json(&share))?);
        }
    }
    Ok(packed)
}

fn open_kyc(plain: &PlainColumns, packed: &[u8], keys: &SubjectKeys) -> Result<Kyc, StoreError> {
    let own = PersonId::of_customer(plain.id);
    let (mut kyc, mut shares) = (Kyc::default(), Vec::new());
    for (subject, cell) in cells(plain.id, packed)? {
        let key = key_of(keys, subject)?;
        if subject == own {
            kyc = open(plain, own, Purpose::Kyc, key, cell.to_vec())?;
        } else {
            shares.push(open::<PersonShare>(plain, subject, Purpose::Kyc, key, cell.to_vec())?);
        }
    }
    kyc.join(shares);
    Ok(kyc)
}

/// Opens only the names of a customer, with the key for them. `None` if the cell was altered or belongs elsewhere.
pub(crate) fn open_names(scope: Scope, id: CustomerId, version: u64, cell: Vec<u8>, key: &SecretKey) -> Option<Names> {
    let json = Cell::open(cell, key, &own_binding(scope, &id, Purpose::Names, version)).ok()?;
    Names::from_json(json)
}

/// Opens the part of a record that lists show.
pub fn open_summary(plain: &PlainColumns, names: Vec<u8>, key: &SubjectKey) -> Result<Summary, StoreError> {
    let json = open_json(plain, PersonId::of_customer(plain.id), Purpose::Names, key, names)?;
    let names = Names::from_json(json)
        .ok_or_else(|| StoreError::Corrupt(format!("customer {}: the names cannot be read", plain.id)))?;
    let PlainColumns { id, kind, version, created_at, updated_at, .. } = *plain;
    Ok(Summary { id, kind, version, created_at, updated_at, names })
}

/// Checks that a customer that was found by an e-mail has this e-mail.
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
    let id = summary.id.as_bytes();
    Err(rows::refuse_at(&rows::CUSTOMERS, scope, id, keys, "the customer was found by an e-mail that is not its own"))
}

pub fn open_customer(plain: &PlainColumns, cells: Cells, keys: &SubjectKeys) -> Result<Customer, StoreError> {
    let own = PersonId::of_customer(plain.id);
    let own_key = key_of(keys, own)?;
    let StoredNames { email, kycs } = open(plain, own, Purpose::Names, own_key, cells.names)?;
    let kyc = match cells.kyc {
        Some(packed) => open_kyc(plain, &packed, keys)?,
        None if kycs.is_none() => Kyc::default(),
        None => return Err(StoreError::Corrupt(format!("customer {}: the verification is missing", plain.id))),
    };
    let profile = match plain.kind {
        CustomerType::Individual => {
            Profile::Individual(open_sections(plain, own, own_key, cells.profile, cells.secret)?)
        }
        CustomerType::Corporate => {
            let mut business: dossier_core::customer::Business =
                open_sections(plain, own, own_key, cells.profile, cells.secret)?;
            let mut persons = Vec::new();
            for packed in unpack_persons(cells.persons.as_deref().unwrap_or_default())? {
                let key = key_of(keys, packed.id)?;
                persons.push(open_sections(plain, packed.id, key, packed.profile.to_vec(), packed.secret.to_vec())?);
            }
            business.associated_persons = (!persons.is_empty()).then_some(List(persons));
            Profile::Business(business)
        }
    };
    let PlainColumns { id, version, events, persons_version, created_at, updated_at, email_index, .. } = *plain;
    Ok(Customer { id, version, events, persons_version, created_at, updated_at, email, profile, kyc, email_index })
}

/// The parts of the names cell that are not in the profile.
#[derive(serde::Deserialize)]
struct StoredNames {
    email: Email,
    #[serde(default)]
    kycs: Option<serde::de::IgnoredAny>,
}

pub(super) struct PackedPerson<'a> {
    pub(super) id: PersonId,
    pub(super) profile: &'a [u8],
    pub(super) secret: &'a [u8],
}

/// The data subjects whose cells the column holds.
pub fn packed_subjects(persons: &[u8]) -> Result<Vec<PersonId>, StoreError> {
    Ok(unpack_persons(persons)?.into_iter().map(|person| person.id).collect())
}

pub(super) fn unpack_persons(mut rest: &[u8]) -> Result<Vec<PackedPerson<'_>>, StoreError> {
    fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], StoreError> {
        let (taken, left) = rest
            .split_at_checked(length)
            .ok_or_else(|| StoreError::Corrupt("the persons of a business are truncated".into()))?;
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

fn open_sections<T: Sections + DeserializeOwned>(
    plain: &PlainColumns,
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
    plain: &PlainColumns,
    subject: PersonId,
    purpose: Purpose,
    key: &SubjectKey,
    cell: Vec<u8>,
) -> Result<T, StoreError> {
    let json = open_json(plain, subject, purpose, key, cell)?;
    // The message of serde could quote a value.
    let decoded = serde_json::from_slice(&json);
    decoded
        .map_err(|_| StoreError::Corrupt(format!("customer {}: section {} cannot be read", plain.id, purpose.as_str())))
}

fn open_json(
    plain: &PlainColumns,
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
