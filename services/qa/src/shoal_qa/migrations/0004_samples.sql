-- The sample of a job, as its producer named it, and the campaign that collected it. Null: the job is older.
ALTER TABLE jobs
    ADD COLUMN source      text,
    ADD COLUMN source_id   text,
    ADD COLUMN tags        jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN occurred_at timestamptz,
    ADD COLUMN campaign    text;
