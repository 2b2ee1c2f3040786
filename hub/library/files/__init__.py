"""Files on disk: originals by their hash, unfinished uploads, and handles of stored files."""
