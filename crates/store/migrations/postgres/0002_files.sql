-- What is known of uploaded files; their content lies elsewhere, sealed.
CREATE TABLE IF NOT EXISTS files (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    file_id UUID NOT NULL,
    uploaded_at BIGINT NOT NULL,
    -- While it is nobody's: the day whose staging key seals its key.
    staged_day BIGINT,
    -- Once it is somebody's: whose evidence it is, under whose key its key is sealed, since when.
    customer_id UUID,
    subject_id UUID,
    attached_at BIGINT,
    key BYTEA NOT NULL,
    details BYTEA NOT NULL,
    -- The Idempotency-Key of its upload, when there was one.
    upload_key BYTEA,
    upload_fingerprint BYTEA,
    request_id TEXT NOT NULL,
    PRIMARY KEY (account_id, environment, file_id),
    CHECK ((staged_day IS NULL) <> (customer_id IS NULL))
);

CREATE INDEX IF NOT EXISTS files_of_customer ON files (account_id, environment, customer_id, file_id) WHERE customer_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS files_staged ON files (staged_day) WHERE staged_day IS NOT NULL;

CREATE UNIQUE INDEX IF NOT EXISTS files_upload_key ON files (account_id, environment, upload_key) WHERE upload_key IS NOT NULL;

-- One key per account, environment and day on which a file was uploaded. Deleted with the last file that needs it.
CREATE TABLE IF NOT EXISTS staging_keys (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    day BIGINT NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, day)
);
