-- Holds on the deletion of customers.
CREATE TABLE IF NOT EXISTS holds (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    customer_id UUID NOT NULL,
    hold_id UUID NOT NULL,
    placed_at BIGINT NOT NULL,
    -- When it ends by itself.
    ends_at BIGINT,
    -- When somebody ended it.
    ended_at BIGINT,
    -- Who ordered it and why, sealed under the customer's key.
    details BYTEA NOT NULL,
    mac BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, hold_id)
);
