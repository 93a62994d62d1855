-- Reasons: why an annotator skipped a task, and why qa sent a job to review.

ALTER TABLE annotations ADD COLUMN code text; -- of a skip; null: none was stated
ALTER TABLE vote_requests ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE vote_requests ADD COLUMN posterior jsonb NOT NULL DEFAULT '{}';
