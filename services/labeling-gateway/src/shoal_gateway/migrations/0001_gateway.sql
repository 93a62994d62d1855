-- Jobs, tasks, the intent ledger, annotations by revision, webhook inbox, poll cursors and the in-house queue.

CREATE TABLE providers (
    project        text NOT NULL,
    name           text NOT NULL,
    kind           text NOT NULL,
    base_url       text,
    api_key        text,
    webhook_secret text,
    price_per_vote double precision NOT NULL DEFAULT 0 CHECK (price_per_vote >= 0),
    is_default     boolean NOT NULL DEFAULT false,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, name)
);
CREATE UNIQUE INDEX providers_one_default ON providers (project) WHERE is_default;

-- The topic keeps the latest guideline of a project only; jobs made under an earlier one still need theirs.
CREATE TABLE guidelines (
    project text NOT NULL,
    major   integer NOT NULL,
    minor   integer NOT NULL,
    body    jsonb NOT NULL,
    PRIMARY KEY (project, major, minor)
);

CREATE TABLE jobs (
    job_id          text PRIMARY KEY,
    project         text NOT NULL,
    sample_id       text NOT NULL,
    purpose         text NOT NULL,
    guideline_major integer NOT NULL,
    guideline_minor integer NOT NULL,
    provider        text NOT NULL,
    content         jsonb, -- null: erased
    prediction      jsonb,
    priority        smallint NOT NULL,
    votes           smallint NOT NULL,
    max_votes       smallint NOT NULL CHECK (votes <= max_votes),
    last_round      integer NOT NULL DEFAULT 0,
    closed          boolean NOT NULL DEFAULT false,
    erased          boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_of_sample ON jobs (project, sample_id);

CREATE TABLE erased_samples (
    project   text NOT NULL,
    sample_id text NOT NULL,
    PRIMARY KEY (project, sample_id)
);

-- Every request of qa; one about a job that is not here yet waits until the job comes.
CREATE TABLE vote_requests (
    job_id      text NOT NULL,
    round       integer NOT NULL,
    action      text NOT NULL,
    votes       smallint NOT NULL,
    applied     boolean NOT NULL DEFAULT false,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, round, action)
);
CREATE INDEX vote_requests_waiting ON vote_requests (job_id) WHERE NOT applied;

CREATE TABLE tasks (
    external_id text PRIMARY KEY,
    job_id      text NOT NULL REFERENCES jobs,
    project     text NOT NULL,
    provider    text NOT NULL,
    lane        text NOT NULL,
    attempt     integer NOT NULL,
    votes       smallint NOT NULL,
    answers     smallint NOT NULL DEFAULT 0,
    skips       smallint NOT NULL DEFAULT 0,
    state       text NOT NULL DEFAULT 'planned',
    task_ref    text,
    error       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tasks_of_job ON tasks (job_id);
CREATE INDEX tasks_of_provider ON tasks (project, provider, state);

-- Written before any call to a provider; done after it. `seq` keeps the order of one task's intents.
CREATE TABLE intents (
    intent_id    text PRIMARY KEY,
    seq          bigint GENERATED ALWAYS AS IDENTITY,
    external_id  text NOT NULL REFERENCES tasks,
    project      text NOT NULL,
    provider     text NOT NULL,
    kind         text NOT NULL,
    priority     smallint NOT NULL DEFAULT 0,
    state        text NOT NULL DEFAULT 'pending',
    attempts     integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL DEFAULT now(),
    lease        uuid,
    leased_until timestamptz,
    error        text,
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX intents_waiting ON intents (project, provider, kind, priority DESC, seq) WHERE state = 'pending';
CREATE INDEX intents_unfinished ON intents (external_id, seq) WHERE state IN ('pending', 'parked');

CREATE TABLE annotations (
    project       text NOT NULL,
    provider      text NOT NULL,
    annotation_id text NOT NULL,
    revision      integer NOT NULL,
    external_id   text NOT NULL REFERENCES tasks,
    annotator     text NOT NULL,
    action        text NOT NULL,
    label         text,
    reason        text NOT NULL DEFAULT '',
    duration_s    double precision,
    price         double precision NOT NULL,
    submitted_at  timestamptz NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    found_by      text NOT NULL,
    PRIMARY KEY (project, provider, annotation_id, revision)
);
CREATE INDEX annotations_of_task ON annotations (external_id);
CREATE INDEX annotations_of_annotator ON annotations (project, annotator, submitted_at);

CREATE TABLE refused_annotations (
    project       text NOT NULL,
    provider      text NOT NULL,
    annotation_id text NOT NULL,
    revision      integer NOT NULL,
    external_id   text NOT NULL,
    reason        text NOT NULL,
    detail        text NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, provider, annotation_id, revision)
);

CREATE TABLE webhook_inbox (
    project     text NOT NULL,
    provider    text NOT NULL,
    webhook_id  text NOT NULL,
    annotations jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    done        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (project, provider, webhook_id)
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at) WHERE NOT done;

CREATE TABLE poll_cursors (
    project      text NOT NULL,
    provider     text NOT NULL,
    cursor       text,
    next_at      timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    PRIMARY KEY (project, provider)
);

CREATE TABLE queue (
    external_id     text PRIMARY KEY,
    project         text NOT NULL,
    job_id          text NOT NULL,
    sample_id       text NOT NULL,
    lane            text NOT NULL,
    guideline_major integer NOT NULL,
    datum           jsonb, -- null: cancelled or erased
    guess           jsonb,
    votes           smallint NOT NULL,
    answered        smallint NOT NULL DEFAULT 0,
    priority        smallint NOT NULL,
    open            boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX queue_waiting ON queue (project, lane, priority DESC, created_at, external_id)
    WHERE open AND answered < votes;

CREATE TABLE assignments (
    external_id  text NOT NULL REFERENCES queue,
    annotator    text NOT NULL,
    project      text NOT NULL,
    sample_id    text NOT NULL,
    holding      text NOT NULL,
    leased_until timestamptz NOT NULL,
    revision     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (external_id, annotator)
);
CREATE INDEX assignments_of_sample ON assignments (project, sample_id, annotator);
