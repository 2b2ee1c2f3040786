"""Actions on organizations, people, roles and sign-in."""
