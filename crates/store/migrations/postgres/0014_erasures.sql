-- Erasures of customers, scheduled and done. Those that are done are the ledger: what was erased once stays erased,
-- whatever is restored.
CREATE TABLE IF NOT EXISTS erasures (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    requested_at BIGINT,
    -- When it is due. NULL once it is done.
    due_at BIGINT,
    -- Why and for whom, sealed under the customer's key. NULL once it is done.
    request BYTEA,
    -- When it was done, and the newest epoch that ever wrapped a key of the customer.
    erased_at BIGINT,
    last_epoch INTEGER,
    mac BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id)
);

CREATE INDEX IF NOT EXISTS erasures_due ON erasures (environment, due_at) WHERE due_at IS NOT NULL;

-- By which other processes learn of an erasure.
CREATE INDEX IF NOT EXISTS erasures_done ON erasures (erased_at) WHERE erased_at IS NOT NULL;
