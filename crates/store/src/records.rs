//! What an entry of the audit trail says of the rows that it wrote: which, and a hash of each. A row that was valid
//! once and is put back with its seal is another one than the newest entry that names it wrote.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::caller::Scope;
use dossier_core::store::{Progress, StoreError};
use uuid::Uuid;

use crate::columns::scope_of;
use crate::prepared::{CustomerRow, Prepared, PreparedEffect};
use crate::rows::{self, Table};
use crate::transfer::Shape;
use crate::transfer::mark::Location;
use crate::transfer::record::{Record, Value};
use crate::transfer::snapshot::{Pace, Snapshot};
use crate::vault::{Cell, RowSeal};

/// Bytes of a hash.
const HASH: usize = 16;
/// Bytes of what is said of one row: its kind, its id and its hash.
const LENGTH: usize = 1 + 16 + HASH;
/// The hash of a row that was deleted.
const DELETED: [u8; HASH] = [0; HASH];
/// A verification that finds more than this stops telling.
const MAX_FINDINGS: usize = 1_000;

/// The rows that entries name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Account = 1,
    ApiKey = 2,
    Customer = 3,
    /// The associated persons of a customer, under its id.
    Persons = 4,
    File = 5,
    /// A file that nobody has attached yet, which may be collected.
    StagedFile = 6,
    Endpoint = 7,
}

impl Kind {
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

    /// Under which kind a row is looked for.
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

/// A table whose rows entries name: the columns that are hashed besides the seal of the row, which covers the others.
pub(crate) struct Named {
    pub(crate) table: &'static Table,
    pub(crate) kind: Kind,
    pub(crate) cells: &'static [&'static str],
}

/// Every table whose rows entries name.
pub(crate) const NAMED: &[Named] = &[
    Named { table: &rows::ACCOUNTS, kind: Kind::Account, cells: &[] },
    Named { table: &rows::API_KEYS, kind: Kind::ApiKey, cells: &[] },
    Named { table: &rows::CUSTOMERS, kind: Kind::Customer, cells: &["names", "profile", "secret", "kyc"] },
    Named { table: &rows::PERSONS, kind: Kind::Persons, cells: &[] },
    Named { table: &rows::FILES, kind: Kind::File, cells: &[] },
    Named { table: &rows::ENDPOINTS, kind: Kind::Endpoint, cells: &[] },
];

impl Named {
    /// What an entry says of a row: its kind, its id, and the hash of its seal and its cells.
    pub(crate) fn note(
        &self,
        values: &[Value],
        mac: &[u8],
        cells: &[Option<&[u8]>],
    ) -> Option<(Kind, [u8; 16], [u8; HASH])> {
        let id = values.get(self.table.key.len() - 1)?.bytes()?.try_into().ok()?;
        let staged = self.table.columns.iter().position(|column| *column == "staged_day");
        let staged = staged.and_then(|place| values.get(self.table.key.len() + place));
        let kind = match staged {
            Some(Value::Number(_)) => Kind::StagedFile,
            _ => self.kind,
        };
        Some((kind, id, hash(mac, cells)))
    }
}

/// A row as it was read whole: its values in the order of its table's columns, its seal, and its cells.
pub(crate) type Whole = (Record, Option<Vec<u8>>, Vec<Option<Vec<u8>>>);

/// Rows that were stored before entries named them, gathered so that each scope gets one entry, or one for every so
/// many rows.
#[derive(Default)]
pub(crate) struct Unnamed(BTreeMap<Scope, Records>);

/// One entry names so many rows, and some more: 33 kB.
const ROWS_OF_AN_ENTRY: usize = 1_000;

impl Unnamed {
    /// A row without a seal is of no account, and another verification's.
    pub(crate) fn add(&mut self, named: &Named, rows: &[Whole]) {
        for (values, mac, cells) in rows {
            let (Ok(scope), Some(mac)) = (named.table.scope(values), mac) else { continue };
            let cells: Vec<_> = cells.iter().map(Option::as_deref).collect();
            if let Some((kind, id, hash)) = named.note(values, mac, &cells) {
                self.0.entry(scope).or_default().push(kind, &id, &hash);
            }
        }
    }

    /// What is enough for an entry.
    pub(crate) fn full(&mut self) -> Vec<(Scope, Records)> {
        self.0.extract_if(.., |_, records| records.0.len() >= ROWS_OF_AN_ENTRY * LENGTH).collect()
    }

    /// The rest.
    pub(crate) fn rest(self) -> Vec<(Scope, Records)> {
        self.0.into_iter().collect()
    }
}

/// The hash of a row, over its seal and what tells its cells apart.
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

/// The rows that a change writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Records(Vec<u8>);

impl Records {
    pub(crate) fn push(&mut self, kind: Kind, id: &[u8; 16], hash: &[u8; HASH]) {
        self.0.push(kind as u8);
        self.0.extend_from_slice(id);
        self.0.extend_from_slice(hash);
    }

    /// A row of which the seal says everything.
    pub(crate) fn sealed(&mut self, kind: Kind, id: &[u8; 16], mac: &RowSeal) {
        self.push(kind, id, &hash(mac, &[]));
    }

    pub(crate) fn deleted(&mut self, kind: Kind, id: &[u8; 16]) {
        self.push(kind, id, &DELETED);
    }

    fn customer(&mut self, row: &CustomerRow) {
        let cells = &row.cells;
        let cells = [Some(&cells.names[..]), Some(&cells.profile[..]), Some(&cells.secret[..]), cells.kyc.as_deref()];
        self.push(Kind::Customer, row.id.as_bytes(), &hash(&row.mac, &cells));
        if let Some(mac) = &row.persons_mac {
            self.sealed(Kind::Persons, row.id.as_bytes(), mac);
        }
    }

    /// The rows that are known before the change is written. Those of which the engine reads the rest are added there.
    pub(crate) fn of(effect: &PreparedEffect) -> Self {
        let mut records = Self::default();
        match effect {
            PreparedEffect::Customer { row, attached, .. } => {
                records.customer(row);
                for one in attached.iter().flatten() {
                    records.sealed(Kind::File, one.file.as_bytes(), &one.unstaged);
                }
            }
            PreparedEffect::File { file, mac } => records.sealed(Kind::StagedFile, file.id.as_bytes(), mac),
            PreparedEffect::Account { id, mac, .. } | PreparedEffect::AccountChanged { id, mac, .. } => {
                records.sealed(Kind::Account, id, mac);
            }
            PreparedEffect::Key { key, ends: _ } => records.sealed(Kind::ApiKey, &key.row.key_id, &key.mac),
            PreparedEffect::Endpoint(endpoint) => {
                records.sealed(Kind::Endpoint, endpoint.row.id.as_bytes(), &endpoint.mac);
            }
            PreparedEffect::EndpointDeleted(id) => records.deleted(Kind::Endpoint, id.as_bytes()),
            PreparedEffect::None
            | PreparedEffect::KeyRevoked { .. }
            | PreparedEffect::Pass { .. }
            | PreparedEffect::PassEnded(_)
            | PreparedEffect::Clock { .. }
            | PreparedEffect::EndpointEnabled { .. }
            | PreparedEffect::Resent { .. }
            | PreparedEffect::Settings(_) => {}
        }
        records
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it is stored.
    pub(crate) fn into_column(self) -> Option<Vec<u8>> {
        (!self.0.is_empty()).then_some(self.0)
    }

    /// As it is stored in the entry of a change, which knows some of them itself.
    pub(crate) fn joined(&self, change: &Prepared) -> Option<Vec<u8>> {
        let own = change.audit.as_ref().and_then(|entry| entry.records.as_deref()).unwrap_or_default();
        Self([own, &self.0].concat()).into_column()
    }
}

/// A row: account, environment, kind and id.
type Key = ([u8; 16], u8, Kind, [u8; 16]);

/// What the newest entry that names a row says of it.
struct Newest {
    entry: u64,
    hash: [u8; HASH],
    /// Whether it may be gone without another entry.
    may_be_gone: bool,
}

/// What a comparison of rows with the audit trail came to.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// How many rows were compared.
    pub rows: u64,
    /// What is wrong, each naming the account, environment and row.
    pub findings: Vec<String>,
}

/// Compares each account, key, customer, file and endpoint with the newest entry of the audit trail that names it, in
/// one snapshot. Whether the trail itself is whole is another verification's to say.
///
/// # Errors
///
/// The database's.
pub async fn compare(location: Location<'_>, pace: Pace, progress: Progress<'_>) -> Result<Compared, StoreError> {
    let (snapshot, facts) = Snapshot::take(location, pace).await?;
    let shape = |name: &str| facts.shapes.iter().find(|shape| shape.name == name);
    let mut total = 0;
    for name in std::iter::once("audit").chain(NAMED.iter().map(|named| named.table.name)) {
        total += match shape(name) {
            Some(shape) => snapshot.count(shape).await,
            None => 0,
        };
    }
    let (mut comparison, mut done) = (Comparison::default(), 0);
    if let Some(shape) = shape("audit") {
        let trail = Trail::of(shape)?;
        let mut records = snapshot.records(shape, None);
        while let Some(portion) = records.recv().await {
            for record in &portion? {
                comparison.read(&trail, record);
                done += 1;
            }
            progress(done.min(total), total);
        }
    }
    for named in NAMED {
        let Some(shape) = shape(named.table.name) else { continue };
        let columns = Columns::of(named, shape)?;
        let mut records = snapshot.records(shape, None);
        while let Some(portion) = records.recv().await {
            for record in &portion? {
                comparison.compare(named, &columns, record);
                done += 1;
            }
            progress(done.min(total), total);
        }
    }
    Ok(comparison.into_compared())
}

/// Where the columns of `audit` are.
struct Trail {
    seq: usize,
    records: usize,
}

fn position(shape: &Shape, column: &str) -> Result<usize, StoreError> {
    shape.position(column).ok_or_else(|| StoreError::Corrupt(format!("{} has no {column}", shape.name)))
}

impl Trail {
    fn of(shape: &Shape) -> Result<Self, StoreError> {
        Ok(Self { seq: position(shape, "seq")?, records: position(shape, "records")? })
    }
}

/// Where the columns of a named table are.
struct Columns {
    values: Vec<usize>,
    mac: usize,
    cells: Vec<usize>,
}

impl Columns {
    fn of(named: &Named, shape: &Shape) -> Result<Self, StoreError> {
        let all = named.table.all_columns().map(|column| position(shape, column)).collect::<Result<_, _>>()?;
        let cells = named.cells.iter().map(|column| position(shape, column)).collect::<Result<_, _>>()?;
        Ok(Self { values: all, mac: position(shape, "mac")?, cells })
    }
}

#[derive(Default)]
struct Comparison {
    newest: HashMap<Key, Newest>,
    compared: Compared,
}

impl Comparison {
    fn read(&mut self, trail: &Trail, record: &Record) {
        let entry = record[trail.seq].number().and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
        let (Some((account, environment)), Some(bytes)) = (place(record), record[trail.records].bytes()) else {
            return;
        };
        for note in bytes.chunks_exact(LENGTH) {
            let Some(kind) = Kind::read(note[0]) else { continue };
            let id = note[1..17].try_into().expect("16 bytes");
            let hash: [u8; HASH] = note[17..].try_into().expect("16 bytes");
            let may_be_gone = kind == Kind::StagedFile || hash == DELETED;
            let newest = Newest { entry, hash, may_be_gone };
            match self.newest.entry((account, environment, kind.of_row(), id)) {
                std::collections::hash_map::Entry::Occupied(known) if known.get().entry > entry => {}
                std::collections::hash_map::Entry::Occupied(mut known) => drop(known.insert(newest)),
                std::collections::hash_map::Entry::Vacant(unknown) => drop(unknown.insert(newest)),
            }
        }
    }

    fn compare(&mut self, named: &Named, columns: &Columns, record: &Record) {
        self.compared.rows += 1;
        let values: Vec<Value> = columns.values.iter().map(|place| record[*place].clone()).collect();
        let cells: Vec<_> = columns.cells.iter().map(|place| record[*place].bytes()).collect();
        let mac = record[columns.mac].bytes().unwrap_or_default();
        let scope = named.table.scope(&values);
        let (Ok(scope), Some((kind, id, hash))) = (scope, named.note(&values, mac, &cells)) else {
            self.find(format!("{}: a row has no place", named.table.name));
            return;
        };
        let (account, environment) = crate::columns::scope_columns(&scope);
        let why = match self.newest.remove(&(*account, environment, kind.of_row(), id)) {
            Some(newest) if newest.hash == hash => return,
            Some(newest) if newest.hash == DELETED => {
                format!("the row was deleted by entry {}, and is there again", newest.entry)
            }
            Some(newest) => format!("the row is not the one that entry {} wrote", newest.entry),
            None => "no entry of the audit trail names the row".to_owned(),
        };
        self.find(shown(scope, kind, &id, &why));
    }

    fn find(&mut self, finding: String) {
        if self.compared.findings.len() < MAX_FINDINGS {
            self.compared.findings.push(finding);
        }
    }

    /// What is left are rows that are not there.
    fn into_compared(mut self) -> Compared {
        let left = std::mem::take(&mut self.newest);
        let mut left: Vec<_> = left.into_iter().filter(|(_, newest)| !newest.may_be_gone).collect();
        left.sort_by_key(|((account, environment, ..), newest)| (*account, *environment, newest.entry));
        for ((account, environment, kind, id), newest) in left {
            if let Ok(scope) = scope_of(account, environment) {
                let why = format!("the row that entry {} wrote is gone", newest.entry);
                self.find(shown(scope, kind, &id, &why));
            }
        }
        self.compared
    }
}

fn shown(Scope { account, environment }: Scope, kind: Kind, id: &[u8; 16], why: &str) -> String {
    format!("account {account}, {environment}, {} {}: {why}", kind.word(), Uuid::from_bytes(*id))
}

/// Account and environment, which come first in the key.
fn place(record: &Record) -> Option<([u8; 16], u8)> {
    let account = record.first()?.bytes()?.try_into().ok()?;
    Some((account, u8::try_from(record.get(1)?.number()?).ok()?))
}
