-- The ids of all samples that Kafka has. They distinguish a sample that is sent again from a new one, and show
-- that an erasure names a sample that was never sent.
CREATE TABLE samples (
    project   text NOT NULL,
    sample_id uuid NOT NULL,
    PRIMARY KEY (project, sample_id)
);
