"""The `hub` command. Errors go to stderr; exit 1 for a refusal, 2 for wrong usage."""
