-- Campaigns: `definition` is the latest shoal.campaign.changed event; the columns are what changes with every window.
CREATE TABLE campaigns (
    campaign_id     text PRIMARY KEY,
    project         text NOT NULL,
    name            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'done')),
    version         integer NOT NULL CHECK (version >= 1),
    definition      jsonb NOT NULL,
    votes_budget    bigint NOT NULL CHECK (votes_budget >= 0),
    max_votes       integer NOT NULL CHECK (max_votes >= 1),
    until           timestamptz,
    votes_reserved  bigint NOT NULL DEFAULT 0,
    credit          double precision NOT NULL DEFAULT 0,
    seen            bigint NOT NULL DEFAULT 0,
    eligible        bigint NOT NULL DEFAULT 0,
    taken           bigint NOT NULL DEFAULT 0,
    shared          bigint NOT NULL DEFAULT 0,
    duplicates      bigint NOT NULL DEFAULT 0,
    jobs            bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    UNIQUE (project, name),
    CONSTRAINT budget_is_hard CHECK (votes_reserved BETWEEN 0 AND votes_budget)
);

-- What a policy has spent on one day (UTC): samples of a campaign, votes of the audit.
CREATE TABLE days (
    project text NOT NULL,
    policy  text NOT NULL,
    day     date NOT NULL,
    units   bigint NOT NULL,
    PRIMARY KEY (project, policy, day)
);

CREATE TABLE audits (
    project       text PRIMARY KEY,
    rate          double precision NOT NULL CHECK (rate BETWEEN 0 AND 1),
    votes         integer NOT NULL,
    max_votes     integer NOT NULL,
    votes_per_day bigint NOT NULL,
    version       integer NOT NULL,
    changed_at    timestamptz NOT NULL
);

-- Samples that compete for a place, until their window closes.
CREATE TABLE waiting (
    project    text NOT NULL,
    sample_id  text NOT NULL,
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    arrived_at timestamptz NOT NULL,
    event      bytea NOT NULL,
    PRIMARY KEY (project, sample_id)
);
CREATE INDEX waiting_in_order ON waiting (project, seq);

-- One row per sample, for good: a sample that comes again keeps its decision.
CREATE TABLE decisions (
    project    text NOT NULL,
    sample_id  text NOT NULL,
    taken      boolean NOT NULL,
    policies   jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id)
);
CREATE INDEX decisions_by_age ON decisions (decided_at) WHERE NOT taken;

-- What is labelled or on its way to be: later choices are conditioned on it.
CREATE TABLE chosen (
    project      text NOT NULL,
    sample_id    text NOT NULL,
    seq          bigint GENERATED ALWAYS AS IDENTITY,
    generation   text NOT NULL,
    vector       bytea NOT NULL,
    content_hash bytea NOT NULL,
    job_id       text NOT NULL,
    purpose      text NOT NULL,
    campaign_id  text,
    votes        integer NOT NULL,
    chosen_at    timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id)
);
CREATE INDEX chosen_in_order ON chosen (project, generation, seq);
CREATE INDEX chosen_by_content ON chosen (project, content_hash);
CREATE INDEX chosen_by_campaign ON chosen (campaign_id);

-- Accepted labels, the highest revision of each; they may come before, or without, a choice of ours.
CREATE TABLE labels (
    project   text NOT NULL,
    sample_id text NOT NULL,
    revision  integer NOT NULL,
    state     text NOT NULL,
    label     text,
    PRIMARY KEY (project, sample_id)
);
