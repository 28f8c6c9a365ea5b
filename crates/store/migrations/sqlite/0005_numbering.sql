-- Entries, events and deliveries are numbered in their scope, as in PostgreSQL, and not over all scopes together. What
-- was shown keeps its number; the next ones follow the highest, so that none is ever given out again.
--
-- `place` and `scope` are this engine's own. A place is the number of the scope, shifted by 40 bits, and the number in
-- the scope: rows of one scope lie together, in their order, and are found without an index.

ALTER TABLE audit_heads RENAME TO old_heads;
ALTER TABLE audit RENAME TO old_audit;
ALTER TABLE events RENAME TO old_events;
ALTER TABLE deliveries RENAME TO old_deliveries;

-- The end of each chain, sealed, so that a cut tail is seen; and the last numbers that were given to an event and to a
-- delivery of the scope.
CREATE TABLE audit_heads (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    scope INTEGER NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seal BLOB NOT NULL,
    event INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment)
) STRICT, WITHOUT ROWID;

-- Deliveries of a deleted endpoint are gone, and their ids were shown. No id was higher than the number of deliveries
-- ever made, and an event, of which none is ever deleted, is delivered to 16 endpoints at most.
INSERT INTO audit_heads (account_id, environment, scope, seq, hash, seal, event, delivery)
    SELECT account_id, environment, row_number() OVER (ORDER BY account_id, environment), seq, hash, seal,
        (SELECT coalesce(max(e.id), 0) FROM old_events e
            WHERE e.account_id = h.account_id AND e.environment = h.environment),
        max((SELECT coalesce(max(id), 0) FROM old_deliveries), 16 * (SELECT coalesce(max(id), 0) FROM old_events))
    FROM old_heads h;

-- Append only. Entries of a customer are linked backwards, which costs nothing to write: an index of (customer, seq)
-- was measured to cost 15 % of all writes.
CREATE TABLE audit (
    place INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    previous_of_customer INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    customer_id BLOB,
    version INTEGER,
    fields TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- A row whose scope has no head would be lost: then NOT NULL refuses the whole migration.
INSERT INTO audit (place, account_id, environment, seq, previous_of_customer, at, actor, action, customer_id, version,
        fields, request_id, detail, hash)
    SELECT (h.scope << 40) | a.seq, h.account_id, h.environment, a.seq,
        coalesce((SELECT p.seq FROM old_audit p WHERE p.id = a.previous_of_customer), 0), a.at, a.actor, a.action,
        a.customer_id, a.version, a.fields, a.request_id, a.detail, a.hash
    FROM old_audit a LEFT JOIN audit_heads h ON h.account_id = a.account_id AND h.environment = a.environment
    ORDER BY a.id;

UPDATE customers SET last_audit = coalesce((SELECT seq FROM old_audit WHERE id = last_audit), 0);

CREATE TABLE events (
    place INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    position INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

INSERT INTO events (place, account_id, environment, position, customer_id, number, type, at, body)
    SELECT (h.scope << 40) | e.id, h.account_id, h.environment, e.id, e.customer_id, e.number, e.type, e.at, e.body
    FROM old_events e LEFT JOIN audit_heads h ON h.account_id = e.account_id AND h.environment = e.environment
    ORDER BY e.id;

-- One event to one endpoint. Written with the event; of one customer and endpoint only the oldest has a next_at, so that
-- order is kept without looking.
CREATE TABLE deliveries (
    place INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    id INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    -- The position of the event.
    event INTEGER NOT NULL,
    type TEXT NOT NULL,
    -- 0 pending, 1 delivered, 2 failed
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER,
    failing_since INTEGER,
    last_at INTEGER,
    last_said TEXT,
    ended_at INTEGER
) STRICT;

INSERT INTO deliveries (place, account_id, environment, id, endpoint_id, customer_id, number, event, type, state, attempts,
        created_at, next_at, failing_since, last_at, last_said, ended_at)
    SELECT (h.scope << 40) | d.id, h.account_id, h.environment, d.id, d.endpoint_id, d.customer_id, d.number, d.event,
        d.type, d.state, d.attempts, d.created_at, d.next_at, d.failing_since, d.last_at, d.last_said, d.ended_at
    FROM old_deliveries d LEFT JOIN audit_heads h ON h.account_id = d.account_id AND h.environment = d.environment
    ORDER BY d.id;

-- Their indexes go with them.
DROP TABLE old_heads;
DROP TABLE old_audit;
DROP TABLE old_events;
DROP TABLE old_deliveries;

-- Every index ends with the place, and so in the order of ids.

-- By endpoint: those of one that is busy are not in the way of another's.
CREATE INDEX deliveries_due ON deliveries (account_id, environment, endpoint_id, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX deliveries_waiting ON deliveries (account_id, environment, endpoint_id, customer_id) WHERE state = 0;

CREATE INDEX deliveries_of_endpoint ON deliveries (account_id, environment, endpoint_id);

CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
