-- The desk: members, their sign-ins, and the worksheets of reviewers.
CREATE TABLE IF NOT EXISTS desk (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    -- 0 a member, 1 a sign-in, 2 a worksheet.
    kind SMALLINT NOT NULL,
    -- The member, the sign-in, or the customer whose worksheet it is.
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    -- The blind index of a member's e-mail, or the keyed hash of a sign-in's token.
    lookup BYTEA,
    expires_at BIGINT,
    -- When it was last used. It is not part of the seal.
    used_at BIGINT,
    -- Sealed under the account's own key, or under the customer's.
    content BYTEA NOT NULL,
    mac BYTEA NOT NULL,
    PRIMARY KEY (account_id, environment, kind, id)
);

CREATE UNIQUE INDEX IF NOT EXISTS desk_lookup ON desk (account_id, environment, lookup) WHERE lookup IS NOT NULL;

-- A token says nothing about its account.
CREATE INDEX IF NOT EXISTS desk_token ON desk (lookup) WHERE kind = 1;
