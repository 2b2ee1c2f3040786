"""Every call of an action to the file system, the database and the mail server, failing once."""
