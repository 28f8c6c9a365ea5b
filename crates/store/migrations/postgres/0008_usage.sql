-- How much of its quotas an account uses in an environment.
CREATE TABLE IF NOT EXISTS usage (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    -- Idempotency-Keys that were new on this day, counted from 1970.
    day BIGINT NOT NULL DEFAULT 0,
    answers BIGINT NOT NULL DEFAULT 0,
    -- Files, attached or not.
    files BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, environment)
);
