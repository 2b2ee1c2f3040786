"""Email: outbox, delivery, layout, bounces, scheduled mail. This room knows addresses, not people."""
