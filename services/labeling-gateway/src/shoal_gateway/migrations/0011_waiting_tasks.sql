-- The next task of an annotator, and the number that waits for them, without a look at every task of the queue.

CREATE INDEX assignments_leased ON assignments (project, leased_until, external_id) WHERE holding = 'leased';
CREATE INDEX tasks_cancelled ON tasks (external_id) WHERE state = 'cancelled';
