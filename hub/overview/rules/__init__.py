"""The rules of overview. Pure."""
