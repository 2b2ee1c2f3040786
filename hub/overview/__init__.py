"""Home, the board and other pages that read from several rooms."""
