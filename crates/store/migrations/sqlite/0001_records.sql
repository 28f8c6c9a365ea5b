-- What ties this database to its keyring.
CREATE TABLE installation (
    installation_id BLOB NOT NULL,
    newest_epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    account_id BLOB PRIMARY KEY,
    name BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One key per account and environment, and one for the installation (account of zeros).
CREATE TABLE scope_keys (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account_id, environment)
) STRICT, WITHOUT ROWID;

-- A table of its own, so that it can be backed up and restored apart from the records.
CREATE TABLE subject_keys (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    lookup BLOB NOT NULL,
    hint TEXT NOT NULL,
    name BLOB NOT NULL,
    midstates BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    predecessor BLOB,
    last_used_at INTEGER,
    PRIMARY KEY (account_id, environment, key_id)
) STRICT, WITHOUT ROWID;

-- A key is looked up before its account is known.
CREATE UNIQUE INDEX api_keys_lookup ON api_keys (lookup);

-- The rows are large, so they live in a rowid table in order of creation, with their key in an index.
CREATE TABLE customers (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    type INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    last_audit INTEGER NOT NULL,
    email_index BLOB NOT NULL,
    names BLOB NOT NULL,
    profile BLOB NOT NULL,
    secret BLOB NOT NULL,
    persons_version INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
) STRICT;

-- The associated persons of a business: one row, written only when one of them changes, since most changes touch none.
-- The cells are bound to persons_version of the customer, and its profile cell is bound to that number.
CREATE TABLE persons (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    cells BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
) STRICT;

CREATE UNIQUE INDEX customers_email ON customers (account_id, environment, email_index);

-- Append only. There is no index: entries of a scope and of a customer are linked backwards, which costs nothing to
-- write. An index of (customer, seq) was measured to cost 15 % of all writes.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    previous_of_scope INTEGER NOT NULL,
    previous_of_customer INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    customer_id BLOB,
    version INTEGER,
    fields TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- The end of each chain, sealed, so that a cut tail is seen.
CREATE TABLE audit_heads (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (account_id, environment)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE answers (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    key_hash BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    request_id TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_created ON answers (created_at);
