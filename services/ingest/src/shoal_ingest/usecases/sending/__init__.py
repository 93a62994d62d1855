"""Commands that send logs and folders of images to ingest."""
