-- The encoder of every kind of content that a project chose, and which predicted boxes become samples.
ALTER TABLE projects ADD COLUMN encoders jsonb NOT NULL DEFAULT '{}';
ALTER TABLE projects ADD COLUMN crops jsonb;
