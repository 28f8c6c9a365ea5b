//! Files: uploads, and those that become evidence of a customer.

use dossier_core::caller::Scope;
use dossier_core::change::NewFile;
use dossier_core::idempotency::Ticket;
use dossier_core::store::StoreError;
use uuid::Uuid;

use super::batch::Batch;
use super::table::tables;
use crate::postgres::database::{Call, Error, Param, Session};
use crate::postgres::rows::{Columns, number, scope_values, statements, uuid};
use crate::prepared::{AttachedFile, CustomerRow};
use crate::vault::RowSeal;

statements! {
    ATTACH = "INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bytea[],
            $8::bytea[])
        ON CONFLICT DO NOTHING";
    UNSTAGE = "UPDATE files AS f SET staged_day = NULL, key = NULL, mac = u.mac
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bytea[]) AS u (account_id, environment, file_id, mac)
        WHERE f.account_id = u.account_id AND f.environment = u.environment AND f.file_id = u.file_id
            AND f.staged_day IS NOT NULL";
    FILE = "INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key, \
        upload_fingerprint, request_id, mac)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE EXISTS
            (SELECT 1 FROM staging_keys WHERE account_id = $1 AND environment = $2 AND day = $5)
        ON CONFLICT DO NOTHING";
    CONTENT = "INSERT INTO contents (account_id, environment, file_id, fingerprint, size) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    COUNT_FILE = "INSERT INTO usage AS s (account_id, environment, files, bytes) VALUES ($1, $2, 1, $3)
        ON CONFLICT (account_id, environment) DO UPDATE SET files = s.files + 1, bytes = s.bytes + excluded.bytes
        RETURNING files, bytes";
}

tables! {
    Attachments of AttachedRow<'a> for ATTACH {
        file: Uuid,
        customer: Uuid,
        subject: Uuid,
        at: i64,
        key: &'a [u8],
        mac: &'a [u8],
    }
    UnstagedFiles of UnstagedFile<'a> for UNSTAGE {
        file: Uuid,
        mac: &'a [u8],
    }
}

impl<'a> Batch<'a> {
    /// Makes files evidence of a customer and its persons.
    pub(super) fn attach(&mut self, scope: Scope, row: &CustomerRow, attached: &'a [AttachedFile]) {
        let customer = uuid(row.id.as_bytes());
        for one in attached {
            let (file, subject) = (uuid(one.file.as_bytes()), uuid(one.subject.as_bytes()));
            self.attached
                .push(scope, AttachedRow { file, customer, subject, at: row.updated_at, key: &one.key, mac: &one.mac });
            self.unstaged.push(scope, UnstagedFile { file, mac: &one.unstaged });
        }
    }
}

/// Returns `false` if the upload was already recorded or its staging key is gone.
pub(super) async fn insert_file(
    session: Session<'_>,
    scope: Scope,
    file: &NewFile,
    request_id: &str,
    mac: &RowSeal,
) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    let NewFile { id, uploaded_at, size, sealed, ticket, room } = file;
    let upload = ticket.map(|Ticket { key_hash, fingerprint }| (key_hash.to_vec(), fingerprint.to_vec()));
    let (key, fingerprint): (Option<Vec<u8>>, Option<Vec<u8>>) = upload.unzip();
    let rows = session
        .execute(
            FILE,
            &[
                &account,
                &environment,
                &uuid(id.as_bytes()),
                &uploaded_at.as_micros(),
                &sealed.day,
                &sealed.key,
                &sealed.details,
                &key,
                &fingerprint,
                &request_id,
                &&mac[..],
            ],
        )
        .await?;
    if rows == 0 {
        return Ok(false);
    }
    let (fingerprint, size) = (&sealed.fingerprint[..], number(*size));
    session.execute(CONTENT, &[&account, &environment, &uuid(id.as_bytes()), &fingerprint, &size]).await?;
    for counted in session.query(COUNT_FILE, &[&account, &environment, &size]).await? {
        room.check_account(Columns::of(&counted).used()?).map_err(StoreError::from)?;
    }
    Ok(true)
}
