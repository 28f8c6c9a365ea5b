-- Account and environment come first in every key, so that an engine may spread the rows by account. No sequences: what
-- is numbered is numbered by the end of its scope's chain, under the lock on that row. Statements can be repeated.

-- What ties this database to its keyring. One row.
CREATE TABLE IF NOT EXISTS installation (
    one SMALLINT PRIMARY KEY,
    installation_id UUID NOT NULL,
    newest_epoch INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS accounts (
    account_id UUID PRIMARY KEY,
    name BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- One key per account and environment, and one for the installation (account of zeros).
CREATE TABLE IF NOT EXISTS scope_keys (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment)
);

-- A table of its own, so that it can be backed up and restored apart from the records.
CREATE TABLE IF NOT EXISTS subject_keys (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, subject_id)
);

CREATE TABLE IF NOT EXISTS api_keys (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    key_id UUID NOT NULL,
    lookup BYTEA NOT NULL,
    hint TEXT NOT NULL,
    name BYTEA NOT NULL,
    midstates BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    predecessor UUID,
    last_used_at BIGINT,
    PRIMARY KEY (account_id, environment, key_id)
);

-- A key is looked up before its account is known. Unique by its 32 random bytes, not by the index.
CREATE INDEX IF NOT EXISTS api_keys_lookup ON api_keys (lookup);

CREATE TABLE IF NOT EXISTS customers (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    type SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    -- The number of its newest entry in the audit trail of its scope.
    last_audit BIGINT NOT NULL,
    email_index BYTEA NOT NULL,
    names BYTEA NOT NULL,
    profile BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    persons_version BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
);

-- The associated persons of a business: written only when one of them changes. The cells are bound to persons_version.
CREATE TABLE IF NOT EXISTS persons (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    cells BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
);

CREATE UNIQUE INDEX IF NOT EXISTS customers_email ON customers (account_id, environment, email_index);

-- Append only.
CREATE TABLE IF NOT EXISTS audit (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    previous_of_customer BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    customer_id UUID,
    version BIGINT,
    fields TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, seq)
);

-- The end of each chain, sealed, so that a cut tail is seen. Who changes anything in a scope holds the lock on this row,
-- so changes of one scope follow each other, and what they number has no gaps and becomes visible in its order.
CREATE TABLE IF NOT EXISTS audit_heads (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    seal BYTEA NOT NULL,
    event BIGINT NOT NULL,
    delivery BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment)
);

CREATE TABLE IF NOT EXISTS events (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    customer_id UUID NOT NULL,
    number BIGINT NOT NULL,
    type TEXT NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, position)
);

CREATE TABLE IF NOT EXISTS answers (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    key_hash BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    request_id TEXT NOT NULL,
    customer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, key_hash)
);

CREATE INDEX IF NOT EXISTS answers_created ON answers (created_at);
