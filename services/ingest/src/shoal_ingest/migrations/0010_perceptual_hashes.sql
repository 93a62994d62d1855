-- What an image looks like, in 32 hexadecimal digits; NULL for images of one colour, and of earlier releases.
ALTER TABLE media ADD COLUMN perceptual_hash text;
