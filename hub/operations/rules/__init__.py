"""The rules of backups and of the health check."""
