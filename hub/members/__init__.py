"""Organizations, people, roles, permissions and sign-in."""
