-- Looks of API keys at personal data, counted for each customer, hour, key, operation, what was seen, and reason.
CREATE TABLE IF NOT EXISTS looks (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    -- The start of the hour.
    hour BIGINT NOT NULL,
    key_id UUID NOT NULL,
    -- The numbers of the operation and of what was seen.
    through SMALLINT NOT NULL,
    seen SMALLINT NOT NULL,
    -- Tells reasons apart, under the customer's key. Zeros without one.
    reason_id UUID NOT NULL,
    looks BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- Sealed under the customer's key.
    reason BYTEA,
    PRIMARY KEY (account_id, environment, customer_id, hour, key_id, through, seen, reason_id)
);
