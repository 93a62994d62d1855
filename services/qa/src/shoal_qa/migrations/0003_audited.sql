-- What the random audit took, with its rate and what the production model said: the accuracy of each model version
-- is estimated from these samples alone. `decided_at` is the sampler's.
CREATE TABLE audited (
    project     text NOT NULL,
    sample_id   text NOT NULL,
    rate        double precision NOT NULL CHECK (rate > 0),
    model       text NOT NULL,
    version     text NOT NULL,
    predicted   text NOT NULL,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id)
);
