-- A file has a sealed key itself only while it is staged; the keys of its uses were copied before. Seals cover other
-- columns now, so they are made again.
ALTER TABLE files ALTER COLUMN key DROP NOT NULL;

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
