"""Queries of the sharing log. Permissions are checked here, where rows are loaded."""
