"""Shared code that every room uses; imports no room."""
