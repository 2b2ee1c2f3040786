"""A small believable world for `make demo`, tests and screenshots."""
