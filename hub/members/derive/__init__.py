"""What is made of what the room knows: the letters that it writes."""
