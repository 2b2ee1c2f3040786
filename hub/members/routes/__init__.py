"""Pages of members: sign-in, accounts, organizations and people."""
