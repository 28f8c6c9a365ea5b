-- Where the verification stands, sealed; NULL while nothing was begun.
ALTER TABLE customers ADD COLUMN kyc BLOB;
-- Since when it waits for a decision.
ALTER TABLE customers ADD COLUMN queued_at INTEGER;
-- When something is to be done about its case at a provider.
ALTER TABLE customers ADD COLUMN provider_due INTEGER;
-- A keyed hash of the provider's id for the case, by which its calls find the customer.
ALTER TABLE customers ADD COLUMN provider_case BLOB;

CREATE INDEX customers_queued ON customers (account_id, environment, queued_at) WHERE queued_at IS NOT NULL;

-- By environment first: what is due in production is found without looking at sandboxes, whose clocks differ.
CREATE INDEX customers_provider_due ON customers (environment, provider_due) WHERE provider_due IS NOT NULL;

CREATE INDEX customers_provider_case ON customers (provider_case) WHERE provider_case IS NOT NULL;

-- Links to sessions, found by a keyed hash of their token. Old ones stay, so that whoever follows one can be told.
CREATE TABLE links (
    token_hash BLOB PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    -- NULL once nothing is to be done any more when it runs out.
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX links_ending ON links (environment, expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX links_of_customer ON links (account_id, environment, customer_id) WHERE expires_at IS NOT NULL;

-- How far a sandbox is ahead of the machine's clock.
CREATE TABLE sandbox_clocks (
    account_id BLOB PRIMARY KEY,
    seconds INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events are read on from a position, so the index only grows at its ends.
CREATE INDEX events_of_scope ON events (account_id, environment, id);

CREATE TABLE endpoints (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    url BLOB NOT NULL,
    secret BLOB NOT NULL,
    -- With a space before and after each.
    event_types TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled TEXT,
    failing_since INTEGER,
    PRIMARY KEY (account_id, environment, endpoint_id)
) STRICT, WITHOUT ROWID;

-- One event to one endpoint. Written with the event; of one customer and endpoint only the oldest has a next_at, so that
-- order is kept without looking.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    event INTEGER NOT NULL,
    type TEXT NOT NULL,
    -- 0 pending, 1 delivered, 2 failed
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER,
    failing_since INTEGER,
    last_at INTEGER,
    last_said TEXT,
    ended_at INTEGER
) STRICT;

-- By endpoint: those of one that is busy are not in the way of another's.
CREATE INDEX deliveries_due ON deliveries (account_id, environment, endpoint_id, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX deliveries_waiting ON deliveries (account_id, environment, endpoint_id, customer_id, id) WHERE state = 0;

CREATE INDEX deliveries_of_endpoint ON deliveries (account_id, environment, endpoint_id, id);

CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
