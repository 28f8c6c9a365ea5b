-- The log of requests of API keys, for developers. It has no body, no value and no name.
CREATE TABLE IF NOT EXISTS requests (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    at BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status SMALLINT NOT NULL,
    -- The code of the problem, if the response is one.
    code TEXT,
    -- A JSON list of places and codes.
    violations TEXT,
    key_id UUID NOT NULL,
    -- The customer and the file that the path names.
    customer_id UUID,
    file_id UUID,
    duration BIGINT NOT NULL,
    -- The number of the scope's newest audit entry when this was stored.
    trail BIGINT,
    PRIMARY KEY (account_id, environment, at, request_id)
);

CREATE INDEX IF NOT EXISTS requests_by_id ON requests (account_id, environment, request_id);

-- How many requests there were in a minute or an hour, by how long they took: the bounds are in the program.
CREATE TABLE IF NOT EXISTS request_counts (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    -- The length of the time in seconds.
    step SMALLINT NOT NULL,
    start BIGINT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    -- The first digit of the status.
    class SMALLINT NOT NULL,
    key_id UUID NOT NULL,
    b0 BIGINT NOT NULL,
    b1 BIGINT NOT NULL,
    b2 BIGINT NOT NULL,
    b3 BIGINT NOT NULL,
    b4 BIGINT NOT NULL,
    b5 BIGINT NOT NULL,
    b6 BIGINT NOT NULL,
    b7 BIGINT NOT NULL,
    b8 BIGINT NOT NULL,
    b9 BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment, step, start, method, route, class, key_id)
);

-- Requests that failed, by day and by what was wrong.
CREATE TABLE IF NOT EXISTS request_errors (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    day BIGINT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status SMALLINT NOT NULL,
    code TEXT NOT NULL,
    -- Empty if the problem has no violations.
    pointer TEXT NOT NULL,
    violation TEXT NOT NULL,
    key_id UUID NOT NULL,
    requests BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    first_request TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment, day, method, route, status, code, pointer, violation, key_id)
);

-- Attempts of deliveries.
CREATE TABLE IF NOT EXISTS attempts (
    account_id UUID NOT NULL,
    environment SMALLINT NOT NULL,
    -- The id of the delivery in its scope.
    delivery BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- Whether the endpoint accepted it.
    accepted SMALLINT NOT NULL,
    -- An HTTP status, or what went wrong, in a word.
    result TEXT NOT NULL,
    duration BIGINT NOT NULL,
    PRIMARY KEY (account_id, environment, delivery, at)
);

CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (account_id, environment, at);
