-- Samples whose image is yet to be read from its address. The events of a sample are processed in the order of their
-- numbers. A process that takes a row moves next_try_at, so that another one takes it if the first dies.
CREATE TABLE image_fetches (
    number        bigint GENERATED ALWAYS AS IDENTITY,
    project       text NOT NULL,
    sample_id     uuid NOT NULL,
    event_id      text NOT NULL,
    event         bytea NOT NULL,
    partition     integer NOT NULL,
    record_offset bigint NOT NULL,
    tries         integer NOT NULL DEFAULT 0,
    arrived_at    timestamptz NOT NULL,
    next_try_at   timestamptz NOT NULL,
    PRIMARY KEY (project, sample_id, event_id)
);
CREATE INDEX image_fetches_due ON image_fetches (project, next_try_at);
