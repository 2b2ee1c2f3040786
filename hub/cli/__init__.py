"""The `hub` command. Errors go to stderr; exit status 1 means refused, 2 wrong usage."""
