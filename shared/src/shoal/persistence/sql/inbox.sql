-- Events whose effects are done, by the consumer that did them.
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id text NOT NULL,
    seen_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_by_age ON inbox (seen_at);
