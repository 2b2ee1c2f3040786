"""What the log of sharing gives to read. Permission is checked here, where rows are loaded."""
