-- A file may be evidence of several data subjects: its key is sealed once for each, in a row of its own.
CREATE TABLE file_uses (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    file_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    attached_at INTEGER NOT NULL,
    key BLOB NOT NULL,
    mac BLOB,
    PRIMARY KEY (account_id, environment, file_id, customer_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_uses_of_customer ON file_uses (account_id, environment, customer_id, file_id);

INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key)
    SELECT account_id, environment, file_id, customer_id, subject_id, attached_at, key FROM files
    WHERE customer_id IS NOT NULL;
