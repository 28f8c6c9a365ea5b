//! Proves that a backup reveals nothing about erased customers: every key at hand is tried on all of their cells.

use std::collections::{BTreeMap, BTreeSet};

use dossier_core::audit::Action;
use dossier_core::caller::Scope;
use dossier_core::erasure::Subject;
use dossier_core::event::EventType;
use dossier_core::ids::{CustomerId, FileId, HoldId, PersonId};
use dossier_core::store::{Progress, StoreError};

use super::Backup;
use super::manifest::Rows;
use super::rows::RowReader;
use crate::columns::{is_erased, scope_of};
use crate::key_export::{KeyExport, KeyRow, KeyTable};
use crate::rows::DeskKind;
use crate::sealed::{self, PlainColumns, SealedCell};
use crate::transfer::record::{Record, Value, decode};
use crate::vault::{Keyring, Purpose, SecretKey, SubjectKey, WrappedKey};
use crate::{audit_detail, files, looks};

/// The tables with keys that hang from an epoch, and those with cells of data subjects.
const TABLES: [&str; 14] = [
    "scope_keys",
    "subject_keys",
    "staging_keys",
    "customers",
    "persons",
    "events",
    "answers",
    "audit",
    "file_uses",
    "erasures",
    "person_erasures",
    "holds",
    "desk",
    "looks",
];

const CUSTOMER_CELLS: [(&str, Purpose); 3] =
    [("names", Purpose::Names), ("profile", Purpose::Profile), ("secret", Purpose::Secret)];

/// The result of a proof.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasureProof {
    /// The erased customers and persons with a cell in the backup.
    pub people: u64,
    /// Their cells, their wrapped keys included.
    pub cells: u64,
    /// The keys that were tried: those of epochs, and all keys that they open.
    pub keys: u64,
    /// The cells that a key opened.
    pub opened: u64,
}

/// Tries every key that these keyrings and exports have or open on every cell that the backup has of erased customers
/// and persons. What remains after an erasure is left out.
pub async fn prove_erased(
    backup: &Backup,
    (keyrings, exports): (&[Keyring], &[KeyExport]),
    erased: &BTreeSet<Subject>,
    progress: Progress<'_>,
) -> Result<ErasureProof, StoreError> {
    let mut prover = Prover {
        keyrings,
        erased,
        keys: Keys::default(),
        seen: BTreeSet::new(),
        persons_versions: BTreeMap::new(),
        proof: ErasureProof::default(),
    };
    for export in exports {
        let mut rows = export.rows().await?;
        while let Some(row) = rows.next().await? {
            prover.unwrap(&row);
        }
    }
    prover.keys.epochs.extend(keyrings.iter().flat_map(Keyring::secrets));
    let (mut done, total) = (0, backup.manifest.records());
    for table in TABLES {
        let Some(rows) = backup.manifest.rows.iter().find(|rows| rows.table == table) else { continue };
        let (mut reader, mut records) = (RowReader::open(backup, table).await?, 0);
        while let Some(encoded) = reader.next().await? {
            prover.row(&Columns { rows, record: decode(&encoded)? })?;
            (records, done) = (records + 1, done + 1);
            if done % 100 == 0 {
                progress(done.min(total), total);
            }
        }
        if records != rows.records {
            return Err(StoreError::Corrupt(format!("{table}: {records} records instead of {}", rows.records)));
        }
        if table == "staging_keys" {
            prover.keys.derive();
        }
    }
    let Prover { seen, keys, mut proof, .. } = prover;
    (proof.people, proof.keys) = (seen.len() as u64, keys.count());
    Ok(proof)
}

/// The keys that are tried.
#[derive(Default)]
struct Keys {
    epochs: Vec<SecretKey>,
    /// The keys that epochs opened: of scopes, data subjects and days.
    opened: BTreeSet<[u8; 32]>,
    /// For each purpose, the keys that are derived from those.
    derived: Vec<Vec<SecretKey>>,
    /// Keys that seal cells themselves, and those that the keys of scopes yield.
    direct: Vec<SecretKey>,
}

impl Keys {
    fn count(&self) -> u64 {
        (self.epochs.len() + self.opened.len()) as u64
    }

    fn derive(&mut self) {
        let roots: Vec<_> = self.opened.iter().filter_map(|key| SecretKey::from_slice(key)).collect();
        let subjects: Vec<_> = roots.iter().cloned().map(SubjectKey::new).collect();
        self.derived =
            Purpose::ALL.iter().map(|purpose| subjects.iter().map(|key| key.key(*purpose).clone()).collect()).collect();
        self.direct.clone_from(&self.epochs);
        for root in roots {
            self.direct.push(root.derive(&[b"service"]));
            let remains = SubjectKey::new(root.derive(&[b"remains"]));
            self.direct.extend(Purpose::ALL.iter().map(|purpose| remains.key(*purpose).clone()));
            self.direct.push(root);
        }
    }

    fn open(&self, cell: &SealedCell) -> Option<Vec<u8>> {
        let derived = &self.derived[cell.purpose as usize];
        derived.iter().chain(&self.direct).find_map(|key| cell.open(key))
    }

    /// Whether the keys open a cell with all its layers.
    fn open_all(&self, Layers { around, cell }: Layers) -> bool {
        let mut content = None;
        for layer in around {
            match self.open(&layer.with_content(content)) {
                Some(opened) => content = Some(opened),
                None => return false,
            }
        }
        self.open(&cell.with_content(content)).is_some()
    }
}

struct Prover<'a> {
    keyrings: &'a [Keyring],
    erased: &'a BTreeSet<Subject>,
    keys: Keys,
    seen: BTreeSet<Subject>,
    /// The version that binds the cells of a customer's persons.
    persons_versions: BTreeMap<(Scope, CustomerId), u64>,
    proof: ErasureProof,
}

impl Prover<'_> {
    /// Tries the key of every epoch. Returns whether one of them opened it.
    fn unwrap(&mut self, row: &KeyRow) -> bool {
        let opened = self.keyrings.iter().find_map(|keyring| row.unwrap_with_any(keyring));
        if let Some(key) = &opened {
            self.keys.opened.insert(*key.expose());
        }
        opened.is_some()
    }

    fn row(&mut self, row: &Columns<'_>) -> Result<(), StoreError> {
        let table = row.rows.table.as_str();
        let Some(customer) = row.customer() else {
            if let Some(row) = row.key_row()? {
                self.unwrap(&row);
            }
            return Ok(());
        };
        let place = (row.scope()?, customer);
        if let Some(key) = row.key_row()? {
            let opens = self.unwrap(&key);
            let subject = PersonId::from_bytes(row.id("subject_id").unwrap_or_default());
            self.count(self.erased_among(place, &[subject]), opens);
            return Ok(());
        }
        if table == "customers" {
            self.persons_versions.insert(place, row.number("persons_version"));
        }
        let persons_version = self.persons_versions.get(&place).copied().unwrap_or(0);
        for (subjects, layers) in row.cells(table, place, persons_version)? {
            let erased = self.erased_among(place, &subjects);
            if erased.is_some() {
                let opens = self.keys.open_all(layers);
                self.count(erased, opens);
            }
        }
        Ok(())
    }

    /// The erased customer or person among the data subjects of a cell.
    fn erased_among(&self, (scope, customer): (Scope, CustomerId), subjects: &[PersonId]) -> Option<Subject> {
        let whole = Some((scope, customer, None)).filter(|whole| self.erased.contains(whole));
        let persons = subjects.iter().map(|person| (scope, customer, Some(*person)));
        whole.or_else(|| persons.into_iter().find(|person| self.erased.contains(person)))
    }

    fn count(&mut self, erased: Option<Subject>, opened: bool) {
        if let Some(subject) = erased {
            self.seen.insert(subject);
            self.proof.cells += 1;
            self.proof.opened += u64::from(opened);
        }
    }
}

/// A cell, and the cells around it that were sealed under the keys of persons. The outermost comes first.
struct Layers {
    around: Vec<SealedCell>,
    cell: SealedCell,
}

/// A record, by the names of its columns.
struct Columns<'a> {
    rows: &'a Rows,
    record: Record,
}

impl Columns<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.rows.columns.iter().position(|column| column == name).and_then(|place| self.record.get(place))
    }

    fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.value(name)?.bytes()
    }

    fn id(&self, name: &str) -> Option<[u8; 16]> {
        self.bytes(name)?.try_into().ok()
    }

    fn number(&self, name: &str) -> u64 {
        self.value(name).and_then(Value::number).and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
    }

    fn is(&self, name: &str, text: &str) -> bool {
        self.value(name).and_then(Value::text) == Some(text)
    }

    fn scope(&self) -> Result<Scope, StoreError> {
        let account = self.id("account_id");
        let account =
            account.ok_or_else(|| StoreError::Corrupt(format!("{}: a row has no account", self.rows.table)))?;
        scope_of(account, u8::try_from(self.number("environment")).unwrap_or(u8::MAX))
    }

    /// The customer whom the row is about. A worksheet has the id of its customer.
    fn customer(&self) -> Option<CustomerId> {
        let is_worksheet = self.rows.table == "desk" && self.number("kind") == DeskKind::Worksheet as u64;
        self.id(if is_worksheet { "id" } else { "customer_id" }).map(CustomerId::from_bytes)
    }

    /// The row of a stored key.
    fn key_row(&self) -> Result<Option<KeyRow>, StoreError> {
        let Some(table) = KeyTable::parse(&self.rows.table) else {
            return Ok(None);
        };
        let epoch = u32::try_from(self.number("epoch")).unwrap_or(0);
        let wrapped = WrappedKey { epoch, sealed: self.bytes("wrapped").unwrap_or_default().to_vec() };
        let scope = self.scope()?;
        let id = |name| self.id(name).unwrap_or_default();
        let day = || self.value("day").and_then(Value::number).unwrap_or(0);
        Ok(Some(match table {
            KeyTable::Scopes => KeyRow::of_scope(scope, wrapped),
            KeyTable::Subjects => KeyRow::of_subject(scope, &id("customer_id"), &id("subject_id"), wrapped),
            KeyTable::Staging => KeyRow::of_staging(scope, day(), wrapped),
        }))
    }

    /// The cells of data subjects in the row, each with those whose keys it takes to open it.
    fn cells(
        &self,
        table: &str,
        (scope, customer): (Scope, CustomerId),
        persons_version: u64,
    ) -> Result<Vec<(Vec<PersonId>, Layers)>, StoreError> {
        let own = PersonId::of_customer(customer);
        let plain = PlainColumns::binding(scope, customer, self.number("version"), persons_version);
        let cell = |name: &str| self.bytes(name).filter(|cell| !cell.is_empty()).map(<[u8]>::to_vec);
        let single = |(subject, cell)| (vec![subject], Layers { around: Vec::new(), cell });
        let bound = |subject, purpose, cell: Vec<u8>| {
            (subject, plain.with_binding(subject, purpose, |binding| SealedCell::new(purpose, binding, cell)))
        };
        let cells: Vec<(PersonId, SealedCell)> = match table {
            "customers" if is_erased(u8::try_from(self.number("type")).unwrap_or(0)) => Vec::new(),
            "customers" => {
                let sealed = |(name, purpose)| Some(bound(own, purpose, cell(name)?));
                let mut found: Vec<_> = CUSTOMER_CELLS.into_iter().filter_map(sealed).collect();
                if let Some(kyc) = cell("kyc") {
                    let of_subjects = sealed::list::cells(customer, &kyc)?.into_iter();
                    found.extend(of_subjects.map(|(subject, cell)| bound(subject, Purpose::Kyc, cell.to_vec())));
                }
                found
            }
            "persons" => sealed::cells_of_persons(&plain, self.bytes("cells").unwrap_or_default())?,
            "events" if self.is("type", EventType::CustomerErased.as_str()) => Vec::new(),
            "events" => {
                let number = self.number("number");
                let sealed = |cell| SealedCell::attached(Purpose::Events, (scope, customer), b"", number, cell);
                cell("body").map(|cell| (own, sealed(cell))).into_iter().collect()
            }
            "answers" => return Ok(self.answer((scope, customer)).into_iter().collect()),
            "audit" if self.is("action", Action::CustomerErased.as_str()) => Vec::new(),
            "audit" => {
                let (detail, version) = (self.bytes("detail").unwrap_or_default(), self.number("version"));
                audit_detail::sealed_cells((scope, customer), version, detail)?
            }
            "file_uses" => {
                let file = FileId::from_bytes(self.id("file_id").unwrap_or_default());
                let subject = self.id("subject_id").map_or(own, PersonId::from_bytes);
                cell("key").map(|cell| (subject, files::sealed_key(scope, file, cell))).into_iter().collect()
            }
            "erasures" | "person_erasures" => {
                let person = self.id("person_id").map(PersonId::from_bytes);
                let sealed = |cell| SealedCell::request((scope, customer), person, cell);
                cell("request").map(|cell| (person.unwrap_or(own), sealed(cell))).into_iter().collect()
            }
            "holds" => {
                let hold = HoldId::from_bytes(self.id("hold_id").unwrap_or_default());
                cell("details")
                    .map(|cell| (own, sealed::sealed_hold(scope, customer, hold, cell)))
                    .into_iter()
                    .collect()
            }
            "desk" => {
                let sealed = |cell| sealed::sealed_worksheet(scope, customer, cell);
                cell("content").map(|cell| (own, sealed(cell))).into_iter().collect()
            }
            "looks" => {
                let reason = self.bytes("reason_id").unwrap_or_default();
                let sealed =
                    |cell| SealedCell::attached(Purpose::Looks, (scope, customer), reason, looks::GENERATION, cell);
                cell("reason").map(|cell| (own, sealed(cell))).into_iter().collect()
            }
            _ => Vec::new(),
        };
        Ok(cells.into_iter().map(single).collect())
    }

    /// A kept answer, which may be sealed under the keys of persons as well.
    fn answer(&self, place: (Scope, CustomerId)) -> Option<(Vec<PersonId>, Layers)> {
        let body = self.bytes("body").filter(|body| !body.is_empty())?;
        let (persons, sealed) = sealed::layers_of_answer(body);
        let key = self.bytes("key_hash").unwrap_or_default();
        let cell = SealedCell::attached(Purpose::Replay, place, key, self.number("version"), sealed.to_vec());
        // The last person's layer is the outermost.
        let around = persons.iter().rev().map(|person| cell.around(*person)).collect();
        let mut subjects = vec![PersonId::of_customer(place.1)];
        subjects.extend(persons);
        Some((subjects, Layers { around, cell }))
    }
}
