"""Queries for home, the board and scheduled mail, which combine data of several rooms."""
