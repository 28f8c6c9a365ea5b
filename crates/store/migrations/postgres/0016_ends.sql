-- Erasures of single associated persons, scheduled and done. Those that are done are part of the ledger.
CREATE TABLE IF NOT EXISTS person_erasures (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    person_id UUID NOT NULL,
    requested_at BIGINT,
    -- When it is due. NULL once it is done.
    due_at BIGINT,
    -- Why and for whom, sealed under the person's key. NULL once it is done.
    request BYTEA,
    -- When it was done, and the newest epoch that ever wrapped the person's key.
    erased_at BIGINT,
    last_epoch INTEGER,
    mac BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, person_id)
);

CREATE INDEX IF NOT EXISTS person_erasures_due ON person_erasures (environment, due_at) WHERE due_at IS NOT NULL;

-- By which other processes learn of an erasure.
CREATE INDEX IF NOT EXISTS person_erasures_done ON person_erasures (erased_at) WHERE erased_at IS NOT NULL;

-- Sandboxes that are being emptied: everything until these moments is deleted. A row is deleted once its sandbox is empty.
CREATE TABLE IF NOT EXISTS sandbox_emptyings (
    account_id UUID PRIMARY KEY,
    -- By the machine's clock, and by the clock of the sandbox.
    until BIGINT NOT NULL,
    until_there BIGINT NOT NULL
);
