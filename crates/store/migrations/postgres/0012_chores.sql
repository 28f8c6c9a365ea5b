-- What starts do once for what is stored already, each as far as it was done last.
CREATE TABLE IF NOT EXISTS chores (
    name TEXT PRIMARY KEY,
    done TEXT NOT NULL
);

DROP TABLE IF EXISTS unfilled;
