-- What metrics are measured from without reading every job. received_at: arrival of the sample at ingest, null for
-- gold and older jobs. voted: a vote came once. votes, disputed: kept while a job is open or in review.
ALTER TABLE jobs
    ADD COLUMN received_at timestamptz,
    ADD COLUMN state_since timestamptz, -- null: since created_at
    ADD COLUMN voted       boolean NOT NULL DEFAULT false,
    ADD COLUMN votes       integer NOT NULL DEFAULT 0,
    ADD COLUMN disputed    boolean NOT NULL DEFAULT false;

UPDATE jobs SET votes = given.votes, disputed = given.labels > 1, voted = true
FROM (
    SELECT job_id, count(DISTINCT (provider, annotator)) AS votes, count(DISTINCT label) AS labels
    FROM (SELECT DISTINCT ON (a.project, a.provider, a.annotation_id) a.job_id, a.provider, a.annotator, a.label
          FROM annotations a JOIN jobs j ON j.job_id = a.job_id AND j.project = a.project AND j.major = a.major
          WHERE j.state IN ('open', 'review') AND a.purpose <> 'review'
          ORDER BY a.project, a.provider, a.annotation_id, a.revision DESC) newest
    WHERE label IS NOT NULL GROUP BY job_id) given
WHERE jobs.job_id = given.job_id;

-- The oldest job of a campaign that waits.
CREATE INDEX jobs_waiting ON jobs (project, coalesce(campaign, ''), state, coalesce(state_since, created_at))
    WHERE state IN ('open', 'review') AND purpose IN ('label', 'audit');

-- Changes of the number of jobs by campaign and state; the sum of all rows is the present number. Rows are only added,
-- so that transactions do not wait for each other, and added up from time to time.
CREATE TABLE job_tallies (
    project    text NOT NULL,
    campaign   text NOT NULL,
    state      text NOT NULL,
    jobs       bigint NOT NULL,
    wanted     bigint NOT NULL,
    votes      bigint NOT NULL,
    disputed   bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO job_tallies (project, campaign, state, jobs, wanted, votes, disputed)
SELECT project, coalesce(campaign, ''), state, count(*), sum(wanted), sum(votes), sum(disputed::int)
FROM jobs WHERE purpose IN ('label', 'audit') AND state <> 'erased' GROUP BY 1, 2, 3;

-- Triggers, so that the tallies are right whichever release writes the jobs.
CREATE FUNCTION tally_added_jobs() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO job_tallies (project, campaign, state, jobs, wanted, votes, disputed)
    SELECT project, coalesce(campaign, ''), state, count(*), sum(wanted), sum(votes), sum(disputed::int)
    FROM added WHERE purpose IN ('label', 'audit') AND state <> 'erased' GROUP BY 1, 2, 3;
    UPDATE annotations a SET parked = false FROM added
    WHERE a.parked AND a.job_id = added.job_id AND a.project = added.project;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_changed_jobs() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO job_tallies (project, campaign, state, jobs, wanted, votes, disputed)
    SELECT project, coalesce(campaign, ''), state, sum(n), sum(n * wanted), sum(n * votes), sum(n * disputed::int)
    FROM (SELECT 1 AS n, * FROM added UNION ALL SELECT -1, * FROM removed) changed
    WHERE purpose IN ('label', 'audit') AND state <> 'erased' GROUP BY 1, 2, 3
    HAVING (sum(n), sum(n * wanted), sum(n * votes), sum(n * disputed::int)) <> (0, 0, 0, 0);
    RETURN NULL;
END $$;

CREATE FUNCTION tally_removed_jobs() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO job_tallies (project, campaign, state, jobs, wanted, votes, disputed)
    SELECT project, coalesce(campaign, ''), state, -count(*), -sum(wanted), -sum(votes), -sum(disputed::int)
    FROM removed WHERE purpose IN ('label', 'audit') AND state <> 'erased' GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;

CREATE TRIGGER tally_added AFTER INSERT ON jobs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_added_jobs();
CREATE TRIGGER tally_changed AFTER UPDATE ON jobs REFERENCING NEW TABLE AS added OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_changed_jobs();
CREATE TRIGGER tally_removed AFTER DELETE ON jobs REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_removed_jobs();

-- Annotations whose job has not arrived.
ALTER TABLE annotations ADD COLUMN parked boolean NOT NULL DEFAULT false;
UPDATE annotations a SET parked = true
WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.job_id = a.job_id AND j.project = a.project);
CREATE INDEX annotations_parked ON annotations (project, received_at) WHERE parked;
CREATE INDEX annotations_parked_by_job ON annotations (job_id) WHERE parked;

CREATE FUNCTION park_annotation() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.parked := NOT EXISTS (SELECT 1 FROM jobs WHERE job_id = NEW.job_id AND project = NEW.project);
    RETURN NEW;
END $$;
CREATE TRIGGER park_annotation BEFORE INSERT ON annotations FOR EACH ROW EXECUTE FUNCTION park_annotation();

-- Measured with the rest of a project's quality: accuracy of the production model by version, and how many votes of
-- each provider agree with the labels. Null: measured by an earlier release.
ALTER TABLE quality
    ADD COLUMN production jsonb,
    ADD COLUMN providers  jsonb;
