"""Reads for the health check and for backups."""
