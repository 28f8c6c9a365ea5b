//! Uploads a file. It is hashed, checked, scanned and sealed in one pass, then recorded in the store.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect, NewFile};
use crate::clock::Timestamp;
use crate::file::check::{Check, Checked, Fault};
use crate::file::name::FileName;
use crate::file::record::{File, FileDetails, MAX_FILE, Uploaded};
use crate::file::scan::{OnFailure, Scan, Verdict};
use crate::idempotency::{Attempt, KeyReused};
use crate::ids::FileId;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::files::FileWriter;
use crate::use_cases::write::{Outcome, append_audit, is_repeated, write};

/// What the audit entry of an upload says if the scanner could not judge it.
const NOT_SCANNED: &str = "not scanned: the scanner could not judge the file, and scan_failure is accept";

/// Why an upload failed.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The file is not of an accepted kind.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The file has more than [`MAX_FILE`] bytes.
    #[error("the file is too large")]
    TooLarge,
    /// The scanner found a virus in it.
    #[error("the file is infected")]
    Infected,
    /// The scanner could not judge it.
    #[error("the file could not be scanned")]
    NotScanned,
    /// The `Idempotency-Key` belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The store failed.
    #[error("the file could not be stored")]
    Store(#[from] StoreError),
}

/// An upload in progress. If it is dropped before [`Upload::finish`], nothing of it is left.
pub struct Upload<'a> {
    services: &'a Services,
    caller: &'a Caller,
    id: FileId,
    at: Timestamp,
    name: FileName,
    check: Check,
    hash: sha2::Sha256,
    size: u64,
    idempotency_key: Option<&'a str>,
    writer: Box<dyn FileWriter>,
    scan: Option<Box<dyn Scan>>,
    verdict: Verdict,
}

impl<'a> Upload<'a> {
    /// Starts an upload.
    ///
    /// # Errors
    ///
    /// When the store cannot accept a file, or the account has no room for the largest one. The commit checks the quota
    /// again. A repeated upload needs no room.
    pub async fn begin(
        services: &'a Services,
        caller: &'a Caller,
        name: FileName,
        idempotency_key: Option<&'a str>,
    ) -> Result<Self, UploadError> {
        let used = services.store.account_files(caller.scope).await?;
        if let Err(over) = services.quotas.of_account.check_account(used.and(MAX_FILE))
            && !is_repeated::<Uploaded, _>(services, caller.scope, attempt(idempotency_key, [b""; 3])).await?
        {
            return Err(StoreError::from(over).into());
        }
        let at = services.clock.now();
        let id = FileId::from(services.random.uuid());
        let writer = services.store.new_file(caller.scope, id, at).await?;
        let (check, hash) = (Check::default(), sha2::Digest::new());
        let scan = match &services.scanning {
            Some(scanning) => Some(scanning.scanner.begin(&caller.request_id).await),
            None => None,
        };
        let verdict = Verdict::Clean;
        Ok(Self { services, caller, id, at, name, check, hash, size: 0, idempotency_key, writer, scan, verdict })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// As soon as the file cannot be accepted.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.size += bytes.len() as u64;
        if self.size > MAX_FILE {
            return Err(UploadError::TooLarge);
        }
        self.check.push(bytes)?;
        sha2::Digest::update(&mut self.hash, bytes);
        if let Some(scan) = &mut self.scan {
            scan.write(bytes).await;
        }
        Ok(self.writer.write(bytes).await?)
    }

    /// Waits for the verdict of the scanner, once the last bytes were written. A virus is in the audit trail when this
    /// returns, whatever else is wrong with the file.
    pub async fn end_scan(&mut self) -> Result<(), UploadError> {
        let Some(scan) = self.scan.take() else { return Ok(()) };
        self.verdict = scan.finish().await;
        if let Verdict::Infected(virus) = &self.verdict {
            let mut entry = AuditEntry::new(self.caller, self.services.clock.now(), Action::FileInfected);
            entry.detail.note.clone_from(virus);
            append_audit(self.services, self.caller.scope, entry).await?;
        }
        Ok(())
    }

    /// Ends the upload. The file is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`UploadError`]. Content that may not be needed is deleted at once where that is certain, and otherwise by
    /// [`FileStore::collect_files`](crate::store::FileStore::collect_files).
    pub async fn finish(mut self) -> Result<Uploaded, UploadError> {
        self.end_scan().await?;
        let Self { services, caller, id, at, name, check, hash, size, idempotency_key, writer, verdict, .. } = self;
        let Checked { media_type, flaw } = check.finish()?;
        let sha256: [u8; 32] = sha2::Digest::finalize(hash).into();
        let details = FileDetails { name, media_type, size, sha256, flaw };
        let attempt = attempt(idempotency_key, [&sha256, details.name.expose().as_bytes(), b""]);
        let (details, mut writer) = (&details, Some(writer));
        // The content is written once. A second attempt finds the answer of the same upload, which committed first. If
        // it does not, the file's key was rotated away in between.
        let seal = || {
            // A repeated upload gets its kept answer, whatever the scanner says of it today.
            let allowed = allowed(services, &verdict);
            let writer = if allowed.is_ok() { writer.take() } else { None };
            async move {
                allowed?;
                Ok(writer.ok_or(StoreError::Busy)?.finish(details).await?)
            }
        };
        let uploaded = write(services, caller, attempt, seal, |sealed| {
            let mut audit = AuditEntry::new(caller, at, Action::FileUploaded);
            audit.fields = vec![format!("/files/{id}")];
            audit.detail.note = (verdict == Verdict::Unknown).then(|| NOT_SCANNED.to_owned());
            let room = services.quotas.of_account;
            let new = NewFile { id, uploaded_at: at, size, room, sealed, ticket: None };
            let effect = Effect::FileUploaded(Box::new(new));
            let file = File { id, uploaded_at: at, attachments: Vec::new(), details: details.clone() };
            Ok(Outcome::Change(Change::new(caller.scope, effect, audit), Uploaded { file, replayed: false }))
        })
        .await;
        // Discard the content only if it is certain that no row names it. Otherwise the collection does it later.
        let is_refused = match &uploaded {
            Ok(uploaded) => uploaded.file.id != id,
            Err(UploadError::KeyReused(_) | UploadError::Store(StoreError::OverQuota(_))) => true,
            Err(_) => false,
        };
        if writer.is_none() && is_refused {
            services.store.discard_file(caller.scope, id).await;
        }
        uploaded
    }
}

/// Whether a file with this verdict may be stored.
fn allowed(services: &Services, verdict: &Verdict) -> Result<(), UploadError> {
    match verdict {
        Verdict::Clean => Ok(()),
        Verdict::Infected(_) => Err(UploadError::Infected),
        Verdict::Unknown => match services.scanning.as_ref().map(|scanning| scanning.on_failure) {
            Some(OnFailure::Accept) => Ok(()),
            Some(OnFailure::Refuse) | None => Err(UploadError::NotScanned),
        },
    }
}

/// What identifies an upload with an `Idempotency-Key`.
fn attempt<'a>(key: Option<&'a str>, content: [&'a [u8]; 3]) -> Option<Attempt<'a>> {
    key.map(|key| Attempt { key, route: "POST /v0/files", content })
}
