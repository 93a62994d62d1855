-- Of a crop: the sample with the whole image, whose erasure erases the crop.
ALTER TABLE decisions ADD COLUMN parent_id text;
CREATE INDEX decisions_by_parent ON decisions (project, parent_id) WHERE parent_id IS NOT NULL;
