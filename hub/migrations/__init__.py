"""Alembic migrations; file names begin with the date."""
