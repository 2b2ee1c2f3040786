"""What is known of calls, who was there, and what was presented."""
