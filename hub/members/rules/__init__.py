"""Rules of members: kinds and roles, permissions, sign-in, hints. Pure."""
