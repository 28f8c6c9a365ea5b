-- What a row grants or finds is sealed with it: a keyed hash over the place of the row and those of its columns that no
-- sealed cell holds. Rows that are here already get theirs when the store is opened, since a key is needed for that.
ALTER TABLE accounts ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE subject_keys ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE customers ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE persons ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE files ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE links ADD COLUMN IF NOT EXISTS mac BYTEA;

ALTER TABLE endpoints ADD COLUMN IF NOT EXISTS mac BYTEA;
