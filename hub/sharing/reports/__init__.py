"""Documents generated from the sharing log: reports and audit packets."""
