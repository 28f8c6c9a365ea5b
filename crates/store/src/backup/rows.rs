//! Reads and writes the records of one table.

use dossier_core::store::StoreError;
use sha2::{Digest as _, Sha256};

use super::manifest::{Rows, hexadecimal};
use super::{Backup, Finding, PIECE};
use crate::blobs::{BlobWriter, Objects};
use crate::transfer::record::{Record, decode, encode, hash};
use crate::transfer::{Shape, error_text};

/// Longer than any record. A greater length means damage.
const MAX_RECORD: usize = 64 * 1024 * 1024;

/// Writes the records of a table and their hashes.
pub(super) struct RowWriter {
    rows: Box<dyn BlobWriter>,
    hashes: Box<dyn BlobWriter>,
    buffers: [Vec<u8>; 2],
    sum: Sha256,
    about: Rows,
}

impl RowWriter {
    pub(super) async fn begin(storage: &dyn Objects, name: &str, shape: &Shape) -> Result<Self, StoreError> {
        let object = |kind: &str| format!("{name}/{kind}/{}", shape.name);
        Ok(Self {
            rows: storage.create_object(&object("rows")).await?,
            hashes: storage.create_object(&object("hashes")).await?,
            buffers: [Vec::new(), Vec::new()],
            sum: Sha256::new(),
            about: Rows {
                table: shape.name.to_owned(),
                columns: shape.column_names().into_iter().map(str::to_owned).collect(),
                records: 0,
                bytes: 0,
                sha256: String::new(),
            },
        })
    }

    pub(super) async fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        let encoded = encode(record);
        let digest = hash(&encoded);
        self.sum.update(digest);
        self.about.records += 1;
        self.about.bytes += 4 + encoded.len() as u64;
        let [rows, hashes] = &mut self.buffers;
        rows.extend_from_slice(&u32::try_from(encoded.len()).expect("a record is small").to_be_bytes());
        rows.extend_from_slice(&encoded);
        hashes.extend_from_slice(&digest);
        if rows.len() >= PIECE {
            self.rows.write(std::mem::take(rows)).await?;
            self.hashes.write(std::mem::take(hashes)).await?;
        }
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<Rows, StoreError> {
        let [rows, hashes] = self.buffers;
        self.rows.write(rows).await?;
        self.hashes.write(hashes).await?;
        self.rows.finish().await?;
        self.hashes.finish().await?;
        self.about.sha256 = hexadecimal(&self.sum.finalize());
        Ok(self.about)
    }
}

/// Reads an object from start to end.
struct ObjectReader<'a> {
    storage: &'a dyn Objects,
    name: String,
    size: u64,
    at: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl<'a> ObjectReader<'a> {
    async fn open(backup: &'a Backup, name: &str) -> Result<Self, StoreError> {
        let size = backup.size(name).await?;
        let (storage, name) = (&*backup.storage, backup.object(name));
        Ok(Self { storage, name, size, at: 0, buffer: Vec::new(), used: 0 })
    }

    fn is_at_end(&self) -> bool {
        self.at == self.size && self.used == self.buffer.len()
    }

    async fn take(&mut self, length: usize) -> Result<&[u8], StoreError> {
        while self.buffer.len() - self.used < length {
            if self.at == self.size {
                return Err(StoreError::Corrupt("it is truncated".into()));
            }
            self.buffer.drain(..self.used);
            self.used = 0;
            let end = self.size.min(self.at + PIECE as u64);
            let piece = self.storage.read_object(&self.name, self.at..end).await?;
            self.at = end;
            self.buffer.extend_from_slice(&piece);
        }
        let from = self.used;
        self.used += length;
        Ok(&self.buffer[from..self.used])
    }
}

/// Reads the records of a table in their encoded form.
pub(super) struct RowReader<'a>(ObjectReader<'a>);

impl<'a> RowReader<'a> {
    pub(super) async fn open(backup: &'a Backup, table: &str) -> Result<Self, StoreError> {
        ObjectReader::open(backup, &format!("rows/{table}")).await.map(Self)
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.0.is_at_end() {
            return Ok(None);
        }
        let length = u32::from_be_bytes(self.0.take(4).await?.try_into().expect("four bytes")) as usize;
        if length > MAX_RECORD {
            return Err(StoreError::Corrupt("the length of a record was altered".into()));
        }
        self.0.take(length).await.map(|encoded| Some(encoded.to_vec()))
    }
}

/// Reads the hashes of a table and hashes them.
pub(super) struct HashReader<'a> {
    reader: ObjectReader<'a>,
    sum: Sha256,
}

impl<'a> HashReader<'a> {
    pub(super) async fn open(backup: &'a Backup, table: &str) -> Result<Self, StoreError> {
        let reader = ObjectReader::open(backup, &format!("hashes/{table}")).await?;
        Ok(Self { reader, sum: Sha256::new() })
    }

    pub(super) async fn next(&mut self) -> Result<Option<[u8; 32]>, StoreError> {
        if self.reader.is_at_end() {
            return Ok(None);
        }
        let hash: [u8; 32] = self.reader.take(32).await?.try_into().expect("32 bytes");
        self.sum.update(hash);
        Ok(Some(hash))
    }

    /// The hash over all hashes, once all were read.
    pub(super) fn sum(self) -> String {
        hexadecimal(&self.sum.finalize())
    }
}

/// The records of a table that are as they were when the backup was made.
pub(super) struct IntactRecords<'a> {
    rows: &'a Rows,
    /// `None` once there is nothing more to read.
    readers: Option<(RowReader<'a>, HashReader<'a>)>,
    number: u64,
    /// What is wrong with the other records, as far as they were read.
    pub(super) findings: Vec<Finding>,
}

impl<'a> IntactRecords<'a> {
    pub(super) async fn open(backup: &'a Backup, rows: &'a Rows) -> Self {
        let mut records = Self { rows, readers: None, number: 0, findings: Vec::new() };
        match (RowReader::open(backup, &rows.table).await, HashReader::open(backup, &rows.table).await) {
            (Ok(reader), Ok(hashes)) => records.readers = Some((reader, hashes)),
            (Err(error), _) | (_, Err(error)) => records.find(error_text(&error)),
        }
        records
    }

    /// The next intact record.
    pub(super) async fn next(&mut self) -> Result<Option<Record>, StoreError> {
        while let Some((rows, hashes)) = &mut self.readers {
            let next = self.number + 1;
            let problem = match (rows.next().await, hashes.next().await) {
                (Ok(Some(encoded)), Ok(Some(expected))) => {
                    self.number = next;
                    match decode(&encoded) {
                        Ok(record) if hash(&encoded) == expected && record.len() == self.rows.columns.len() => {
                            return Ok(Some(record));
                        }
                        _ => self.find(format!("record {next} was altered")),
                    }
                    continue;
                }
                (Ok(None), Ok(None)) => None,
                (Ok(_), Ok(_)) => Some("the numbers of hashes and records differ".to_owned()),
                (Err(error @ StoreError::Corrupt(_)), _) => {
                    Some(format!("record {next} and those after it cannot be read: {}", error_text(&error)))
                }
                (Ok(_), Err(error @ StoreError::Corrupt(_))) => {
                    Some(format!("the hash of record {next} cannot be read: {}", error_text(&error)))
                }
                (Err(error), _) | (_, Err(error)) => return Err(error),
            };
            problem.into_iter().for_each(|problem| self.find(problem));
            self.end();
        }
        Ok(None)
    }

    fn end(&mut self) {
        let Some((_, hashes)) = self.readers.take() else { return };
        if self.number != self.rows.records {
            self.find(format!("{} records instead of {}", self.number, self.rows.records));
        } else if hashes.sum() != self.rows.sha256 {
            self.find("the hashes differ from those in the manifest".into());
        }
    }

    fn find(&mut self, text: String) {
        self.findings.push(Finding::of_table(&self.rows.table, text));
    }
}
