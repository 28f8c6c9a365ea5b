-- A file may be evidence of several data subjects: its key is sealed once for each, in a row of its own, and a file has
-- a sealed key itself only while it is staged. Seals cover other columns now, so they are made again.
CREATE TABLE IF NOT EXISTS file_uses (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    file_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    attached_at BIGINT NOT NULL,
    key BYTEA NOT NULL,
    mac BYTEA,
    PRIMARY KEY (account_id, environment, file_id, customer_id, subject_id)
);

CREATE INDEX IF NOT EXISTS file_uses_of_customer ON file_uses (account_id, environment, customer_id, file_id);

ALTER TABLE files ALTER COLUMN key DROP NOT NULL;

-- Read as JSON, since a repetition finds the columns gone.
INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key)
    SELECT f.account_id, f.environment, f.file_id, (to_jsonb(f) ->> 'customer_id')::uuid,
        (to_jsonb(f) ->> 'subject_id')::uuid, (to_jsonb(f) ->> 'attached_at')::bigint, f.key
    FROM files AS f WHERE to_jsonb(f) ->> 'customer_id' IS NOT NULL AND f.key IS NOT NULL
    ON CONFLICT DO NOTHING;

UPDATE files SET key = NULL WHERE staged_day IS NULL AND key IS NOT NULL;

UPDATE files SET mac = NULL WHERE mac IS NOT NULL;

DROP INDEX IF EXISTS files_of_customer;

ALTER TABLE files DROP COLUMN IF EXISTS attached_at;

ALTER TABLE files DROP COLUMN IF EXISTS subject_id;

ALTER TABLE files DROP COLUMN IF EXISTS customer_id;

-- Blind indexes: keyed fingerprints of the numbers by which data subjects are known elsewhere, and of the content of
-- files, by which equal ones find each other within an account and environment. They go with what they are of.
CREATE TABLE IF NOT EXISTS numbers (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    fingerprint BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, subject_id, fingerprint)
);

CREATE INDEX IF NOT EXISTS numbers_equal ON numbers (account_id, environment, fingerprint);

CREATE TABLE IF NOT EXISTS contents (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    file_id UUID NOT NULL,
    fingerprint BYTEA NOT NULL,
    -- Bytes.
    size BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment, file_id)
);

CREATE INDEX IF NOT EXISTS contents_equal ON contents (account_id, environment, fingerprint);

-- What a start still has to fill, since a key is needed for it.
CREATE TABLE IF NOT EXISTS unfilled (
    what TEXT PRIMARY KEY
);

INSERT INTO unfilled (what) VALUES ('fingerprints') ON CONFLICT DO NOTHING;
