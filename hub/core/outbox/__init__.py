"""Messages that the hub has promised to send: posted with the fact, delivered by the worker's step `mail`."""
