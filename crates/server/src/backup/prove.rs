//! Proves that no key at hand opens what a backup has about erased customers.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dossier_core::erasure::LedgerEntry;
use dossier_core::store::Progress;
use dossier_store::backup::prove_erased;
use dossier_store::key_export::{KeyExport, path_beside};
use dossier_store::ledger::Ledger;
use dossier_store::transfer::error_text;
use dossier_store::vault::Keyring;
use serde_json::{Value, json};

use crate::config::Config;
use crate::errors::{cannot, text};
use crate::installation::root_key::root_key;

/// Where the proof finds the backup, the erased customers and the keys.
pub(crate) struct Sources {
    pub backup: String,
    /// Keyrings besides the configured one. Exports and ledgers beside them are used, too.
    pub keyrings: Vec<PathBuf>,
    /// Key exports that are not beside a keyring or the backup.
    pub exports: Vec<PathBuf>,
    /// A copy of the ledger that is not beside a keyring.
    pub ledger: Option<PathBuf>,
}

/// Tries every key of the keyrings and exports at hand on every cell of the customers that the ledgers name.
///
/// # Errors
///
/// In words for the operator, when something that was named cannot be read.
pub(crate) async fn prove(config: &Config, from: Sources, progress: Progress<'_>) -> Result<Value, String> {
    let root = root_key(config).map_err(text)?;
    let backup = super::find(&from.backup).await?;
    let mut paths = from.keyrings;
    if config.storage.keyring.exists() {
        paths.push(config.storage.keyring.clone());
    }
    let mut keyrings = Vec::new();
    for path in &paths {
        keyrings.push(Keyring::open(path, &root).map_err(cannot("use the keyring", path))?);
    }
    let mut ledgers: Vec<_> = paths.iter().map(|path| Ledger::beside(path, &root)).collect();
    ledgers.extend(from.ledger.map(|path| Ledger::at(path, &root)));
    let mut erased = BTreeSet::new();
    for ledger in &ledgers {
        erased.extend(ledger.read().map_err(text)?.iter().map(LedgerEntry::subject));
    }
    if let Some(missing) = from.exports.iter().find(|path| !path.exists()) {
        return Err(format!("there is no key export {}", missing.display()));
    }
    let mut exports = Vec::new();
    for keyring in &keyrings {
        for path in from.exports.iter().cloned().chain(paths.iter().map(|path| path_beside(path))) {
            // An export that this keyring does not open reveals nothing with it.
            exports.extend(KeyExport::at(&path, keyring).await.ok().flatten());
        }
        exports.extend(KeyExport::beside_backups(backup.storage(), keyring).await.ok().flatten());
    }
    let proof = prove_erased(&backup, (&keyrings, &exports), &erased, progress).await.map_err(error_text)?;
    Ok(json!({
        "backup": backup.name,
        "created_at": backup.manifest.created_at,
        "erased": erased.len(),
        "in_the_backup": proof.people,
        "cells": proof.cells,
        "keys": proof.keys,
        "keyrings": keyrings.len(),
        "key_exports": exports.len(),
        "opened": proof.opened,
    }))
}
