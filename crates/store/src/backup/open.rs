//! Opens everything that is sealed in a store, to prove that it can be read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use dossier_core::account::Account;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::file::File;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::store::{
    AuditStore as _, CustomerStore as _, ErasureStore as _, EventStore as _, FileStore as _, KeyStore as _,
    LookStore as _, Progress, StoreError, WebhookStore as _,
};

use super::{Backup, Finding, Part};
use crate::anchor::{AnchorKey, check};
use crate::records;
use crate::sqlite::SqliteStore;
use crate::transfer::error_text;
use crate::transfer::mark::Location;
use crate::transfer::snapshot::Pace;
use crate::vault::RootKey;
use crate::{DATABASE_FILE, Engine, OpenError};

/// The number of items that are read at a time.
const PAGE: usize = 500;

/// The numbers of opened items, and the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Customers, with everything they have.
    pub customers: u64,
    /// Erased customers: those with a tombstone, and those that were erased after the backup was made.
    pub erased: u64,
    /// Events, with their bodies.
    pub events: u64,
    pub answers: u64,
    /// Files, read completely.
    pub files: u64,
    /// Files without content, according to the backup.
    pub without_content: u64,
    /// Verified entries of the audit trail.
    pub entries: u64,
    /// Verified chains of the audit trail.
    pub chains: u64,
    /// Chains that were compared with the anchor.
    pub anchored: u64,
    /// Rows that were compared with the audit entries that wrote them.
    pub compared: u64,
    pub findings: Vec<Finding>,
}

fn open_temporary(
    backup: &Backup,
    folder: &Path,
    (keyring, root): (&Path, &RootKey),
    now: Timestamp,
) -> Result<SqliteStore, OpenError> {
    let fatal = Arc::new(|why: &str| tracing::error!(cause = why, "I/O error in the temporary database"));
    SqliteStore::open(folder, keyring, root, backup.contents(), now, None, fatal)
}

/// A temporary embedded database into which a backup was restored, upgraded and opened, with a copy of the keyring. The
/// contents of files are read from the backup.
pub async fn temporary(
    backup: &Backup,
    folder: &Path,
    (keyring, root): (&Path, &RootKey),
    now: Timestamp,
) -> Result<Arc<dyn Engine>, OpenError> {
    let own = folder.join("keyring.json");
    let cause = |cause| OpenError::File { attempt: "copy the keyring to", path: own.clone(), cause };
    std::fs::copy(keyring, &own).map_err(cause)?;
    if backup.manifest.is_unsealed() {
        SqliteStore::seal_rows(&folder.join(DATABASE_FILE), &own, root, now)?;
    }
    Ok(Arc::new(open_temporary(backup, folder, (&own, root), now)?))
}

impl OpenReport {
    /// Opens everything in an embedded database into which a backup was restored, after upgrading it. The contents of
    /// files are read from the backup. `absent` holds the files that have no content there, and `erased`
    /// the customers that were erased since.
    pub async fn restored(
        backup: &Backup,
        folder: &Path,
        (keyring, root, key): (&Path, &RootKey, &AnchorKey),
        now: Timestamp,
        (absent, erased): (&BTreeSet<FileId>, &BTreeSet<(Scope, CustomerId)>),
        progress: Progress<'_>,
    ) -> Result<Self, StoreError> {
        // A copy, because opening a store may write to the keyring.
        let own = folder.join("keyring.json");
        std::fs::copy(keyring, &own).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        if backup.manifest.is_unsealed()
            && let Err(error) = SqliteStore::seal_rows(&folder.join(DATABASE_FILE), &own, root, now)
        {
            return Ok(Self { findings: vec![Finding::new(Part::Database, error.to_string())], ..Self::default() });
        }
        match open_temporary(backup, folder, (&own, root), now) {
            Ok(store) => {
                let records = backup.manifest.records();
                let all = Self::all(&store, &|file| absent.contains(&file.id), erased, records, progress).await;
                let mut opened = all?;
                opened.compare(backup, &store, key).await?;
                let rows =
                    records::compare(Location::Sqlite(&folder.join(DATABASE_FILE)), Pace::Fast, &|_, _| {}).await?;
                opened.compared = rows.rows;
                opened.findings.extend(rows.findings.into_iter().map(|text| Finding::new(Part::Audit, text)));
                Ok(opened)
            }
            Err(error) => {
                Ok(Self { findings: vec![Finding::new(Part::Database, error.to_string())], ..Self::default() })
            }
        }
    }

    /// Opens everything in a store. `absent` tells which files had no content when they were
    /// backed up, and `erased` holds the customers that were erased since. Fails only if
    /// the store cannot be read at all; anything that cannot be opened is a finding.
    pub async fn all(
        store: &SqliteStore,
        absent: &(dyn Fn(&File) -> bool + Send + Sync),
        erased: &BTreeSet<(Scope, CustomerId)>,
        total: u64,
        progress: Progress<'_>,
    ) -> Result<Self, StoreError> {
        let mut opened = Self::default();
        for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
            opened.customers(store, scope, erased, &|done| progress(done.min(total), total)).await?;
            opened.events(store, scope).await;
            opened.files(store, scope, absent).await;
            opened.keys_settings_and_answers(store, scope).await;
        }
        let report = store.verify_audit(&|_, _| {}).await?;
        (opened.entries, opened.chains) = (report.entries, report.chains);
        opened.findings.extend(report.findings.into_iter().map(|text| Finding::new(Part::Audit, text)));
        Ok(opened)
    }

    /// Compares the audit trail with the anchor of the backup.
    async fn compare(&mut self, backup: &Backup, store: &SqliteStore, key: &AnchorKey) -> Result<(), StoreError> {
        match backup.anchor(key).await {
            Ok(Some(anchor)) => {
                self.anchored = anchor.checkpoints.len() as u64;
                let findings = check(store, &anchor).await?.findings;
                self.findings.extend(findings.into_iter().map(|text| Finding::new(Part::Audit, text)));
            }
            Ok(None) => {}
            Err(error) => self.add_finding(Part::Audit, error_text(&error)),
        }
        Ok(())
    }

    fn add_finding(&mut self, part: Part, text: String) {
        self.findings.push(Finding::new(part, text));
    }

    async fn customers(
        &mut self,
        store: &SqliteStore,
        scope: Scope,
        erased: &BTreeSet<(Scope, CustomerId)>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let ids = store.customer_ids(scope, after, PAGE)?;
            let Some(last) = ids.last().copied() else { return Ok(()) };
            after = Some(last);
            for id in ids {
                if let Err(error) = open_looks(store, scope, id).await {
                    self.add_finding(Part::Customers, format!("looks: at customer {id}: {}", error_text(&error)));
                }
                match store.customer(scope, id).await {
                    Ok(Some(_)) => {
                        self.customers += 1;
                        self.erased += u64::from(erased.contains(&(scope, id)));
                    }
                    Ok(None) => self.add_finding(Part::Customers, format!("customers: customer {id} was not found")),
                    Err(StoreError::Erased { .. }) => match store.tombstone(scope, id).await {
                        Ok(_) => self.erased += 1,
                        Err(error) => {
                            self.add_finding(
                                Part::Customers,
                                format!("customers: customer {id}: {}", error_text(&error)),
                            );
                        }
                    },
                    Err(error) => {
                        self.add_finding(Part::Customers, format!("customers: customer {id}: {}", error_text(&error)))
                    }
                }
            }
            progress(self.customers);
        }
    }

    async fn events(&mut self, store: &SqliteStore, scope: Scope) {
        let mut after = 0;
        loop {
            match store.events(scope, after, PAGE).await {
                Ok(events) => {
                    self.events += events.len() as u64;
                    let Some(last) = events.last() else { return };
                    after = last.position;
                }
                Err(error) => {
                    // One event of the page is damaged. Read them one by one.
                    if !self.events_one_by_one(store, scope, &mut after).await {
                        self.add_finding(
                            Part::Events,
                            format!("events: of account {}: {}", scope.account, error_text(&error)),
                        );
                        return;
                    }
                }
            }
        }
    }

    /// Reads a page of events one by one. Returns whether there are more.
    async fn events_one_by_one(&mut self, store: &SqliteStore, scope: Scope, after: &mut u64) -> bool {
        let newest = store.newest_event(scope).await.unwrap_or(0);
        for _ in 0..PAGE {
            if *after >= newest {
                return false;
            }
            match store.events(scope, *after, 1).await {
                Ok(events) => match events.last() {
                    Some(event) => {
                        self.events += 1;
                        *after = event.position;
                    }
                    None => return false,
                },
                Err(error) => {
                    *after += 1;
                    self.add_finding(
                        Part::Events,
                        format!("events: event after position {}: {}", *after - 1, error_text(&error)),
                    );
                }
            }
        }
        true
    }

    async fn files(&mut self, store: &SqliteStore, scope: Scope, absent: &(dyn Fn(&File) -> bool + Send + Sync)) {
        let mut before = None;
        loop {
            let page = match store.list_files(scope, None, before, PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    return self
                        .add_finding(Part::Files, format!("files: of {}: {}", scope.account, error_text(&error)));
                }
            };
            let Some(last) = page.last() else { return };
            before = Some(last.id);
            for file in &page {
                if absent(file) {
                    self.without_content += 1;
                } else if let Err(error) = read_through(store, scope, file).await {
                    self.add_finding(Part::Files, format!("files: file {}: {}", file.id, error_text(&error)));
                } else {
                    self.files += 1;
                }
            }
        }
    }

    /// API keys, endpoints, recorded settings and kept answers.
    async fn keys_settings_and_answers(&mut self, store: &SqliteStore, scope: Scope) {
        if let Err(error) = store.api_keys(scope).await {
            self.add_finding(Part::Secrets, format!("api_keys: of {}: {}", scope.account, error_text(&error)));
        }
        if let Err(error) = store.endpoints(scope).await {
            self.add_finding(Part::Secrets, format!("endpoints: of {}: {}", scope.account, error_text(&error)));
        }
        if let Err(error) = store.recorded_settings(scope).await {
            self.add_finding(Part::Secrets, format!("recorded_settings: of {}: {}", scope.account, error_text(&error)));
        }
        match store.open_keys_secrets_and_answers(scope) {
            Ok(answers) => self.answers += answers,
            Err(error) => self.add_finding(
                Part::Secrets,
                format!("answers and secrets: of {}: {}", scope.account, error_text(&error)),
            ),
        }
    }
}

/// Opens the reasons of all looks at a customer.
async fn open_looks(store: &SqliteStore, scope: Scope, id: CustomerId) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.looks(scope, id, after, PAGE).await?;
        after = page.last().map(|(place, _)| *place);
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

async fn read_through(store: &SqliteStore, scope: Scope, file: &File) -> Result<(), StoreError> {
    let mut reader = store.file_content(scope, file, 0..file.details.size).await?;
    let mut bytes = 0;
    while let Some(piece) = reader.next().await? {
        bytes += piece.len() as u64;
    }
    if bytes == file.details.size { Ok(()) } else { Err(StoreError::Corrupt("its content has the wrong size".into())) }
}
