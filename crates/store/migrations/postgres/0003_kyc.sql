-- Where the verification stands, sealed; NULL while nothing was begun.
ALTER TABLE customers ADD COLUMN IF NOT EXISTS kyc BYTEA;

-- Since when it waits for a decision.
ALTER TABLE customers ADD COLUMN IF NOT EXISTS queued_at BIGINT;

-- When something is to be done about its case at a provider.
ALTER TABLE customers ADD COLUMN IF NOT EXISTS provider_due BIGINT;

-- A keyed hash of the provider's id for the case, by which its calls find the customer.
ALTER TABLE customers ADD COLUMN IF NOT EXISTS provider_case BYTEA;

CREATE INDEX IF NOT EXISTS customers_queued ON customers (account_id, environment, queued_at) WHERE queued_at IS NOT NULL;

-- By environment first: what is due in production is found without looking at sandboxes, whose clocks differ.
CREATE INDEX IF NOT EXISTS customers_provider_due ON customers (environment, provider_due) WHERE provider_due IS NOT NULL;

CREATE INDEX IF NOT EXISTS customers_provider_case ON customers (provider_case) WHERE provider_case IS NOT NULL;

-- Links to sessions, found by a keyed hash of their token. Old ones stay, so that whoever follows one can be told.
CREATE TABLE IF NOT EXISTS links (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    token_hash BYTEA NOT NULL,
    customer_id UUID NOT NULL,
    session_id UUID NOT NULL,
    -- NULL once nothing is to be done any more when it runs out.
    expires_at BIGINT,
    PRIMARY KEY (account_id, environment, token_hash)
);

CREATE INDEX IF NOT EXISTS links_token ON links (token_hash);

CREATE INDEX IF NOT EXISTS links_ending ON links (environment, expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS links_of_customer ON links (account_id, environment, customer_id) WHERE expires_at IS NOT NULL;

-- How far a sandbox is ahead of the machine's clock.
CREATE TABLE IF NOT EXISTS sandbox_clocks (
    account_id UUID PRIMARY KEY,
    seconds BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS endpoints (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    endpoint_id UUID NOT NULL,
    key_id UUID NOT NULL,
    url BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    -- With a space before and after each.
    event_types TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled TEXT,
    failing_since BIGINT,
    -- Who looks for what is due to it; see shards.
    shard SMALLINT NOT NULL,
    PRIMARY KEY (account_id, environment, endpoint_id)
);

CREATE INDEX IF NOT EXISTS endpoints_shard ON endpoints (shard);

-- One event to one endpoint. Written with the event; of one customer and endpoint only the oldest has a next_at, so that
-- order is kept without looking.
CREATE TABLE IF NOT EXISTS deliveries (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    endpoint_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    number BIGINT NOT NULL,
    event BIGINT NOT NULL,
    type TEXT NOT NULL,
    -- 0 pending, 1 delivered, 2 failed
    state SMALLINT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT,
    failing_since BIGINT,
    last_at BIGINT,
    last_said TEXT,
    ended_at BIGINT,
    PRIMARY KEY (account_id, environment, id)
);

CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (account_id, environment, endpoint_id, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (account_id, environment, endpoint_id, customer_id, id) WHERE state = 0;

CREATE INDEX IF NOT EXISTS deliveries_of_endpoint ON deliveries (account_id, environment, endpoint_id, id);

CREATE INDEX IF NOT EXISTS deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- Background work is divided into shards. A process works on those whose lease it holds; counted by the database's clock.
CREATE TABLE IF NOT EXISTS shards (
    shard SMALLINT PRIMARY KEY,
    owner UUID NOT NULL,
    until TIMESTAMPTZ NOT NULL
);

INSERT INTO shards (shard, owner, until)
    SELECT shard, '00000000-0000-0000-0000-000000000000', '1970-01-01 00:00:00+00' FROM generate_series(0, 15) AS shard
    ON CONFLICT DO NOTHING;

-- The processes that are alive, by which the shards are shared out.
CREATE TABLE IF NOT EXISTS processes (
    process_id UUID PRIMARY KEY,
    until TIMESTAMPTZ NOT NULL
);
