//! The rows that an audit entry wrote, with a hash of each. An older state of a row has a valid seal, but not the hash
//! in the newest entry that names the row.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::caller::Scope;
use dossier_core::customer::CustomerType;
use dossier_core::store::{Progress, StoreError};
use uuid::Uuid;

use crate::columns::scope_of;
use crate::prepared::{CustomerRow, ErasedCustomer, PreparedChange, PreparedEffect};
use crate::rows::{self, Table};
use crate::transfer::Shape;
use crate::transfer::mark::Location;
use crate::transfer::record::{Record, Value};
use crate::transfer::snapshot::{Pace, Snapshot};
use crate::vault::{Cell, RowSeal};

const HASH: usize = 16;
/// The bytes of one row in an entry: its kind, its id and its hash.
const LENGTH: usize = 1 + 16 + HASH;
/// The hash of a deleted row.
const DELETED: [u8; HASH] = [0; HASH];
/// Findings beyond this number are not reported.
const MAX_FINDINGS: usize = 1_000;

/// The kinds of rows that entries name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum RowKind {
    Account = 1,
    ApiKey = 2,
    Customer = 3,
    /// The associated persons of a customer, under the customer's id.
    Persons = 4,
    File = 5,
    /// A file that is not attached yet and may be collected.
    StagedFile = 6,
    Endpoint = 7,
}

impl RowKind {
    const fn read(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Account,
            2 => Self::ApiKey,
            3 => Self::Customer,
            4 => Self::Persons,
            5 => Self::File,
            6 => Self::StagedFile,
            7 => Self::Endpoint,
            _ => return None,
        })
    }

    /// The kind under which the newest entry of a row is found.
    const fn of_row(self) -> Self {
        if let Self::StagedFile = self { Self::File } else { self }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::ApiKey => "API key",
            Self::Customer => "customer",
            Self::Persons => "associated persons of customer",
            Self::File | Self::StagedFile => "file",
            Self::Endpoint => "endpoint",
        }
    }
}

/// A table whose rows entries name. The hash of a row covers its seal, which covers most columns, and these cells.
pub(crate) struct NamedTable {
    pub(crate) table: &'static Table,
    pub(crate) kind: RowKind,
    pub(crate) cells: &'static [&'static str],
}

pub(crate) const NAMED_TABLES: &[NamedTable] = &[
    NamedTable { table: &rows::ACCOUNTS, kind: RowKind::Account, cells: &[] },
    NamedTable { table: &rows::API_KEYS, kind: RowKind::ApiKey, cells: &[] },
    NamedTable { table: &rows::CUSTOMERS, kind: RowKind::Customer, cells: &["names", "profile", "secret", "kyc"] },
    NamedTable { table: &rows::PERSONS, kind: RowKind::Persons, cells: &[] },
    NamedTable { table: &rows::FILES, kind: RowKind::File, cells: &[] },
    NamedTable { table: &rows::ENDPOINTS, kind: RowKind::Endpoint, cells: &[] },
];

impl NamedTable {
    /// What an entry says about a row: its kind, its id, and the hash of its seal and its cells.
    pub(crate) fn hash_row(
        &self,
        values: &[Value],
        mac: &[u8],
        cells: &[Option<&[u8]>],
    ) -> Option<(RowKind, [u8; 16], [u8; HASH])> {
        let id = values.get(self.table.key.len() - 1)?.bytes()?.try_into().ok()?;
        let staged = self.table.columns.iter().position(|column| *column == "staged_day");
        let staged = staged.and_then(|place| values.get(self.table.key.len() + place));
        let kind = match staged {
            Some(Value::Number(_)) => RowKind::StagedFile,
            _ => self.kind,
        };
        Some((kind, id, hash(mac, cells)))
    }
}

/// A row as it was read: its values in the order of its table's columns, its seal, and its cells.
pub(crate) type FullRow = (Record, Option<Vec<u8>>, Vec<Option<Vec<u8>>>);

/// Rows that were stored before entries named them, gathered so that each scope gets one entry for every
/// [`ROWS_OF_AN_ENTRY`] rows.
#[derive(Default)]
pub(crate) struct UnnamedRows(BTreeMap<Scope, RowHashes>);

/// One entry names about this many rows: 33 kB.
const ROWS_OF_AN_ENTRY: usize = 1_000;

impl UnnamedRows {
    /// Skips rows without a valid scope or a seal, which the verification of seals reports.
    pub(crate) fn add(&mut self, named: &NamedTable, rows: &[FullRow]) {
        for (values, mac, cells) in rows {
            let (Ok(scope), Some(mac)) = (named.table.scope(values), mac) else { continue };
            let cells: Vec<_> = cells.iter().map(Option::as_deref).collect();
            if let Some((kind, id, hash)) = named.hash_row(values, mac, &cells) {
                self.0.entry(scope).or_default().push(kind, &id, &hash);
            }
        }
    }

    /// Takes the rows of the scopes that have enough for an entry.
    pub(crate) fn take_full(&mut self) -> Vec<(Scope, RowHashes)> {
        self.0.extract_if(.., |_, records| records.0.len() >= ROWS_OF_AN_ENTRY * LENGTH).collect()
    }

    pub(crate) fn rest(self) -> Vec<(Scope, RowHashes)> {
        self.0.into_iter().collect()
    }
}

/// The hash of a row, over its seal and the identity of its cells.
fn hash(mac: &[u8], cells: &[Option<&[u8]>]) -> [u8; HASH] {
    let mut context = Context::new(&SHA256);
    context.update(mac);
    for cell in cells {
        let length = cell.map_or(u64::MAX, |cell| u64::try_from(cell.len()).expect("lengths fit"));
        context.update(&length.to_be_bytes());
        for part in Cell::identity(cell.unwrap_or_default()) {
            context.update(part);
        }
    }
    context.finish().as_ref()[..HASH].try_into().expect("a SHA-256 has 32 bytes")
}

/// The rows that a change writes: the kind, id and hash of each, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowHashes(Vec<u8>);

impl RowHashes {
    pub(crate) fn push(&mut self, kind: RowKind, id: &[u8; 16], hash: &[u8; HASH]) {
        self.0.push(kind as u8);
        self.0.extend_from_slice(id);
        self.0.extend_from_slice(hash);
    }

    /// A row whose seal covers all of it.
    pub(crate) fn sealed(&mut self, kind: RowKind, id: &[u8; 16], mac: &RowSeal) {
        self.push(kind, id, &hash(mac, &[]));
    }

    pub(crate) fn deleted(&mut self, kind: RowKind, id: &[u8; 16]) {
        self.push(kind, id, &DELETED);
    }

    fn customer(&mut self, row: &CustomerRow) {
        let cells = &row.cells;
        let cells = [Some(&cells.names[..]), Some(&cells.profile[..]), Some(&cells.secret[..]), cells.kyc.as_deref()];
        self.push(RowKind::Customer, row.id.as_bytes(), &hash(&row.mac, &cells));
        if let Some(mac) = &row.persons_mac {
            self.sealed(RowKind::Persons, row.id.as_bytes(), mac);
        }
    }

    fn erased(&mut self, row: &ErasedCustomer) {
        let cells = [Some(&row.tombstone[..]), Some(&[][..]), Some(&[][..]), None];
        self.push(RowKind::Customer, row.id.as_bytes(), &hash(&row.mac, &cells));
        if row.was() == CustomerType::Corporate {
            self.deleted(RowKind::Persons, row.id.as_bytes());
        }
    }

    /// The rows that are known before the change is written. The engine adds the rows that it must read first.
    pub(crate) fn of(effect: &PreparedEffect) -> Self {
        let mut records = Self::default();
        match effect {
            PreparedEffect::Customer { row, attached, .. } => {
                records.customer(row);
                for one in attached.iter().flatten() {
                    records.sealed(RowKind::File, one.file.as_bytes(), &one.unstaged);
                }
            }
            PreparedEffect::CustomerErased(erased) => records.erased(erased),
            PreparedEffect::File { file, mac } => records.sealed(RowKind::StagedFile, file.id.as_bytes(), mac),
            PreparedEffect::Account { id, mac, .. } | PreparedEffect::AccountChanged { id, mac, .. } => {
                records.sealed(RowKind::Account, id, mac);
            }
            PreparedEffect::Key { key, ends: _ } => records.sealed(RowKind::ApiKey, &key.row.key_id, &key.mac),
            PreparedEffect::Endpoint(endpoint) => {
                records.sealed(RowKind::Endpoint, endpoint.row.id.as_bytes(), &endpoint.mac);
            }
            PreparedEffect::EndpointDeleted(id) => records.deleted(RowKind::Endpoint, id.as_bytes()),
            PreparedEffect::None
            | PreparedEffect::ErasureScheduled(_)
            | PreparedEffect::ErasureCancelled(..)
            | PreparedEffect::ErasurePostponed(_)
            | PreparedEffect::HoldPlaced(_)
            | PreparedEffect::HoldEnded { .. }
            | PreparedEffect::EvidenceDeleted { .. }
            | PreparedEffect::KeyRevoked { .. }
            | PreparedEffect::KeyRestricted { .. }
            | PreparedEffect::Pass { .. }
            | PreparedEffect::PassEnded(_)
            | PreparedEffect::Clock { .. }
            | PreparedEffect::EmptyingStarted(_)
            | PreparedEffect::SandboxEmptied(_)
            | PreparedEffect::EndpointChanged { .. }
            | PreparedEffect::SecretRotated { .. }
            | PreparedEffect::EndpointEnabled { .. }
            | PreparedEffect::Resent { .. }
            | PreparedEffect::Desk(_)
            | PreparedEffect::Settings(_) => {}
        }
        records
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_column(self) -> Option<Vec<u8>> {
        (!self.0.is_empty()).then_some(self.0)
    }

    /// The stored form for the entry of a change, including the rows that the change already knows.
    pub(crate) fn joined(&self, change: &PreparedChange) -> Option<Vec<u8>> {
        let own = change.audit.as_ref().and_then(|entry| entry.records.as_deref()).unwrap_or_default();
        Self([own, &self.0].concat()).into_column()
    }
}

/// A row: account, environment, kind and id.
type Key = ([u8; 16], u8, RowKind, [u8; 16]);

/// What the newest entry that names a row says about it.
struct NewestEntry {
    entry: u64,
    hash: [u8; HASH],
    /// Whether the row may be missing without another entry.
    may_be_gone: bool,
}

/// The result of comparing rows with the audit trail.
#[derive(Debug, Clone, Default)]
pub struct RowReport {
    pub rows: u64,
    /// Each finding names the account, the environment and the row.
    pub findings: Vec<String>,
}

/// Compares each account, key, customer, file and endpoint with the newest entry of the audit trail that names it, in
/// one snapshot. It does not check whether the trail itself is complete; [`crate::audit_chain`] does.
pub async fn compare(location: Location<'_>, pace: Pace, progress: Progress<'_>) -> Result<RowReport, StoreError> {
    let (snapshot, facts) = Snapshot::take(location, pace).await?;
    let shape = |name: &str| facts.shapes.iter().find(|shape| shape.name == name);
    let mut total = 0;
    for name in std::iter::once("audit").chain(NAMED_TABLES.iter().map(|named| named.table.name)) {
        total += match shape(name) {
            Some(shape) => snapshot.count(shape).await,
            None => 0,
        };
    }
    let (mut comparison, mut done) = (Comparison::default(), 0);
    if let Some(shape) = shape("audit") {
        let trail = TrailColumns::of(shape)?;
        let mut records = snapshot.records(shape, None);
        while let Some(portion) = records.recv().await {
            for record in &portion? {
                comparison.read(&trail, record);
                done += 1;
            }
            progress(done.min(total), total);
        }
    }
    for named in NAMED_TABLES {
        let Some(shape) = shape(named.table.name) else { continue };
        let columns = TableColumns::of(named, shape)?;
        let mut records = snapshot.records(shape, None);
        while let Some(portion) = records.recv().await {
            for record in &portion? {
                comparison.compare(named, &columns, record);
                done += 1;
            }
            progress(done.min(total), total);
        }
    }
    Ok(comparison.into_report())
}

/// The positions of columns in `audit`.
struct TrailColumns {
    seq: usize,
    records: usize,
}

fn position(shape: &Shape, column: &str) -> Result<usize, StoreError> {
    shape.position(column).ok_or_else(|| StoreError::Corrupt(format!("{} has no {column}", shape.name)))
}

impl TrailColumns {
    fn of(shape: &Shape) -> Result<Self, StoreError> {
        Ok(Self { seq: position(shape, "seq")?, records: position(shape, "records")? })
    }
}

/// The positions of columns in a named table.
struct TableColumns {
    values: Vec<usize>,
    mac: usize,
    cells: Vec<usize>,
}

impl TableColumns {
    fn of(named: &NamedTable, shape: &Shape) -> Result<Self, StoreError> {
        let all = named.table.all_columns().map(|column| position(shape, column)).collect::<Result<_, _>>()?;
        let cells = named.cells.iter().map(|column| position(shape, column)).collect::<Result<_, _>>()?;
        Ok(Self { values: all, mac: position(shape, "mac")?, cells })
    }
}

#[derive(Default)]
struct Comparison {
    newest: HashMap<Key, NewestEntry>,
    compared: RowReport,
}

impl Comparison {
    fn read(&mut self, trail: &TrailColumns, record: &Record) {
        let entry = record[trail.seq].number().and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
        let (Some((account, environment)), Some(bytes)) = (scope_of_record(record), record[trail.records].bytes())
        else {
            return;
        };
        for note in bytes.chunks_exact(LENGTH) {
            let Some(kind) = RowKind::read(note[0]) else { continue };
            let id = note[1..17].try_into().expect("16 bytes");
            let hash: [u8; HASH] = note[17..].try_into().expect("16 bytes");
            let may_be_gone = kind == RowKind::StagedFile || hash == DELETED;
            let newest = NewestEntry { entry, hash, may_be_gone };
            match self.newest.entry((account, environment, kind.of_row(), id)) {
                std::collections::hash_map::Entry::Occupied(known) if known.get().entry > entry => {}
                std::collections::hash_map::Entry::Occupied(mut known) => drop(known.insert(newest)),
                std::collections::hash_map::Entry::Vacant(unknown) => drop(unknown.insert(newest)),
            }
        }
    }

    fn compare(&mut self, named: &NamedTable, columns: &TableColumns, record: &Record) {
        self.compared.rows += 1;
        let values: Vec<Value> = columns.values.iter().map(|place| record[*place].clone()).collect();
        let cells: Vec<_> = columns.cells.iter().map(|place| record[*place].bytes()).collect();
        let mac = record[columns.mac].bytes().unwrap_or_default();
        let scope = named.table.scope(&values);
        let (Ok(scope), Some((kind, id, hash))) = (scope, named.hash_row(&values, mac, &cells)) else {
            self.add_finding(format!("{}: a row has no valid key", named.table.name));
            return;
        };
        let (account, environment) = crate::columns::scope_columns(&scope);
        let why = match self.newest.remove(&(*account, environment, kind.of_row(), id)) {
            Some(newest) if newest.hash == hash => return,
            Some(newest) if newest.hash == DELETED => {
                format!("the row was deleted by entry {}, and exists again", newest.entry)
            }
            Some(newest) => format!("the row is not the one that entry {} wrote", newest.entry),
            None => "no entry of the audit trail names the row".to_owned(),
        };
        self.add_finding(describe(scope, kind, &id, &why));
    }

    fn add_finding(&mut self, finding: String) {
        if self.compared.findings.len() < MAX_FINDINGS {
            self.compared.findings.push(finding);
        }
    }

    /// A row that an entry names is missing if it was not read.
    fn into_report(mut self) -> RowReport {
        let left = std::mem::take(&mut self.newest);
        let mut left: Vec<_> = left.into_iter().filter(|(_, newest)| !newest.may_be_gone).collect();
        left.sort_by_key(|((account, environment, ..), newest)| (*account, *environment, newest.entry));
        for ((account, environment, kind, id), newest) in left {
            if let Ok(scope) = scope_of(account, environment) {
                let why = format!("the row that entry {} wrote is missing", newest.entry);
                self.add_finding(describe(scope, kind, &id, &why));
            }
        }
        self.compared
    }
}

fn describe(Scope { account, environment }: Scope, kind: RowKind, id: &[u8; 16], why: &str) -> String {
    format!("account {account}, {environment}, {} {}: {why}", kind.word(), Uuid::from_bytes(*id))
}

/// The account and environment of an entry, which are its first columns.
fn scope_of_record(record: &Record) -> Option<([u8; 16], u8)> {
    let account = record.first()?.bytes()?.try_into().ok()?;
    Some((account, u8::try_from(record.get(1)?.number()?).ok()?))
}
