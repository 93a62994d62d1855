-- The first content of a sample stands: later inferences of the sample are compared with its digest. NULL: the
-- sample is of an earlier release, or erased. A claim whose inference Kafka did not acknowledge may be replaced.
ALTER TABLE samples
    ADD COLUMN digest     bytea,
    ADD COLUMN published  boolean NOT NULL DEFAULT true,
    ADD COLUMN claimed_at timestamptz NOT NULL DEFAULT now();
