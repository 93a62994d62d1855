"""Writers of dataset versions, one module per format, in any folder that fsspec reaches."""
