"""The worker's step `mail`: sends messages that are due, or saves them as files."""
