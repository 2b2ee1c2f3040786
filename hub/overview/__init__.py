"""Home, the board, and other pages that combine data of several rooms."""
