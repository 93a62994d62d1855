-- Messages that an operator looks after, counted by a metric.
CREATE INDEX outbox_refused ON outbox (seq) WHERE refused IS NOT NULL;
