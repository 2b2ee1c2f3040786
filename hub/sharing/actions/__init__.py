"""Changes to the sharing log: downloads, declarations, corrections, confirmations, audit packets and reminders."""
