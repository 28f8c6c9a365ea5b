-- Webhooks deliver events, so that registering one takes `events:read` from here on. Keys that could register one keep
-- being able to.
UPDATE api_keys SET scopes = scopes || ' events:read'
    WHERE ' ' || scopes || ' ' LIKE '% webhooks:manage %' AND ' ' || scopes || ' ' NOT LIKE '% events:read %';

-- Whether the attempts of a delivery show the link to the form: 1 or 0, decided at the first, so that every attempt has
-- the same body.
ALTER TABLE deliveries ADD COLUMN shows_link INTEGER;
