"""Random kills of a running hub: `make kills`."""
