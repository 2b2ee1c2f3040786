"""What changes search's rows."""
