"""Queries of outreach. Permissions are checked here, where rows are loaded."""
