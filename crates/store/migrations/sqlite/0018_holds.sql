-- Holds on the deletion of customers.
CREATE TABLE holds (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    hold_id BLOB NOT NULL,
    placed_at INTEGER NOT NULL,
    -- When it ends by itself.
    ends_at INTEGER,
    -- When somebody ended it.
    ended_at INTEGER,
    -- Who ordered it and why, sealed under the customer's key.
    details BLOB NOT NULL,
    mac BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, customer_id, hold_id)
) STRICT, WITHOUT ROWID;
