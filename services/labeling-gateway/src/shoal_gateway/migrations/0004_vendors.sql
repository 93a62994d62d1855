-- Vendors: failures of feeds, and webhooks that cannot be processed.

ALTER TABLE poll_cursors ADD COLUMN failures integer NOT NULL DEFAULT 0; -- in a row
ALTER TABLE poll_cursors ADD COLUMN error text;
ALTER TABLE webhook_inbox ADD COLUMN attempts integer NOT NULL DEFAULT 0;
ALTER TABLE webhook_inbox ADD COLUMN next_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE webhook_inbox ADD COLUMN parked boolean NOT NULL DEFAULT false; -- waits for an operator
ALTER TABLE webhook_inbox ADD COLUMN error text;
