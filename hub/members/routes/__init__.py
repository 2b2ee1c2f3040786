"""Pages of members: signing in, organizations and their people."""
