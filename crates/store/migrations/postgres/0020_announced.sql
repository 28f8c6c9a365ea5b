-- Hints from an entry to what its change announced: the position of its first event, and the number of the first
-- delivery of its events. Events and deliveries have no index of customers, which every write would pay for. NULL where
-- there is none, and in older entries. They are not part of the chain: whoever follows one checks what is found there.
ALTER TABLE audit ADD COLUMN IF NOT EXISTS event BIGINT;

ALTER TABLE audit ADD COLUMN IF NOT EXISTS delivery BIGINT;
