-- The desk: members, their sign-ins, and the worksheets of reviewers.
CREATE TABLE desk (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    -- 0 a member, 1 a sign-in, 2 a worksheet.
    kind INTEGER NOT NULL,
    -- The member, the sign-in, or the customer whose worksheet it is.
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    -- The blind index of a member's e-mail, or the keyed hash of a sign-in's token.
    lookup BLOB,
    expires_at INTEGER,
    -- When it was last used. It is not part of the seal.
    used_at INTEGER,
    -- Sealed under the account's own key, or under the customer's.
    content BLOB NOT NULL,
    mac BLOB NOT NULL,
    PRIMARY KEY (account_id, environment, kind, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX desk_lookup ON desk (account_id, environment, lookup) WHERE lookup IS NOT NULL;

-- A token says nothing about its account.
CREATE INDEX desk_token ON desk (lookup) WHERE kind = 1;
