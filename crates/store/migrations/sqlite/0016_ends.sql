-- Erasures of single associated persons, scheduled and done. Those that are done are part of the ledger.
CREATE TABLE person_erasures (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    requested_at INTEGER,
    -- When it is due. NULL once it is done.
    due_at INTEGER,
    -- Why and for whom, sealed under the person's key. NULL once it is done.
    request BLOB,
    -- When it was done, and the newest epoch that ever wrapped the person's key.
    erased_at INTEGER,
    last_epoch INTEGER,
    mac BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_erasures_due ON person_erasures (environment, due_at) WHERE due_at IS NOT NULL;

-- Sandboxes that are being emptied: everything until these moments is deleted. A row is deleted once its sandbox is empty.
CREATE TABLE sandbox_emptyings (
    account_id BLOB PRIMARY KEY,
    -- By the machine's clock, and by the clock of the sandbox.
    until INTEGER NOT NULL,
    until_there INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
