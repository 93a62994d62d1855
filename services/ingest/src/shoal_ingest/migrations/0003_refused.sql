-- Halves of a pair that was refused keep their payload, so that a replayed or corrected half is joined with the other.
ALTER TABLE halves ADD COLUMN refused boolean NOT NULL DEFAULT false;
