//! The description of a backup, stored with it.

use dossier_core::clock::Timestamp;
pub(super) use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::AccountId;
use dossier_core::store::StoreError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format of the backup.
    format: u32,
    /// The version of Dossier that made it.
    pub dossier: String,
    /// The engine that it was made from: `sqlite` or `postgresql`.
    pub engine: String,
    /// The number of migrations that its records have had.
    pub schema: u32,
    /// The time of its snapshot.
    pub created_at: Timestamp,
    /// The id that database and keyring share.
    pub installation: AccountId,
    /// The newest epoch that the database has seen. A keyring that ends earlier is too old.
    pub newest_epoch: u32,
    /// The epochs whose keys are needed to read it.
    pub epochs: Vec<u32>,
    pub rows: Vec<Rows>,
    pub files: Files,
    /// SHA-256 of the manifest with this field empty.
    checksum: String,
}

/// The records of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub table: String,
    /// The columns of each record, in their order.
    pub columns: Vec<String>,
    pub records: u64,
    pub bytes: u64,
    /// SHA-256 over the hashes of the records.
    pub sha256: String,
}

/// The contents of files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub count: u64,
    /// The sealed size.
    pub bytes: u64,
    /// Files without content: uploads that expired while the backup was made.
    pub expired: u64,
    /// Files of customers whose content was missing when the backup was made.
    pub missing: u64,
    /// SHA-256 of the file list.
    pub sha256: String,
}

impl Manifest {
    /// Whether the rows predate row seals. They are sealed after a restore.
    #[must_use]
    pub fn is_unsealed(&self) -> bool {
        usize::try_from(self.schema).is_ok_and(|schema| schema < crate::sqlite::sealed_schema())
    }

    /// Whether the backup predates anchors.
    #[must_use]
    pub fn has_no_anchor(&self) -> bool {
        usize::try_from(self.schema).is_ok_and(|schema| schema < crate::sqlite::anchored_schema())
    }

    pub(super) fn new(created_at: Timestamp, engine: &str, schema: u32) -> Self {
        Self {
            format: FORMAT,
            dossier: env!("CARGO_PKG_VERSION").to_owned(),
            engine: engine.to_owned(),
            schema,
            created_at,
            installation: AccountId::from_bytes([0; 16]),
            newest_epoch: 0,
            epochs: Vec::new(),
            rows: Vec::new(),
            files: Files::default(),
            checksum: String::new(),
        }
    }

    /// The total size of the backup.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.rows.iter().map(|rows| rows.bytes).fold(self.files.bytes, u64::saturating_add)
    }

    /// The number of records.
    #[must_use]
    pub fn records(&self) -> u64 {
        // Anyone who can write to the storage may have put any number there.
        self.rows.iter().map(|rows| rows.records).fold(0, u64::saturating_add)
    }

    pub(super) fn write(mut self) -> Vec<u8> {
        self.checksum = self.sum();
        self.text()
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let altered = || StoreError::Corrupt("the manifest was altered".into());
        let manifest: Self = serde_json::from_slice(bytes).map_err(|_| altered())?;
        if manifest.format != FORMAT {
            let text = format!("it has format {}, which this version does not know", manifest.format);
            return Err(StoreError::Corrupt(text));
        }
        if manifest.checksum != manifest.sum() || manifest.text() != bytes {
            return Err(altered());
        }
        Ok(manifest)
    }

    fn sum(&self) -> String {
        hexadecimal(&Sha256::digest(Self { checksum: String::new(), ..self.clone() }.text()))
    }

    fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a manifest has string keys only");
        text.push(b'\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_unless_it_was_altered() {
        let manifest = Manifest::new(Timestamp::from_micros(1_700_000_000_000_000), "sqlite", 5);
        let text = manifest.clone().write();
        let read = Manifest::read(&text).expect("a manifest");
        assert_eq!(Manifest { checksum: String::new(), ..read }, manifest);
        for at in 0..text.len() {
            let mut altered = text.clone();
            altered[at] ^= 1;
            assert!(Manifest::read(&altered).is_err(), "byte {at}");
        }
    }
}
