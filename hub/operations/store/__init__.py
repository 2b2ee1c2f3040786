"""A backup on disk: its folder, its encryption, and the rows of a database as text."""
