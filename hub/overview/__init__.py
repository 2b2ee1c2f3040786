"""Home and the board: the only room that reads several rooms."""
