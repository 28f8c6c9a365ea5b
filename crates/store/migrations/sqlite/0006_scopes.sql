-- Webhooks deliver events, so that registering one takes `events:read` from here on. Keys that could register one keep
-- being able to.
UPDATE api_keys SET scopes = scopes || ' events:read'
    WHERE ' ' || scopes || ' ' LIKE '% webhooks:manage %' AND ' ' || scopes || ' ' NOT LIKE '% events:read %';

-- Whether the attempts of a delivery show the link to the form: 1 or 0, decided at the first, so that every attempt has
-- the same body.
ALTER TABLE deliveries ADD COLUMN shows_link INTEGER;

-- When a pass of the hosted form was last used; NULL for the token of a link. A pass that is not used for a day ends, and
-- one that ends is deleted.
ALTER TABLE links ADD COLUMN used_at INTEGER;

CREATE INDEX links_passes ON links (account_id, environment, customer_id) WHERE used_at IS NOT NULL;
