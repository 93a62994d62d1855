-- The answer that a label or a gold item holds; null in rows of earlier releases, whose labels are classes.
ALTER TABLE labels ADD COLUMN answer jsonb;
ALTER TABLE gold ADD COLUMN answer jsonb;
