-- How the boxes of predictions become crops; NULL if they do not.
ALTER TABLE projects ADD COLUMN cropping jsonb;
