//! Files: uploads, and those that become evidence of a customer.

use dossier_core::caller::Scope;
use dossier_core::change::NewFile;
use dossier_core::idempotency::Ticket;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::quota::{OverQuota, Room};
use rusqlite::Connection;

use crate::columns::scope_columns;
use crate::prepared::AttachedFile;
use crate::sqlite::files::used;
use crate::vault::{Fingerprint, RowSeal};

/// Returns `false` if the upload was already recorded or its staging key is gone.
pub(super) fn insert_file(
    connection: &Connection,
    scope: Scope,
    file: &NewFile,
    request_id: &str,
    mac: &RowSeal,
) -> Result<Result<bool, OverQuota>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let NewFile { id, uploaded_at, size, sealed, ticket, room } = file;
    let rows = connection
        .prepare_cached(
            "INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key, \
                upload_fingerprint, request_id, mac)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE EXISTS
                (SELECT 1 FROM staging_keys WHERE account_id = ?1 AND environment = ?2 AND day = ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            id.as_bytes(),
            uploaded_at.as_micros(),
            sealed.day,
            &sealed.key,
            &sealed.details,
            ticket.map(|Ticket { key_hash, .. }| key_hash),
            ticket.map(|Ticket { fingerprint, .. }| fingerprint),
            request_id,
            mac,
        ))?;
    if rows == 0 {
        return Ok(Ok(false));
    }
    write_content(connection, scope, *id, &sealed.fingerprint, *size)?;
    Ok(count_file(connection, scope, *size, *room)?.map(|()| true))
}

pub(crate) fn write_content(
    connection: &Connection,
    scope: Scope,
    file: FileId,
    fingerprint: &Fingerprint,
    size: u64,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO contents (account_id, environment, file_id, fingerprint, size) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, size = excluded.size",
        )?
        .execute((account, environment, file.as_bytes(), fingerprint, size))
        .map(drop)
}

/// Counts a file that was just written. Fails if the account has no room for it.
fn count_file(
    connection: &Connection,
    scope: Scope,
    size: u64,
    room: Room,
) -> Result<Result<(), OverQuota>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let stored = connection
        .prepare_cached(
            "INSERT INTO usage (account_id, environment, files, bytes) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + excluded.bytes RETURNING files, bytes",
        )?
        .query_row((account, environment, size), used)?;
    Ok(room.check_account(stored))
}

/// Makes files evidence of a customer and its persons. Returns `false` if one is gone.
pub(super) fn attach(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    at: i64,
    attached: &[AttachedFile],
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    for AttachedFile { file, subject, key, mac, unstaged } in attached {
        let used = connection
            .prepare_cached(
                "INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key,
                    mac)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM files
                 WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3
                 ON CONFLICT DO UPDATE SET attached_at = file_uses.attached_at",
            )?
            .execute((account, environment, file.as_bytes(), customer.as_bytes(), subject.as_bytes(), at, key, mac))?;
        if used != 1 {
            return Ok(false);
        }
        connection
            .prepare_cached(
                "UPDATE files SET staged_day = NULL, key = NULL, mac = ?4
                 WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 AND staged_day IS NOT NULL",
            )?
            .execute((account, environment, file.as_bytes(), unstaged))?;
    }
    Ok(true)
}
