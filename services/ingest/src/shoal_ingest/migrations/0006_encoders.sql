-- The encoder of every kind of content that a project chose.
ALTER TABLE projects ADD COLUMN encoders jsonb NOT NULL DEFAULT '{}';
