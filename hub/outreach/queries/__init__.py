"""What outreach gives to read. Permission is checked here, where rows are loaded."""
