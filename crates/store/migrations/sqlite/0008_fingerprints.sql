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
    PRIMARY KEY (account_id, environment, file_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contents_equal ON contents (account_id, environment, fingerprint);

-- What a start still has to fill, since a key is needed for it.
CREATE TABLE unfilled (
    what TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO unfilled (what) VALUES ('fingerprints');
