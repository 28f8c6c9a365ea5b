-- Which rows an entry wrote, each with a hash, so that an older row is not taken for the newest. NULL where it wrote none
-- of those that are noted. What is here already is noted when the store is opened, since keys are needed for that.
ALTER TABLE audit ADD COLUMN records BLOB;
