-- What is known of uploaded files; their content lies elsewhere, sealed.
CREATE TABLE files (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    file_id BLOB NOT NULL,
    uploaded_at INTEGER NOT NULL,
    -- While it is nobody's: the day whose staging key seals its key.
    staged_day INTEGER,
    -- Once it is somebody's: whose evidence it is, under whose key its key is sealed, since when.
    customer_id BLOB,
    subject_id BLOB,
    attached_at INTEGER,
    key BLOB NOT NULL,
    details BLOB NOT NULL,
    -- The Idempotency-Key of its upload, when there was one.
    upload_key BLOB,
    upload_fingerprint BLOB,
    request_id TEXT NOT NULL,
    PRIMARY KEY (account_id, environment, file_id),
    CHECK ((staged_day IS NULL) <> (customer_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX files_of_customer ON files (account_id, environment, customer_id, file_id) WHERE customer_id IS NOT NULL;

CREATE INDEX files_staged ON files (staged_day) WHERE staged_day IS NOT NULL;

CREATE UNIQUE INDEX files_upload_key ON files (account_id, environment, upload_key) WHERE upload_key IS NOT NULL;

-- One key per account, environment and day on which a file was uploaded. Deleted with the last file that needs it, so
-- that no key that lasts can open a file from an old backup.
CREATE TABLE staging_keys (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    day INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, day)
) STRICT, WITHOUT ROWID;
