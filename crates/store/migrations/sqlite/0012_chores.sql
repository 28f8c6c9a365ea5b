-- What starts do once for what is stored already, each as far as it was done last.
CREATE TABLE chores (
    name TEXT PRIMARY KEY,
    done TEXT NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE unfilled;
