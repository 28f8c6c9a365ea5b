-- A file may be evidence of several data subjects: its key is sealed once for each, in a row of its own.
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

INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key)
    SELECT account_id, environment, file_id, customer_id, subject_id, attached_at, key
    FROM files WHERE customer_id IS NOT NULL
    ON CONFLICT DO NOTHING;
