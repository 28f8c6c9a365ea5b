-- The log of requests of API keys, for developers. It has no body, no value and no name.
CREATE TABLE requests (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status INTEGER NOT NULL,
    -- The code of the problem, if the response is one.
    code TEXT,
    -- A JSON list of places and codes.
    violations TEXT,
    key_id BLOB NOT NULL,
    -- The customer and the file that the path names.
    customer_id BLOB,
    file_id BLOB,
    duration INTEGER NOT NULL,
    -- The number of the scope's newest audit entry when this was stored.
    trail INTEGER,
    PRIMARY KEY (account_id, environment, at, request_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_id ON requests (account_id, environment, request_id);

-- How many requests there were in a minute or an hour, by how long they took: the bounds are in the program.
CREATE TABLE request_counts (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    -- The length of the time in seconds.
    step INTEGER NOT NULL,
    start INTEGER NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    -- The first digit of the status.
    class INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    b0 INTEGER NOT NULL,
    b1 INTEGER NOT NULL,
    b2 INTEGER NOT NULL,
    b3 INTEGER NOT NULL,
    b4 INTEGER NOT NULL,
    b5 INTEGER NOT NULL,
    b6 INTEGER NOT NULL,
    b7 INTEGER NOT NULL,
    b8 INTEGER NOT NULL,
    b9 INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment, step, start, method, route, class, key_id)
) STRICT, WITHOUT ROWID;

-- Requests that failed, by day and by what was wrong.
CREATE TABLE request_errors (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    day INTEGER NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT NOT NULL,
    -- Empty if the problem has no violations.
    pointer TEXT NOT NULL,
    violation TEXT NOT NULL,
    key_id BLOB NOT NULL,
    requests INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    first_request TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment, day, method, route, status, code, pointer, violation, key_id)
) STRICT, WITHOUT ROWID;

-- Attempts of deliveries.
CREATE TABLE attempts (
    account_id BLOB NOT NULL,
    environment INTEGER NOT NULL,
    -- The id of the delivery in its scope.
    delivery INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- Whether the endpoint accepted it.
    accepted INTEGER NOT NULL,
    -- An HTTP status, or what went wrong, in a word.
    result TEXT NOT NULL,
    duration INTEGER NOT NULL,
    PRIMARY KEY (account_id, environment, delivery, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_time ON attempts (account_id, environment, at);
