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
    PRIMARY KEY (account_id, environment, file_id)
);

CREATE INDEX IF NOT EXISTS contents_equal ON contents (account_id, environment, fingerprint);

-- What a start still has to fill, since a key is needed for it.
CREATE TABLE IF NOT EXISTS unfilled (
    what TEXT PRIMARY KEY
);

INSERT INTO unfilled (what) VALUES ('fingerprints') ON CONFLICT DO NOTHING;
