"""What the board adds up, what is next, and how organizations come in. Pure."""
