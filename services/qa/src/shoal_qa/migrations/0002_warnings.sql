-- Warning signals that are alarms now: spam, straight-lining, copying, haste, change.
ALTER TABLE annotators ADD COLUMN alarms text[] NOT NULL DEFAULT '{}';

-- The default model is another one: every project is fitted anew, and its jobs are looked at by it.
UPDATE fits SET seen = 0, number = number + 1;
