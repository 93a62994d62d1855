-- Contents, predictions, label schemas and answers of every kind. The older columns keep what earlier releases read.

ALTER TABLE jobs ADD COLUMN content_more jsonb; -- what a content has beside text, uri, sha256 and media_type
ALTER TABLE jobs ADD COLUMN prediction_more jsonb; -- a prediction; null: `prediction` says all
ALTER TABLE guidelines ADD COLUMN label_schema jsonb; -- null: a single choice of the body's classes
ALTER TABLE guidelines ADD COLUMN prelabels text; -- shown, hidden, on_demand; null: as the body says
ALTER TABLE annotations ADD COLUMN kind text NOT NULL DEFAULT 'class'; -- of others `label` is the answer's JSON

-- An earlier release erases the columns that it knows.
CREATE FUNCTION erase_all_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.content_more := NULL;
    NEW.prediction_more := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER jobs_erased BEFORE UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.content IS NULL) EXECUTE FUNCTION erase_all_content();
