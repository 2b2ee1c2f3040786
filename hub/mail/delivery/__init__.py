"""The worker's step `mail`: hands over what is due, or keeps it as files."""
