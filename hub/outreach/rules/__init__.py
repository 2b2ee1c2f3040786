"""The rules of outreach. Pure."""
