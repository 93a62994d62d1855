-- Answers beyond those that a vendor was asked for, and second answers of one person to one job.

ALTER TABLE annotations ADD COLUMN surplus boolean NOT NULL DEFAULT false; -- neither counted, announced nor paid
ALTER TABLE tasks ADD COLUMN repeats smallint NOT NULL DEFAULT 0; -- answers of people who count in an earlier task
CREATE INDEX annotations_surplus ON annotations (external_id) WHERE surplus;
CREATE INDEX webhook_inbox_lanes ON webhook_inbox (project, provider, received_at) WHERE NOT done;
