-- Messages that leave with the transaction that wrote them; the relay publishes them in the order of `seq`.
CREATE TABLE outbox (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text NOT NULL,
    key          bytea,
    value        bytea NOT NULL,
    header_names text[] NOT NULL,
    headers      bytea[] NOT NULL,
    added_at     timestamptz NOT NULL DEFAULT now(),
    refused      text -- why Kafka can never take it; kept for an operator
);
CREATE INDEX outbox_waiting ON outbox (seq) WHERE refused IS NULL;
