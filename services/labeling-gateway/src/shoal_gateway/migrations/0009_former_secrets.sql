-- The webhook secret before the present one, which is accepted for a while so that a vendor can change its own.
ALTER TABLE providers ADD COLUMN former_webhook_secret text, ADD COLUMN former_secret_until timestamptz;
