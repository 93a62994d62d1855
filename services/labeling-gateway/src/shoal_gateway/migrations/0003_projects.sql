-- Requests belong to a project, as jobs do. Those whose job had not arrived have an empty one, which is the job's.

ALTER TABLE vote_requests ADD COLUMN project text NOT NULL DEFAULT '';
UPDATE vote_requests r SET project = j.project FROM jobs j WHERE j.job_id = r.job_id;
ALTER TABLE vote_requests DROP CONSTRAINT vote_requests_pkey;
ALTER TABLE vote_requests ADD PRIMARY KEY (job_id, round, action, project);
