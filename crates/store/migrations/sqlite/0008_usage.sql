-- How much of its quotas an account uses in an environment.
CREATE TABLE usage (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    -- Idempotency-Keys that were new on this day, counted from 1970.
    day INTEGER NOT NULL DEFAULT 0,
    answers INTEGER NOT NULL DEFAULT 0,
    -- Files, attached or not.
    files INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, environment)
) STRICT, WITHOUT ROWID;
