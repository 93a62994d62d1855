-- The age of the ids of the stream, by which they are deleted. Ids of an earlier release count from now.
ALTER TABLE stream ADD COLUMN decided_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX stream_by_age ON stream (decided_at);
