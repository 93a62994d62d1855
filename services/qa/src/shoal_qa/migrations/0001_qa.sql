-- Guidelines: immutable, numbered; a change of the classes is a new major.
CREATE TABLE guidelines (
    project      text NOT NULL,
    major        integer NOT NULL,
    minor        integer NOT NULL,
    document     jsonb NOT NULL, -- title, text, label_schema, prelabels_allowed
    published_at timestamptz NOT NULL,
    PRIMARY KEY (project, major, minor)
);

-- The rule by which labels are accepted, where a project has set one.
CREATE TABLE rules (
    project    text PRIMARY KEY,
    body       jsonb NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE gold (
    project   text NOT NULL,
    sample_id text NOT NULL,
    label     text NOT NULL,
    job_id    text NOT NULL,
    added_at  timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id)
);

CREATE TABLE jobs (
    job_id      text PRIMARY KEY,
    project     text NOT NULL,
    sample_id   text NOT NULL,
    purpose     text NOT NULL,
    major       integer NOT NULL,
    minor       integer NOT NULL,
    content     jsonb, -- null: erased
    campaign_id text,
    group_key   text,
    predicted   text, -- what the production model said
    model       text,
    state       text NOT NULL CHECK (state IN ('open', 'accepted', 'review', 'closed', 'erased')),
    wanted      integer NOT NULL,
    most        integer NOT NULL,
    round       integer NOT NULL DEFAULT 0,
    label       text,
    decided     boolean NOT NULL DEFAULT false,
    revision    integer NOT NULL DEFAULT 0, -- of the label, as announced
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT wanted_within_budget CHECK (wanted <= most)
);
CREATE INDEX jobs_by_project ON jobs (project, major, state);
CREATE INDEX jobs_by_sample ON jobs (project, sample_id);

-- Every revision of every annotation, for good; what counts is derived. The job may be unknown yet: parked.
CREATE TABLE annotations (
    provider      text NOT NULL,
    annotation_id text NOT NULL,
    revision      integer NOT NULL,
    project       text NOT NULL,
    job_id        text NOT NULL,
    sample_id     text NOT NULL,
    major         integer NOT NULL,
    annotator     text NOT NULL,
    action        text NOT NULL,
    label         text,
    purpose       text NOT NULL,
    price         double precision NOT NULL,
    submitted_at  timestamptz NOT NULL,
    event         jsonb NOT NULL,
    place         text NOT NULL, -- partition and offset it came from
    seq           bigint GENERATED ALWAYS AS IDENTITY,
    received_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, provider, annotation_id, revision)
);
CREATE INDEX annotations_by_job ON annotations (job_id);
CREATE INDEX annotations_in_order ON annotations (project, major, seq);
CREATE INDEX annotations_by_sample ON annotations (project, sample_id);

-- Every revision of every label, with its evidence.
CREATE TABLE labels (
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    project     text NOT NULL,
    job_id      text NOT NULL,
    sample_id   text NOT NULL,
    revision    integer NOT NULL,
    state       text NOT NULL CHECK (state IN ('accepted', 'revised', 'withdrawn')),
    label       text,
    probability double precision NOT NULL,
    evidence    jsonb NOT NULL,
    reason      text NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (job_id, revision)
);
CREATE INDEX labels_in_order ON labels (project, seq);

-- What was learned about annotators and classes, per project and guideline major.
CREATE TABLE fits (
    project    text NOT NULL,
    major      integer NOT NULL,
    number     bigint NOT NULL,
    seen       bigint NOT NULL, -- the last annotation's seq
    body       bytea NOT NULL,
    fitted_at  timestamptz NOT NULL,
    PRIMARY KEY (project, major)
);

CREATE TABLE annotators (
    project       text NOT NULL,
    annotator     text NOT NULL, -- provider/annotator
    state         text NOT NULL,
    votes         integer NOT NULL,
    skill         double precision NOT NULL,
    skill_low     double precision NOT NULL,
    skill_high    double precision NOT NULL,
    gold_right    integer NOT NULL,
    gold_answered integer NOT NULL,
    PRIMARY KEY (project, annotator)
);

CREATE TABLE quality (
    project     text PRIMARY KEY,
    body        jsonb NOT NULL,
    measured_at timestamptz NOT NULL
);

-- With which probability a labelled sample was chosen: what makes statistics over labels unbiased.
CREATE TABLE inclusion (
    project     text NOT NULL,
    sample_id   text NOT NULL,
    probability double precision NOT NULL,
    PRIMARY KEY (project, sample_id)
);

CREATE TABLE erased (
    project   text NOT NULL,
    sample_id text NOT NULL,
    PRIMARY KEY (project, sample_id)
);

CREATE TABLE datasets (
    project      text NOT NULL,
    dataset      text NOT NULL,
    number       integer NOT NULL,
    version      text NOT NULL,
    manifest     jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (project, dataset, number),
    UNIQUE (project, dataset, version)
);
