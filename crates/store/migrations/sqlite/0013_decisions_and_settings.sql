-- What was decided: outcome, rails and reason codes, as JSON. They are plain words, so that they can be read after the
-- keys of the customer are gone. NULL in every other entry.
ALTER TABLE audit ADD COLUMN decision TEXT;

-- The settings that were in force at the last start, sealed: what the next start compares its own with.
CREATE TABLE recorded_settings (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    cell BLOB NOT NULL,
    PRIMARY KEY (account_id, environment)
) STRICT, WITHOUT ROWID;
