"""The weekly national calls."""
