"""What search keeps in rows."""
