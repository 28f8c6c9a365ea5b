-- What a row grants or finds is sealed with it: a keyed hash over the place of the row and those of its columns that no
-- sealed cell holds. Rows that are here already get theirs when the store is opened, since a key is needed for that.
ALTER TABLE accounts ADD COLUMN mac BLOB;
ALTER TABLE subject_keys ADD COLUMN mac BLOB;
ALTER TABLE api_keys ADD COLUMN mac BLOB;
ALTER TABLE customers ADD COLUMN mac BLOB;
ALTER TABLE persons ADD COLUMN mac BLOB;
ALTER TABLE files ADD COLUMN mac BLOB;
ALTER TABLE links ADD COLUMN mac BLOB;
ALTER TABLE endpoints ADD COLUMN mac BLOB;
