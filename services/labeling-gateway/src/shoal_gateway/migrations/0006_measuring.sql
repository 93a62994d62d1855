-- Numbers of tasks and money for metrics, which no count over all tasks and annotations could give in time.
-- Triggers append what a statement changes, so that transactions never wait for a counter; the measuring loop
-- adds it to the totals. They count what any release writes.

ALTER TABLE jobs ADD COLUMN campaign text NOT NULL DEFAULT ''; -- its name, (audit), (gold), or '' if unknown
ALTER TABLE tasks ADD COLUMN campaign text NOT NULL DEFAULT ''; -- of its job
CREATE INDEX tasks_unfinished ON tasks (project, provider, campaign, lane, created_at)
    WHERE state IN ('planned', 'open', 'parked');
CREATE INDEX annotations_by_arrival ON annotations (received_at, project, provider, annotator);
CREATE INDEX webhook_inbox_open ON webhook_inbox (project, provider, parked, received_at) WHERE NOT done;

CREATE TABLE task_totals (
    project    text NOT NULL,
    provider   text NOT NULL,
    campaign   text NOT NULL,
    lane       text NOT NULL,
    state      text NOT NULL,
    tasks      bigint NOT NULL,
    votes_open bigint NOT NULL, -- asked for and not given
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, provider, campaign, lane, state)
);
CREATE TABLE task_changes (
    project    text NOT NULL,
    provider   text NOT NULL,
    campaign   text NOT NULL,
    lane       text NOT NULL,
    state      text NOT NULL,
    tasks      bigint NOT NULL,
    votes_open bigint NOT NULL
);
CREATE TABLE cost_totals (
    project  text NOT NULL,
    provider text NOT NULL,
    campaign text NOT NULL,
    cost     double precision NOT NULL, -- of the annotations that count
    PRIMARY KEY (project, provider, campaign)
);
CREATE TABLE cost_changes (
    project  text NOT NULL,
    provider text NOT NULL,
    campaign text NOT NULL,
    cost     double precision NOT NULL
);

CREATE FUNCTION votes_open(state text, votes smallint, answers smallint, repeats smallint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN state IN ('planned', 'open', 'parked') THEN greatest(votes - answers - repeats, 0) ELSE 0 END
$$;

CREATE FUNCTION note_task_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO task_changes
        SELECT project, provider, campaign, lane, state, count(*), sum(votes_open(state, votes, answers, repeats))
        FROM new_tasks GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO task_changes
        SELECT project, provider, campaign, lane, state, -count(*), -sum(votes_open(state, votes, answers, repeats))
        FROM old_tasks GROUP BY 1, 2, 3, 4, 5;
    ELSE
        INSERT INTO task_changes
        SELECT project, provider, campaign, lane, state, sum(sign), sum(sign * wanted)
        FROM (SELECT *, 1 AS sign, votes_open(state, votes, answers, repeats) AS wanted FROM new_tasks
              UNION ALL
              SELECT *, -1, votes_open(state, votes, answers, repeats) FROM old_tasks) AS changes
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0 OR sum(sign * wanted) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_cost_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cost_changes
        SELECT n.project, n.provider, t.campaign, sum(n.price) FROM new_rows n JOIN tasks t USING (external_id)
        WHERE NOT n.surplus AND n.price <> 0 GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cost_changes
        SELECT o.project, o.provider, t.campaign, -sum(o.price) FROM old_rows o JOIN tasks t USING (external_id)
        WHERE NOT o.surplus AND o.price <> 0 GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO cost_changes
        SELECT c.project, c.provider, t.campaign, sum(c.cost)
        FROM (SELECT project, provider, external_id, price AS cost FROM new_rows WHERE NOT surplus
              UNION ALL
              SELECT project, provider, external_id, -price FROM old_rows WHERE NOT surplus) AS c
        JOIN tasks t USING (external_id) GROUP BY 1, 2, 3 HAVING sum(c.cost) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tasks_added AFTER INSERT ON tasks
    REFERENCING NEW TABLE AS new_tasks FOR EACH STATEMENT EXECUTE FUNCTION note_task_changes();
CREATE TRIGGER tasks_changed AFTER UPDATE ON tasks
    REFERENCING OLD TABLE AS old_tasks NEW TABLE AS new_tasks
    FOR EACH STATEMENT EXECUTE FUNCTION note_task_changes();
CREATE TRIGGER tasks_removed AFTER DELETE ON tasks
    REFERENCING OLD TABLE AS old_tasks FOR EACH STATEMENT EXECUTE FUNCTION note_task_changes();
CREATE TRIGGER annotations_added AFTER INSERT ON annotations
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_cost_changes();
CREATE TRIGGER annotations_changed AFTER UPDATE ON annotations
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_cost_changes();
CREATE TRIGGER annotations_removed AFTER DELETE ON annotations
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_cost_changes();

INSERT INTO task_totals (project, provider, campaign, lane, state, tasks, votes_open)
SELECT project, provider, campaign, lane, state, count(*), sum(votes_open(state, votes, answers, repeats))
FROM tasks GROUP BY 1, 2, 3, 4, 5;
INSERT INTO cost_totals
SELECT a.project, a.provider, t.campaign, sum(a.price) FROM annotations a JOIN tasks t USING (external_id)
WHERE NOT a.surplus AND a.price <> 0 GROUP BY 1, 2, 3;
