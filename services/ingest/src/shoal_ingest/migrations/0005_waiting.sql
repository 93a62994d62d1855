-- Halves that wait for the other one, which a metric counts.
CREATE INDEX halves_waiting ON halves (project, received_at) WHERE NOT joined AND NOT refused;
