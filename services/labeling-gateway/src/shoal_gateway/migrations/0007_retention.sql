-- The ages by which rows are deleted that nothing needs any longer.
CREATE INDEX vote_requests_by_age ON vote_requests (received_at) WHERE applied;
CREATE INDEX intents_by_age ON intents (updated_at) WHERE state = 'done';
CREATE INDEX refused_annotations_by_age ON refused_annotations (received_at);
CREATE INDEX webhook_inbox_by_age ON webhook_inbox (received_at) WHERE done;
