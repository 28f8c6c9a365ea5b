-- How the hosted form of an account looks, sealed; NULL while nobody said.
ALTER TABLE accounts ADD COLUMN IF NOT EXISTS look BYTEA;
