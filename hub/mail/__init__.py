"""The hub's mail: outbox, delivery, the frame of letters, bounces, scheduled mail. It knows addresses, no people."""
