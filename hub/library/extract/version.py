"""The version of reading. Queries compare it without loading what reads files."""

# Increase this when reading changes, so that all files are read again.
READER_VERSION = 3
