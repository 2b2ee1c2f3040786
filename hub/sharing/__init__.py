"""The sharing log: downloads, forwards, declarations and quarterly confirmations."""
