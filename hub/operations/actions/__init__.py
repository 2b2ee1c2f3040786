"""Making a backup, and restoring a hub from it."""
