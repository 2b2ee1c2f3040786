"""Email messages: their texts in order, the messages forwarded in them, and the files attached to them."""
