"""Pages of the library: add, read, change."""
