-- Skill of a disputed job's voters by provider/annotator, as qa measured it when it requested the review.
ALTER TABLE vote_requests ADD COLUMN skills jsonb NOT NULL DEFAULT '{}';
