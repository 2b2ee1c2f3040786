"""What changes organizations, people, their roles and how they get in."""
