-- What a measuring pass reads without opening a campaign's definition, which may hold hundreds of vectors.

ALTER TABLE campaigns ADD COLUMN samples_per_day bigint
    GENERATED ALWAYS AS ((definition -> 'budget' ->> 'samples_per_day')::bigint) STORED;
CREATE INDEX campaigns_by_state ON campaigns (state, changed_at);
