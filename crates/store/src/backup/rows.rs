//! Reads and writes the records of one table.

use dossier_core::store::StoreError;
use sha2::{Digest as _, Sha256};

use super::manifest::{Rows, hexadecimal};
use super::{Backup, PIECE};
use crate::blobs::{BlobWriter, Objects};
use crate::transfer::Shape;
use crate::transfer::record::{Record, encode, hash};

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
