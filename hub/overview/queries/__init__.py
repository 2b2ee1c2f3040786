"""What home, the board and the mail show: reads of several rooms, put side by side."""
