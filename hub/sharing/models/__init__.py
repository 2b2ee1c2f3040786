"""The rows of sharing: the log, log addresses, audit packets, stakeholders, and the packs that are sent to them."""
