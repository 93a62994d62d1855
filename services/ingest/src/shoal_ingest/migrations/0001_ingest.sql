CREATE TABLE projects (
    project    text PRIMARY KEY,
    title      text NOT NULL,
    keys       jsonb NOT NULL DEFAULT '[]', -- ids, hashes and roles; never a key
    changed_at timestamptz NOT NULL
);

-- The dimension of an encoder's vectors is what its first vector had.
CREATE TABLE generations (
    project   text NOT NULL,
    name      text NOT NULL,
    version   text NOT NULL,
    dimension integer NOT NULL CHECK (dimension >= 1),
    PRIMARY KEY (project, name, version)
);

CREATE TABLE erasures (
    project   text NOT NULL,
    sample_id text NOT NULL,
    reason    text NOT NULL,
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id)
);

-- Requests and responses that wait for each other; after the join only the fact remains, until it is too old.
CREATE TABLE halves (
    project        text NOT NULL,
    source         text NOT NULL,
    correlation_id text NOT NULL,
    half           text NOT NULL CHECK (half IN ('request', 'response')),
    event          bytea,
    joined         boolean NOT NULL DEFAULT false,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (project, source, correlation_id, half)
);
CREATE INDEX halves_by_age ON halves (received_at);
