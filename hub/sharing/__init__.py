"""Downloads, forwards, declarations, and quarterly confirmations."""
