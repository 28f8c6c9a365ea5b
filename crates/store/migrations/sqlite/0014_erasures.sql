-- Erasures of customers, scheduled and done. Those that are done are the ledger: what was erased once stays erased,
-- whatever is restored.
CREATE TABLE erasures (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    requested_at INTEGER,
    -- When it is due. NULL once it is done.
    due_at INTEGER,
    -- Why and for whom, sealed under the customer's key. NULL once it is done.
    request BLOB,
    -- When it was done, and the newest epoch that ever wrapped a key of the customer.
    erased_at INTEGER,
    last_epoch INTEGER,
    mac BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_due ON erasures (environment, due_at) WHERE due_at IS NOT NULL;

-- Lists leave erased customers out (types 2 and 3), and find the others without reading their rows.
CREATE INDEX customers_listed ON customers (account_id, environment, customer_id) WHERE type < 2;
