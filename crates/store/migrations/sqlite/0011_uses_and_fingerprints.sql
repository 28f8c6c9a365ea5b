-- A file has a sealed key itself only while it is staged; the keys of its uses were copied before. Seals cover other
-- columns now, so they are made again.
ALTER TABLE files RENAME TO old_files;

CREATE TABLE files (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    file_id BLOB NOT NULL,
    uploaded_at INTEGER NOT NULL,
    -- Until it is attached: the day whose staging key seals its key, and the sealed key.
    staged_day INTEGER,
    key BLOB,
    details BLOB NOT NULL,
    -- The Idempotency-Key of its upload, when there was one.
    upload_key BLOB,
    upload_fingerprint BLOB,
    request_id TEXT NOT NULL,
    mac BLOB,
    PRIMARY KEY (account_id, environment, file_id),
    CHECK ((staged_day IS NULL) = (key IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key,
        upload_fingerprint, request_id)
    SELECT account_id, environment, file_id, uploaded_at, staged_day,
        CASE WHEN staged_day IS NULL THEN NULL ELSE key END, details, upload_key, upload_fingerprint, request_id FROM old_files;

DROP TABLE old_files;

CREATE INDEX files_staged ON files (staged_day) WHERE staged_day IS NOT NULL;

CREATE UNIQUE INDEX files_upload_key ON files (account_id, environment, upload_key) WHERE upload_key IS NOT NULL;

-- Blind indexes: keyed fingerprints of the numbers by which data subjects are known elsewhere, and of the content of
-- files, by which equal ones find each other within an account and environment. They go with what they are of.
CREATE TABLE numbers (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, subject_id, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX numbers_equal ON numbers (account_id, environment, fingerprint);

CREATE TABLE contents (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    file_id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    -- Bytes.
    size INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment, file_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contents_equal ON contents (account_id, environment, fingerprint);

-- What a start still has to fill, since a key is needed for it.
CREATE TABLE unfilled (
    what TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO unfilled (what) VALUES ('fingerprints');
