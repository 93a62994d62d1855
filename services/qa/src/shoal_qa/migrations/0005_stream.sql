-- The ids of all samples that the sampler decided on: a gold item that names another sample is warned about.
CREATE TABLE stream (
    project   text NOT NULL,
    sample_id text NOT NULL,
    PRIMARY KEY (project, sample_id)
);
INSERT INTO stream SELECT project, sample_id FROM jobs WHERE purpose <> 'gold' ON CONFLICT DO NOTHING;
INSERT INTO stream SELECT project, sample_id FROM inclusion ON CONFLICT DO NOTHING;
