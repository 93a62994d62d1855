"""The first bytes of files, which determine their form whatever their names are."""

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
NUMPY = b"\x93NUMPY"
PARQUET = b"PAR1"
ARROW = b"ARROW1"
ARROW_STREAM = b"\xff\xff\xff\xff"  # starts every message of the format since Arrow 0.15
COLUMNAR = (PARQUET, ARROW, ARROW_STREAM)
