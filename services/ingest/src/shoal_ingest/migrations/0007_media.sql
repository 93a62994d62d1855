-- Images of samples, whose files are in the media store. remove_after: when an image that no sample uses is removed;
-- NULL while one uses it. Whoever changes uses or files locks the row first.
CREATE TABLE media (
    project      text NOT NULL,
    sha256       text NOT NULL,
    media_type   text NOT NULL,
    width        integer NOT NULL,
    height       integer NOT NULL,
    bytes        integer NOT NULL,
    remove_after timestamptz,
    PRIMARY KEY (project, sha256)
);
CREATE INDEX media_unused ON media (remove_after) WHERE remove_after IS NOT NULL;

CREATE TABLE media_uses (
    project   text NOT NULL,
    sample_id uuid NOT NULL,
    sha256    text NOT NULL,
    PRIMARY KEY (project, sample_id, sha256),
    FOREIGN KEY (project, sha256) REFERENCES media
);
CREATE INDEX media_uses_by_file ON media_uses (project, sha256);
