"""Rules of the overview pages: pure functions."""
