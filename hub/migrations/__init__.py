"""Migrations of the database, by Alembic; their file names begin with their date."""
