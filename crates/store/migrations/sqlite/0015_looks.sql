-- Looks of API keys at personal data, counted for each customer, hour, key, operation, what was seen, and reason.
CREATE TABLE looks (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    -- The start of the hour.
    hour INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    -- The numbers of the operation and of what was seen.
    through INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    -- Tells reasons apart, under the customer's key. Zeros without one.
    reason_id BLOB NOT NULL,
    looks INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    -- Sealed under the customer's key.
    reason BLOB,
    PRIMARY KEY (account_id, environment, customer_id, hour, key_id, through, seen, reason_id)
) STRICT, WITHOUT ROWID;
