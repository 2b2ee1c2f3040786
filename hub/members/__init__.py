"""Organizations, their people, roles, and signing in."""
